"""Arithmetic, products and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.functions.table import TABLE, level, number, takes
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.recording import DYNAMIC
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.torch.emitting import Emitter


def binary(t: Emitter, verb: str, x: Any, y: Any, *, ordered: bool = False) -> Any:
    """Arithmetic of two tensors, or of one and a number."""
    if isinstance(x, Value) and isinstance(y, Value):
        return t.add(verb, {}, level(t, [x, y]))
    tensor, value = (x, y) if isinstance(x, Value) else (y, x)
    if isinstance(value, Formula):
        value = t.argument(value)
    if value is True or value is False or value is None or not isinstance(tensor, Value):
        raise Refused(f"{verb} with {value!r}")
    reverse = {"reverse": True} if ordered and tensor is y else {}
    return t.add(verb, {"value": value, **reverse}, [tensor])


def scaled(t: Emitter, y: Any, alpha: Any) -> Any:
    """An operand times a number."""
    if alpha == 1:
        return y
    if not isinstance(y, Value):
        return y * alpha
    return Value(y.seen, t, t.add("multiply", {"value": number(alpha)}, [y]))


@takes("add")
def add(t: Emitter, x: Any, y: Any, *, alpha: Any = 1, **_: Any) -> Any:
    """A sum; of a number 0, nothing."""
    if not isinstance(y, Value | Formula) and y == 0 and isinstance(x, Value):
        return x
    return binary(t, "add", x, scaled(t, y, alpha))


@takes("radd")
def radd(t: Emitter, x: Any, y: Any) -> Any:
    """The same: `sum` of Python begins with 0."""
    return add(t, x, y)


@takes("sub", "subtract")
def sub(t: Emitter, x: Any, y: Any, *, alpha: Any = 1, **_: Any) -> Any:
    """A difference."""
    return binary(t, "subtract", x, scaled(t, y, alpha), ordered=True)


@takes("rsub")
def rsub(t: Emitter, x: Any, y: Any, **_: Any) -> Any:
    """A difference, the other way round."""
    return binary(t, "subtract", y, x, ordered=True)


@takes("mul", "multiply", "rmul")
def mul(t: Emitter, x: Any, y: Any, **_: Any) -> Any:
    """A product."""
    return binary(t, "multiply", x, y)


@takes("div", "truediv", "divide", "true_divide")
def div(t: Emitter, x: Any, y: Any, *, rounding_mode: Any = None, **_: Any) -> Any:
    """A quotient."""
    if rounding_mode is not None:
        raise Refused("a quotient that is rounded")
    return binary(t, "divide", x, y, ordered=True)


@takes("rdiv", "rtruediv")
def rdiv(t: Emitter, x: Any, y: Any) -> Any:
    """A quotient, the other way round."""
    return binary(t, "divide", y, x, ordered=True)


@takes("reciprocal")
def reciprocal(t: Emitter, x: Value) -> Any:
    """One over it."""
    return t.add("divide", {"value": 1, "reverse": True}, [x])


@takes("neg", "negative")
def neg(t: Emitter, x: Value) -> Any:
    """Times -1."""
    return t.add("multiply", {"value": -1}, [x])


@takes("rsqrt")
def rsqrt(t: Emitter, x: Value) -> Any:
    """One over the root."""
    return t.add("pow", {"exponent": -0.5}, [x])


@takes("square")
def square(t: Emitter, x: Value) -> Any:
    """Times itself."""
    return t.add("multiply", {}, [x, x])


@takes("pow")
def pow_(t: Emitter, x: Value, exponent: Any) -> Any:
    """A power."""
    if exponent == 2:  # noqa: PLR2004 - a square
        return square(t, x)
    return t.add("pow", {"exponent": number(exponent)}, [x])


@takes("addcmul")
def addcmul(t: Emitter, x: Value, a: Value, b: Value, *, value: Any = 1) -> Any:
    """A sum and a product."""
    product = t.add("multiply", {}, level(t, [a, b]), origin=t.origin("multiply"))
    if value != 1:
        product = t.add("multiply", {"value": value}, [product])
    return t.add("add", {}, [x, product])


@takes("matmul", "bmm", "rmatmul", "mm")
def matmul(t: Emitter, x: Value, y: Value) -> Any:
    """A product of matrices."""
    if x.rank == 1 or y.rank == 1:
        raise Refused("a product of a matrix and a vector")
    return t.add("matmul", {}, level(t, [x, y]))


@takes("mv")
def mv(t: Emitter, x: Value, y: Value) -> Any:
    """A product of a matrix and a vector."""
    column = t.add("unsqueeze", {"dim": 1}, [y], origin=t.origin("column"))
    made = t.add("matmul", {}, [x, column], origin=t.origin("matmul"))
    return t.add("squeeze", {"dim": 1}, [made])


@takes("dot", "vdot", "inner")
def dot(t: Emitter, x: Value, y: Value) -> Any:
    """The sum of the products of two vectors."""
    if x.rank != 1 or y.rank != 1:
        raise Refused("an inner product of more than two vectors")
    products = t.add("multiply", {}, [x, y], origin=t.origin("multiply"))
    return t.add("reduce", {"mode": "sum", "dim": 0}, [products])


@takes("baddbmm")
def baddbmm(t: Emitter, x: Value, a: Value, b: Value, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """A sum and a product of matrices."""
    product = t.add("matmul", {}, [a, b], origin=t.origin("matmul"))
    if alpha != 1:
        product = t.add("multiply", {"value": alpha}, [product], origin=t.origin("multiply"))
    if beta == 0:
        return product
    return t.add("add", {}, [scaled(t, x, beta), product])


@takes("einsum")
def einsum(t: Emitter, equation: str, *operands: Any) -> Any:
    """A sum of products."""
    tensors = operands[0] if len(operands) == 1 and isinstance(operands[0], tuple) else operands
    return t.add("einsum", {"equation": equation.replace(" ", "")}, [*tensors])


COMPARISONS: Final = {
    "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip


def _comparing(mode: str) -> Callable[..., Any]:
    def write(t: Emitter, x: Value, y: Any) -> Any:
        if isinstance(y, Value):
            return t.add("compare", {"mode": mode}, level(t, [x, y]))
        return t.add("compare", {"mode": mode, "value": number(y)}, [x])

    return write


TABLE.update({name: _comparing(mode) for name, mode in COMPARISONS.items()})


@takes("masked_fill")
def masked_fill(t: Emitter, x: Value, mask: Value, value: Any) -> Any:
    """A number where a mask is true: a mask that is stored is one of zeros and ones."""
    if mask.seen.ref.kind in DYNAMIC:
        return _filled(t, mask, number(value), x)
    kept = t.add("compare", {"mode": "equal", "value": 0}, [mask], origin=t.origin("compare"))
    if mask.rank != x.rank:
        kept = t.add("reshape", {"shape": [*[1] * (x.rank - mask.rank), *mask.shape]}, [kept])
    return t.add("where", {"value": number(value)}, [kept, x])


@takes("where")
def where(t: Emitter, choice: Value, one: Any, other: Any) -> Any:
    """A choice between two."""
    if isinstance(one, Value) and isinstance(other, Value):
        return t.add("where", {}, level(t, [choice, one, other]))
    if isinstance(one, Value):
        return t.add("where", {"value": number(other)}, level(t, [choice, one]))
    if isinstance(other, Value):
        return _filled(t, choice, number(one), other)
    raise Refused("where between two numbers")


def _filled(t: Emitter, choice: Value, value: Any, other: Value) -> Any:
    """A number where a mask is true, else the elements of a layer."""
    constant = t.add("constant", {"shape": [1] * other.rank, "value": value}, origin=t.origin("constant"))
    return t.add("where", {}, [*level(t, [choice, other])[:1], constant, other])
