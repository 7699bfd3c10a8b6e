"""Adaptive average pooling as a function of ONNX's own operators, for sizes that may vary.

ONNX has no such operator. Along an axis element i of m is the mean of the places from floor(i n / m) to
ceil((i + 1) n / m) of n: a product with a matrix that is worked out when the network runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.writing.protos import Call, function_proto, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NAME", "called", "defined", "sizes_of"]

NAME = "AdaptiveAveragePool"
SAME = "n"
"""Stands for an axis that is left as it is."""


def called(sizes: Sequence[int | None]) -> str:
    """The name of the function for the sizes of the spatial axes: `AdaptiveAveragePool_7x7`."""
    return f"{NAME}_{'x'.join(SAME if size is None else str(size) for size in sizes)}"


def sizes_of(name: str) -> tuple[int | None, ...] | None:
    """The sizes that a function is called after; None where it is not one of these."""
    head, _, tail = name.partition("_")
    parts = tail.split("x")
    if head != NAME or not 1 <= len(parts) <= 3 or not all(part == SAME or part.isdecimal() for part in parts):  # noqa: PLR2004
        return None
    return tuple(None if part == SAME else int(part) for part in parts)


def defined(sizes: Sequence[int | None], dtype: str) -> bytes:
    """The function as ONNX stores it."""
    body = _Body(dtype, 2 + len(sizes))
    value = "x"
    for axis, size in enumerate(sizes, 2):
        value = value if size is None else body.pooled(value, axis, size)
    body.call("Identity", [value], "y")
    return function_proto(called(sizes), ["x"], "y", body.nodes)


class _Body:
    """The nodes of the function."""

    def __init__(self, dtype: str, rank: int) -> None:
        self.dtype = dtype
        self.rank = rank
        self.nodes: list[Call] = []

    def call(self, op: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(Call(op, output, inputs, [output], attributes))
        return output

    def numbers(self, *values: int) -> str:
        return self.call("Constant", [], value_ints=list(values))

    def pooled(self, value: str, axis: int, size: int) -> str:
        """One axis, brought to the end and back."""
        order = [place for place in range(self.rank) if place != axis] + [axis]
        last = axis == self.rank - 1
        value = value if last else self.call("Transpose", [value], perm=order)
        value = self.call("MatMul", [value, self.matrix(value, size)])
        return value if last else self.call("Transpose", [value], perm=[order.index(i) for i in range(self.rank)])

    def matrix(self, value: str, size: int) -> str:
        """(n, m): what each of n places counts in each of m means."""
        n = self.call("Gather", [self.call("Shape", [value]), self.numbers(-1)])
        starts, ends = self.bounds(n, size, 0, 0), self.bounds(n, size, 1, size - 1)
        one = self.call("Constant", [], value_int=1)
        zero = self.call("Constant", [], value_int=0)
        places = self.call("Range", [zero, self.call("Squeeze", [n]), one])
        places = self.call("Unsqueeze", [places, self.numbers(1)])
        begun = self.call("GreaterOrEqual", [places, starts])
        inside = self.call("And", [begun, self.call("Less", [places, ends])])
        counts = self.call("Sub", [ends, starts])
        kind = number_of(self.dtype)
        return self.call("Div", [self.call("Cast", [inside], to=kind), self.call("Cast", [counts], to=kind)])

    def bounds(self, n: str, size: int, first: int, more: int) -> str:
        """((i + first) n + more) / m for each i."""
        steps = self.call("Mul", [self.numbers(*range(first, first + size)), n])
        return self.call("Div", [self.call("Add", [steps, self.numbers(more)]), self.numbers(size)])
