"""Facts that several runtimes share, and the questions to a layer that they are made of."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.ops.windows import is_same, per_axis
from cnnplan.runtimes.base import Effect, Fact
from cnnplan.runtimes.windows import axes, has_ceil, sized, surely
from cnnplan.sizes import TRUE, divides, eq, every, ge, le, minimum, ne

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = [
    "EVEN",
    "FRACTION",
    "LARGER",
    "NORM_OF_IMAGES",
    "NUMBERS",
    "SAME_SPREAD",
    "SMOOTH_CUBIC",
    "STAYING",
    "by_factor",
    "counted",
    "fits",
    "folds_evenly",
    "is_copied",
    "is_even",
    "is_even_lower",
    "is_whole",
    "is_whole_or_stays",
    "keeps",
    "needless",
    "never",
    "refuses",
    "single",
    "sticks",
]

NUMBERS = "padding in numbers, which is the same everywhere"
IMAGES = 2
LINEAR = ("linear", "bilinear", "trilinear")

EVEN = "a pad in front that makes the windows come out even, without ceil_mode"
LARGER = "a larger input, or padding that the window fits on"
FRACTION = "size: [...] instead of scale_factor"


def never(layer: Layer) -> bool:
    """Nowhere."""
    del layer
    return False


def refuses(name: str, verbs: tuple[str, ...], says: str, instead: str, agrees: Callable[[Layer], Any] = never) -> Fact:
    """A layer that does not run there."""
    return Fact(name, verbs, Effect.REFUSED, says, instead, agrees)


def _ceiled(layer: Layer) -> Shape | None:
    return sized(layer, [axis.ceiled for axis in axes(layer)]) if has_ceil(layer.op) else None


def keeps(*verbs: str, opsets: tuple[int, int] = (1, 99)) -> Fact:
    """Ceil mode that keeps a window which starts in the padding or behind it."""
    return Fact(
        name="last window kept",
        verbs=verbs,
        effect=Effect.SIZE,
        says="keeps, in ceil mode, a last window that starts in the padding or behind it",
        instead=EVEN,
        shape=_ceiled,
        opsets=opsets,
    )


def _spread(layer: Layer) -> Shape | None:
    """`same` can take off, and add nothing."""
    if not is_same(layer.op.padding):
        return None
    return sized(layer, [minimum(axis.n * axis.stride, axis.spread) for axis in axes(layer)])


SAME_SPREAD = Fact(
    name="same ends with the last filter",
    verbs=("conv_transpose",),
    effect=Effect.SIZE,
    says="ends the output of `same` where the last filter ends: before n * stride, if the kernel is smaller than the "
    "stride",
    instead="padding and output_padding in numbers",
    shape=_spread,
)


def sticks(layer: Layer) -> Condition | bool:
    """No window sticks out of the padded input in ceil mode."""
    if not has_ceil(layer.op):
        return True
    return every(ge(axis.n + axis.before + axis.after, (axis.m - 1) * axis.stride + axis.span) for axis in axes(layer))


def counted(layer: Layer) -> Condition | bool:
    """The same, of a mean that counts padding."""
    return True if not layer.op.count_include_pad else sticks(layer)


def needless(layer: Layer) -> Condition | bool:
    """`same` needs no padding."""
    return every(le(axis.need, 0) for axis in axes(layer)) if is_same(layer.op.padding) else True


def fits(layer: Layer) -> Condition | bool:
    """No window is longer than the padded input, which ceil mode allows."""
    return every(le(axis.lack, 0) for axis in axes(layer)) if has_ceil(layer.op) else True


def is_even(layer: Layer) -> bool:
    """A kernel of which neither half is longer."""
    return not surely(eq(layer.op.size % 2, 1))


NORM_OF_IMAGES = refuses(
    "response norm of images",
    ("local_response_norm",),
    "knows LRN of four axes and an odd size only",
    "an odd size, on images",
    lambda layer: layer.axes == IMAGES and not is_even(layer),
)


def is_even_lower(layer: Layer) -> Condition | bool:
    """`same_lower` is `same`, of a stride of 1."""
    if layer.op.padding != "same_lower":
        return True
    return every(eq(axis.before, axis.after) for axis in axes(layer))


SMOOTH_CUBIC = Fact(
    name="antialias of bicubic",
    verbs=("upsample",),
    effect=Effect.VALUES,
    says="smooths by another filter with antialias and bicubic",
    instead="mode bilinear with antialias, or no antialias",
    agrees=lambda layer: not (layer.op.antialias and layer.op.mode == "bicubic"),
)


def is_whole(layer: Layer) -> Condition | bool:
    """A factor that leaves nothing to be rounded."""
    return every(_are_whole(layer))


def is_whole_or_stays(layer: Layer) -> Condition | bool:
    """A factor that leaves nothing to be rounded, or no size that changes, along each axis."""
    stays = [eq(m, n) for m, n in zip(layer.y[2:], layer.x[2:], strict=True)]
    return every(each | same for each, same in zip(_are_whole(layer), stays, strict=True))


def _are_whole(layer: Layer) -> list[Condition]:
    factors = per_axis(layer.op.scale_factor, layer.axes)
    pairs = zip(layer.x[2:], factors, strict=True)
    return [divides(f.denominator, n * f.numerator) if type(f) is Fraction else TRUE for n, f in pairs]


def folds_evenly(layer: Layer) -> Condition | bool:
    """Parts of equal length."""
    return divides(layer.op.chunks, layer.x[layer.op.dim])


def by_factor(stays: str) -> Fact:
    """The nearest element by the factor in float32, however the sizes are related.

    Args:
        stays: what is copied as it is where no size changes: the `layer`, or each `axis`.
    """
    return Fact(
        name="nearest by the factor",
        verbs=("upsample",),
        effect=Effect.VALUES,
        says="takes the nearest element by the factor, where PyTorch copies what stays or doubles; what stays in three "
        "dimensions it copies, and PyTorch does not",
        instead=FRACTION,
        agrees=lambda layer: is_copied(layer, stays),
    )


def _moves(layer: Layer) -> Condition | bool:
    """All axes change their size, or none."""
    if layer.op.scale_factor is None or layer.op.align_corners or layer.op.mode not in LINEAR:
        return True
    pairs = list(zip(layer.y[2:], layer.x[2:], strict=True))
    return every(ne(m, n) for m, n in pairs) | every(eq(m, n) for m, n in pairs)


STAYING = Fact(
    name="axis that stays is copied",
    verbs=("upsample",),
    effect=Effect.VALUES,
    says="copies an axis that the factor leaves as long as it is, which PyTorch blends by the factor",
    instead=FRACTION,
    agrees=_moves,
)


def is_copied(layer: Layer, stays: str) -> Condition | bool:
    """Elements are copied from the same places; where an extent is a letter, nothing of a factor is to be rounded.

    Args:
        layer: an upsampling.
        stays: what is copied as it is where no size changes; `sizes` where the ratio of the sizes is the factor.
    """
    if layer.op.scale_factor is None or layer.op.mode != "nearest":
        return True
    sizes: list[tuple[Any, Any]] = list(zip(layer.x[2:], layer.y[2:], strict=True))
    if any(type(n) is not int for n, _ in sizes):
        return is_whole(layer)
    for (n, m), factor in zip(sizes, per_axis(layer.op.scale_factor, layer.axes), strict=True):
        copied = n == m if stays == "axis" else layer.x == layer.y
        if stays == "sizes":
            there: Any = [i * n // m for i in range(m)]
        else:
            there = range(m) if copied else [int(single(i / single(factor))) for i in range(m)]
        if any(min(at, n - 1) != min(_here(i, n, m, factor, layer.axes), n - 1) for i, at in enumerate(there)):
            return False
    return True


def _here(i: int, n: int, m: int, factor: Any, count: int) -> int:
    """PyTorch's place: of two axes, what stays or doubles is copied whatever the factor."""
    if count == IMAGES and m in (n, 2 * n):
        return i * n // m
    return int(single(i * single(1 / float(factor))))


def single(value: Any) -> float:
    """The float32 next to a number."""
    found: float = struct.unpack("f", struct.pack("f", float(value)))[0]
    return found
