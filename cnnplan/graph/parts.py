"""The parts of a network that is being unrolled: layers, what they are like, where they stand, their errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Place
    from cnnplan.ops import Operator, Requirement
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Condition, Shape

__all__ = [
    "MOST_LAYERS",
    "UNKNOWN",
    "Draft",
    "Facts",
    "Fault",
    "Form",
    "Node",
    "Open",
    "Site",
    "Tensor",
    "TooMany",
    "draft_of",
    "tensor_of",
]


MOST_LAYERS = 20_000
"""The most layers, and the most entries evaluated: a bound on time and memory."""


class TooMany(Exception):  # noqa: N818 - a signal
    """The network is too large to be unrolled."""


class Form:
    """What a tensor is like: its shape and what its elements are; one object for all tensors of a build like it."""

    __slots__ = ("elements", "shape")

    def __init__(self, shape: Shape, elements: Elements) -> None:
        self.shape = shape
        self.elements = elements


class Open(NamedTuple):
    """A requirement that holds for some sizes only.

    Args:
        condition: for which.
        requirement: what is required.
        witness: a declared value at which it fails, `H = 17`; "" where none is known.
    """

    condition: Condition
    requirement: Requirement
    witness: str = ""


class Facts:
    """What follows from an operator and the shapes of its inputs; one object for all layers that are alike.

    Args:
        op: the operator.
        shapes: the shapes of its inputs.
        form: what its output is like.
        open: the requirements that hold for some sizes only, with their conditions.
        shape: the shape of its output.
        elements: what the elements of its output are.
        is_refuted: whether one of the conditions fails at a value that is declared.
    """

    __slots__ = ("elements", "form", "is_refuted", "op", "open", "shape", "shapes")

    def __init__(
        self,
        op: Operator,
        shapes: tuple[Shape, ...],
        form: Form,
        open_: tuple[Open, ...] = (),
    ) -> None:
        self.op = op
        self.shapes = shapes
        self.form = form
        self.open = open_
        self.shape = form.shape
        self.elements = form.elements
        self.is_refuted = bool(open_) and any(each.witness for each in open_)


class Tensor(NamedTuple):
    """The output of a layer by number, or an input of the fragment by negative number; None where it is unknown."""

    ref: int | None
    form: Form | None

    @property
    def shape(self) -> Shape | None:
        """Its shape, None where it is unknown."""
        return None if self.form is None else self.form.shape


tensor_of: Callable[[tuple[int | None, Form | None]], Tensor] = partial(tuple.__new__, Tensor)
"""A tensor of its fields in a tuple: there are as many as layers, and this calls no function that Python has to run."""

UNKNOWN = Tensor(None, None)
"""What an entry gives that has an error, or rests on one."""


class Draft(NamedTuple):
    """A layer of a fragment, named within it.

    `facts` is None where the layer is not legal, or rests on one that is not; `origin` is what it is called below the
    origin of the fragment's caller, "" where nobody says; `storage` is what it is stored in, None where nobody says.
    """

    name: str
    inputs: tuple[int | None, ...]
    facts: Facts | None
    place: Place
    origin: str = ""
    storage: Storage | None = None


draft_of: Callable[[tuple[str, tuple[int | None, ...], Facts | None, Place, str, Storage | None]], Draft]
draft_of = partial(tuple.__new__, Draft)
"""A draft of its fields in a tuple, as `tensor_of` makes tensors."""


class Site(NamedTuple):
    """Where a layer comes to stand.

    Args:
        name: what it is called in the fragment.
        entry: the entry that makes it.
        verb: the key of its arguments there.
        join: the place of its arguments, where it joins paths.
        origin: what it is called where it comes from.
        storage: what it is stored in.
    """

    name: str
    entry: Place
    verb: str
    join: Place | None = None
    origin: str = ""
    storage: Storage | None = None

    @property
    def args(self) -> Place:
        """The place of its arguments."""
        return self.join or self.entry.below(self.verb)


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a fragment, with the layer as it is called there.

    `open` is what the spec claims and the layer refutes, None where the error is another.
    """

    rule: str
    message: str
    place: Place
    layer: str
    hint: str = ""
    open: Open | None = None


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
        origin: what it is called where it comes from, "" where nobody says.
        storage: what its entry, or one around it, stores weights and activations in; None where none says.
    """

    __slots__ = ("called_from", "facts", "inputs", "name", "op", "origin", "owner", "place", "storage")

    def __init__(  # noqa: PLR0913, PLR0917 - what it is made of
        self,
        name: str,
        inputs: tuple[str, ...],
        facts: Facts,
        place: Place,
        called_from: tuple[Place, ...],
        origin: str = "",
        storage: Storage | None = None,
    ) -> None:
        self.origin = origin
        self.storage = storage
        self.name = name
        self.op: Operator = facts.op
        self.inputs = inputs
        self.facts = facts
        self.place = place
        self.called_from = called_from
        self.owner = name

    @property
    def shape(self) -> Shape:
        """The shape of its output."""
        return self.facts.shape

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.op!r}, inputs={self.inputs!r})"
