"""Where sizes come from, and constants that are made of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.sizes import Count, ceil_div, prod
from cnnplan.translation.onnx.contents import DTYPES, FLOAT, INT64, decimal
from cnnplan.translation.onnx.names import module
from cnnplan.translation.onnx.numbers import MOST, Numbers
from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job


def shape_(job: Job) -> None:
    """Shape, or a part of it."""
    shape = [*job.value().shape]
    end = job.attribute("end")
    part = shape[slice(job.whole("start"), None if end is None else job.whole("end"))]
    job.give_numbers(Numbers.vector(part), INT64)


def size_(job: Job) -> None:
    """Size: how many elements there are."""
    job.give_numbers(Numbers.scalar(prod(job.value().shape)), INT64)


def constant_(job: Job) -> None:
    """Constant: a tensor of the file, a number or a list."""
    found = job.node.attributes
    given = job.attribute("value")
    if given is not None and given.kind == "tensor":
        tensor = given.value
        job.give(Value(job.output(), tensor.dtype, tensor.dims, tensor=tensor))
    elif "value_int" in found:
        job.give_numbers(Numbers.scalar(job.whole("value_int")), INT64)
    elif "value_ints" in found:
        job.give_numbers(Numbers.vector(job.wholes("value_ints") or []), INT64)
    elif "value_float" in found:
        job.give_numbers(Numbers.scalar(decimal(job.number("value_float"))), FLOAT)
    elif "value_floats" in found:
        job.give_numbers(Numbers.vector([*map(decimal, job.numbers("value_floats") or [])]), FLOAT)
    else:
        raise NotUnderstood(f"a constant of {', '.join(found) or 'nothing'}")


def constantofshape_(job: Job) -> None:
    """ConstantOfShape: the same number everywhere."""
    shape = job.known(0, "the shape").flat
    dtype, number = FLOAT, Numbers.scalar(0)
    given = job.attribute("value")
    if given is not None:
        tensor = given.value
        known = job.translator.numbers(
            Value(f"{job.output()} value", tensor.dtype, tensor.dims, tensor=tensor), every=True
        )
        if known is None:
            raise NotUnderstood("its value is stored outside the file")
        dtype, number = tensor.dtype, Numbers.scalar(known.flat[0])
    value = number.flat[0]
    if all(isinstance(n, int) for n in shape) and prod(shape) <= MOST:
        job.give_numbers(number.expand([int(n) for n in shape]), dtype)
        return
    name = _numpy(dtype)
    job.give(
        Value(job.output(), dtype, tuple(shape), fill=value, derived=lambda: np.full(job.sized(shape), value, name))
    )


def _numpy(dtype: int) -> str:
    name = DTYPES.get(dtype, "float32")
    return "float32" if name.startswith(("bfloat", "float8")) else name


def range_(job: Job) -> None:
    """Range."""
    start, stop, step = (job.known(index, what).flat[0] for index, what in enumerate(("start", "limit", "delta")))
    dtype = job.value().dtype
    if all(isinstance(n, int) for n in (start, stop, step)) and step:
        places = range(start, stop, step)
        if len(places) <= MOST:
            job.give_numbers(Numbers.vector([*places]), dtype)
            return
    count = ceil_div(stop - start, step)
    first = start if step == 1 else None
    derived = lambda: np.arange(*job.sized((start, stop, step)))  # noqa: E731
    job.give(Value(job.output(), dtype, (count,), derived=derived, counts_from=first))


def cumsum_(job: Job) -> None:
    """CumSum of numbers that are known."""
    value = unnamed(job, job.value())
    axis = int(job.known(1, "axis").flat[0])
    if not value.is_fixed:
        raise NotUnderstood("a running sum of what a layer gives")
    job.wants("exclusive", job.whole("exclusive"), 0)
    job.wants("reverse", job.whole("reverse"), 0)
    known = job.translator.numbers(value)
    if known is not None and len(known.shape) == 1:
        sums: list[Any] = []
        for number in known.flat:
            sums.append(number + (sums[-1] if sums else 0))
        job.give_numbers(Numbers.vector(sums), value.dtype)
        return
    derive(job, value.shape, lambda x: np.cumsum(x, axis), values=[value])


def derive(job: Job, shape: Any, function: Any, dtype: int | None = None, values: list[Value] | None = None) -> None:
    """What is worked out of inputs that rest on no input and no trained weight."""
    values = job.values() if values is None else values
    if not all(value.is_fixed for value in values):
        raise NotUnderstood("it is understood of constants alone, and this is what a layer gives")
    parts = [partial(job.translator.elements, value) for value in values]
    own = values[0].dtype if dtype is None else dtype
    job.give(Value(job.output(), own, shape, derived=lambda: function(*(part() for part in parts))))


def nonzero_(job: Job) -> None:
    """NonZero of numbers that are known."""
    known = job.translator.numbers(job.value())
    if known is None or len(known.shape) != 1 or any(isinstance(n, Count) for n in known.flat):
        raise NotUnderstood("the size of its output depends on values")
    places = [place for place, n in enumerate(known.flat) if n]
    job.give_numbers(Numbers((1, len(places)), tuple(places)), INT64)


def unnamed(job: Job, value: Value) -> Value:
    """A tensor that belongs to no module is no trained weight where it is written into a constant."""
    if not value.is_weight or module([value.name]):
        return value
    return replace(value, tensor=None, steps=(), derived=partial(job.translator.elements, value))


def trilu_(job: Job) -> None:
    """Trilu of a constant."""
    upper = job.whole("upper", 1)
    shift = int(job.known(1, "k").flat[0]) if job.has(1) else 0
    derive(job, job.value().shape, lambda x, *_: (np.triu if upper else np.tril)(x, shift))


def eyelike_(job: Job) -> None:
    """EyeLike: ones on a diagonal."""
    shape: Any = job.value().shape
    dtype = job.whole("dtype", job.value().dtype)
    shift = job.whole("k")
    name = _numpy(dtype)
    eye: Any = np.eye
    job.give(Value(job.output(), dtype, shape, derived=lambda: eye(*job.sized(shape), k=shift, dtype=name)))


def onehot_(job: Job) -> None:
    """OneHot of numbers that are known."""
    depth = job.known(1, "depth").flat[0]
    axis = job.whole("axis", -1)
    shape = [*job.value().shape]
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, depth)

    hot = _hot(job, depth, axis)
    if hot is not None:
        job.give_numbers(hot, job.value(2).dtype)
        return

    def spread(indices: Any, _: Any, values: Any) -> Any:
        hot = np.arange(job.sized(depth)) == np.expand_dims(indices, -1)
        return np.moveaxis(np.where(hot, values[1], values[0]), -1, axis)

    derive(job, tuple(shape), spread, job.value(2).dtype)


def _hot(job: Job, depth: Any, axis: int) -> Numbers | None:
    """The same of a few numbers, one of which may be a size."""
    where, values = (job.translator.numbers(job.value(place)) for place in (0, 2))
    if where is None or values is None or not isinstance(depth, int) or len(where.flat) * depth > MOST:
        return None
    off, on = values.flat
    flat = tuple(on if place % depth == at else off for at in where.flat for place in range(depth))
    last = Numbers((*where.shape, depth), flat)
    rank = len(last.shape)
    dims = [*range(rank - 1)]
    dims.insert(axis % rank, rank - 1)
    return last.permute(dims)
