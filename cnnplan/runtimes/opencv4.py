"""OpenCV 4's dnn module on the processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.ops.windows import is_same, margins
from cnnplan.runtimes.base import Effect, Fact, Runtime, condition
from cnnplan.runtimes.opencv import RATIO, UNKNOWN, is_seen, transposed
from cnnplan.runtimes.sharing import EVEN, IMAGES, LARGER, NUMBERS, folds_evenly, needless, refuses
from cnnplan.runtimes.windows import Axis, axes, has_ceil, is_apart, sized, surely
from cnnplan.sizes import eq, every, ge, le, maximum, minimum

if TYPE_CHECKING:
    from cnnplan.runtimes.base import Layer
    from cnnplan.sizes import Condition, Shape

__all__ = ["RUNTIME"]


def _undilated(layer: Layer) -> Shape | None:
    """The windows of a kernel whose taps lie side by side; one behind as much padding as is at the end is dropped."""
    if is_same(layer.op.padding):
        return None
    sizes = []
    for axis in axes(layer):
        after = axis.before if layer.axes == 1 else axis.after
        rest = axis.n + axis.before + after - axis.kernel
        if not has_ceil(layer.op):
            sizes.append((rest + axis.stride) // axis.stride)
            continue
        ceiled = (rest + 2 * axis.stride - 1) // axis.stride
        clipped = minimum(ceiled, (axis.n + after - 1 + axis.stride) // axis.stride)
        sizes.append(clipped if surely(ge(after, 1)) else ceiled)
    return sized(layer, sizes)


def _line(layer: Layer) -> Shape | None:
    """A convolution along one axis, with the padding of the front on both sides."""
    if is_same(layer.op.padding) or layer.axes != 1:
        return None
    (axis,) = axes(layer)
    return sized(layer, [(axis.n + 2 * axis.before - axis.span + axis.stride) // axis.stride])


def _uncounted(layer: Layer) -> Condition | bool:
    """No padding is in a mean that counts it."""
    if is_same(layer.op.padding) or not layer.op.count_include_pad:
        return True
    found = []
    for axis in axes(layer):
        end = (axis.m - 1) * axis.stride + axis.kernel - axis.before
        found += [eq(axis.before, 0), condition(surely(eq(axis.after, 0))) | le(end, axis.n)]
    return every(found)


def _is_even(axis: Axis) -> bool:
    return surely(eq(axis.before, axis.after))


def _deconvolution(layer: Layer) -> Shape | None:
    """The filters of a transposed convolution whose taps lie side by side."""
    if is_same(layer.op.padding):
        return transposed(layer)
    sizes = [(axis.n - 1) * axis.stride + axis.kernel + axis.extra - axis.before - axis.after for axis in axes(layer)]
    return sized(layer, sizes)


def _of_images(layer: Layer) -> bool:
    """Two axes, cut alike on both sides."""
    return layer.axes == IMAGES and (is_same(layer.op.padding) or all(_is_even(axis) for axis in axes(layer)))


def _fits(layer: Layer) -> Condition | bool:
    """No window is longer than the padded input, its taps side by side, which ceil mode allows."""
    if not has_ceil(layer.op):
        return True
    return every(le(axis.kernel, axis.n + axis.before + axis.after) for axis in axes(layer))


def _unshifted(layer: Layer) -> Condition | bool:
    """The padding in front is that of SAME_UPPER and of taps side by side."""
    if not is_same(layer.op.padding):
        return True
    if layer.op.verb == "max_pool" and is_apart(layer):
        return True
    if layer.op.verb == "avg_pool" and layer.op.count_include_pad:
        return needless(layer)
    return every(is_seen(layer, axis, maximum(axis.undilated, 0) // 2) for axis in axes(layer))


def _together(layer: Layer) -> bool:
    return not is_apart(layer)


def _lower(layer: Layer) -> Condition | bool:
    """Nothing odd is taken off in front, of taps side by side."""
    if not is_same(layer.op.padding):
        return True
    return every(eq(axis.before, maximum(axis.kernel - axis.stride, 0) // 2) for axis in axes(layer))


def _same_of_lines(layer: Layer) -> bool:
    return layer.axes != 1 or not is_same(layer.op.padding)


def _padded(layer: Layer) -> bool:
    """A constant, or other modes on images; nothing is cut, nothing wrapped."""
    mode = layer.op.mode
    if mode == "constant":
        return all(surely(ge(side, 0)) for pair in margins(layer.op.padding, layer.axes) for side in pair)
    return layer.axes == IMAGES and mode != "circular"


RUNTIME = Runtime(
    name="opencv4",
    title="OpenCV",
    versions={"opencv": "4.14.0"},
    written="ONNX",
    facts=(
        *UNKNOWN,
        refuses(
            "resize of images",
            ("upsample",),
            "resizes two spatial axes only, and not by mode bicubic",
            "mode bilinear, on two axes",
            lambda layer: layer.axes == IMAGES and layer.op.mode != "bicubic",
        ),
        refuses(
            "chunks of equal length",
            ("chunk",),
            "splits into parts of equal length only",
            "split with the extents of the parts",
            folds_evenly,
        ),
        refuses(
            "same of one axis",
            ("max_pool", "avg_pool"),
            "refuses auto_pad of a pooling along one axis",
            NUMBERS,
            _same_of_lines,
        ),
        refuses(
            "window longer than the input",
            ("max_pool", "avg_pool"),
            "refuses a window that is longer than the padded input, which ceil mode allows",
            LARGER,
            _fits,
        ),
        refuses(
            "pad of images",
            ("pad",),
            "knows no mode wrap, cuts nothing off, and reflects and replicates on two axes only",
            "slice, concat of slices",
            _padded,
        ),
        refuses(
            "transposed convolution of images",
            ("conv_transpose",),
            "transposes convolutions along two axes only, with the same padding on both sides",
            "padding alike on both sides, and a slice",
            _of_images,
        ),
        Fact(
            name="no dilation of a pooling",
            verbs=("max_pool", "avg_pool"),
            effect=Effect.SIZE,
            says="ignores dilations of a pooling, and keeps a last window in ceil mode where there is no padding",
            instead="no dilation, " + EVEN,
            shape=_undilated,
        ),
        Fact(
            name="no dilation of a transposed convolution",
            verbs=("conv_transpose",),
            effect=Effect.SIZE,
            says="ignores dilations of a transposed convolution, and leaves (n - 1) * stride + 1 elements for auto_pad",
            instead=NUMBERS,
            shape=_deconvolution,
        ),
        Fact(
            name="no dilation of a pooling, of the same size",
            verbs=("max_pool",),
            effect=Effect.VALUES,
            says="ignores dilations of a pooling",
            instead="no dilation",
            agrees=_together,
        ),
        Fact(
            name="same in front",
            verbs=("conv", "max_pool", "avg_pool"),
            effect=Effect.VALUES,
            says="pads for auto_pad as if there were no dilations, SAME_LOWER like SAME_UPPER, and does not count that "
            "padding in a mean",
            instead=NUMBERS,
            agrees=_unshifted,
        ),
        Fact(
            name="same_lower of a transposed convolution",
            verbs=("conv_transpose",),
            effect=Effect.VALUES,
            says="takes off for auto_pad what SAME_UPPER does, as if there were no dilations",
            instead=NUMBERS,
            agrees=_lower,
        ),
        Fact(
            name="padding along one axis",
            verbs=("conv",),
            effect=Effect.SIZE,
            says="pads a convolution along one axis on both sides as in front",
            instead="a pad in front",
            shape=_line,
        ),
        Fact(
            name="padding is never counted",
            verbs=("avg_pool",),
            effect=Effect.VALUES,
            says="leaves padding out of the mean, whatever count_include_pad says",
            instead="a pad in front, or count_include_pad: false",
            agrees=_uncounted,
        ),
        RATIO,
    ),
    measured={
        "adaptive_avg_pool": 17,
        "adaptive_max_pool": 16,
        "avg_pool": 753,
        "batch_norm": 47,
        "chunk": 120,
        "conv": 616,
        "conv_transpose": 759,
        "group_norm": 58,
        "gru": 27,
        "instance_norm": 42,
        "layer_norm": 56,
        "local_response_norm": 87,
        "lp_pool": 100,
        "lstm": 25,
        "max_pool": 1108,
        "pad": 200,
        "pixel_shuffle": 37,
        "pixel_unshuffle": 23,
        "rnn": 26,
        "split": 60,
        "upsample": 990,
    },
)
