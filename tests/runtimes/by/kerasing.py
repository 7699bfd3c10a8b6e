"""Keras 3 with channels last, whatever runs it."""

import os

import keras
import numpy as np
from words import Unwritable, expanded, sides

__all__ = ["build", "first", "last", "run", "versions"]


def versions():
    """What was asked."""
    return {"keras": keras.__version__, "backend": os.environ["KERAS_BACKEND"]}


def last(x):
    """Channels last."""
    return np.moveaxis(x, 1, -1)


def first(y):
    """Channels first."""
    return np.moveaxis(np.asarray(y), -1, 1)


def run(geometry, arrays):
    """What comes out."""
    layer, x, back = build(geometry, arrays)
    return [back(np.asarray(layer(x)))]


def build(geometry, arrays):
    """A layer with its weights, what goes in, and how what comes out is turned."""
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    x = arrays["x"]
    layer, weights = TABLE[geometry["verb"]](geometry["args"], x.ndim - 2, arrays)
    if geometry["verb"] in ("lstm", "gru", "rnn"):
        turned, back = x, lambda y: y
    else:
        turned, back = last(x), first
    if weights is not None:
        layer.build(turned.shape)
        layer.set_weights(weights)
    return layer, turned, back


def _padding(args, axes):
    padding = args.get("padding", 0)
    if padding == "same":
        return "same"
    if padding == "same_lower" or any(side for pair in sides(padding, axes) for side in pair):
        raise Unwritable("padding in numbers")
    return "valid"


def _pool(kind):
    def write(args, axes, _):
        if args.get("ceil_mode") or any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
            raise Unwritable("ceil mode or dilation")
        padding = _padding(args, axes)
        if kind == "AveragePooling" and padding == "same" and args.get("count_include_pad", True):
            raise Unwritable("a mean that counts padding")
        kernel, strides = tuple(expanded(args["kernel_size"], axes)), tuple(expanded(args["stride"], axes))
        return getattr(keras.layers, f"{kind}{axes}D")(kernel, strides, padding), None

    return write


def _conv(args, axes, arrays):
    kernel = np.moveaxis(arrays["weight"], (0, 1), (-1, -2))
    more = {"padding": _padding(args, axes), "groups": args["groups"], "use_bias": args["bias"]}
    more |= {"strides": expanded(args["stride"], axes), "dilation_rate": expanded(args["dilation"], axes)}
    layer = getattr(keras.layers, f"Conv{axes}D")(args["out_channels"], expanded(args["kernel_size"], axes), **more)
    return layer, [kernel, *([arrays["bias"]] if args["bias"] else [])]


def _conv_transpose(args, axes, arrays):
    if args["groups"] != 1:
        raise Unwritable("groups of a transposed convolution")
    kernel = np.moveaxis(arrays["weight"], (0, 1), (-1, -2))
    more = {"padding": _padding(args, axes), "use_bias": args["bias"], "strides": expanded(args["stride"], axes)}
    more["dilation_rate"] = expanded(args.get("dilation", 1), axes)
    extra = expanded(args.get("output_padding", 0), axes)
    if any(extra):
        more["output_padding"] = extra if axes > 1 else extra[0]
    size = expanded(args["kernel_size"], axes)
    layer = getattr(keras.layers, f"Conv{axes}DTranspose")(args["out_channels"], size, **more)
    return layer, [kernel, *([arrays["bias"]] if args["bias"] else [])]


MODES = {"bilinear": "bilinear", "nearest": "nearest", "bicubic": "bicubic"}


def _upsample(args, axes, _):
    if args.get("align_corners") or args["mode"] not in MODES or axes != 2:
        raise Unwritable("mode")
    mode = MODES[args["mode"]]
    if "size" in args:
        more = {"antialias": True} if args.get("antialias") else {}
        return keras.layers.Resizing(*args["size"], interpolation=mode, data_format="channels_last", **more), None
    scale = args["scale_factor"]
    if scale != int(scale) or args.get("antialias"):
        raise Unwritable("scale")
    return keras.layers.UpSampling2D(int(scale), interpolation=mode), None


def _pad(args, axes, _):
    if args["mode"] != "constant" or args["value"] != 0 or any(side < 0 for pair in args["padding"] for side in pair):
        raise Unwritable("padding")
    sides_ = tuple(tuple(pair) for pair in args["padding"])
    return getattr(keras.layers, f"ZeroPadding{axes}D")(sides_[0] if axes == 1 else sides_), None


def _group_norm(args, _, arrays):
    layer = keras.layers.GroupNormalization(groups=args["num_groups"], epsilon=args["eps"])
    return layer, [arrays["weight"], arrays["bias"]]


def _batch_norm(args, _, arrays):
    names = ("weight", "bias", "running_mean", "running_var")
    return keras.layers.BatchNormalization(epsilon=args["eps"]), [arrays[name] for name in names]


def _gates(order, name, arrays, hidden, end):
    blocks = np.split(arrays[f"{name}_{end}"], len(order))
    del hidden
    return np.concatenate([blocks[i] for i in order])


ORDERS = {"LSTM": (0, 1, 2, 3), "GRU": (1, 0, 2), "SimpleRNN": (0,)}


def _recurrent(kind):
    def write(args, _, arrays):
        if "proj_size" in args:
            raise Unwritable("projections")
        hidden, order = args["hidden_size"], ORDERS[kind]
        weights = []
        for end in ("l0", "l0_reverse") if args["bidirectional"] else ("l0",):
            w, r, b, c = (_gates(order, name, arrays, hidden, end) for name in NAMES)
            weights += [w.T, r.T, np.stack([b, c]) if kind == "GRU" else b + c]
        layer = getattr(keras.layers, kind)(hidden, return_sequences=True)
        return (keras.layers.Bidirectional(layer) if args["bidirectional"] else layer), weights

    return write


NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _adaptive(kind):
    def write(args, axes, _):
        layer = getattr(keras.layers, f"Adaptive{kind}Pooling{axes}D", None)
        if layer is None:
            raise Unwritable("adaptive pooling")
        size = expanded(args["output_size"], axes)
        return layer(size if axes > 1 else size[0]), None

    return write


TABLE = {
    "max_pool": _pool("MaxPooling"),
    "avg_pool": _pool("AveragePooling"),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "pad": _pad,
    "group_norm": _group_norm,
    "batch_norm": _batch_norm,
    "adaptive_avg_pool": _adaptive("Average"),
    "adaptive_max_pool": _adaptive("Max"),
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "rnn": _recurrent("SimpleRNN"),
}
