"""What a class makes and calls: modules alone, in a list, and copies in a row in a loop."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.operators import write
from cnnplan.translation.torch.source.sequential import listed
from cnnplan.translation.torch.source.texts import Names, Texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.templates import Library, Template
    from cnnplan.translation.templates.statements import Statement

__all__ = ["Copies"]

FUSED: Final = re.compile(r"(?:torch\.|F\.)[a-z0-9_]+\((\w+)\)")
WIDTH: Final = 80


class Copies(Texts):
    """The lines of a template's class, as they come.

    Args:
        library: all templates.
        template: this one.
        names: what classes are called.
        values: the values of the symbols.
        inputs: the variables of what comes in.
    """

    def __init__(
        self, library: Library, template: Template, names: Names, values: Mapping[str, Any], inputs: Sequence[str]
    ) -> None:
        super().__init__(library, template, names, values, inputs)
        self.init: list[str] = []
        self.forward: list[str] = []
        self.needs: set[str] = set()
        self.lists: dict[str, int] = {}
        self.numbered: dict[str, dict[tuple[int, ...], str]] = {}
        self.lengths = _lengths(template)

    # modules --------------------------------------------------------------------------------------------------

    def _made(self, statement: Statement, module: str, on: str) -> None:
        """The line that makes a module."""
        if self.library.by_path and self._numbered(statement.name):
            self._by_number(statement.name, f"{module} if {on} else nn.Identity()" if on else module)
            return
        head, dot, tail = statement.name.rpartition(".")
        if dot and tail.isdigit():
            self._listed(head, int(tail), module, on)
            return
        attribute = f"self.{statement.name}"
        if on:
            self.init += [f"{attribute}: nn.Module = nn.Identity()", f"if {on}:", f"    {attribute} = {module}"]
        else:
            self.init.append(f"{attribute} = {module}")

    @staticmethod
    def _numbered(name: str) -> re.Match[str] | None:
        """`features.2.0` as features, with its numbers; `0` as one of the class itself."""
        return re.fullmatch(r"(?:(.+?)\.)?(\d+(?:\.\d+)*)", name)

    def _by_number(self, name: str, module: str) -> None:
        """A module by its numbers, with a line that is written when all are there."""
        match = self._numbered(name)
        assert match is not None  # noqa: S101 - the caller asked
        head = match[1] or ""
        if head not in self.numbered:
            self.init.append(f"@{head}")
        self.numbered.setdefault(head, {})[tuple(map(int, match[2].split(".")))] = module

    def _lists(self, result: str) -> None:
        """Write the lists of modules, and call at once what is called in a row; what is returned is read as well."""
        self.forward.append(f"return {result}")
        for head, modules in self.numbered.items():
            if not head:
                continue
            made, self.forward = listed(head, modules, self.forward)
            self.init[self.init.index(f"@{head}")] = f"self.{head} = {made}"
        self.forward.pop()

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
        match = self._numbered(name) if self.library.by_path else None
        if match is not None:
            head = f".{match[1]}" if match[1] else ""
            return f"self{head}{''.join(f'[{n}]' for n in match[2].split('.'))}"
        head, dot, tail = name.rpartition(".")
        if dot and tail.isdigit():
            return f"self.{head}[{tail}]" if self.lengths[head] else f'self.{head}.get_submodule("{tail}")'
        return f"self.{name}"

    def _passed(self, statement: Statement) -> str:
        """What is given to a call."""
        reads = [self.variables.of(ref) for ref in statement.reads]
        return ", ".join([*reads, *self._told(statement)])

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
        turn = "i" if re.search(r"\bi\b", module) or not run.listed else "_"
        turns = f"for {turn} in range({count})"
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
