"""Equinox, whose layers take one image, channels first."""

import os

os.environ["JAX_PLATFORMS"] = "cpu"

import equinox
import jax
import jax.numpy as jnp
import numpy as np
from words import Unwritable, expanded, is_same, sides

__all__ = ["run", "versions"]

KEY = jax.random.PRNGKey(0)


def versions():
    """What was asked."""
    return {"equinox": equinox.__version__, "jax": jax.__version__}


def run(geometry, arrays):
    """What comes out."""
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    x = arrays["x"]
    layer = TABLE[geometry["verb"]](geometry["args"], x.ndim - 2, arrays)
    return [np.stack([np.asarray(layer(jnp.asarray(image))) for image in x])]


def _padding(args, axes, *, words=True):
    padding = args.get("padding", 0)
    if is_same(padding) and not words:
        raise Unwritable("same")
    if padding in ("same", "same_lower"):
        return {"same": "SAME", "same_lower": "SAME_LOWER"}[padding]
    return sides(padding, axes)


def _pool(kind):
    def build(args, axes, _):
        if any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
            raise Unwritable("dilation of a pooling")
        padding = _padding(args, axes, words=False)
        if kind == "Avg" and not args.get("count_include_pad", True):
            raise Unwritable("a mean that does not count padding")
        kernel, strides = expanded(args["kernel_size"], axes), expanded(args["stride"], axes)
        more = {"padding": padding, "use_ceil": args.get("ceil_mode", False)}
        return getattr(equinox.nn, f"{kind}Pool{axes}d")(kernel, strides, **more)

    return build


def _weighted(layer, arrays):
    layer = equinox.tree_at(lambda each: each.weight, layer, jnp.asarray(arrays["weight"]))
    if "bias" not in arrays:
        return layer
    bias = jnp.asarray(arrays["bias"]).reshape(layer.bias.shape)
    return equinox.tree_at(lambda each: each.bias, layer, bias)


def _conv(args, axes, arrays):
    more = {"stride": expanded(args["stride"], axes), "dilation": expanded(args["dilation"], axes)}
    more |= {"padding": _padding(args, axes), "groups": args["groups"], "use_bias": args["bias"], "key": KEY}
    channels = arrays["x"].shape[1]
    kernel = expanded(args["kernel_size"], axes)
    return _weighted(getattr(equinox.nn, f"Conv{axes}d")(channels, args["out_channels"], kernel, **more), arrays)


def _conv_transpose(args, axes, arrays):
    more = {"stride": expanded(args["stride"], axes), "dilation": expanded(args.get("dilation", 1), axes)}
    more |= {"padding": _padding(args, axes), "groups": args["groups"], "use_bias": args["bias"], "key": KEY}
    more["output_padding"] = expanded(args.get("output_padding", 0), axes)
    channels, kernel = arrays["x"].shape[1], expanded(args["kernel_size"], axes)
    layer = getattr(equinox.nn, f"ConvTranspose{axes}d")(channels, args["out_channels"], kernel, **more)
    return _weighted(layer, {**arrays, "weight": _transposed(arrays["weight"], args["groups"])})


def _transposed(weight, groups):
    """The weight of a convolution whose gradient it is, as the documentation tells: turned round, (out, in)."""
    flipped = np.flip(weight, tuple(range(2, weight.ndim)))
    parts = [np.swapaxes(part, 0, 1) for part in np.split(flipped, groups)]
    return np.concatenate(parts)


def _adaptive(kind):
    def build(args, axes, _):
        return getattr(equinox.nn, f"Adaptive{kind}Pool{axes}d")(expanded(args["output_size"], axes))

    return build


def _group_norm(args, axes, arrays):
    del axes
    layer = equinox.nn.GroupNorm(args["num_groups"], arrays["x"].shape[1], args["eps"])
    return _weighted(layer, arrays)


def _layer_norm(args, axes, arrays):
    shape = tuple(args["normalized_shape"])
    if len(shape) != axes + 1:
        layer = _weighted(equinox.nn.LayerNorm(shape, args["eps"]), arrays)
        for _ in range(axes + 1 - len(shape)):
            layer = jax.vmap(layer)
        return layer
    return _weighted(equinox.nn.LayerNorm(shape, args["eps"]), arrays)


TABLE = {
    "max_pool": _pool("Max"),
    "avg_pool": _pool("Avg"),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "adaptive_avg_pool": _adaptive("Avg"),
    "adaptive_max_pool": _adaptive("Max"),
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
}
