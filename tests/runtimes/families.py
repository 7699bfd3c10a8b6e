"""Families of layers, each drawn by a function of a random source."""

from __future__ import annotations

__all__ = ["FAMILIES"]


def _sizes(random, axes, low=3, high=17):
    """Extents, no two alike."""
    return random.sample(range(low, high), axes)


def _few(random, axes, options):
    """A number, or one per axis."""
    return random.choice(options) if random.random() < 0.5 else [random.choice(options) for _ in range(axes)]


def _axes(random):
    return random.choice((1, 2, 2, 2, 2, 3))


def _padding(random, axes, most, *, same=0.3):
    """A padding as it is written: a number, one per axis, pairs, or same."""
    if random.random() < same:
        return random.choice(("same", "same", "same_lower"))
    kind = random.random()
    if kind < 0.4:
        return random.randint(0, most)
    if kind < 0.7:
        return [random.randint(0, most) for _ in range(axes)]
    return [[random.randint(0, most), random.randint(0, most)] for _ in range(axes)]


def _max_pool(random):
    axes = _axes(random)
    args = {"kernel_size": _few(random, axes, (1, 2, 3, 4, 5)), "stride": _few(random, axes, (1, 2, 3, 4))}
    args["padding"] = _padding(random, axes, 2)
    if random.random() < 0.4:
        args["dilation"] = _few(random, axes, (1, 2, 3))
    if random.random() < 0.6 and args["padding"] not in ("same", "same_lower"):
        args["ceil_mode"] = True
    return {"verb": "max_pool", "x": [1, random.choice((2, 3)), *_sizes(random, axes)], "args": args}


def _avg_pool(random):
    geometry = _max_pool(random)
    geometry["args"].pop("dilation", None)
    if random.random() < 0.5:
        geometry["args"]["count_include_pad"] = False
    return {**geometry, "verb": "avg_pool"}


def _conv(random):
    axes = _axes(random)
    groups = random.choice((1, 1, 2))
    args = {"out_channels": 2 * groups, "kernel_size": _few(random, axes, (1, 2, 3, 4, 5))}
    args |= {"stride": _few(random, axes, (1, 2, 3)), "padding": _padding(random, axes, 3, same=0.5)}
    args |= {"dilation": _few(random, axes, (1, 1, 2, 3)), "groups": groups, "bias": random.random() < 0.5}
    return {"verb": "conv", "x": [1, 3 * groups, *_sizes(random, axes, 3, 15)], "args": args}


def _conv_transpose(random):
    axes = random.choice((1, 2, 2, 2, 2, 3))
    groups = random.choice((1, 1, 1, 2))
    args = {"out_channels": 2 * groups, "kernel_size": _few(random, axes, (1, 2, 3, 4, 5))}
    args |= {"stride": _few(random, axes, (1, 2, 3, 4)), "padding": _padding(random, axes, 2, same=0.4)}
    if random.random() < 0.5 and args["padding"] not in ("same", "same_lower"):
        args["output_padding"] = _few(random, axes, (0, 1, 2))
    if random.random() < 0.3:
        args["dilation"] = _few(random, axes, (1, 2))
    args |= {"groups": groups, "bias": random.random() < 0.5}
    return {"verb": "conv_transpose", "x": [1, 3 * groups, *_sizes(random, axes, 2, 8)], "args": args}


SCALES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.7, 1.9, 2, 2, 2.1, 2.3, 2.5, 3, 4)


def _upsample(random):
    axes = random.choice((1, 2, 2, 2, 2, 3))
    linear = {1: "linear", 2: "bilinear", 3: "trilinear"}[axes]
    mode = random.choice(("nearest", linear, "bicubic" if axes == 2 else "nearest"))
    args = {"mode": mode}
    sizes = _sizes(random, axes, 3, 14 if axes < 3 else 8)
    if random.random() < 0.65:
        args["scale_factor"] = random.choice(SCALES)
    else:
        args["size"] = [random.randint(max(1, n // 2), 3 * n) for n in sizes]
    if mode != "nearest":
        args["align_corners"] = random.random() < 0.4
    if mode in ("bilinear", "bicubic") and not args["align_corners"] and random.random() < 0.2:
        args["antialias"] = True
    return {"verb": "upsample", "x": [1, random.choice((1, 2)), *sizes], "args": args}


def _long_upsample(random):
    """Of one channel and one axis: sizes that a float32 and a double floor otherwise."""
    args = {"mode": random.choice(("nearest", "linear")), "scale_factor": random.choice(SCALES)}
    return {"verb": "upsample", "x": [1, 1, random.randint(10, 200)], "args": args}


def _chunk(random):
    axes = random.choice((1, 2))
    shape = [1, random.randint(2, 13), *_sizes(random, axes, 3, 12)]
    args = {"chunks": random.randint(2, 5), "dim": random.randint(1, axes + 1)}
    return {"verb": "chunk", "x": shape, "args": args}


def _split(random):
    axes = random.choice((1, 2))
    shape = [1, random.randint(2, 13), *_sizes(random, axes, 3, 12)]
    dim = random.randint(1, axes + 1)
    first = random.randint(1, shape[dim] - 1)
    sections = random.choice((2, 3, [first, shape[dim] - first]))
    return {"verb": "split", "x": shape, "args": {"sections": sections, "dim": dim}}


def _pad(random):
    axes = _axes(random)
    mode = random.choice(("constant", "reflect", "replicate", "circular"))
    low = -1 if mode == "constant" and random.random() < 0.3 else 0
    sides = [[random.randint(low, 4), random.randint(low, 4)] for _ in range(axes)]
    args = {"padding": sides, "mode": mode}
    if mode == "constant":
        args["value"] = random.choice((0.0, 2.0))
    return {"verb": "pad", "x": [1, random.choice((1, 2)), *_sizes(random, axes, 3, 11)], "args": args}


def _pixel(random):
    factor = random.choice((2, 3))
    if random.random() < 0.5:
        shape = [1, factor**2 * random.choice((1, 2)), *_sizes(random, 2, 2, 7)]
        return {"verb": "pixel_shuffle", "x": shape, "args": {"upscale_factor": factor}}
    shape = [1, 2, *(factor * n for n in _sizes(random, 2, 2, 7))]
    return {"verb": "pixel_unshuffle", "x": shape, "args": {"downscale_factor": factor}}


def _norm(random):
    axes = random.choice((1, 2, 2, 3))
    channels = random.choice((4, 6, 8))
    shape = [random.choice((1, 2)), channels, *_sizes(random, axes, 3, 8)]
    eps = random.choice((1e-5, 1e-3))
    kind = random.choice(("group_norm", "instance_norm", "layer_norm", "batch_norm", "local_response_norm"))
    if kind == "group_norm":
        args = {"num_groups": random.choice((1, 2, channels)), "eps": eps}
    elif kind == "layer_norm":
        args = {"normalized_shape": shape[-random.randint(1, axes) :], "eps": eps}
    elif kind == "local_response_norm":
        args = {"size": random.randint(1, 6), "alpha": random.choice((0.1, 0.5)), "beta": 0.75, "k": 1.0}
    else:
        args = {"eps": eps}
    return {"verb": kind, "x": shape, "args": args}


def _recurrent(random):
    kind = random.choice(("lstm", "lstm", "gru", "rnn"))
    args = {"hidden_size": random.choice((3, 4)), "bidirectional": random.random() < 0.4}
    if kind == "lstm" and random.random() < 0.4:
        args["proj_size"] = 2
    return {"verb": kind, "x": [random.choice((1, 2)), *_sizes(random, 2, 2, 8)], "args": args}


def _adaptive(random):
    axes = random.choice((1, 2, 2, 3))
    verb = random.choice(("adaptive_avg_pool", "adaptive_max_pool"))
    sizes = _sizes(random, axes, 4, 13)
    size = [n // random.choice((2, 3)) if n % 6 == 0 else random.randint(1, n) for n in sizes]
    return {"verb": verb, "x": [1, 2, *sizes], "args": {"output_size": size}}


def _lp_pool(random):
    axes = random.choice((1, 2, 2))
    args = {"norm_type": 2, "kernel_size": _few(random, axes, (2, 3)), "stride": _few(random, axes, (1, 2, 3))}
    args["ceil_mode"] = random.random() < 0.6
    return {"verb": "lp_pool", "x": [1, 2, *_sizes(random, axes)], "args": args}


def _pointwise(random):
    axes = random.choice((1, 2, 2, 3))
    args = {
        "out_channels": 2,
        "kernel_size": 1,
        "stride": 1,
        "padding": random.randint(1, 3),
        "dilation": 1,
        "groups": 1,
    }
    return {"verb": "conv", "x": [1, 3, *_sizes(random, axes, 3, 9)], "args": {**args, "bias": random.random() < 0.5}}


def _transposed_same(random):
    axes = random.choice((1, 2, 2, 3))
    args = {"out_channels": 2, "kernel_size": random.choice((2, 4)), "stride": 1, "padding": "same_lower", "groups": 1}
    return {"verb": "conv_transpose", "x": [1, 3, *_sizes(random, axes, 2, 7)], "args": {**args, "bias": True}}


def _nearly(random):
    """Of images that nearly stay or double."""
    args = {
        "mode": random.choice(("nearest", "nearest", "bilinear")),
        "scale_factor": random.choice((1.1, 1.2, 2.1, 2.2)),
    }
    if args["mode"] != "nearest":
        args["align_corners"] = False
    return {"verb": "upsample", "x": [1, 2, *_sizes(random, 2, 3, 12)], "args": args}


def _sticking(random):
    """Windows longer than what they slide over, in ceil mode."""
    axes = random.choice((1, 2, 2))
    kernel = random.choice((3, 4, 5))
    args = {
        "kernel_size": kernel,
        "stride": random.choice((2, 3, 4)),
        "padding": random.choice((0, 0, 1)),
        "ceil_mode": True,
    }
    return {"verb": random.choice(("max_pool", "avg_pool")), "x": [1, 2, *_sizes(random, axes, 2, 7)], "args": args}


def _even_response(random):
    geometry = {"verb": "local_response_norm", "x": [1, random.choice((4, 6, 8)), *_sizes(random, 2, 2, 7)]}
    args = {"size": random.choice((1, 2, 3, 4, 5, 6)), "alpha": random.choice((0.3, 0.7)), "beta": 0.75, "k": 1.0}
    return {**geometry, "args": args}


def _leaving(random):
    """Windows of `same` that leave elements out along an axis, and stick out along the other."""
    verb = random.choice(("conv", "max_pool", "avg_pool"))
    kernels = [random.choice((1, 2)), random.choice((3, 4, 5))]
    random.shuffle(kernels)
    args = {"kernel_size": kernels, "stride": random.choice((3, 4)), "padding": random.choice(("same", "same_lower"))}
    if verb == "conv":
        args |= {"out_channels": 2, "dilation": 1, "groups": 1, "bias": False}
    return {"verb": verb, "x": [1, 3, *_sizes(random, 2, 4, 13)], "args": args}


def _staying(random):
    """Of images along one axis of which nothing is gained."""
    axes = random.choice((1, 2, 2, 3))
    mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[axes]
    args = {"mode": mode, "scale_factor": random.choice((1.1, 1.15, 1.2)), "align_corners": False}
    return {"verb": "upsample", "x": [1, 1, *_sizes(random, axes, 3, 8)], "args": args}


def _line(random):
    """Along one axis, with more padding on one side."""
    verb = random.choice(("conv", "conv", "max_pool", "avg_pool"))
    args = {"kernel_size": random.choice((2, 3, 4, 5)), "stride": random.choice((1, 2, 3))}
    args["padding"] = [random.choice(([0, 1], [1, 0], [2, 1], [1, 2], [0, 2]))]
    if verb == "conv":
        args |= {"out_channels": 2, "dilation": 1, "groups": 1, "bias": False}
    return {"verb": verb, "x": [1, 3, random.randint(5, 16)], "args": args}


def _unpadded(random):
    """Transposed convolutions that take nothing off, or twice as much in front as at the end."""
    axes = random.choice((1, 2, 2))
    kernel = random.choice((1, 2, 3, 3, 5))
    args = {"out_channels": 2, "kernel_size": kernel, "stride": random.choice((2, 3, 4)), "groups": 1, "bias": False}
    args["padding"] = 0 if kernel < 3 or random.random() < 0.3 else [[kernel - 1, 0] for _ in range(axes)]
    return {"verb": "conv_transpose", "x": [1, 3, *_sizes(random, axes, 3, 8)], "args": args}


def _dilated_pool(random):
    """Poolings whose taps lie apart, of small images."""
    kernel = random.choice((2, 2, 3, 3, 4))
    args = {"kernel_size": kernel, "stride": random.choice((1, 2, 3, 4)), "dilation": random.choice((2, 3))}
    args["padding"] = random.choice(("same", "same", 0, 1))
    return {"verb": "max_pool", "x": [1, 2, *_sizes(random, 2, 3, 9)], "args": args}


def _late(random):
    """Windows of `same` that leave several elements out."""
    verb = random.choice(("avg_pool", "avg_pool", "max_pool"))
    args = {"kernel_size": 1, "stride": random.choice((3, 4, 5)), "padding": random.choice(("same", "same_lower"))}
    if verb == "max_pool":
        args["dilation"] = 2
    return {"verb": verb, "x": [1, 2, *_sizes(random, 2, 4, 14)], "args": args, "opset": 22}


FAMILIES = {
    _max_pool: 800,
    _avg_pool: 600,
    _conv: 500,
    _conv_transpose: 600,
    _upsample: 600,
    _long_upsample: 250,
    _chunk: 120,
    _split: 60,
    _pad: 200,
    _pixel: 60,
    _norm: 250,
    _recurrent: 100,
    _adaptive: 120,
    _lp_pool: 100,
    _pointwise: 40,
    _transposed_same: 40,
    _nearly: 80,
    _sticking: 80,
    _even_response: 40,
    _leaving: 100,
    _staying: 60,
    _line: 80,
    _unpadded: 120,
    _dilated_pool: 200,
    _late: 80,
}
