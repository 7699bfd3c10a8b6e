"""What an unrolled network is made of, before and after its names are final.

A block depends on nothing but its arguments and the shapes of its inputs, so it is unrolled once for each and then
copied: a Fragment knows its layers by number, and what came in by negative number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.findings import Place
    from cnnplan.ops import Operator, Requirement
    from cnnplan.sizes import Condition, Shape

__all__ = ["Call", "Draft", "Facts", "Fault", "Fragment", "Handle", "Node", "Tensor"]


class Facts:
    """What follows from an operator and the shapes of its inputs; one object for all layers that are alike.

    Args:
        op: the operator.
        shapes: the shapes of its inputs.
        shape: the shape of its output, None where it is not legal.
        open: the requirements that hold for some sizes only, with their conditions.
    """

    __slots__ = ("op", "open", "shape", "shapes")

    def __init__(
        self,
        op: Operator,
        shapes: tuple[Shape, ...],
        shape: Shape | None,
        open_: tuple[tuple[Condition, Requirement], ...] = (),
    ) -> None:
        self.op = op
        self.shapes = shapes
        self.shape = shape
        self.open = open_


class Tensor(NamedTuple):
    """The output of a layer by number, or an input of the fragment by negative number; None where it is unknown."""

    ref: int | None
    shape: Shape | None


class Draft(NamedTuple):
    """A layer of a fragment, named within it.

    `facts` is None where the layer is not legal, or rests on one that is not. `owner` is the layer whose weights it
    has, if they are not its own.
    """

    name: str
    inputs: tuple[int | None, ...]
    facts: Facts | None
    place: Place
    called_from: tuple[Place, ...] = ()
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a fragment, with the layer as it is called there."""

    rule: str
    message: str
    place: Place
    layer: str
    hint: str = ""
    called_from: tuple[Place, ...] = ()

    def copied(self, prefix: str, caller: Place) -> Fault:
        """The same, seen from where the block is called."""
        return Fault(
            self.rule, self.message, self.place, prefix + self.layer, self.hint, (*self.called_from, caller)
        )


@dataclass(slots=True)
class Handle:
    """What a name stands for: its outputs, its parts in order, and the layers that belong to it."""

    outputs: tuple[Tensor, ...]
    parts: dict[str, Handle] = field(default_factory=dict)
    span: tuple[int, int] = (0, 0)
    verb: str = ""


class Call(NamedTuple):
    """A block that was copied into a fragment: from which number on, what it was, and what went in."""

    start: int
    fragment: Fragment
    inputs: tuple[Tensor, ...]


@dataclass(slots=True)
class Fragment:
    """An unrolled list of entries."""

    drafts: list[Draft] = field(default_factory=list)
    outputs: tuple[Tensor, ...] = ()
    parts: dict[str, Tensor] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: dict[str, Call] = field(default_factory=dict)
    names: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)


class Node:
    """A layer of the network.

    Args:
        name: its full name, "layer1.bottleneck3.conv_bn2.conv1".
        op: its operator.
        inputs: the names of what it reads, in order; a name may stand twice.
        facts: the shapes that follow, and the conditions.
        place: the entry that made it.
        called_from: where the blocks were called that hold the entry, innermost first.
        owner: the layer whose weights it has; its own name where they are its own.
    """

    __slots__ = ("called_from", "facts", "inputs", "name", "op", "owner", "place")

    def __init__(
        self,
        name: str,
        inputs: tuple[str, ...],
        facts: Facts,
        place: Place,
        called_from: tuple[Place, ...],
        owner: str,
    ) -> None:
        self.name = name
        self.op: Operator = facts.op
        self.inputs = inputs
        self.facts = facts
        self.place = place
        self.called_from = called_from
        self.owner = owner

    @property
    def shape(self) -> Shape:
        """The shape of its output."""
        assert self.facts.shape is not None  # noqa: S101 - only legal layers become nodes
        return self.facts.shape

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.op!r}, inputs={self.inputs!r})"


