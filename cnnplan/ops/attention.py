"""Attention: every place looks at all others, as far as a product of both says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.base import Limits, Operator, Requirement, broken
from cnnplan.ops.contraction import attended
from cnnplan.ops.elementwise import meeting, unequal_ranks
from cnnplan.ops.fields import Flag
from cnnplan.ops.links import Link
from cnnplan.sizes import divides, prod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.ops.elements import Elements
    from cnnplan.sizes import Extent, Shape

__all__ = ["ScaledDotProductAttention", "attention_cost"]

BIAS = 3
"""The input that is added to the products."""

FUSED = 4
"""The axes (N, heads, L, E) for which PyTorch attends in one kernel, without ever holding all products."""


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

    A fourth input says which pairs of places meet: true or false (an input of dtype bool, or what compare gives), or
    numbers that are added to the products, minus infinity where a pair is masked. A query that sees no key gives zeros.

    Output   (..., L, V) from queries (..., L, E), keys (..., S, E), values (..., S, V) and a mask or bias (..., L, S),
             of which an extent that is the number 1 is repeated
    Weights  none
    Cost     softmax(q / sqrt(E) @ k.T) @ v: E + V multiply-adds for each pair of query and key, a multiply for each
             element of the queries, and a softmax of S elements for each query; what is_causal hides is computed too;
             an add for each pair for a mask or bias
    Source   Vaswani et al. (2017), Attention Is All You Need; torch.nn.functional.scaled_dot_product_attention

    >>> ScaledDotProductAttention().output((2, 3, 8), (2, 5, 8), (2, 5, 7))
    (2, 3, 7)
    """

    arity: ClassVar[Limits] = (3, 4)
    ranks: ClassVar[Limits] = (2, None)

    is_causal: Flag = field(default=False, description="Whether a query sees only the keys up to its own place.")
    enable_gqa: Flag = field(
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

    def reads(self, *elements: Elements) -> Iterator[Requirement]:
        """Numbers, but for a mask."""
        mask = [each for each in elements[BIAS:] if each.dtype == "bool"]
        yield from super().reads(*elements[: BIAS if mask else None])

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
