"""Trained numbers on their own: as a layer, as factors, as the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import along, held
from cnnplan.ops.base import Limits, Operator, Requirement, Weight, broken
from cnnplan.ops.dims import outside
from cnnplan.ops.fields import Dim, Positive, WholeShape
from cnnplan.ops.links import Link
from cnnplan.ops.rectifiers import Pointwise
from cnnplan.sizes import le, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Extent, Shape

__all__ = ["Embedding", "Parameter", "Scale"]


class Parameter(Operator):
    """Trained numbers as a layer of its own, which reads nothing: a class token, the embedding of positions.

    Output   shape
    Weights  weight (*shape)
    Cost     nothing
    Source   torch.nn.Parameter

    >>> Parameter(shape=(1, 5, 7)).output()
    (1, 5, 7)
    """

    arity: ClassVar[Limits] = (0, 0)
    saves = "nothing"

    @property
    def is_weight(self) -> bool:
        """It is nothing else."""
        return True

    shape: WholeShape = field(description="All extents; that of the batch is 1, where the layer is repeated for it.")

    def output(self, *shapes: Shape) -> Shape:
        """That shape."""
        del shapes
        return self.shape

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """Themselves."""
        del shapes
        return {"weight": Weight(self.shape)}

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """Each of them once."""
        del shapes
        weights: Extent = prod(output)
        return weights

    def run(self, weight: Array) -> Array:
        """The weight itself."""
        return held("weight", weight, *self.shape)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()


class Scale(Pointwise):
    """Every channel times a trained factor of its own.

    Output   the shape of the input
    Weights  weight (n,), n the extent of axis `dim`
    Cost     a multiply per element
    Source   Touvron et al. (2021), Going deeper with Image Transformers (LayerScale), arXiv:2103.17239

    >>> Scale().weights((2, 3, 5, 7))["weight"].shape
    (3,)
    """

    ranks = (1, None)
    overwrites = True

    dim: Dim = field(default=1, description="The axis that has a factor for each index.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """An axis of that number."""
        yield from outside("dim", self.dim, len(shapes[0]))

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """A factor per index."""
        return {"weight": Weight((shapes[0][self.dim],))}

    def run(self, x: Array, weight: Array, out: Array | None = None) -> Array:
        """A product."""
        (axis,) = along(self.dim, x.ndim)
        held("weight", weight, x.shape[axis])
        return np.multiply(x, weight.reshape(-1, *(1 for _ in x.shape[axis + 1 :])), out=out)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """A multiply."""
        del shapes
        return Cost(multiplies=prod(output))


class Embedding(Operator):
    """Every integer becomes a row of a trained table.

    Output   (*shape of the input, embedding_dim)
    Weights  weight (num_embeddings, embedding_dim)
    Cost     nothing: rows are looked up
    Source   torch.nn.Embedding

    >>> Embedding(num_embeddings=30, embedding_dim=8).output((2, 5))
    (2, 5, 8)
    """

    saves = "inputs"

    num_embeddings: Positive = field(description="Rows of the table: the integers are below that.")
    embedding_dim: Positive = field(description="Extent of a row.")

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Integers, below the number of rows."""
        (held,) = elements
        values = {"rows": self.num_embeddings, "below": held.below}
        if not held.dtype:
            hint = "declare input: {{shape: [...], dtype: int64, below: ...}}"
            yield broken("CNN112", "looks up integers, and the input holds numbers", values, hint)
        elif held.below is not None:
            message = "num_embeddings (={rows}) is less than {below}, which the integers are only known to be below"
            fits = le(held.below, self.num_embeddings)
            yield Requirement(fits, "CNN112", message, values, "", "num_embeddings")

    def output(self, *shapes: Shape) -> Shape:
        """A row for each element."""
        return (*shapes[0], self.embedding_dim)

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """The table."""
        del shapes
        return {"weight": Weight((self.num_embeddings, self.embedding_dim))}

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """A table for each place."""
        del output
        tables: Extent = prod(shapes[0][1:]) * self.num_embeddings * self.embedding_dim
        return tables

    def dense(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """From each row of each place to the features of all places."""
        weights: Extent = prod(shapes[0][1:]) * self.num_embeddings * prod(output[1:])
        return weights

    def run(self, x: Array, weight: Array) -> Array:
        """The rows."""
        held("weight", weight, self.num_embeddings, self.embedding_dim)
        places = np.asarray(x)
        if places.min() < 0 or places.max() >= len(weight):
            raise IndexError(f"there are {len(weight)} rows, and {places.min()} to {places.max()} are asked for")
        return np.take(weight, places, axis=0)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Element by element."""
        del operand, shapes
        return Link(dim)

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Nothing."""
        del shapes, output
        return Cost()
