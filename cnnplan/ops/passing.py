"""What leaves its input as it is, in inference."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

from cnnplan.cost import Cost
from cnnplan.models import field
from cnnplan.ops.base import Requirement
from cnnplan.ops.fields import Probability, Prose, Truth
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Extent, Shape

__all__ = ["DropPath", "Dropout", "Identity", "Require"]


class Dropping(Pointwise):
    """What leaves out a share of its input at random in training, and passes it on in inference."""

    saves = "nothing"

    is_view = True

    p: Probability

    def run(self, x: Array) -> Array:
        """The same array."""
        return x

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()

    @property
    def shares(self) -> bool:
        """Only where nothing is left out."""
        return not self.p

    @abstractmethod
    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """What was left out; nothing where nothing ever is."""


class Identity(Pointwise):
    """The input as it is.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   torch.nn.Identity

    >>> Identity().output((2, 3))
    (2, 3)
    """

    saves = "nothing"

    is_view = True

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Whatever there is."""
        del elements
        yield from ()

    def gives(self, *elements: Elements) -> Elements:
        """The same."""
        return elements[0]

    def run(self, x: Array) -> Array:
        """The same array."""
        return x

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()


class Require(Identity):
    """The input as it is, where a comparison holds: what a network asks of its sizes that no layer of it shows.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   torch._check

    >>> Require(that=True).output((2, 3))
    (2, 3)
    """

    that: Truth = field(description="The comparison, of symbols, arguments and shapes: H % 32 == 0.")
    because: Prose = field(
        default="", description="What is said where it does not hold: any text, which is no expression."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """The comparison."""
        del shapes
        told = {"because": self.because or "what is required does not hold"}
        yield Requirement(self.that, "CNN113", "{because}", told, "", "that")

    def at(self, values: Mapping[str, Any]) -> Self:
        """The same with the comparison decided."""
        if isinstance(self.that, bool):
            return self
        return self.model_copy(update={"that": self.that.holds(values)})

    def run(self, x: Array) -> Array:
        """The same array, where the comparison holds."""
        if self.that is not True:
            raise ValueError(self.because or "what the layer requires does not hold")
        return x


class Dropout(Dropping):
    """Elements that are left out at random in training; in inference the input as it is.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   Srivastava et al. (2014); torch.nn.Dropout

    >>> Dropout(p=0.2).output((2, 3))
    (2, 3)
    """

    p: Probability = field(default=0.5, description="The share of elements that are left out in training.")

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Which elements were left out; nothing where none ever is."""
        return {"bool": prod(shapes[0])} if self.p else {}


class DropPath(Dropping):
    """Whole samples that are left out at random in training, so that a residual is skipped; in inference the input.

    Output   the shape of the input
    Weights  none
    Cost     nothing
    Source   Huang et al. (2016), Deep Networks with Stochastic Depth, arXiv:1603.09382; torchvision.ops.StochasticDepth

    >>> DropPath(p=0.1).output((2, 3))
    (2, 3)
    """

    ranks = (1, None)

    p: Probability = field(default=0.5, description="The share of samples that are left out in training.")

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """What each sample is multiplied by; nothing where none ever is."""
        return {"": shapes[0][0]} if self.p else {}
