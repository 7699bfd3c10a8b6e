"""Arithmetic, activations, and sums along axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.emitting import Refused, Value
from cnnplan.translation.torch.functions.table import TABLE, axes, level, number, same, takes
from cnnplan.translation.torch.merging import Formula

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.torch.emitting import Emitter

PASSING: Final = (
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "contiguous", "clone",
    "detach",
    "to", "float", "half", "double", "bfloat16", "type", "type_as", "requires_grad", "identity", "cpu", "cuda", "data",
    "alias", "positive", "real", "view_as_real_", "checkpoint", "stochastic_depth", "resolve_conj", "native_dropout_",
)  # fmt: skip
"""What gives its input, in eval mode."""

TABLE.update(dict.fromkeys(PASSING, same))

PLAIN: Final = {
    "relu": "relu", "relu6": "relu6", "sigmoid": "sigmoid", "tanh": "tanh", "silu": "silu", "mish": "mish",
    "selu": "selu", "hardswish": "hard_swish", "hardsigmoid": "hard_sigmoid", "abs": "abs", "sqrt": "sqrt",
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "swish": "silu",
}  # fmt: skip
"""Functions of one element, with nothing to say besides."""


def _plain(verb: str) -> Callable[..., Any]:
    def write(t: Emitter, x: Value, *_: Any, **_more: Any) -> Any:
        return t.add(verb, {}, [x])

    return write


TABLE.update({name: _plain(verb) for name, verb in PLAIN.items()})


@takes("zero_")
def zero(t: Emitter, x: Value) -> Any:
    """Nothing but zeros."""
    return t.add("multiply", {"value": 0}, [x])


@takes("leaky_relu")
def leaky_relu(t: Emitter, x: Value, negative_slope: float = 0.01, *_: Any, **_more: Any) -> Any:
    """A slope."""
    return t.add("leaky_relu", {"negative_slope": negative_slope}, [x])


@takes("elu")
def elu(t: Emitter, x: Value, alpha: float = 1.0, *_: Any, **_more: Any) -> Any:
    """An exponential below 0."""
    return t.add("elu", {"alpha": alpha} if alpha != 1 else {}, [x])


@takes("gelu")
def gelu(t: Emitter, x: Value, approximate: str = "none") -> Any:
    """GELU, exact or by tanh."""
    return t.add("gelu", {"approximate": approximate} if approximate != "none" else {}, [x])


@takes("softplus")
def softplus(t: Emitter, x: Value, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """A soft bend."""
    return t.add("softplus", {"beta": beta, "threshold": threshold}, [x])


@takes("hardtanh")
def hardtanh(t: Emitter, x: Value, min_val: float = -1.0, max_val: float = 1.0, *_: Any, **_more: Any) -> Any:
    """A clip."""
    if (min_val, max_val) == (0, 6):
        return t.add("relu6", {}, [x])
    return t.add("clip", {"min": min_val, "max": max_val}, [x])


@takes("clamp", "clip")
def clamp(t: Emitter, x: Value, min: Any = None, max: Any = None) -> Any:
    """A clip."""
    return t.add("clip", {"min": number(min), "max": number(max)}, [x])


@takes("clamp_min")
def clamp_min(t: Emitter, x: Value, min: Any) -> Any:
    """A lower bound."""
    return t.add("clip", {"min": number(min)}, [x])


@takes("softmax", "_softmax")
def softmax(t: Emitter, x: Value, dim: int = -1, *_: Any, **_more: Any) -> Any:
    """Exponentials that add up to 1."""
    return t.add("softmax", {"dim": dim}, [x])


@takes("log_softmax")
def log_softmax(t: Emitter, x: Value, dim: int = -1, *_: Any, **_more: Any) -> Any:
    """Their logarithms."""
    return t.add("log_softmax", {"dim": dim}, [x])


@takes("glu")
def glu(t: Emitter, x: Value, dim: int = -1) -> Any:
    """One half, by the sigmoid of the other."""
    halves = t.add("split", {"sections": 2, "dim": dim}, [x], origin=t.origin("split"))
    gate = t.add("sigmoid", {}, [f"{halves}.1"], origin=t.origin("sigmoid"))
    return t.add("multiply", {}, [f"{halves}.0", gate], origin=t.origin("multiply"))


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


def reduced(mode: str) -> Callable[..., Any]:
    """Sums and the like along axes."""

    def write(t: Emitter, x: Value, dim: Any = None, keepdim: bool = False, *_: Any, **more: Any) -> Any:
        if isinstance(dim, Value):
            raise Refused(f"{mode} of two tensors")
        keepdim = more.get("keepdims", keepdim)
        dim = more.get("axis", dim)
        named = axes(dim, x.rank)
        if mode == "mean" and keepdim and named == [*range(2, x.rank)]:
            return t.add("global_avg_pool", {}, [x])
        args = {"dim": named[0] if len(named) == 1 else named} | ({"keepdim": True} if keepdim else {})
        made = t.add("mean", args, [x]) if mode == "mean" else t.add("reduce", {"mode": mode, **args}, [x])
        outputs = len(t.here.outputs)
        return [made, None] if outputs > 1 else made

    return write


TABLE.update({"mean": reduced("mean"), "sum": reduced("sum"), "amax": reduced("max"), "amin": reduced("min")})
TABLE.update({"prod": reduced("prod"), "logsumexp": reduced("logsumexp")})


@takes("max", "min")
def extreme(t: Emitter, x: Value, *args: Any, **more: Any) -> Any:
    """The greatest or the least along an axis; its place is known to nobody."""
    mode = t.here.name
    return reduced(mode)(t, x, *args, **more)


@takes("var", "std")
def spread(
    t: Emitter,
    x: Value,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    *,
    correction: Any = None,
) -> Any:
    """How far elements lie apart."""
    named = axes(dim, x.rank)
    taken = correction if correction is not None else 0 if unbiased is False else 1
    args: dict[str, Any] = {"mode": t.here.name, "dim": named[0] if len(named) == 1 else named}
    args |= ({"keepdim": True} if keepdim else {}) | ({"correction": int(taken)} if taken != 1 else {})
    return t.add("reduce", args, [x])


@takes("norm", "vector_norm", "linalg_vector_norm", "linalg_norm")
def norm(t: Emitter, x: Value, p: Any = 2, dim: Any = None, keepdim: bool = False, **_: Any) -> Any:
    """A norm along axes."""
    if p not in {1, 2, "fro"}:
        raise Refused(f"a norm of power {p}")
    named = axes(dim, x.rank)
    args: dict[str, Any] = {"mode": "l1" if p == 1 else "l2", "dim": named[0] if len(named) == 1 else named}
    return t.add("reduce", args | ({"keepdim": True} if keepdim else {}), [x])


@takes("normalize")
def normalize(t: Emitter, x: Value, p: float = 2.0, dim: int = 1, eps: float = 1e-12, **_: Any) -> Any:
    """Divided by its norm."""
    length = norm(t, x, p, dim, keepdim=True)
    bound = t.add("clip", {"min": eps}, [length], origin=t.origin("clip"))
    return t.add("divide", {}, [x, bound])


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
    """A number where a mask is true."""
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
    raise Refused("where with a number in the place of the first choice")
