"""A layer as it stands, and how Keras 3 writes one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.translation.expressions import Unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FIRST", "ZERO", "Layer", "flag", "made", "optional", "padded", "settle"]

FIRST: Final = 'data_format="channels_first"'
ZERO: Final = "0"


class Layer(NamedTuple):
    """A layer as it stands.

    Args:
        verb: its operator.
        args: its arguments as Python, those that have their default too.
        op: the operator, with numbers.
        rank: of its first input.
        reads: the variables that it reads.
        sides: its padding as text, before and after each axis.
        name: what the layer is called, as Python.
        shapes: of what it reads.
        lends: whether another layer has its weights too.
        first: what comes in first, for what reads nothing.
    """

    verb: str
    args: Mapping[str, str]
    op: Any
    rank: int
    reads: Sequence[str]
    sides: Sequence[tuple[str, str]]
    name: str
    shapes: Sequence[Sequence[Any]]
    lends: bool = False
    first: str = ""

    @property
    def x(self) -> str:
        """Its first input."""
        return self.reads[0]

    @property
    def axes(self) -> int:
        """How many axes of space there are."""
        return self.rank - 2


def made(name: str, *args: str, x: str, layer: Layer, **more: str) -> str:
    """`layers.Name(a, b=c, name=...)(x)`."""
    told = [*args, *(f"{key}={value}" for key, value in more.items()), f"name={layer.name}"]
    return f"layers.{name}({', '.join(told)})({x})"


def settle(layer: Layer, *names: str) -> None:
    """Refuse a layer whose arguments of these names are those of a block: what follows from them is written as numbers.

    Raises:
        Unwritable: one of them is no number.
    """
    for name in names:
        if re.search(r"[A-Za-z_]", layer.args.get(name, "").replace("None", "").replace("'same'", "")):
            raise Unwritable(f"a {layer.verb} whose {name} is an argument of its block")


def flag(layer: Layer, name: str, value: str = "True") -> bool:
    """Whether an argument is what Keras takes for granted."""
    return layer.args.get(name, value) == value


def optional(layer: Layer, **names: tuple[str, str]) -> dict[str, str]:
    """Arguments by Keras's names, without those that have their default."""
    return {key: layer.args[name] for key, (name, usual) in names.items() if layer.args.get(name, usual) != usual}


def padded(layer: Layer, value: str = "0.0") -> str:
    """What is read, with its padding around it."""
    if getattr(layer.op, "padding", 0) in ("same", "same_lower"):
        raise Unwritable(f"padding: {layer.op.padding} in front of a {layer.verb} with a stride")
    if all(side in {ZERO, "0.0"} for pair in layer.sides for side in pair):
        return layer.x
    pairs = ", ".join(f"({before}, {after})" for before, after in layer.sides)
    more = f", value={value}" if value not in {"0", "0.0"} else ""
    return f"pad({layer.x}, {pairs}{more})"
