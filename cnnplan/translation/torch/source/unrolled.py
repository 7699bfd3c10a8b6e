"""A network as PyTorch source by its templates: the network of today's values, a class for what stands in it often."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.templates.statements import ACTIVATION, KIND
from cnnplan.translation.torch.source.choosing import lent
from cnnplan.translation.torch.source.files import written
from cnnplan.translation.torch.source.operators import write
from cnnplan.translation.torch.source.texts import Names, Texts
from cnnplan.translation.torch.source.written import Layer, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.templates import Library, Template
    from cnnplan.translation.templates.statements import Statement

__all__ = ["Unrolled"]

FUSED: Final = re.compile(r"(?:torch\.|F\.)[a-z0-9_]+\((\w+)\)")
WIDTH: Final = 80


class Unrolled(Texts):
    """One template as a class.

    Args:
        library: all templates.
        template: this one.
        names: what classes are called.
        locate: gives file, line and column of an item, for messages.
    """

    def __init__(
        self, library: Library, template: Template, names: Names, values: Mapping[str, Any], inputs: Sequence[str]
    ) -> None:
        super().__init__(library, template, names, values, inputs)
        self.init: list[str] = []
        self.forward: list[str] = []
        self.needs: set[str] = set()
        self.lists: dict[str, int] = {}
        self.lengths = _lengths(template)
        for at, statement in enumerate(template.statements):
            self._statement(at, statement)

    # the parts of the class -----------------------------------------------------------------------------------

    def signature(self) -> list[str]:
        """The parameters of `__init__`."""
        params, defaults = self.template.params, self.template.defaults
        required = [f"{name}: {_kind(params[name])}" for name in params if name not in defaults]
        given = [
            f"{name}: {_kind(params[name])} = {self._literal(defaults[name])}" for name in params if name in defaults
        ]
        return ["self", *required, *given]

    def lines(self, name: str, title: str, conditions: Sequence[str] = (), places: Mapping[str, str] = {}) -> list[str]:
        """The class."""
        ends = [self.variables.of(ref) for ref in self.template.gives]
        result = ", ".join(ends)
        kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
        symbols = [f"{each}: int" for each in self.template.sizes]
        head = [f"{each} = {text}" for each, text in places.items() if self._names_it(each, conditions)]
        init = [*self.init, *self.kept.values()]
        body = [*head, *conditions, *self.forward]
        made = written(name, title, self.signature(), init, [*self.inputs, *symbols], body, result, kind)
        return [re.sub(r"\b(\w+): int: Tensor", r"\1: int", line) for line in made]

    def _names_it(self, name: str, conditions: Sequence[str]) -> bool:
        return any(re.search(rf"\b{name}\b", line) for line in [*conditions, *self.forward])

    # statements -----------------------------------------------------------------------------------------------

    def _statement(self, at: int, statement: Statement) -> None:
        try:
            if statement.run is not None:
                self._run(at, statement)
            elif statement.verb == ACTIVATION:
                self._activation(at, statement)
            elif statement.template is not None:
                module = self._construction(statement, statement.template)
                self._called(at, statement, module, self._passed(statement))
            else:
                self._operator(at, statement)
        except Unwritable as unwritable:
            raise self._placed(unwritable, statement) from None

    def _placed(self, unwritable: Unwritable, statement: Statement) -> Unwritable:
        """The cause with the place and the layer."""
        spec = self.library.graph.spec
        place = statement.item.place
        where = spec.locate(place) if place is not None else None
        leaf = statement.node
        told = f"{where}: {leaf.name}" if where is not None else leaf.name
        return Unwritable(f"{told}: {unwritable}", *unwritable.args[1:])

    def _passed(self, statement: Statement) -> str:
        """What is given to a call."""
        reads = [self.variables.of(ref) for ref in statement.reads]
        return ", ".join([*reads, *self._told(statement)])

    def _called(self, at: int, statement: Statement, module: str, passed: str) -> None:
        """A module that is made, and called."""
        flag = self.template.flags.get(statement.name)
        attribute = self._attribute(statement.share or statement.name)
        if not statement.share:
            self._made(statement, module, flag.text if flag is not None else "")
        call = f"{attribute}({passed})"
        alone = len(statement.reads) == 1 and not statement.told
        if flag is not None and not alone:
            stand = self.variables.of(self.template.skipped[statement.name])
            call = f"{call} if self.has_{_word(statement.name)} else {stand}"
            self.kept[f"has_{statement.name}"] = f"self.has_{_word(statement.name)} = {flag.text}"
        self._give(at, statement, call)

    def _made(self, statement: Statement, module: str, on: str) -> None:
        """The line that makes a module."""
        head, dot, tail = statement.name.rpartition(".")
        if dot and tail.isdigit():
            self._listed(head, int(tail), module, on)
            return
        attribute = f"self.{statement.name}"
        if on:
            self.init += [f"{attribute}: nn.Module = nn.Identity()", f"if {on}:", f"    {attribute} = {module}"]
        else:
            self.init.append(f"{attribute} = {module}")

    def _listed(self, head: str, number: int, module: str, on: str) -> None:
        """A module that is a part of a list."""
        if head not in self.lists:
            kind = "nn.ModuleList()" if self.lengths[head] else "nn.Module()"
            self.init.append(f"self.{head} = {kind}")
        self.lists[head] = number
        module = f"{module} if {on} else nn.Identity()" if on else module
        if self.lengths[head]:
            self.init.append(f"self.{head}.append({module})")
        else:
            self.init.append(f'self.{head}.add_module("{number}", {module})')

    def _attribute(self, name: str) -> str:
        head, dot, tail = name.rpartition(".")
        if dot and tail.isdigit():
            return f"self.{head}[{tail}]" if self.lengths[head] else f'self.{head}.get_submodule("{tail}")'
        return f"self.{name}"

    def _activation(self, at: int, statement: Statement) -> None:
        """A function that is an argument."""
        row = self.template.rows[statement.name][KIND,]
        if row.text.isidentifier() and row.text in self.template.params:
            self._called(at, statement, f"{row.text}()", self._passed(statement))
            return
        verb = str(row.known[0])
        plain = Layer(verb, {}, None, 4, "", "", [self.variables.of(ref) for ref in statement.reads])
        self._emit(at, statement, write(plain))

    def _operator(self, at: int, statement: Statement) -> None:
        layer = self._layer(statement)
        made = write(layer)
        if statement.share:
            owner = next((each.verb for each in self.template.statements if each.name == statement.share), layer.verb)
            made = lent(layer, made, self._attribute(statement.share), owner)
        self._emit(at, statement, made)

    def _emit(self, at: int, statement: Statement, written_: Written) -> None:
        self.needs.update(written_.needs)
        if written_.module:
            attribute = self._attribute(statement.share or statement.name)
            flag = self.template.flags.get(statement.name)
            if not statement.share:
                self._made(statement, written_.module, flag.text if flag is not None else "")
            self._give(at, statement, self._own(written_.call).replace("{}", attribute))
            return
        call = written_.call
        self.forward += written_.before
        if call == self.variables.of(statement.reads[0]) if statement.reads else False:
            self.variables.same(statement, statement.reads[0])
            return
        flag = self.template.flags.get(statement.name)
        if flag is not None:
            word = f"has_{_word(statement.name)}"
            self.kept[word] = f"self.{word} = {flag.text}"
            call = f"{call} if self.{word} else {self.variables.of(self.template.skipped[statement.name])}"
        self._give(at, statement, call)

    # copies in a row ------------------------------------------------------------------------------------------

    def _run(self, at: int, statement: Statement) -> None:
        run = statement.run
        assert run is not None  # noqa: S101 - the caller asked
        count = self.template.counts[statement.name].text
        if statement.template is not None:
            module = self._construction(statement, statement.template)
        else:
            layer = write(self._layer(statement))
            if layer.call != f"{{}}({self.variables.of(statement.reads[0])})":
                raise Unwritable("copies that are padded before they are called")
            module = layer.module
        module = self._tabled(run.base, module)
        if count == "1":
            self._made(replace(statement, name=f"{run.base}{'.' * run.listed}{run.first}", run=None), module, "")
            self._called_once(at, statement)
            return
        turns = f"for i in range({count})"
        whole = run.listed and run.base not in self.lists and self.lengths.get(run.base, False)
        whole = whole and not any(each.name.startswith(f"{run.base}.") for each in self.template.statements)
        whole = (
            whole and sum(each.run is not None and each.run.base == run.base for each in self.template.statements) == 1
        )
        line = f"self.{run.base} = nn.ModuleList({module} {turns})"
        if run.listed and whole and len(line) < WIDTH:
            self.init.append(line)
            self.lists[run.base] = run.first
        elif run.listed:
            if not self.lengths[run.base]:
                raise Unwritable(f"copies of {run.base}, of which some have no weights")
            self.init += [f"self.{run.base} = nn.ModuleList()"] if run.base not in self.lists else []
            self.init += [f"{turns}:", f"    self.{run.base}.append({module})"]
            self.lists[run.base] = run.first
        else:
            number = "i" if run.first == 0 else f"i + {run.first}"
            self.init += [f"{turns}:", f'    self.add_module(f"{run.base}{{{number}}}", {module})']
        self._loop(at, statement, count, whole=whole)

    def _called_once(self, at: int, statement: Statement) -> None:
        """The only copy."""
        run = statement.run
        assert run is not None  # noqa: S101 - the caller asked
        attribute = self._attribute(f"{run.base}{'.' * run.listed}{run.first}")
        self._give(at, statement, f"{attribute}({self._passed(statement)})")

    def _tabled(self, base: str, module: str) -> str:
        """Numbers for each turn in a variable of their own."""
        for text in re.findall(r"\([-\w., ]*\)(?=\[i\])", module):
            name = next(
                (key for key, _, value in re.findall(r"((\w+)=)(\([-\w., ]*\))\[i\]", module) if value == text), ""
            )
            name = f"{name.rstrip('=') or 'channels'}_of_{base}" if name or base else "turns"
            name = re.sub(r"\W", "_", name)
            self.init.append(f"{name} = {text}")
            module = module.replace(f"{text}[i]", f"{name}[i]")
        return module

    def _loop(self, at: int, statement: Statement, count: str, *, whole: bool) -> None:
        """The loop that calls the copies."""
        run = statement.run
        assert run is not None  # noqa: S101 - the caller asked
        start, kept = self.variables.looped(at, statement)
        for place, variable in start:
            if variable != self.variables.of(statement.reads[place]):
                self.forward.append(f"{variable} = {self.variables.of(statement.reads[place])}")
        outs = self.variables.turn(statement)
        carried = dict(run.carried)
        reads = [
            dict(start)[place] if place in carried else self.variables.of(ref)
            for place, ref in enumerate(statement.reads)
        ]
        symbols = self._told(statement)
        self.forward += [f"{name}: list[Tensor] = []" for name in kept.values()]
        if whole:
            head, block = f"for block in self.{run.base}:", "block"
        elif run.listed:
            end = "" if self.template.statements[-1] is statement else f"{run.first} + {self._own(count)}"
            end = str(run.first + int(count)) if end and count.isdigit() else end
            head, block = f"for block in self.{run.base}[{run.first or ''}:{end}]:", "block"
        else:
            number = "i" if run.first == 0 else f"i + {run.first}"
            turns = self._own(count)
            head, block = f"for i in range({turns}):", f'self.get_submodule(f"{run.base}{{{number}}}")'
            if [each.name for each in self.template.statements if each.weighted] == [statement.name]:
                head, block = "for block in self.children():", "block"
        self.forward += [head, f"    {', '.join(outs)} = {block}({', '.join([*reads, *symbols])})"]
        self.forward += [f"    {name}.append({outs[out]})" for out, name in kept.items()]

    # variables ------------------------------------------------------------------------------------------------

    def _give(self, at: int, statement: Statement, call: str) -> None:
        """Give variables what a call gives."""
        targets = self.variables.give(at, statement)
        target = ", ".join(targets)
        last = self.forward[-1] if self.forward else ""
        match = FUSED.fullmatch(call)
        before = self.variables.fusible(at, statement)
        if (
            match
            and before
            and last.startswith(f"{before} = ")
            and match[1] == before
            and len(last) + len(call) < WIDTH
        ):
            self.forward[-1] = f"{target} = {call.replace(f'({before})', f'({last[len(before) + 3 :]})')}"
        else:
            self.forward.append(f"{target} = {call}")


def _lengths(template: Template) -> dict[str, bool]:
    """The lists of modules, with whether all of their parts are modules, in order."""
    parts: dict[str, list[int]] = {}
    for statement in template.statements:
        if statement.share:
            continue
        if statement.run is not None and statement.run.listed:
            first = statement.run.first
            parts.setdefault(statement.run.base, []).extend(range(first, first + statement.copies))
        head, dot, tail = statement.name.rpartition(".")
        if dot and tail.isdigit():
            parts.setdefault(head, []).append(int(tail))
    return {head: numbers == [*range(len(numbers))] for head, numbers in parts.items()}


def _kind(values: Sequence[Any]) -> str:
    """The type of a parameter."""
    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known}
    if kinds == {bool}:
        return "bool"
    if any(issubclass(kind, str) for kind in kinds):
        return "type[nn.Module]"
    if tuple in kinds:
        return "tuple[int, ...]" if kinds == {tuple} else "int | tuple[int, ...]"
    return "int" if kinds == {int} else "float"


def _word(name: str) -> str:
    return name.replace(".", "_")
