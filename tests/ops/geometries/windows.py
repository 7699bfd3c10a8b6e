"""Layers with windows, and what resizes."""

from __future__ import annotations

from math import prod

from cnnplan.ops import OPERATORS
from tests.ops.geometries.drawing import (
    MODES,
    distinct,
    each,
    filters,
    image,
    padding,
    plain,
    some,
    taps,
    weight,
    window,
)


def conv(rng):
    groups, args = filters(rng)
    shape, axes = image(rng, rng.choice([groups, groups, 1]))
    args |= window(rng, axes) | {"padding": padding(rng, axes, 3, "valid", "same", "same_lower")}
    ends = (args["out_channels"], shape[1] // groups)
    return args | {"padding_mode": rng.choice(MODES)}, [shape, *weight(rng, *ends, *taps(args, axes))]


def conv_transpose(rng):
    groups, args = filters(rng)
    shape, axes = image(rng, rng.choice([groups, groups, 1]), most=7)
    args |= window(rng, axes) | {"padding": padding(rng, axes, 3, "valid", "same", "same_lower")}
    ends = (shape[1], args["out_channels"] // groups)
    return args | {"output_padding": rng.choice([0, some(rng, axes, 0, 1)])}, [
        shape,
        *weight(rng, *ends, *taps(args, axes)),
    ]


def deform_conv(rng):
    """Offsets for the windows there are, now and then one too many; three in ten with a mask."""
    groups, args = filters(rng)
    offset_groups = rng.choice([1, 1, 2])
    shape, _ = image(rng, rng.choice([groups * offset_groups, groups * offset_groups, 1]), 2)
    args |= window(rng, 2, kernel=3, stride=2) | {
        "padding": padding(rng, 2, 2, "valid"),
        "offset_groups": offset_groups,
    }
    spans = [(k - 1) * d + 1 for k, d in zip(taps(args, 2), each(args["dilation"]), strict=True)]
    sides = [each(side) for side in each(0 if args["padding"] == "valid" else args["padding"])]
    steps = [
        max(1, (n + sum(pads) - span) // s + 1)
        for n, pads, span, s in zip(shape[2:], sides, spans, each(args["stride"]), strict=True)
    ]
    numbers = offset_groups * prod(taps(args, 2))
    offset, mask = ([shape[0], count * numbers, *steps] for count in (2, 1))
    offset[rng.randrange(4)] += rng.choice([0, 0, 0, 1])
    mask[rng.randrange(4)] += rng.choice([0, 0, 0, 1])
    return args, [shape, tuple(offset), *rng.choice([[], [], [tuple(mask)]])]


def pool(rng):
    """Most with padding of at most half a window, and in ceil mode, where the last window matters most."""
    shape, axes = image(rng)
    kernel = rng.randint(1, 4)
    args = window(rng, axes, stride=5, dilation=rng.randint(1, 2)) | rng.choice([{}, {"kernel_size": kernel}])
    most = rng.choice([0, 2, kernel // 2, kernel // 2])
    args |= {"padding": padding(rng, axes, most, "valid", "same", "same_lower"), "ceil_mode": rng.random() < 0.7}
    return args | ({"stride": None} if rng.random() < 0.3 else {}), [shape], axes


def max_pool(rng):
    return pool(rng)[:2]


def max_unpool(rng):
    """Now and then an axis too long, another batch, or an axis too many."""
    args, (shape,), _ = pool(rng)
    del args["dilation"]
    try:
        steps = OPERATORS["max_pool"](**args).output(shape)
    except ValueError:
        steps = shape
    steps = (steps[0], steps[1], *(max(n, 1) for n in steps[2:]))
    wrong = [(*steps[:-1], steps[-1] + 1), (steps[0] + 1, *steps[1:]), (*steps, 2)[:5]]
    return args, [rng.choice([steps] * 6 + wrong), shape]


def avg_pool(rng):
    args, shapes, _ = pool(rng)
    del args["dilation"]
    divisor = rng.choice([None, None, 7])
    return args | {"count_include_pad": rng.random() < 0.5, "divisor_override": divisor}, shapes


def adaptive(rng):
    shape, axes = image(rng)
    kept = tuple(rng.choice([None, 2, 5]) for _ in range(axes))
    return {"output_size": rng.choice([some(rng, axes, 1, 6), kept])}, [shape]


def grid_sample(rng):
    """Now and then a grid for another batch, or with a coordinate too many."""
    shape, axes = image(rng, axes=rng.choice([2, 2, 3]))
    sizes = distinct(rng, axes, most=5)
    grid = (shape[0] + rng.choice([0, 0, 0, 1]), *sizes, axes + rng.choice([0, 0, 0, 1]))
    return {
        "mode": rng.choice(["bilinear", "nearest"]),
        "padding_mode": rng.choice(["zeros", "border"]),
        "align_corners": rng.random() < 0.5,
    }, [shape, rng.choice([grid, grid, grid, grid[1:]]) if axes == 3 else grid]


def unfold(rng):
    shape, axes = image(rng)
    return window(rng, axes) | {"padding": padding(rng, axes, 2, "valid")}, [shape]


def fold(rng):
    """Most as many columns as there are windows."""
    axes = rng.choice([1, 2, 2, 3])
    sizes = tuple(distinct(rng, axes, least=4, most=9))
    args = window(rng, axes, kernel=3) | {"padding": some(rng, axes, 0, 2)}
    kernel, stride, dilation, pads = (
        n if isinstance(n, tuple) else (n,) * axes
        for n in (args[name] for name in ("kernel_size", "stride", "dilation", "padding"))
    )
    steps = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, d, p in zip(sizes, kernel, stride, dilation, pads, strict=True)
    ]
    columns = prod(max(1, n) for n in steps) + rng.choice([0, 0, 0, 1])
    channels = prod(kernel) * rng.randint(1, 3) + rng.choice([0, 0, 0, 1])
    return args | {"output_size": sizes}, [(rng.randint(1, 2), channels, columns)]


def upsample(rng):
    shape, axes = image(rng)
    special = {1: "linear", 2: rng.choice(["bilinear", "bicubic"]), 3: "trilinear"}[axes]
    mode = rng.choice(["nearest", "linear", special])
    factors = tuple(rng.choice([2, 3, 1.5, 0.5, 0.75, 1.125, 0.3, 0.6, 1.6]) for _ in range(axes))
    args = rng.choice([{"size": some(rng, axes, 1, 13)}, {"scale_factor": factors}, {"scale_factor": factors[0]}])
    args |= {"mode": mode, "align_corners": mode != "nearest" and rng.random() < 0.5}
    return args | {"antialias": mode.startswith("bi") and rng.random() < 0.5}, [shape]


def locally_connected(rng):
    shape, axes = image(rng)
    args = {"kernel_size": tuple(rng.randint(1, min(n, 3)) for n in shape[2:]), "stride": some(rng, axes, 1, 3)}
    args |= {"padding": padding(rng, axes, 2, "valid"), "out_channels": rng.randint(1, 4)}
    return args | {"bias": rng.random() < 0.5}, [shape]


def lp_pool(rng):
    shape, axes = image(rng)
    args = {"kernel_size": some(rng, axes, 1, 4), "stride": rng.choice([None, some(rng, axes, 1, 3)])}
    args |= {"ceil_mode": rng.random() < 0.5}
    return args | {"norm_type": rng.choice([1.0, 2.0, 3.0]), "padding": padding(rng, axes, 2)}, [shape]


DRAWS = {
    "locally_connected": locally_connected,
    "lp_pool": lp_pool,
    "conv": conv,
    "conv_transpose": conv_transpose,
    "deform_conv": deform_conv,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "max_unpool": max_unpool,
    "adaptive_avg_pool": adaptive,
    "adaptive_max_pool": adaptive,
    "global_avg_pool": plain,
    "global_max_pool": plain,
    "grid_sample": grid_sample,
    "unfold": unfold,
    "fold": fold,
    "upsample": upsample,
}
