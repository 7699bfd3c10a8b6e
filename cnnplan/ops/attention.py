"""Attention: every place looks at all others, as far as a product of both says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.base import Limits, Operator, Requirement, Weight, broken
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.fields import Flag, Positive
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import fully
from cnnplan.sizes import combine, divides, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["MultiHeadAttention", "ScaledDotProductAttention"]

FUSED = 4
"""The axes (N, heads, L, E) for which PyTorch attends in one kernel, without ever holding all products."""


def attended(query: Array, key: Array, value: Array, *, causal: bool = False) -> Array:
    """Values, weighted by the softmax of the products of queries and keys."""
    query = np.multiply(query, query.shape[-1] ** -0.5)
    y = np.matmul(query, np.swapaxes(key, -1, -2))
    if causal:
        y = np.where(np.tri(*y.shape[-2:]) > 0, y, -np.inf)
    y = np.subtract(y, np.max(y, axis=-1, keepdims=True))
    y = np.exp(y, out=y)
    y = np.divide(y, np.sum(y, axis=-1, keepdims=True), out=y)
    return np.matmul(y, value)


def attention_cost(query: Shape, key: Shape, value: Shape) -> Cost:
    """The same, counted: two products, a scale and a softmax."""
    pairs = prod(query[:-1]) * key[-2]
    steps = pairs - prod(query[:-1])
    return Cost(
        macs=pairs * (query[-1] + value[-1]),
        multiplies=prod(query),
        compares=steps,
        adds=pairs + steps,
        transcendentals=pairs,
        divides=pairs,
    )


class ScaledDotProductAttention(Operator):
    """Queries meet keys, and the softmax of their products weighs the values.

    Output   (..., L, V) from queries (..., L, E), keys (..., S, E) and values (..., S, V)
    Weights  none
    Cost     softmax(q / sqrt(E) @ k.T) @ v: E + V multiply-adds for each pair of query and key, a multiply for each
             element of the queries, and a softmax of S elements for each query; what is_causal hides is computed too
    Source   Vaswani et al. (2017), Attention Is All You Need; torch.nn.functional.scaled_dot_product_attention

    >>> ScaledDotProductAttention().output((2, 3, 8), (2, 5, 8), (2, 5, 7))
    (2, 3, 7)
    """

    arity: ClassVar[Limits] = (3, 3)
    ranks: ClassVar[Limits] = (2, None)

    is_causal: Flag = Field(default=False, description="Whether a query sees only the keys up to its own place.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal axes in front, queries as long as keys, as many keys as values."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        query, key, value = shapes
        for dim in range(len(query) - 2):
            yield meeting(query[dim], key[dim], dim)
            yield meeting(query[dim], value[dim], dim)
        yield meeting(query[-1], key[-1], len(query) - 1)
        yield meeting(key[-2], value[-2], len(query) - 2)

    def output(self, *shapes: Shape) -> Shape:
        """As many as there are queries, as long as a value."""
        query, _, value = shapes
        return (*query[:-1], value[-1])

    def run(self, query: Array, key: Array, value: Array) -> Array:
        """The formula."""
        if len({array.shape[:-2] for array in (query, key, value)}) > 1:
            raise ValueError(f"{query.shape}, {key.shape} and {value.shape} do not meet")
        return attended(query, key, value, causal=self.is_causal)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Queries one by one, all keys and values."""
        rank = len(shapes[0])
        own = (rank - 2,) if operand == 0 else (rank - 1,) if operand == 2 else ()  # noqa: PLR2004 - the values
        return Link(dim) if dim < rank - 2 or dim in own else None

    def keeps(self, *shapes: Shape) -> str:
        """The inputs; the output as well in one kernel for all, which PyTorch has for four axes."""
        return "both" if len(shapes[0]) == FUSED else self.saves

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The softmax, or in one kernel for all the logarithm of its sum for each query."""
        query, key, _ = shapes
        return {"statistic": prod(query[:-1])} if len(query) == FUSED else {"": prod(query[:-1]) * key[-2]}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Products and softmax."""
        del output
        return attention_cost(*shapes)


class MultiHeadAttention(Operator):
    """Attention in several heads, each on its share of the features, between linear layers.

    The batch comes first. One input attends to itself; three are queries, keys and values of as many features.

    Output   the shape of the queries (N, L, E)
    Weights  in_proj_weight (3 E, E), in_proj_bias (3 E,), out_proj.weight (E, E), out_proj.bias (E,)
    Cost     E multiply-adds for each element of the three projections and of the output, an add each for the bias,
             and scaled dot product attention for each head
    Source   Vaswani et al. (2017), Attention Is All You Need; torch.nn.MultiheadAttention

    >>> MultiHeadAttention(num_heads=3).output((2, 5, 12))
    (2, 5, 12)
    """

    arity: ClassVar[Limits] = (1, 3)
    ranks: ClassVar[Limits] = (3, 3)

    num_heads: Positive = Field(description="Number of heads; divides the features.")
    bias: Flag = Field(default=True, description="Whether the linear layers add a number to each feature.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """One input or three that meet, and heads that divide the features."""
        if len(shapes) == 2:  # noqa: PLR2004 - neither one nor three
            yield broken("CNN105", "takes 1 input or 3, got 2", {}, "from: [queries, keys, values]")
            return
        query, key, value = triple(shapes)
        values = {"heads": self.num_heads, "features": query[2]}
        message = "num_heads (={heads}) does not divide the {features} features"
        yield Requirement(divides(self.num_heads, query[2]), "CNN106", message, values, "", "num_heads")
        for other in shapes[1:]:
            yield meeting(query[0], other[0], 0)
            yield meeting(query[2], other[2], 2)
        yield meeting(key[1], value[1], 1)

    def output(self, *shapes: Shape) -> Shape:
        """That of the queries."""
        return shapes[0]

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """The projections into heads, in one matrix, and the one back."""
        e = shapes[0][2]
        found = {"in_proj_weight": Weight((3 * e, e)), "out_proj.weight": Weight((e, e))}
        if self.bias:
            found |= {"in_proj_bias": Weight((3 * e,)), "out_proj.bias": Weight((e,))}
        return found

    def run(self, *arrays: Array, **weights: Array) -> Array:
        """Projected, attended head by head, projected back."""
        query, key, value = arrays * 3 if len(arrays) == 1 else arrays
        e = query.shape[2]
        if {key.shape[::2], value.shape[::2]} != {query.shape[::2]}:
            raise ValueError(f"{query.shape}, {key.shape} and {value.shape} do not meet")
        names = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
        w, b, back, last = (weights.pop(name, None) for name in names)
        if weights:
            raise TypeError(f"{', '.join(weights)} are no weights of this layer")
        held("in_proj_weight", w, 3 * e, e)
        held("out_proj.weight", back, e, e)
        held("in_proj_bias", b, 3 * e, there=self.bias)
        held("out_proj.bias", last, e, there=self.bias)
        parts = (slice(i * e, (i + 1) * e) for i in range(3))
        pairs = zip((query, key, value), parts, strict=True)
        heads = [self._heads(affine(x, w[part], None if b is None else b[part])) for x, part in pairs]
        y = np.swapaxes(attended(*heads), 1, 2)
        return affine(y.reshape(query.shape), back, last)

    def _heads(self, x: Array) -> Array:
        return np.swapaxes(x.reshape(*x.shape[:2], self.num_heads, x.shape[2] // self.num_heads), 1, 2)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Queries one by one, all keys and values; where the input is all three, all of it."""
        return Link(dim) if dim == 0 or (dim == 1 and operand == 0 and len(shapes) > 1) else None

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Queries, keys and values of the heads, what the heads give, and a logarithm for each query of a head."""
        query, key, value = triple(shapes)
        return {"": prod(query) * 2 + prod(key) + prod(value), "statistic": prod(query[:2]) * self.num_heads}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Four projections, and attention for each head."""
        query, key, value = triple(shapes)
        elements = prod(query) * 2 + prod(key) + prod(value)
        linear = Cost(macs=elements * output[2], adds=elements if self.bias else 0)
        return linear + attention_cost(*(self._split(x) for x in (query, key, value)))

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """The projections at each place; the products of queries, keys and values have no weights."""
        rows = prod(shapes[0][1:]) * 2 + sum(prod(x[1:]) for x in triple(shapes)[1:])
        weights: Extent = rows * output[2] + (rows if self.bias else 0)
        return weights

    def dense(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """Projections of all places to all places."""
        maps = ((x, x) for x in (*triple(shapes), output))
        return combine((fully(x, y, bias=self.bias), 1) for x, y in maps)  # type: ignore[no-any-return]

    def _split(self, x: Shape) -> Shape:
        share: Extent = x[2] // self.num_heads
        return (x[0], self.num_heads, x[1], share)


def triple(inputs: tuple[Array, ...]) -> tuple[Array, ...]:
    """Queries, keys and values; one input is all three."""
    return inputs * 3 if len(inputs) == 1 else inputs
