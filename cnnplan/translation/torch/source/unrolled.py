"""A network as PyTorch source by its templates: the network of today's values, a class for what stands in it often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.templates.statements import ACTIVATION, KIND
from cnnplan.translation.torch.source.asking import read_off
from cnnplan.translation.torch.source.assembly import class_lines, row_lines
from cnnplan.translation.torch.source.choosing import lent
from cnnplan.translation.torch.source.copies import Copies
from cnnplan.translation.torch.source.operators import write
from cnnplan.translation.torch.source.sequential import in_a_row
from cnnplan.translation.torch.source.tables import several
from cnnplan.translation.torch.source.written import Layer, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.templates import Library, Template
    from cnnplan.translation.templates.statements import Statement
    from cnnplan.translation.torch.source.texts import Names

__all__ = ["Unrolled"]


class Unrolled(Copies):
    """One template as a class.

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

    def lines(
        self,
        name: str,
        title: str,
        conditions: Sequence[str] = (),
        places: Mapping[str, str] = {},
        last: Sequence[str] = (),
    ) -> list[str]:
        """The class; `last` are the last lines of its `__init__`."""
        ends = [self.variables.of(ref) for ref in self.template.gives]
        result = ", ".join(ends)
        self._lists(result)
        kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
        symbols = [f"{each}: int" for each in self.template.sizes]
        ranks = dict(zip(self.inputs, map(len, self.template.scopes[0].inputs), strict=False))
        head = read_off({each: text for each, text in places.items() if self._names_it(each, conditions)}, ranks)
        init = [*self.init, *self.kept.values(), *last]
        own = self.numbered.get("", {})
        row = [] if head or symbols or init != ["@"] else in_a_row(own, self.forward, self.inputs, result)
        if row:
            return row_lines(name, title, self.signature(), row)
        init, calls = self._own_numbers(init, own)
        body = [*head, *conditions, *calls]
        return class_lines(name, title, self.signature(), init, [*self.inputs, *symbols], body, result, kind)

    def _own_numbers(self, init: list[str], own: Mapping[tuple[int, ...], str]) -> tuple[list[str], list[str]]:
        """Lines of a class that has modules by number itself, and does not call them in a row."""
        if not own:
            return init, self.forward
        if any(len(path) > 1 for path in own):
            raise Unwritable("modules by number in modules by number, with others beside them")
        made = [f'self.add_module("{path[0]}", {module})' for path, module in own.items()]
        at = init.index("@")
        calls = [re.sub(r"\bself\[(\d+)\]", r'self.get_submodule("\1")', line) for line in self.forward]
        return [*init[:at], *made, *init[at + 1 :]], calls

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


def _kind(values: Sequence[Any]) -> str:
    """The type of a parameter."""
    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known}
    if kinds == {bool}:
        return "bool"
    if any(issubclass(kind, str) for kind in kinds):
        return "type[nn.Module]"
    if tuple in kinds:
        told = several([value for value in known if isinstance(value, tuple)])
        return told if kinds == {tuple} else f"int | {told}"
    return "int" if kinds == {int} else "float"


def _word(name: str) -> str:
    return name.replace(".", "_")
