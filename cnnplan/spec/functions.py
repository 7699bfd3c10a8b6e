"""The functions of the expression language: how each is written, what it means, what it computes.

FUNCTIONS is the table of contents; `explain` prints it. `shape` and `count` ask for layers, so that whoever evaluates
answers them; all others compute with values.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan import sizes
from cnnplan.spec.arithmetic import ARITHMETIC, bounded, is_number, is_plain, show
from cnnplan.spec.faults import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

    Compute = Callable[..., Any]

__all__ = ["FUNCTIONS", "Function", "call"]


class Function(NamedTuple):
    """A function of the language.

    Args:
        usage: how it is written.
        meaning: what it is, as a phrase.
        example: an expression that has a value anywhere, "" where it needs a network.
        compute: the function, None where it asks for layers.
    """

    usage: str
    meaning: str
    example: str = ""
    compute: Compute | None = None


def _numbers(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    if bad := [value for value in values if not is_number(value)]:
        raise EvaluationError(f"{name} takes numbers, not {show(bad[0])}")
    return values


def _each(name: str, compute: Compute) -> Compute:
    """A function of a number, and of each of a list."""

    def apply(*values: Any) -> Any:
        if len(values) != 1:
            raise EvaluationError(f"{name} takes one number, not {len(values)}")
        if isinstance(values[0], tuple):
            return tuple(map(apply, values[0]))
        return compute(*_numbers(name, values))

    return apply


def _all(name: str, compute: Compute, least: int = 1) -> Compute:
    """A function of numbers, or of a list of them."""

    def apply(*values: Any) -> Any:
        values = values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
        if len(values) < least:
            raise EvaluationError(f"{name} takes at least one number")
        return compute(*_numbers(name, values))

    return apply


def _folded(name: str, fold: Callable[[Any, Any], Any]) -> Compute:
    """A function of whole numbers above 0, two and two."""

    def apply(*values: Any) -> Any:
        for value in values:
            if sizes.ge(value, 1).verdict is False or sizes.is_whole(value).verdict is False:
                raise EvaluationError(f"{name} takes whole numbers above 0, not {show(value)}")
        return reduce(fold, values)

    return _all(name, apply)


def _lcm(left: Any, right: Any) -> Any:
    """The product over the greatest common divisor, which comes out even."""
    return sizes.exact_div(left * right, sizes.gcd(left, right))


def _make_divisible(*values: Any) -> Any:
    if len(values) != 2:  # noqa: PLR2004
        raise EvaluationError(f"make_divisible takes a number and a divisor, not {len(values)} values")
    value, divisor = _numbers("make_divisible", values)
    if is_plain(divisor) and divisor <= 0:
        raise EvaluationError(f"make_divisible takes a divisor above 0, not {show(divisor)}")
    return sizes.make_divisible(value, divisor)


def _scaled(*values: Any) -> Any:
    if len(values) != 2:  # noqa: PLR2004
        raise EvaluationError(f"scaled takes a size and a factor, not {len(values)} values")
    size, factor = _numbers("scaled", values)
    for value in values:
        if sizes.ge(value, 0).verdict is False:
            raise EvaluationError(f"scaled takes numbers that are not negative, not {show(value)}")
    if sizes.is_whole(size).verdict is False:
        raise EvaluationError(f"scaled takes a whole number and a factor, not {show(size)}")
    return sizes.scaled(size, factor)


def _length(*values: Any) -> Any:
    match values:
        case (tuple(items),):
            return len(items)
    raise EvaluationError(f"len takes one list, not {', '.join(map(show, values)) or 'nothing'}")


def _sum(*values: Any) -> Any:
    return reduce(ARITHMETIC["+"], values, 0)


def _product(*values: Any) -> Any:
    return reduce(ARITHMETIC["*"], values, 1)


FUNCTIONS: Final[dict[str, Function]] = {
    "floor": Function(
        "floor(x)", "the greatest whole number that is not above x", "floor(7 / 2)", _each("floor", sizes.floor)
    ),
    "ceil": Function("ceil(x)", "the least whole number that is not below x", "ceil(7 / 2)", _each("ceil", sizes.ceil)),
    "round": Function(
        "round(x)",
        "the nearest whole number, of two the even one",
        "round(5 / 2)",
        _each("round", sizes.round_half_even),
    ),
    "abs": Function("abs(x)", "x without its sign", "abs(3 - 5)", _each("abs", sizes.absolute)),
    "min": Function("min(a, b, ...)", "the least of numbers or of a list", "min(6, 4)", _all("min", sizes.minimum)),
    "max": Function("max(a, b, ...)", "the greatest of numbers or of a list", "max(6, 4)", _all("max", sizes.maximum)),
    "sum": Function(
        "sum(list)", "the numbers of a list added up, 0 of none", "sum([2, 2, 6, 2])", _all("sum", _sum, 0)
    ),
    "prod": Function(
        "prod(list)", "the numbers of a list multiplied, 1 of none", "prod([3, 4, 5])", _all("prod", _product, 0)
    ),
    "len": Function("len(list)", "how many elements a list has", "len([3, 9, 3])", _length),
    "gcd": Function(
        "gcd(a, b, ...)",
        "the greatest common divisor of whole numbers above 0",
        "gcd(24, 36)",
        _folded("gcd", sizes.gcd),
    ),
    "lcm": Function(
        "lcm(a, b, ...)", "the least common multiple of whole numbers above 0", "lcm(4, 6)", _folded("lcm", _lcm)
    ),
    "make_divisible": Function(
        "make_divisible(x, q)",
        "the multiple of q nearest to x, at least q, and one more q where that is less than nine tenths of x",
        "make_divisible(1.5 * 24, 8)",
        _make_divisible,
    ),
    "scaled": Function(
        "scaled(n, f)",
        "the size that upsample makes of n by the scale_factor f: floor(n * f), the product computed in doubles",
        "scaled(90, 0.7)",
        _scaled,
    ),
    "count": Function('count("name")', "how many maps a list of maps has, or copies, or parts"),
    "shape": Function('shape("name")', "the shape of a layer that came before, channels at [1]"),
}


def call(name: str, values: tuple[Any, ...]) -> Any:
    """A function of the language that computes.

    Raises:
        EvaluationError: it takes no such values.
    """
    compute = FUNCTIONS[name].compute
    assert compute is not None  # noqa: S101 - the compiler treats the others itself
    try:
        return bounded(compute(*values))
    except (ArithmeticError, TypeError, ValueError) as fault:
        shown = ", ".join(map(show, values))
        raise EvaluationError(f"{name}({shown}) has no value: {fault}") from None
