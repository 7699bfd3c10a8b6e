"""Arithmetic on two values: of sizes it is worked out, of a layer and a number it is a layer with that number."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import ge, prod
from cnnplan.translation.onnx import arithmetic
from cnnplan.translation.onnx.contents import BOOL
from cnnplan.translation.onnx.numbers import MOST
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.job import Job


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """What shapes meet in."""
    rank = max(map(len, shapes))
    longer = [(*[1] * (rank - len(shape)), *shape) for shape in shapes]
    return tuple(next((n for n in extents if n != 1), 1) for extents in zip(*longer, strict=True))


def fixed(job: Job, values: Sequence[Value], name: str, dtype: int | None = None) -> bool:
    """Give what rests on no input and no trained weight as such; whether it does."""
    if not all(value.is_fixed for value in values):
        return False
    parts = [partial(job.translator.elements, value) for value in values]
    shape = broadcast([value.shape for value in values])
    dtype = values[0].dtype if dtype is None else dtype
    job.give(Value(job.output(), dtype, shape, derived=lambda: getattr(np, name)(*(part() for part in parts))))
    return True


def folded(job: Job, function: Callable[..., Any], name: str, dtype: int | None = None) -> bool:
    """Work out what is known of two inputs; whether it is."""
    left, right = job.value(0), job.value(1)
    numbers = [job.translator.numbers(value) for value in (left, right)]
    if numbers[0] is not None and numbers[1] is not None and prod(broadcast([left.shape, right.shape])) <= MOST:
        whole = not left.is_float
        found = numbers[0].meet(numbers[1], partial(function, whole=whole))
        job.give_numbers(found, left.dtype if dtype is None else dtype)
        return True
    return fixed(job, [left, right], name, dtype)


def scalar(job: Job, value: Value) -> Any:
    """The number that a value is, None where it is none, or several."""
    known = None if value.layer else job.translator.numbers(value)
    if known is None or len(set(known.flat)) != 1:
        return None
    found = known.flat[0]
    return found if isinstance(found, arithmetic.Plain) and not isinstance(found, bool) else None


def layers(job: Job, values: Sequence[Value]) -> list[Value]:
    """Values as layers with as many axes each."""
    rank = max(len(value.shape) for value in values)
    return [job.as_layer(value, rank) for value in values]


def _binary(job: Job, verb: str, function: Callable[..., Any], name: str, *, ordered: bool = False) -> None:
    if folded(job, function, name):
        return
    values = [job.value(0), job.value(1)]
    for place in (1, 0):
        number, other = scalar(job, values[place]), values[1 - place]
        if number is not None and other.layer and len(values[place].shape) <= len(other.shape):
            args = {"value": number, **({"reverse": True} if ordered and place == 0 else {})}
            job.give(job.layer(verb, args, [other]))
            return
    job.give(job.layer(verb, {}, layers(job, values)))


def add_(job: Job) -> None:
    """Add."""
    _binary(job, "add", arithmetic.add, "add")


def sub_(job: Job) -> None:
    """Sub."""
    _binary(job, "subtract", arithmetic.subtract, "subtract", ordered=True)


def mul_(job: Job) -> None:
    """Mul; a scale that the network works out as it runs gives back what it was taken from."""
    values = [job.stored(0), job.stored(1)]
    if values[0].scales or values[1].scales:
        job.give(_rescaled(job, values))
    else:
        _binary(job, "multiply", arithmetic.multiply, "multiply")


def _rescaled(job: Job, values: list[Value]) -> Value:
    """A product with scales of quantized tensors: what was multiplied by them already stays what it is."""
    first, second = (replace(value, scales=()) for value in values)
    scales = tuple(sorted((*values[0].scales, *values[1].scales)))
    if not first.layer and not second.layer:
        rest = second if scalar(job, first) == 1 else first if scalar(job, second) == 1 else None
        if rest is None:
            raise NotUnderstood("a product of several scales")
        return replace(rest, scales=scales)
    layer, factor = (0, 1) if first.layer else (1, 0)
    if values[factor].layer or sorted(values[layer].scales) != sorted(values[factor].scales):
        raise NotUnderstood("whole numbers of a quantized tensor times a scale that is not theirs")
    y, times = ((first, second)[place] for place in (layer, factor))
    known = job.translator.numbers(times, every=True)
    if known is not None and len(known.flat) == 1:
        (number,) = known.flat
        return y if number == 1 else job.layer("multiply", {"value": number}, [y])
    stored = replace(times, tensor=None, steps=(), derived=partial(job.translator.elements, times))
    return job.layer("multiply", {}, layers(job, [y, stored]))


def div_(job: Job) -> None:
    """Div."""
    _binary(job, "divide", arithmetic.divide, "divide", ordered=True)


def mod_(job: Job) -> None:
    """Mod of sizes; fmod differs from it where one is negative."""
    if job.whole("fmod"):
        known = [job.translator.numbers(value) for value in job.values()]
        if any(each is None or any(ge(n, 0).verdict is not True for n in each.flat) for each in known):
            raise NotUnderstood("fmod 1 of what may be negative")
    if not folded(job, arithmetic.modulo, "mod"):
        raise NotUnderstood("the remainder of a division of what a layer gives")


def pow_(job: Job) -> None:
    """Pow by a number."""
    if folded(job, arithmetic.power, "power"):
        return
    exponent = scalar(job, job.value(1))
    if exponent is None:
        raise NotUnderstood("a power by what is computed")
    job.give(job.layer("pow", {"exponent": exponent}, [job.as_layer(job.value())]))


def sum_(job: Job) -> None:
    """Sum of several."""
    values = job.values()
    job.give(values[0] if len(values) == 1 else job.layer("add", {}, layers(job, values)))


def mean_(job: Job) -> None:
    """Mean of several."""
    values = job.values()
    total = job.layer("add", {}, layers(job, values), tag="sum") if len(values) > 1 else values[0]
    job.give(job.layer("divide", {"value": len(values)}, [total]))


def _extreme(job: Job, function: Callable[..., Any], name: str, side: str) -> None:
    values = job.values()
    if len(values) == 1:
        job.give(values[0])
        return
    if len(values) == 2 and folded(job, function, name):  # noqa: PLR2004 - a pair
        return
    numbers = [scalar(job, value) for value in values]
    known = [number for number in numbers if number is not None]
    others = [value for value, number in zip(values, numbers, strict=True) if number is None]
    found = others[0]
    for other in others[1:]:
        left, right = layers(job, [found, other])
        mode = "greater" if side == "min" else "less"
        when = job.layer("compare", {"mode": mode}, [left, right], tag="which")
        found = job.layer("where", {}, [when, left, right], tag="chosen")
    if known:
        bound = reduce(partial(function, whole=False), known)
        found = job.layer("clip", {side: bound}, [job.as_layer(found)])
    job.give(found)


def max_(job: Job) -> None:
    """Max of sizes, or of a layer and a number."""
    _extreme(job, arithmetic.greatest, "maximum", "min")


def min_(job: Job) -> None:
    """Min of sizes, or of a layer and a number."""
    _extreme(job, arithmetic.least, "minimum", "max")


def _logical(job: Job, function: Callable[..., Any], name: str) -> None:
    if not folded(job, function, name, BOOL):
        raise NotUnderstood("logic on what a layer gives")


def and_(job: Job) -> None:
    """And."""
    _logical(job, arithmetic.both, "logical_and")


def or_(job: Job) -> None:
    """Or."""
    _logical(job, arithmetic.either, "logical_or")


def xor_(job: Job) -> None:
    """Xor."""
    _logical(job, arithmetic.differ, "logical_xor")


def _compare(job: Job, mode: str, function: Callable[..., Any], name: str) -> None:
    if folded(job, function, name, BOOL):
        return
    left, right = job.value(0), job.value(1)
    number = scalar(job, right)
    if number is not None:
        job.give(job.layer("compare", {"mode": mode, "value": number}, [job.as_layer(left)]))
    else:
        job.give(job.layer("compare", {"mode": mode}, layers(job, [left, right])))


def equal_(job: Job) -> None:
    """Equal."""
    _compare(job, "equal", arithmetic.same, "equal")


def greater_(job: Job) -> None:
    """Greater."""
    _compare(job, "greater", arithmetic.greater, "greater")


def greaterorequal_(job: Job) -> None:
    """GreaterOrEqual."""
    _compare(job, "greater_equal", arithmetic.greater_equal, "greater_equal")


def less_(job: Job) -> None:
    """Less."""
    _compare(job, "less", arithmetic.less, "less")


def lessorequal_(job: Job) -> None:
    """LessOrEqual."""
    _compare(job, "less_equal", arithmetic.less_equal, "less_equal")


def where_(job: Job) -> None:
    """Where: decided on sizes, a layer elsewhere."""
    values = [job.value(index) for index in range(3)]
    known = [job.translator.numbers(value) for value in values]
    when, left, right = known
    if when is not None and left is not None and right is not None:
        shape = left.meet(right, lambda a, _: a).shape
        pairs = left.expand(shape).meet(right.expand(shape), lambda a, b: (a, b))
        job.give_numbers(when.meet(pairs, partial(_chosen, job)), values[1].dtype)
        return
    if fixed(job, values, "where", values[1].dtype):
        return
    if when is not None and len(set(when.flat)) == 1:
        chosen = values[1] if job.translator.decide(when.flat[0]) else values[2]
        whole = broadcast([value.shape for value in values])
        job.give(chosen if chosen.shape == whole else job.layer("expand", {"shape": whole}, [job.as_layer(chosen)]))
        return
    number = scalar(job, values[2])
    reads = layers(job, values[:2] if number is not None else values)
    job.give(job.layer("where", {} if number is None else {"value": number}, reads))


def _chosen(job: Job, when: Any, pair: tuple[Any, Any]) -> Any:
    """One of two; where it depends on sizes which, and they differ, on one side of the condition."""
    left, right = pair
    return left if arithmetic.same(left, right) is True or job.translator.decide(when) else right
