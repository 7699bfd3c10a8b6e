"""Layers that are declared and not defined: an operator of one's own, a kernel written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from cnnplan.cost import Cost
from cnnplan.models import field
from cnnplan.ops.base import Limits, Operator, Weight
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.ops.fields import Amount, IntegerType, WholeShape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.base import Requirement
    from cnnplan.sizes import Extent, Shape

__all__ = ["Opaque"]


class Opaque(Operator):
    """A layer of which only output, weights and cost are declared; it is counted as declared, and cannot be run.

    What it takes is not judged: any number of inputs of any shape. `in_shape`, `shape("name")` and symbols say how its
    output and its cost follow from them.

    Output   shape, as declared
    Weights  weight (params,) and state (buffers,), where there are any
    Cost     as declared; macs must be given, 0 if there are none, and what else is left out is 0
    Source   whoever declares it

    >>> Opaque(shape=(2, 64, 28, 28), macs=1000, params=72).weights()["weight"].shape
    (72,)
    """

    arity: ClassVar[Limits] = (0, None)
    saves = "both"
    is_declared = True

    shape: WholeShape = field(description="All extents of the output, the batch included.")
    macs: Amount = field(description="Multiply-adds of a forward pass; 0 where there are none.")
    adds: Amount = field(default=0, description="Adds beside those.")
    multiplies: Amount = field(default=0, description="Multiplies beside those.")
    divides: Amount = field(default=0, description="Divides.")
    compares: Amount = field(default=0, description="Compares.")
    transcendentals: Amount = field(default=0, description="Exponentials, logarithms, roots and their like.")
    params: Amount = field(default=0, description="Trained weights.")
    buffers: Amount = field(default=0, description="Stored numbers that are not trained.")
    dtype: IntegerType | None = field(default=None, description="The type of the output, if it is whole numbers.")

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Whatever there is."""
        del elements
        yield from ()

    def gives(self, *elements: Elements) -> Elements:
        """Numbers, or whole ones."""
        del elements
        return NUMBERS if self.dtype is None else Elements(self.dtype)

    def output(self, *shapes: Shape) -> Shape:
        """As declared."""
        del shapes
        return self.shape

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """As many as declared, in a row."""
        del shapes
        found = {"weight": Weight((self.params,)), "state": Weight((self.buffers,), trainable=False)}
        return {name: weight for name, weight in found.items() if weight.shape != (0,)}

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """As many as it has weights: how often it uses them is not known."""
        del shapes, output
        return self.params

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """As declared."""
        del shapes, output
        return Cost(self.macs, self.adds, self.multiplies, self.divides, self.compares, self.transcendentals)

    def run(self, *arrays: Any, **weights: Any) -> NoReturn:
        """Raise: nobody said what it does."""
        del arrays, weights
        raise NotImplementedError("an opaque layer is declared and cannot be run")
