"""Attention in several heads, between linear layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.arrays import affine, held
from cnnplan.ops.attention import attention_cost
from cnnplan.ops.base import Limits, Requirement, Weight, broken, show
from cnnplan.ops.contraction import attended
from cnnplan.ops.elementwise import meeting
from cnnplan.ops.fields import Flag, Positive
from cnnplan.ops.links import Link
from cnnplan.ops.sharing import Turned, fully
from cnnplan.sizes import combine, divides, eq, prod, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Extent, Shape

__all__ = ["MultiHeadAttention"]

AXES = 3
"""Those of queries, keys and values: batch, places, features."""


class MultiHeadAttention(Turned):
    """Attention in several heads, each on its share of the features, between linear layers.

    The batch comes first. One input attends to itself; three are queries, keys and values, of as many features unless
    kdim and vdim say otherwise. A mask may stand behind them: true where a query does not see a key, as PyTorch has it,
    or numbers that are added to the products.

    Output   the shape of the queries (N, L, E); a mask is (L, S), or (N * num_heads, L, S)
    Weights  in_proj_weight (3 E, E), in_proj_bias (3 E,), out_proj.weight (E, E), out_proj.bias (E,); with kdim or vdim
             q_proj_weight (E, E), k_proj_weight (E, kdim), v_proj_weight (E, vdim) instead of the first
    Cost     E multiply-adds for each element of the three projections and of the output, an add each for the bias,
             and scaled dot product attention for each head, with an add for each pair for a mask
    Source   Vaswani et al. (2017), Attention Is All You Need; torch.nn.MultiheadAttention

    >>> MultiHeadAttention(num_heads=3).output((2, 5, 12))
    (2, 5, 12)
    """

    arity: ClassVar[Limits] = (1, 4)
    ranks: ClassVar[Limits] = (2, 3)

    num_heads: Positive = field(description="Number of heads; divides the features.")
    bias: Flag = field(default=True, description="Whether the linear layers add a number to each feature.")
    kdim: Positive | None = field(default=None, description="Features of the keys; left out, those of the queries.")
    vdim: Positive | None = field(default=None, description="Features of the values; left out, those of the queries.")

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """One input or three that meet, heads that divide the features, a mask for all pairs."""
        flat = next((shape for shape in triple(shapes) if len(shape) != AXES), None)
        if flat is not None:
            values = {"shape": show(flat), "given": len(flat)}
            yield broken("CNN104", "takes an input of 3 axes, and {shape} has {given}", values, "(N, L, E)")
            return
        query, key, value = triple(shapes)
        values = {"heads": self.num_heads, "features": query[2]}
        message = "num_heads (={heads}) does not divide the {features} features"
        yield Requirement(divides(self.num_heads, query[2]), "CNN106", message, values, "", "num_heads")
        for other, features in zip((key, value), self._features(query[2]), strict=True):
            yield meeting(query[0], other[0], 0)
            yield meeting(features, other[2], 2)
        yield meeting(key[1], value[1], 1)
        yield from self._meets(query, key, shapes[-1] if masked(shapes) else ())

    def _meets(self, query: Shape, key: Shape, mask: Shape) -> Iterator[Requirement]:
        """A mask that has a place for each pair, for all heads or each."""
        pairs = (query[1], key[1]) if len(mask) < AXES else (query[0] * self.num_heads, query[1], key[1])
        for dim, (given, wanted) in enumerate(zip(mask, pairs, strict=False)):
            values: dict[str, Any] = {"dim": dim, "given": given, "wanted": wanted}
            message = "axis {dim} of the mask has {given} elements, and {wanted} are asked for"
            hint = "the second of two is a mask, (L, S) or (N * num_heads, L, S); for keys and values: from: [q, k, v]"
            yield Requirement(eq(given, wanted), "CNN103", message, values, hint)

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Numbers, but for a mask."""
        truths = len(elements) % 2 == 0 and elements[-1].dtype == "bool"
        yield from super().reads(*elements[: -1 if truths else None])

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
        *reads, mask = arrays if len(arrays) in {2, 4} else (*arrays, None)
        query, key, value = reads * 3 if len(reads) == 1 else reads
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
        shown = self._shown(mask, query.shape[:2], key.shape[1])
        y = np.swapaxes(attended(heads[0], heads[1], heads[2], shown), 1, 2)
        return affine(y.reshape(query.shape), back, last)

    def _shown(self, mask: Array | None, queries: tuple[int, ...], keys: int) -> Array | None:
        """A mask for each head as the product of queries and keys has it, true where a key is seen."""
        if mask is None:
            return None
        batch, places = queries
        if mask.shape not in ((places, keys), (batch * self.num_heads, places, keys)):
            raise ValueError(f"a mask {mask.shape} for {places} queries and {keys} keys")
        split = mask.reshape(-1, self.num_heads, places, keys) if mask.ndim == AXES else mask[None, None]
        return ~split if split.dtype == bool else split

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
        if masked(shapes) and operand == len(shapes) - 1:
            places = len(shapes[operand]) - 2
            if dim < places:
                return Link(0, self.num_heads, 0, self.num_heads - 1)
            return Link(1) if dim == places else None
        alone = len(shapes) - masked(shapes) == 1
        return Link(dim) if dim == 0 or (dim == 1 and operand == 0 and not alone) else None

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """Queries, keys and values of the heads, what the heads give, and a logarithm for each query of a head."""
        query, key, value = self._projected(shapes)
        return {"": prod(query) * 2 + prod(key) + prod(value), "statistic": prod(query[:2]) * self.num_heads}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Four projections, and attention for each head."""
        query, key, value = self._projected(shapes)
        elements = prod(query) * 2 + prod(key) + prod(value)
        macs = combine((prod(x) * output[2], 1) for x in (output, *triple(shapes)))
        added = prod(query[:2]) * self.num_heads * key[1] if masked(shapes) else 0
        linear = Cost(macs=macs, adds=(elements if self.bias else 0) + added)
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


def masked(inputs: tuple[Array, ...]) -> bool:
    """Whether the last input is a mask."""
    return len(inputs) % 2 == 0


def triple(inputs: tuple[Array, ...]) -> tuple[Array, ...]:
    """Queries, keys and values; one input is all three. A mask is left out."""
    found = inputs[:-1] if masked(inputs) else inputs
    return found * 3 if len(found) == 1 else found
