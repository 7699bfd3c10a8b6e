"""Convolutions, columns, and what resizes, as PyTorch has them."""

from __future__ import annotations

from math import prod

import pytest

from tests.ops.oracle.drawing import distinct, image, ranked, some

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


def conv(rng):
    groups = rng.choice([1, 2, 3])
    axes, shape = image(rng, groups * rng.randint(1, 3))
    args = {"out_channels": groups * rng.randint(1, 4), "groups": groups, "bias": rng.random() < 0.5}
    args |= {"kernel_size": some(rng, axes, 1, 4), "stride": some(rng, axes, 1, 3), "dilation": some(rng, axes, 1, 3)}
    args |= {
        "padding": some(rng, axes, 0, 3),
        "padding_mode": rng.choice(["zeros", "reflect", "replicate", "circular"]),
    }
    return args, [shape], ranked("Conv", axes)(shape[1], **args)


def conv_by_channels(rng):
    """Many channels with a filter each."""
    channels = rng.randint(48, 60)
    axes, shape = image(rng, channels)
    args = {"out_channels": channels, "groups": channels, "bias": rng.random() < 0.5}
    args |= {"kernel_size": some(rng, axes, 1, 4), "stride": some(rng, axes, 1, 3), "dilation": some(rng, axes, 1, 3)}
    args |= {"padding": some(rng, axes, 0, 3)}
    return args, [shape], ranked("Conv", axes)(shape[1], **args)


def conv_same(rng):
    axes, shape = image(rng)
    args = {"out_channels": 5, "kernel_size": some(rng, axes, 1, 5), "dilation": some(rng, axes, 1, 2)}
    args |= {"padding": rng.choice(["same", "valid"]), "padding_mode": rng.choice(["zeros", "reflect", "circular"])}
    return args, [shape], ranked("Conv", axes)(shape[1], **args)


def pairs(rng, axes, most):
    """A number of elements in front of each axis and one behind it."""
    return tuple((rng.randint(0, most), rng.randint(0, most)) for _ in range(axes))


def flat(sides):
    """The same as PyTorch pads: the last axis first."""
    return [number for pair in reversed(sides) for number in pair]


def same(rng, sizes, spans, strides):
    """`same` or `same_lower`, and the sides of each axis as TensorFlow's documentation has them."""
    word = rng.choice(["same", "same_lower"])
    missing = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sizes, spans, strides, strict=True)]
    sides = [(more // 2, more - more // 2) for more in missing]
    return word, sides if word == "same" else [pair[::-1] for pair in sides]


def conv_padded(rng):
    """Sides of their own, and `same` with a stride: what PyTorch needs a padding in front for."""
    axes, shape = image(rng)
    kernel, stride = (tuple(rng.randint(1, most) for _ in range(axes)) for most in (4, 3))
    args = {"out_channels": 5, "kernel_size": kernel, "stride": stride}
    sides = pairs(rng, axes, 3)
    padding, sides = rng.choice([(sides, sides), same(rng, shape[2:], kernel, stride)])
    padded = nn.ConstantPad1d if axes == 1 else nn.ConstantPad2d if axes == 2 else nn.ConstantPad3d
    layer = ranked("Conv", axes)(shape[1], **args)
    layer.register_forward_pre_hook(lambda _, xs: padded(flat(sides), 0.0)(*xs))
    return args | {"padding": padding}, [shape], layer


def conv_transpose(rng):
    groups = rng.choice([1, 2, 3])
    axes, shape = image(rng, groups * rng.randint(1, 3), most=7)
    args = {"out_channels": groups * rng.randint(1, 4), "groups": groups, "bias": rng.random() < 0.5}
    args |= {"kernel_size": some(rng, axes, 1, 4), "stride": some(rng, axes, 1, 3), "dilation": some(rng, axes, 1, 3)}
    args |= {"padding": some(rng, axes, 0, 2), "output_padding": some(rng, axes, 0, 2)}
    return args, [shape], ranked("ConvTranspose", axes)(shape[1], **args)


def conv_transpose_cropped(rng):
    """Sides of their own, which are cut off behind the layer."""
    axes, shape = image(rng, most=7)
    args = {"out_channels": 5, "kernel_size": some(rng, axes, 1, 4), "stride": some(rng, axes, 1, 3)}
    sides = pairs(rng, axes, 2)
    layer = ranked("ConvTranspose", axes)(shape[1], **args)
    layer.register_forward_hook(lambda _, __, y: functional.pad(y, [-number for number in flat(sides)]))
    return args | {"padding": sides}, [shape], layer


def locally_connected(rng):
    """Windows as columns, times the filters of their places: PyTorch has no such layer."""
    batch, channels, out, *sizes = distinct(rng, 5)
    kernel, stride, pads = some(rng, 2, 1, 3), some(rng, 2, 1, 2), some(rng, 2, 0, 2)
    args = {"out_channels": out, "kernel_size": kernel, "stride": stride, "padding": pads}
    both = [pair if isinstance(pair, tuple) else (pair, pair) for pair in (kernel, stride, pads)]
    steps = [(n + 2 * p - k) // s + 1 for n, k, s, p in zip(sizes, *both, strict=True)]
    if min(steps) < 1:
        raise ValueError(steps)

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(out, channels, *steps, *both[0]))
            self.bias = nn.Parameter(torch.zeros(out, *steps))

        def forward(self, x):
            columns = functional.unfold(x, both[0], stride=both[1], padding=both[2])
            filters = self.weight.permute(0, 1, 4, 5, 2, 3).reshape(out, -1, prod(steps))
            return torch.einsum("nkp,okp->nop", columns, filters).reshape(batch, out, *steps) + self.bias

    return args, [(batch, channels, *sizes)], Module()


def columns(rng):
    args = {"kernel_size": some(rng, 2, 1, 3), "stride": some(rng, 2, 1, 3), "dilation": some(rng, 2, 1, 2)}
    return args | {"padding": some(rng, 2, 0, 2)}


def unfold(rng):
    args = columns(rng)
    return args, [(rng.randint(1, 3), rng.randint(4, 6), *rng.sample(range(2, 12), 2))], nn.Unfold(**args)


def fold(rng):
    """As many columns as unfolding gives, or one more."""
    args, sizes = columns(rng), tuple(rng.sample(range(3, 12), 2))
    try:
        shape = nn.Unfold(**args)(torch.zeros(2, 4, *sizes)).shape
    except RuntimeError as error:
        raise ValueError(sizes) from error
    return args | {"output_size": sizes}, [(*shape[:2], shape[2] + rng.choice([0, 0, 1]))], nn.Fold(sizes, **args)


def upsample(rng):
    axes, shape = image(rng)
    mode = rng.choice(["nearest", {1: "linear", 2: rng.choice(["bilinear", "bicubic"]), 3: "trilinear"}[axes]])
    args = {"mode": mode} | ({} if mode == "nearest" else {"align_corners": rng.random() < 0.5})
    factors = [rng.choice([2, 3, 1.5, 0.5, 0.75, 1.125, 0.7, 1.4, 1.6, 0.3, 2.2]) for _ in range(axes)]
    size = [rng.randint(1, 20) for _ in range(axes)]
    args |= rng.choice([{"size": tuple(size)}, {"scale_factor": tuple(factors)}, {"size": size[0]}])
    return args, [shape], nn.Upsample(**args)


def grid_sample(rng):
    """Places inside and outside of the image; now and then a grid for another batch."""
    axes = rng.choice([2, 2, 3])
    batch, channels, *sizes = distinct(rng, 2 + axes)
    args = {"mode": rng.choice(["bilinear", "nearest"]), "padding_mode": rng.choice(["zeros", "border"])}
    args |= {"align_corners": rng.random() < 0.5}
    grid = (batch + rng.choice([0, 0, 0, 1]), *distinct(rng, axes), axes + rng.choice([0, 0, 0, 1]))
    return args, [(batch, channels, *sizes), grid], lambda x, places: functional.grid_sample(x, places, **args)


def upsample_smoothly(rng):
    """Of images, without align_corners."""
    shape = (rng.randint(1, 3), rng.randint(4, 9), *rng.sample(range(1, 20), 2))
    factors = tuple(rng.choice([2, 1.5, 0.5, 0.75, 0.7, 0.3, 0.2, 0.16]) for _ in range(2))
    size = tuple(rng.randint(1, 20) for _ in range(2))
    args = rng.choice([{"size": size}, {"scale_factor": factors}])
    if size[1] == 1 if "size" in args else int(shape[3] * factors[1]) < 2:
        raise ValueError(shape)  # an image of width 1 PyTorch 2.14 fills with its first row
    args |= {"mode": rng.choice(["bilinear", "bicubic"]), "antialias": True}
    return args, [shape], lambda x: functional.interpolate(x, **args)


def deform_conv(rng):
    """By torchvision, which says how many offset groups there are by the channels of the offsets."""
    ops = pytest.importorskip("torchvision").ops
    groups, offset_groups = rng.choice([1, 2, 3]), rng.choice([1, 2])
    channels, sizes = groups * offset_groups * rng.randint(1, 2), rng.sample(range(3, 12), 2)
    args = {"out_channels": groups * rng.randint(1, 3), "groups": groups, "bias": rng.random() < 0.5}
    args |= {"kernel_size": some(rng, 2, 1, 3), "stride": some(rng, 2, 1, 3), "dilation": some(rng, 2, 1, 2)}
    args |= {"padding": some(rng, 2, 0, 2)}
    layer = ops.DeformConv2d(channels, **args)
    windows = nn.Conv2d(1, 1, *(args[key] for key in ("kernel_size", "stride", "padding", "dilation")))
    try:
        steps = windows(torch.zeros(1, 1, *sizes)).shape[2:]
    except RuntimeError as error:
        raise ValueError(sizes) from error
    batch, numbers = rng.randint(1, 3), offset_groups * prod(windows.kernel_size)
    offset = (batch, 2 * numbers, steps[0], steps[1] + rng.choice([0, 0, 0, 1]))
    mask = rng.choice([[], [(batch, numbers, *steps)]])
    return args | {"offset_groups": offset_groups}, [(batch, channels, *sizes), offset, *mask], layer


def functional_conv(transposed):
    """With a weight that another layer gives."""

    def make(rng):
        args, (shape,), module = (conv_transpose if transposed else conv)(rng)
        given = {key: args[key] for key in ("stride", "padding", "dilation", "groups") if key in args}
        given |= {"output_padding": args["output_padding"]} if transposed else {}
        function = getattr(functional, f"conv{'_transpose' * transposed}{len(shape) - 2}d")
        args = {key: value for key, value in args.items() if key != "padding_mode"} | {"bias": False}
        return args, [shape, tuple(module.weight.shape)], lambda x, weight: function(x, weight, **given)

    return make


MORE = [
    ("conv", functional_conv(transposed=False)),
    ("conv_transpose", functional_conv(transposed=True)),
    ("upsample", upsample_smoothly),
    ("conv", conv_same),
    ("conv", conv_by_channels),
    ("conv", conv_padded),
    ("conv_transpose", conv_transpose_cropped),
]

MAKERS = {
    "conv": conv,
    "conv_transpose": conv_transpose,
    "locally_connected": locally_connected,
    "unfold": unfold,
    "fold": fold,
    "upsample": upsample,
    "deform_conv": deform_conv,
    "grid_sample": grid_sample,
}
