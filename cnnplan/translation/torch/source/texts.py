"""The parts of a template as text: arguments, operators as they stand, what makes a block."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from cnnplan.ops import OPERATORS
from cnnplan.translation.expressions import literal
from cnnplan.translation.templates.forwards import Variables
from cnnplan.translation.templates.values import Sides
from cnnplan.translation.torch.source.assembly import class_name
from cnnplan.translation.torch.source.operators import ACTIVATIONS
from cnnplan.translation.torch.source.written import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.translation.templates import Library, Template
    from cnnplan.translation.templates.statements import Statement
    from cnnplan.translation.templates.values import Part

__all__ = ["Names", "Texts"]


class Names:
    """The names of classes: of two templates of a block the second is `Block2`."""

    def __init__(self, templates: Sequence[Template]) -> None:
        taken: Counter[str] = Counter()
        titles = {class_name(template.title) for template in templates}
        self.of: dict[int, str] = {}
        sizes = sorted(templates, key=lambda each: (-len(each.scopes), -len(each.statements)))
        for template in sizes:
            name = class_name(template.title)
            taken[name] += 1
            while taken[name] > 1 and f"{name}{taken[name]}" in titles:
                taken[name] += 1
            self.of[id(template)] = name if taken[name] == 1 else f"{name}{taken[name]}"
        self.taken = set(self.of.values())


class Texts:
    """What a template has as text.

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
        self.library = library
        self.template = template
        self.names = names
        self.values = values
        self.inputs = [*inputs]
        self.kept: dict[str, str] = {}
        symbols = {name.lower() for name in library.graph.spec.symbols} if template is library.templates[-1] else set()
        taken = {*template.params, *symbols, *template.sizes, "i", "block", "index", "start", "end"}
        self.variables = Variables(template, self.inputs, taken)

    def _layer(self, statement: Statement) -> Layer:
        """An operator as it stands, its arguments as Python."""
        op = statement.op
        made = statement.weighted
        args: dict[str, str] = {}
        if statement.verb in {"split", "chunk"}:
            return self._parts(statement)
        for name, field in type(op).model_fields.items():
            text = self._text(statement, (name,), statement.args[name], made=made)
            if field.is_required() or text != self._literal(field.default):
                args[name] = text
        node = statement.node
        shapes = node.facts.shapes
        channels, features = (
            self._text(statement, (each,), statement.args[each], made=True) if each in statement.args else ""
            for each in ("channels", "features")
        )
        reads = self.variables.gathered(statement)
        pairs = _tree(statement.args.get("padding"), lambda path, value: self._text(statement, path, value, made=made))
        layer = Layer(
            statement.verb, args, op.at(self.values), len(shapes[0]) if shapes else 0, channels, features, reads
        )
        device = next((variable for variable in self.inputs), "")
        weights = node.op.weights(*shapes)
        extents = {key: [self._number(n) for n in each.shape] for key, each in weights.items()}
        return layer._replace(padding=pairs, device=device, weights=extents)

    def _parts(self, statement: Statement) -> Layer:
        """An axis in parts."""
        args = {key: self._text(statement, (key,), value, made=False) for key, value in statement.args.items()}
        operator: Any = OPERATORS[statement.verb]
        values = operator.model_construct(sections=())
        reads = [self.variables.of(ref) for ref in statement.reads]
        return Layer(statement.verb, args, values, len(statement.node.shape), "", "", reads)

    def _number(self, extent: Any) -> int:
        return extent if isinstance(extent, int) else int(extent.at(self.values))

    def _text(self, statement: Statement, path: tuple[Any, ...], value: Any, *, made: bool) -> str:
        """An argument as Python."""
        if hasattr(value, "parts"):
            text: str = value.text(self._part)
            return text
        row = self.template.rows[statement.name].get(path)
        if row is not None:
            return row.text if made else self._own(row.text)
        if isinstance(value, tuple) and value[:1] == ("words",):
            return str(value[1])
        if isinstance(value, tuple):
            inner = ", ".join(self._text(statement, (*path, at), each, made=made) for at, each in enumerate(value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return self._literal(value)

    def _own(self, text: str) -> str:
        """A text of `__init__` in `forward`: arguments are kept."""

        def put(match: re.Match[str]) -> str:
            name = match[0]
            if name not in self.template.params:
                return name
            self.kept[name] = f"self.{name} = {name}"
            return f"self.{name}"

        return re.sub(r"(?<![\w.\"'])[A-Za-z_]\w*(?!=[^=])", put, text)

    def _part(self, part: Part) -> str:
        return f"{self.variables.of(part.ref)}.shape[{part.axis}]"

    def _literal(self, value: Any) -> str:
        if isinstance(value, str) and value in ACTIVATIONS:
            return ACTIVATIONS[value]
        return literal(value)

    def _construction(self, statement: Statement, template: Template) -> str:
        """What makes a block."""
        given: list[str] = []
        for name in template.params:
            text = (
                self.template.rows[statement.name][name,].text if (name,) in self.template.rows[statement.name] else ""
            )
            text = text or self._literal(statement.args[name] if statement.run is None else statement.args[name][0])
            text = re.sub(r"'(\w+)'", lambda match: ACTIVATIONS.get(match[1], match[0]), text)
            if name in template.defaults and text == self._literal(template.defaults[name]):
                continue
            given.append(
                text if name.endswith("_channels") and not any("=" in each for each in given) else f"{name}={text}"
            )
        return f"{self.names.of[id(template)]}({', '.join(given)})"

    def _told(self, statement: Statement) -> list[str]:
        """The sizes that a block is told."""
        return [size.text(self._part) for size in statement.told]


def _tree(value: Any, text: Callable[[tuple[Any, ...], Any], str], path: tuple[Any, ...] = ("padding",)) -> Any:
    """Padding as texts for each side of each axis."""
    if isinstance(value, tuple) and any(isinstance(each, tuple) for each in value):
        return tuple(_tree(each, text, (*path, at)) for at, each in enumerate(value))
    if isinstance(value, Sides):
        return tuple(text((*path, at), each) for at, each in enumerate(value))
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return None if value is None else text(path, value)
