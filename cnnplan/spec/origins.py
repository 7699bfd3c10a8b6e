"""What a layer is called where it comes from: a text, in which { } holds an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.lazy import pattern
from cnnplan.spec.arithmetic import show
from cnnplan.spec.expressions import Expression, literal

if TYPE_CHECKING:
    from cnnplan.findings import Place
    from cnnplan.spec.reading import Reading
    from cnnplan.spec.scopes import Scope

__all__ = ["read_origin", "together"]

_HOLE: Final = pattern(r"\{([^{}]*)\}")
_JOINTS: Final = "./:"
"""What ends or begins a name that another goes on with."""


def read_origin(reading: Reading, text: str, place: Place, scope: Scope) -> Expression | None:
    """The text with its expressions, `layer1.{i}.conv`; None where there is none."""
    if not text:
        return None
    texts, holes = _HOLE.split(text)[::2], _HOLE.findall(text)
    read = [reading.expression(hole, place, scope) for hole in holes]
    values = [value for value in read if value is not None]
    if len(values) < len(read) or not holes:
        return literal(text, place, text)
    return Expression(
        text,
        place,
        lambda env: texts[0] + "".join(_shown(v.evaluate(env)) + t for v, t in zip(values, texts[1:], strict=True)),
        frozenset().union(*(value.names for value in values)),
        frozenset().union(*(value.layers for value in values)),
    )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else show(value)


def together(outer: str, inner: str) -> str:
    """An origin below another: with a dot between them where neither brings a mark of its own."""
    if not outer or not inner:
        return outer or inner
    return f"{outer}{inner}" if outer[-1] in _JOINTS or inner[0] in _JOINTS else f"{outer}.{inner}"
