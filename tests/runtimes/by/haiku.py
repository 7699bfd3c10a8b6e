"""Haiku, channels first where it has the words for it."""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

from importlib.metadata import version

import haiku
import jax
import jax.numpy as jnp
import numpy as np
from words import Unwritable, expanded, sides

__all__ = ["run", "versions"]

LAYOUT = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def versions():
    """What was asked."""
    return {"dm-haiku": version("dm-haiku"), "jax": jax.__version__}


def run(geometry, arrays):
    """What comes out."""
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    x = jnp.asarray(arrays["x"])
    call, weights = TABLE[geometry["verb"]](geometry["args"], x.ndim - 2, arrays)
    function = haiku.without_apply_rng(haiku.transform(call))
    return [np.asarray(function.apply(weights, x))]


def _word(args, axes):
    padding = args.get("padding", 0)
    if padding == "same":
        return "SAME"
    if padding != "same_lower" and not any(side for pair in sides(padding, axes) for side in pair):
        return "VALID"
    raise Unwritable("padding in numbers")


def _pool(kind):
    def build(args, axes, _):
        if args.get("ceil_mode") or any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
            raise Unwritable("ceil mode or dilation")
        word = _word(args, axes)
        if kind is haiku.avg_pool and word == "SAME" and args.get("count_include_pad", True):
            raise Unwritable("a mean that counts padding")
        kernel, strides = expanded(args["kernel_size"], axes), expanded(args["stride"], axes)
        whole = ((1, 1, *kernel), (1, 1, *strides))
        return lambda x: kind(x, *whole, word, channel_axis=1), {}

    return build


def _weights(name, arrays, kernel, axes):
    bias = {"b": arrays["bias"].reshape(-1, *[1] * axes)} if "bias" in arrays else {}
    return {name: {"w": jnp.asarray(kernel), **bias}}


def _conv(args, axes, arrays):
    padding = args["padding"]
    if padding == "same_lower":
        raise Unwritable("same_lower")
    padding = "SAME" if padding == "same" else sides(padding, axes)
    more = {"stride": expanded(args["stride"], axes), "rate": expanded(args["dilation"], axes), "padding": padding}
    more |= {"with_bias": args["bias"], "data_format": LAYOUT[axes], "feature_group_count": args["groups"]}
    kind, kernel = getattr(haiku, f"Conv{axes}D"), expanded(args["kernel_size"], axes)
    weight = np.moveaxis(arrays["weight"], (0, 1), (-1, -2))
    weights = _weights("layer", arrays, weight, axes)

    def call(x):
        return kind(args["out_channels"], kernel, name="layer", **more)(x)

    return call, weights


def _conv_transpose(args, axes, arrays):
    if args["groups"] != 1 or any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
        raise Unwritable("groups or dilation of a transposed convolution")
    if any(expanded(args.get("output_padding", 0), axes)):
        raise Unwritable("output padding")
    padding = args["padding"]
    if padding == "same_lower":
        raise Unwritable("same_lower")
    padding = "SAME" if padding == "same" else sides(padding, axes)
    if padding != "SAME" and not any(side for pair in padding for side in pair):
        padding = "VALID"
    more = {"stride": expanded(args["stride"], axes), "padding": padding, "with_bias": args["bias"]}
    kind, kernel = getattr(haiku, f"Conv{axes}DTranspose"), expanded(args["kernel_size"], axes)
    flipped = np.flip(arrays["weight"], tuple(range(2, axes + 2)))
    weight = np.moveaxis(flipped, (0, 1), (-1, -2))
    weights = _weights("layer", arrays, weight, axes)

    def call(x):
        return kind(args["out_channels"], kernel, name="layer", data_format=LAYOUT[axes], **more)(x)

    return call, weights


TABLE = {
    "max_pool": _pool(haiku.max_pool),
    "avg_pool": _pool(haiku.avg_pool),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
}
