"""Attention: every place looks at all others, as far as a product of both says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.base import Limits, Operator, Requirement, Weight, broken
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.fields import Flag, Positive
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import Turned, fully
from cnnplan.sizes import combine, divides, prod, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["MultiHeadAttention", "ScaledDotProductAttention"]

BIAS = 3
"""The input that is added to the products."""

FUSED = 4
"""The axes (N, heads, L, E) for which PyTorch attends in one kernel, without ever holding all products."""


def attended(query: Array, key: Array, value: Array, bias: Array | None = None, *, causal: bool = False) -> Array:
    """Values, weighted by the softmax of the products of queries and keys."""
    query = np.multiply(query, query.shape[-1] ** -0.5)
    y = np.matmul(query, np.swapaxes(key, -1, -2))
    y = y if bias is None else np.add(y, bias, out=y)
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

    A fourth input is added to the products: the bias of a pair of places, or minus infinity where a pair is masked.

    Output   (..., L, V) from queries (..., L, E), keys (..., S, E), values (..., S, V) and a bias (..., L, S), of which
             an extent that is the number 1 is repeated
    Weights  none
    Cost     softmax(q / sqrt(E) @ k.T) @ v: E + V multiply-adds for each pair of query and key, a multiply for each
             element of the queries, and a softmax of S elements for each query; what is_causal hides is computed too;
             an add for each pair for a bias
    Source   Vaswani et al. (2017), Attention Is All You Need; torch.nn.functional.scaled_dot_product_attention

    >>> ScaledDotProductAttention().output((2, 3, 8), (2, 5, 8), (2, 5, 7))
    (2, 3, 7)
    """

    arity: ClassVar[Limits] = (3, 4)
    ranks: ClassVar[Limits] = (2, None)

    is_causal: Flag = Field(default=False, description="Whether a query sees only the keys up to its own place.")
    enable_gqa: Flag = Field(
        default=False, description="Whether several heads of queries, on the axis before the last two, share a key."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Equal axes in front, queries as long as keys, as many keys as values, a bias that meets all pairs."""
        fault = next(unequal_ranks(shapes), None)
        if fault is not None:
            yield fault
            return
        query, key, value, *bias = shapes
        yield from self._fronts(query, key, value)
        yield meeting(query[-1], key[-1], len(query) - 1)
        yield meeting(key[-2], value[-2], len(query) - 2)
        for shape in bias:
            pairs = (*query[:-1], key[-2])
            yield from (meeting(n, m, dim) for dim, (n, m) in enumerate(zip(pairs, shape, strict=True)) if m != 1)

    def _fronts(self, query: Shape, key: Shape, value: Shape) -> Iterator[Requirement]:
        """Equal axes in front; heads that share keys come out even."""
        heads = len(query) - 3 if self.enable_gqa else -1
        if self.enable_gqa and heads < 1:
            yield broken("CNN104", "enable_gqa is for inputs (N, heads, L, E)", {}, "", "enable_gqa")
            return
        for dim in range(len(query) - 2):
            if dim == heads:
                values = {"keys": key[dim], "queries": query[dim]}
                message = "the {keys} heads of keys do not divide the {queries} heads of queries"
                yield Requirement(divides(key[dim], query[dim]), "CNN106", message, values, "", "enable_gqa")
            else:
                yield meeting(query[dim], key[dim], dim)
            yield meeting(key[dim], value[dim], dim)

    def output(self, *shapes: Shape) -> Shape:
        """As many as there are queries, as long as a value."""
        query, _, value, *_ = shapes
        return (*query[:-1], value[-1])

    def run(self, query: Array, key: Array, value: Array, bias: Array | None = None) -> Array:
        """The formula."""
        if self.enable_gqa:
            times, rest = divmod(query.shape[-3], key.shape[-3])
            if rest or query.ndim < FUSED or key.shape[-3] != value.shape[-3]:
                raise ValueError(f"{query.shape} with {key.shape}: heads do not come out even")
            key, value = np.repeat(key, times, axis=-3), np.repeat(value, times, axis=-3)
        if len({array.shape[:-2] for array in (query, key, value)}) > 1:
            raise ValueError(f"{query.shape}, {key.shape} and {value.shape} do not meet")
        if bias is not None and any(
            m not in (1, n) for n, m in zip((*query.shape[:-1], key.shape[-2]), bias.shape, strict=True)
        ):
            raise ValueError(f"a bias {bias.shape} for {query.shape} and {key.shape}")
        return attended(query, key, value, bias, causal=self.is_causal)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Queries one by one, all keys and values."""
        rank = len(shapes[0])
        if operand == BIAS:
            return None if shapes[BIAS][dim] == 1 or dim == rank - 1 else Link(dim)
        if self.enable_gqa and operand and dim == rank - 3:
            return None
        own = (rank - 2,) if operand == 0 else (rank - 1,) if operand == 2 else ()  # noqa: PLR2004 - the values
        return Link(dim) if dim < rank - 2 or dim in own else None

    def keeps(self, *shapes: Shape) -> str:
        """The inputs; the output as well in one kernel for all, which PyTorch has for four axes."""
        return "both" if len(shapes[0]) == FUSED else self.saves

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """The softmax, or in one kernel for all the logarithm of its sum for each query."""
        query, key, *_ = shapes
        return {"statistic": prod(query[:-1])} if len(query) == FUSED else {"": prod(query[:-1]) * key[-2]}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Products and softmax, and the bias if there is one."""
        del output
        query, key, value, *bias = shapes
        added = prod(query[:-1]) * key[-2] if bias else 0
        return attention_cost(query, key, value) + Cost(adds=added)


class MultiHeadAttention(Turned):
    """Attention in several heads, each on its share of the features, between linear layers.

    The batch comes first. One input attends to itself; three are queries, keys and values, of as many features unless
    kdim and vdim say otherwise.

    Output   the shape of the queries (N, L, E)
    Weights  in_proj_weight (3 E, E), in_proj_bias (3 E,), out_proj.weight (E, E), out_proj.bias (E,); with kdim or vdim
             q_proj_weight (E, E), k_proj_weight (E, kdim), v_proj_weight (E, vdim) instead of the first
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
    kdim: Positive | None = Field(default=None, description="Features of the keys; left out, those of the queries.")
    vdim: Positive | None = Field(default=None, description="Features of the values; left out, those of the queries.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """One input or three that meet, and heads that divide the features."""
        if len(shapes) == 2:  # noqa: PLR2004 - neither one nor three
            yield broken("CNN105", "takes 1 input or 3, got 2", {}, "from: [queries, keys, values]")
            return
        query, key, value = triple(shapes)
        values = {"heads": self.num_heads, "features": query[2]}
        message = "num_heads (={heads}) does not divide the {features} features"
        yield Requirement(divides(self.num_heads, query[2]), "CNN106", message, values, "", "num_heads")
        for other, features in zip((key, value), self._features(query[2]), strict=True):
            yield meeting(query[0], other[0], 0)
            yield meeting(features, other[2], 2)
        yield meeting(key[1], value[1], 1)

    def output(self, *shapes: Shape) -> Shape:
        """That of the queries."""
        return shapes[0]

    def weights(self, *shapes: Shape) -> dict[str, Weight]:
        """The projections into heads, in one matrix, and the one back."""
        e = shapes[0][2]
        widths = self._features(e)
        if self.kdim is None and self.vdim is None:
            found = {"in_proj_weight": Weight((3 * e, e))}
        else:
            names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
            found = {name: Weight((e, width)) for name, width in zip(names, (e, *widths), strict=True)}
        found["out_proj.weight"] = Weight((e, e))
        if self.bias:
            found |= {"in_proj_bias": Weight((3 * e,)), "out_proj.bias": Weight((e,))}
        return found

    def _features(self, e: Extent) -> tuple[Extent, Extent]:
        """Those of keys and of values."""
        return (e if self.kdim is None else self.kdim, e if self.vdim is None else self.vdim)

    def run(self, *arrays: Array, **weights: Array) -> Array:
        """Projected, attended head by head, projected back."""
        query, key, value = arrays * 3 if len(arrays) == 1 else arrays
        e = query.shape[2]
        widths = (e, self.kdim or e, self.vdim or e)
        if len({x.shape[0] for x in (query, key, value)}) > 1 or widths != (e, key.shape[2], value.shape[2]):
            raise ValueError(f"{query.shape}, {key.shape} and {value.shape} do not meet")
        w = self._projections(e, widths, weights)
        b, back, last = (weights.pop(name, None) for name in ("in_proj_bias", "out_proj.weight", "out_proj.bias"))
        if weights:
            raise TypeError(f"{', '.join(weights)} are no weights of this layer")
        held("out_proj.weight", back, e, e)
        held("in_proj_bias", b, 3 * e, there=self.bias)
        held("out_proj.bias", last, e, there=self.bias)
        parts = (slice(i * e, (i + 1) * e) for i in range(3))
        pairs = zip((query, key, value), w, parts, strict=True)
        heads = [self._heads(affine(x, each, None if b is None else b[part])) for x, each, part in pairs]
        y = np.swapaxes(attended(*heads), 1, 2)
        return affine(y.reshape(query.shape), back, last)

    def _projections(self, e: int, widths: tuple[Any, ...], weights: dict[str, Array]) -> list[Array]:
        """The weights of queries, keys and values, which stand in one matrix unless there are other widths."""
        if self.kdim is None and self.vdim is None:
            whole: Any = held("in_proj_weight", weights.pop("in_proj_weight", None), 3 * e, e)
            return [whole[:e], whole[e : 2 * e], whole[2 * e :]]
        names = (f"{letter}_proj_weight" for letter in "qkv")
        pairs = zip(names, widths, strict=True)
        return [held(name, weights.pop(name, None), e, width) for name, width in pairs]

    def _heads(self, x: Array) -> Array:
        return np.swapaxes(x.reshape(*x.shape[:2], self.num_heads, x.shape[2] // self.num_heads), 1, 2)

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """Queries one by one, all keys and values; where the input is all three, all of it."""
        return Link(dim) if dim == 0 or (dim == 1 and operand == 0 and len(shapes) > 1) else None

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Queries, keys and values of the heads, what the heads give, and a logarithm for each query of a head."""
        query, key, value = self._projected(shapes)
        return {"": prod(query) * 2 + prod(key) + prod(value), "statistic": prod(query[:2]) * self.num_heads}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Four projections, and attention for each head."""
        query, key, value = self._projected(shapes)
        elements = prod(query) * 2 + prod(key) + prod(value)
        macs = combine((prod(x) * output[2], 1) for x in (output, *triple(shapes)))
        linear = Cost(macs=macs, adds=elements if self.bias else 0)
        return linear + attention_cost(*(self._split(x) for x in (query, key, value)))

    @staticmethod
    def _projected(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Queries, keys and values of as many features."""
        return tuple((*x[:2], shapes[0][2]) for x in triple(shapes))

    def connections(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """The projections at each place; the products of queries, keys and values have no weights."""
        inputs = [prod(x[1:]) for x in (output, *triple(shapes))]
        rows = [prod(x[1:]) for x in (output, *self._projected(shapes))]
        weights: Extent = total(inputs) * output[2] + (total(rows) if self.bias else 0)
        return weights

    def dense(self, shapes: tuple[Shape, ...], output: Shape) -> Extent:
        """Projections of all places to all places."""
        maps = [*zip(triple(shapes), self._projected(shapes), strict=True), (output, output)]
        return combine((fully(x, y, bias=self.bias), 1) for x, y in maps)  # type: ignore[no-any-return]

    def _split(self, x: Shape) -> Shape:
        share: Extent = x[2] // self.num_heads
        return (x[0], self.num_heads, x[1], share)


def triple(inputs: tuple[Array, ...]) -> tuple[Array, ...]:
    """Queries, keys and values; one input is all three."""
    return inputs * 3 if len(inputs) == 1 else inputs
