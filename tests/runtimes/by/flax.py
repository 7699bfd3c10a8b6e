"""Flax's linen, with channels last."""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import flax
import jax
import jax.numpy as jnp
import numpy as np
from flax import linen
from words import Unwritable, expanded, sides

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {"flax": flax.__version__, "jax": jax.__version__}


def run(geometry, arrays):
    """What comes out."""
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    x = jnp.asarray(np.moveaxis(arrays["x"], 1, -1))
    return [np.moveaxis(np.asarray(TABLE[geometry["verb"]](x, geometry["args"], arrays)), -1, 1)]


def _padding(args, axes):
    padding = args.get("padding", 0)
    if padding in ("same", "same_lower"):
        return {"same": "SAME", "same_lower": "SAME_LOWER"}[padding]
    return sides(padding, axes)


def _pool(kind):
    def build(x, args, _):
        axes = x.ndim - 2
        if args.get("ceil_mode") or any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
            raise Unwritable("ceil mode or dilation")
        more = {"count_include_pad": args.get("count_include_pad", True)} if kind is linen.avg_pool else {}
        kernel, strides = tuple(expanded(args["kernel_size"], axes)), tuple(expanded(args["stride"], axes))
        return kind(x, kernel, strides=strides, padding=_padding(args, axes), **more)

    return build


def _conv(x, args, arrays):
    axes = x.ndim - 2
    more = {"strides": expanded(args["stride"], axes), "kernel_dilation": expanded(args["dilation"], axes)}
    more |= {"padding": _padding(args, axes), "feature_group_count": args["groups"], "use_bias": args["bias"]}
    layer = linen.Conv(args["out_channels"], expanded(args["kernel_size"], axes), **more)
    return layer.apply(_weights(arrays, arrays["weight"]), x)


def _weights(arrays, weight):
    bias = {"bias": arrays["bias"]} if "bias" in arrays else {}
    return {"params": {"kernel": np.moveaxis(weight, (0, 1), (-1, -2)), **bias}}


def _conv_transpose(x, args, arrays):
    axes = x.ndim - 2
    if args["groups"] != 1 or any(expanded(args.get("output_padding", 0), axes)):
        raise Unwritable("groups or output padding of a transposed convolution")
    more = {"strides": expanded(args["stride"], axes), "kernel_dilation": expanded(args.get("dilation", 1), axes)}
    padding = _padding(args, axes)
    if padding == [(0, 0)] * axes:
        padding = "VALID"
    more |= {"padding": padding, "use_bias": args["bias"], "transpose_kernel": True}
    layer = linen.ConvTranspose(args["out_channels"], expanded(args["kernel_size"], axes), **more)
    return layer.apply(_weights(arrays, arrays["weight"]), x)


MODES = {"nearest": "nearest", "linear": "linear", "bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}


def _upsample(x, args, _):
    if args.get("align_corners"):
        raise Unwritable("corners")
    size = expanded(args["size"], x.ndim - 2) if "size" in args else _whole(x, args)
    shape = (x.shape[0], *size, x.shape[-1])
    return jax.image.resize(x, shape, MODES[args["mode"]], antialias=args.get("antialias", False))


def _whole(x, args):
    """The size by a scale that is whole: by any other, a resizing to a size has another scale."""
    scales = expanded(args["scale_factor"], x.ndim - 2)
    if any(scale != int(scale) for scale in scales):
        raise Unwritable("a scale that is not whole")
    return [n * int(scale) for n, scale in zip(x.shape[1:-1], scales, strict=True)]


def _pad(x, args, _):
    mode = {"replicate": "edge", "circular": "wrap"}.get(args["mode"], args["mode"])
    more = {"constant_values": args["value"]} if mode == "constant" else {}
    if any(side < 0 for pair in args["padding"] for side in pair):
        raise Unwritable("a pad that cuts")
    return jnp.pad(x, [(0, 0), *args["padding"], (0, 0)], mode, **more)


def _affine(arrays):
    return {"params": {"scale": arrays["weight"], "bias": arrays["bias"]}}


def _batch_norm(x, args, arrays):
    layer = linen.BatchNorm(use_running_average=True, epsilon=args["eps"])
    state = {"batch_stats": {"mean": arrays["running_mean"], "var": arrays["running_var"]}}
    return layer.apply({**_affine(arrays), **state}, x)


TABLE = {
    "max_pool": _pool(linen.max_pool),
    "avg_pool": _pool(linen.avg_pool),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "pad": _pad,
    "group_norm": lambda x, args, arrays: linen.GroupNorm(args["num_groups"], epsilon=args["eps"]).apply(
        _affine(arrays), x
    ),
    "batch_norm": _batch_norm,
}
