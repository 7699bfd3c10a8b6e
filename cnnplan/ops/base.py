"""The contract of an operator: one frozen class that says everything about itself.

Its fields are its parameters and the schema of its YAML. Five facts that change together stand together: what it
requires, its output shape, its weights, its cost and its NumPy kernel. Shapes are tuples of ints and symbolic sizes
alike; the rules are written once for both. The kernel (`run`) never calls a rule nor a helper of one: its sizes come
out of slicing and matmul, so that executing it is evidence.

What a cost counts is the arithmetic of the kernel named in the operator's `Cost` line, as NumPy does it to the
activations, padding included. Copies, selection (where), rounding, sign and absolute value count nothing; a minimum or
maximum is a compare, a subtraction an add, a power or a root a transcendental. Arithmetic among weights, statistics and
constants alone (folding a batch norm, the places of an interpolation) is done once and not counted.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from cnnplan.models import Model
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.ops.fields import bounded, evaluated, kinds, leaves, spatial
from cnnplan.ops.requirements import Requirement, broken
from cnnplan.sizes import TRUE, ge, is_whole, prod

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.cost import Cost
    from cnnplan.ops.links import Link
    from cnnplan.sizes import Extent, Shape

__all__ = ["Limits", "Operator", "Requirement", "Weight", "broken", "several", "show"]

HOOKS = ("finds", "gives", "parts", "placed", "reads")
"""Methods that most classes leave as they are."""

Limits = tuple[int, int | None]
"""The least and the greatest number of something; None where there is no greatest."""


class Weight(NamedTuple):
    """The shape of one weight; a buffer, such as a running mean, is not trainable. It may hold whole numbers."""

    shape: Shape
    trainable: bool = True
    elements: Elements = NUMBERS


class Operator(Model, ABC):
    """A layer's meaning. Subclasses are named after PyTorch's modules, without the rank."""

    verb: ClassVar[str]
    """The name in a spec: the class name in snake case."""
    asked: ClassVar[frozenset[str]] = frozenset()
    """Of the HOOKS those to which the class has something to say."""
    arity: ClassVar[Limits] = (1, 1)
    """How many inputs."""
    ranks: ClassVar[Limits] = (0, None)
    """How many axes an input has."""
    order: ClassVar[str] = "(N, C, *spatial)"
    """In which order they are."""

    is_view: ClassVar[bool] = False
    """Whether the output is the input's memory: the same elements in the same order, so that nothing is copied."""
    reads_rows: ClassVar[bool] = False
    """Whether PyTorch sees the first input as a matrix, of which the last axis is a row."""

    @property
    def is_weight(self) -> bool:
        """Whether the output is the memory of a weight of its own."""
        return False

    is_declared: ClassVar[bool] = False
    """Whether its output, weights and cost are what a spec says, and it cannot be run."""

    saves: ClassVar[str] = "inputs"
    """What PyTorch keeps for the backward pass: "inputs", the "first", the "last", "output", "both" or "nothing"."""

    def __init_subclass__(cls) -> None:
        """Give the class its verb."""
        cls.verb = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        cls.asked = frozenset(name for name in HOOKS if getattr(cls, name) is not getattr(Operator, name))

    picks: ClassVar[bool] = False
    """Whether an element of an input may be in no output: it takes a part, or those it is told."""

    hides: ClassVar[bool] = False
    """Whether a NaN of an input may be in no output, although it was looked at."""

    overwrites: ClassVar[bool] = False
    """Whether `run` can write its result into a given array, such as the first input."""

    @property
    def rewrites(self) -> bool:
        """Whether the result may stand in the memory of the first input."""
        return self.overwrites

    def requires(self, *shapes: Shape) -> Iterator[Requirement]:
        """What must hold for inputs of these shapes, the most basic first: the first that fails is the one reported.

        Number and rank of the inputs and the lengths of lists come first, and nothing comes after one that fails.
        """
        fault = self.misfit(*shapes)
        if fault is not None:
            yield fault
            return
        yield from self.bounds()
        yield from self.needs(*shapes)

    def needs(self, *shapes: Shape) -> Iterable[Requirement]:
        """What this operator requires besides the number and rank of its inputs and the bounds of its fields."""
        del shapes
        return ()

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """What must hold of the elements of the inputs: numbers to compute with, unless an operator says otherwise."""
        for held in elements:
            if held.dtype:
                hint = "an embedding makes numbers of them"
                yield broken("CNN112", "computes with numbers, and the input is {dtype}", held._asdict(), hint)

    def finds(self, shapes: tuple[Shape, ...], elements: tuple[Elements, ...]) -> Iterator[Requirement]:
        """What must hold of shapes and elements together: that what is looked up is there."""
        del shapes, elements
        yield from ()

    def gives(self, *elements: Elements) -> Elements:
        """What the elements of the output are."""
        del elements
        return NUMBERS

    def joins(self, *shapes: Shape) -> Iterator[Requirement]:
        """What must hold besides `requires` where this joins branches: a join never broadcasts."""
        del shapes
        yield from ()

    def parts(self, *shapes: Shape) -> tuple[Operator, ...]:
        """The layers that stand for it, one for each output, where it has several; each takes the same inputs."""
        del shapes
        return ()

    @abstractmethod
    def output(self, *shapes: Shape) -> Shape:
        """The shape of the output; only asked when every requirement holds or is open."""

    def weights(self, *shapes: Shape) -> Mapping[str, Weight]:
        """The weights by PyTorch's names, with their shapes."""
        del shapes
        return {}

    weighs_channels: ClassVar[bool] = False
    """Whether its weights follow from the channels and the rank of its first input, and how many inputs there are."""

    @abstractmethod
    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """The arithmetic done; a zero is written, never inherited."""

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """The weights it would have if none were shared within a sample: one for each use of a weight.

        Unless a class says otherwise, every trained weight meets every element of the output once.
        """
        uses = sum(1 for weight in self.weights(*shapes).values() if weight.trainable)
        return uses * prod(output[1:]) if uses else 0

    def dense(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """The weights it would have if every output looked at every input; no more where nothing is summed."""
        return self.connections(shapes, output)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """What an index of the output looks at on axis `dim` of an operand.

        None says all of it: there is no axis of the output along which a part of it would do.
        """
        del operand, dim, shapes
        return None

    def measures(self, operand: int) -> bool:
        """Whether of that operand only the size is read."""
        del operand
        return False

    def lies(self, operand: int, *shapes: Shape) -> tuple[int, Extent] | None:
        """The axis of the output along which the operands are lined up, and where this one begins; None of the rest."""
        del operand, shapes
        return None

    @property
    def shares(self) -> bool:
        """Whether the output is the input's memory in training with PyTorch, or a part of it in any order."""
        return self.is_view

    def keeps(self, *shapes: Shape) -> str | tuple[int, ...]:
        """What `saves` says, unless it depends on the arguments or the shapes of the inputs; or which of the inputs."""
        del shapes
        return self.saves

    def packs(self, *shapes: Shape, gaps: bool) -> bool:
        """Whether it keeps a copy of what it keeps of its inputs, where these are parts of something larger.

        Args:
            shapes: of the inputs.
            gaps: whether the elements of that input do not lie in order, one behind the other.
        """
        del shapes, gaps
        return False

    def gaps(self, *shapes: Shape) -> bool:
        """Whether the elements of its output, which is a part of its input, do not lie in order."""
        del shapes
        return not self.is_view

    def notes(self, *shapes: Shape) -> Mapping[str, Extent]:
        """What the forward pass writes down for the backward pass besides what it keeps: elements by dtype.

        The dtype "" is that of the activations; "statistic" is that of the weights, which mixed precision leaves.
        """
        del shapes
        return {}

    @abstractmethod
    def run(self, *arrays: Any, **weights: Any) -> Any:
        """Compute the output in plain NumPy; what is illegal raises. The result may be a view of an input.

        Where the class says `overwrites`, there is an argument `out`: an array of the output's shape to write into,
        which may be the first input.
        """

    def at(self, values: Mapping[str, Any]) -> Self:
        """The same with its arguments at these values of the symbols."""
        found = {name: evaluated(getattr(self, name), values) for name in kinds(type(self))}
        changed = {name: value for name, value in found.items() if value is not getattr(self, name)}
        return self.model_copy(update=changed) if changed else self

    def placed(self, *shapes: Shape, joins: bool = False) -> Operator:
        """The operator as it stands behind inputs of these shapes: what it notes of them for its kernel.

        Args:
            shapes: the shapes of the inputs.
            joins: whether it joins branches.
        """
        del shapes, joins
        return self

    def misfit(self, *shapes: Shape) -> Requirement | None:
        """What does not hold of the number and rank of inputs and of the lengths of lists, whatever the sizes are."""
        least, most = self.arity
        if len(shapes) < least or (most is not None and len(shapes) > most):
            values = {"wanted": several(self.arity, "input"), "given": len(shapes)}
            hint = f"name what it reads: from: [{', '.join('abcd'[:least])}]" if 1 < least > len(shapes) else ""
            return broken("CNN105", "takes {wanted}, got {given}", values, hint)
        least, most = self.ranks
        for shape in shapes:
            if len(shape) < least or (most is not None and len(shape) > most):
                values = {"wanted": several(self.ranks, "axis", "axes"), "shape": show(shape), "given": len(shape)}
                message = "takes an input of {wanted}, and {shape} has {given}"
                return broken("CNN104", message, values, f"the order of axes is {self.order}")
        return self._misfit_list(len(shapes[0]) - 2) if shapes else None

    def _misfit_list(self, axes: int, what: str = "spatial axes") -> Requirement | None:
        """The same for lists that have an element per spatial axis."""
        for name in spatial(type(self)):
            value = getattr(self, name)
            if type(value) is tuple and len(value) != axes:
                values = {"name": name, "value": show(value), "given": len(value), "axes": axes, "what": what}
                message = "{name} (={value}) has {given} elements for {axes} {what}"
                hint = "one number stands for every axis; a [before, after] pair is nested: [[0, 1]]"
                return broken("CNN106", message, values, hint, name)
        return None

    def bounds(self) -> Iterator[Requirement]:
        """That the symbols of an argument keep it within its bounds."""
        for name, least in bounded(type(self)).items():
            value = getattr(self, name)
            for size in () if type(value) is int or value is None else leaves(value):
                values = {"name": name, "value": size, "least": least}
                conditions = (("a whole number", is_whole(size)), ("at least {least}", ge(size, least)))
                for wanted, condition in conditions:
                    if condition is not TRUE:
                        message = f"{{name}} (={{value}}) must be {wanted}"
                        yield Requirement(condition, "CNN013", message, values, "", name)


def several(limits: Limits, thing: str, things: str = "") -> str:
    """`1 input`, `3 to 5 axes`, `at least 2 inputs`."""
    least, most = limits
    things = things or f"{thing}s"
    if most is None:
        return f"at least {least} {thing if least == 1 else things}"
    return f"{least} to {most} {things}" if least != most else f"{least} {thing if least == 1 else things}"


def show(value: Any) -> str:
    """A shape or a list of arguments as people write it: `(N, 64, ceil(H/2))`."""
    if not isinstance(value, tuple):
        return str(value)
    return f"({', '.join(map(show, value))}{',' if len(value) == 1 else ''})"
