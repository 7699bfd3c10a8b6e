"""PaddlePaddle on the processor."""

import paddle
from paddle.nn import functional
from words import Unwritable, expanded, sides

__all__ = ["run", "versions"]

paddle.set_device("cpu")


def versions():
    """What was asked."""
    return {"paddlepaddle": paddle.__version__}


def run(geometry, arrays):
    """What comes out."""
    tensors = {name: paddle.to_tensor(value) for name, value in arrays.items()}
    x = tensors.pop("x")
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    with paddle.no_grad():
        found = TABLE[geometry["verb"]](x, geometry["args"], tensors)
    return [y.numpy() for y in (found if isinstance(found, tuple | list) else [found])]


def _padding(args, axes):
    padding = args.get("padding", 0)
    if padding == "same":
        return "SAME"
    if padding == "same_lower":
        raise Unwritable("same_lower")
    pairs = sides(padding, axes)
    if all(before == after for before, after in pairs):
        return [before for before, _ in pairs]
    return [side for pair in pairs for side in pair]


def _named(name, axes):
    return getattr(functional, f"{name}{axes}d")


def _pool(kind):
    def build(x, args, _):
        axes = x.ndim - 2
        if any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
            raise Unwritable("dilation of a pooling")
        more = {"ceil_mode": args.get("ceil_mode", False)}
        if kind == "avg_pool":
            more["exclusive"] = not args.get("count_include_pad", True)
        kernel, strides = expanded(args["kernel_size"], axes), expanded(args["stride"], axes)
        return _named(kind, axes)(x, kernel, strides, _padding(args, axes), **more)

    return build


def _conv(x, args, t):
    axes = x.ndim - 2
    more = {"stride": expanded(args["stride"], axes), "padding": _padding(args, axes)}
    more |= {"dilation": expanded(args["dilation"], axes), "groups": args["groups"]}
    return _named("conv", axes)(x, t["weight"], t.get("bias"), **more)


def _conv_transpose(x, args, t):
    axes = x.ndim - 2
    more = {"stride": expanded(args["stride"], axes), "padding": _padding(args, axes)}
    more |= {"dilation": expanded(args.get("dilation", 1), axes), "groups": args["groups"]}
    more["output_padding"] = expanded(args.get("output_padding", 0), axes)
    return getattr(functional, f"conv{axes}d_transpose")(x, t["weight"], t.get("bias"), **more)


def _upsample(x, args, _):
    axes = x.ndim - 2
    if args.get("antialias"):
        raise Unwritable("antialias")
    layout = {1: "NCW", 2: "NCHW", 3: "NCDHW"}[axes]
    scale = args.get("scale_factor")
    more = {"align_corners": args.get("align_corners", False)} if args["mode"] != "nearest" else {}
    if axes == 1 and args["mode"] == "nearest":
        raise Unwritable("nearest along one axis")
    return functional.interpolate(x, args.get("size"), scale and float(scale), args["mode"], data_format=layout, **more)


def _pad(x, args, _):
    flat = [side for pair in reversed(args["padding"]) for side in pair]
    layout = {1: "NCL", 2: "NCHW", 3: "NCDHW"}[x.ndim - 2]
    return functional.pad(x, flat, args["mode"], args.get("value", 0.0), data_format=layout)


def _split(x, args, _):
    return paddle.split(x, args["sections"], args["dim"])


def _batch_norm(x, args, t):
    layout = {1: "NCL", 2: "NCHW", 3: "NCDHW"}[x.ndim - 2]
    numbers = (t["running_mean"], t["running_var"], t["weight"], t["bias"])
    return functional.batch_norm(x, *numbers, epsilon=args["eps"], data_format=layout)


def _response(x, args, _):
    layout = {1: "NCL", 2: "NCHW", 3: "NCDHW"}[x.ndim - 2]
    return functional.local_response_norm(x, args["size"], args["alpha"], args["beta"], args["k"], data_format=layout)


def _recurrent(kind):
    def build(x, args, t):
        more = {"proj_size": args["proj_size"]} if "proj_size" in args else {}
        direction = "bidirect" if args["bidirectional"] else "forward"
        layer = getattr(paddle.nn, kind)(x.shape[2], args["hidden_size"], direction=direction, **more)
        state = {name: t[name] for name, _ in layer.named_parameters() if name in t}
        if len(state) != len(t):
            raise Unwritable(f"weights {[name for name, _ in layer.named_parameters()]}")
        layer.set_state_dict(state)
        return layer(x)[0]

    return build


TABLE = {
    "max_pool": _pool("max_pool"),
    "avg_pool": _pool("avg_pool"),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "pad": _pad,
    "chunk": lambda x, args, _: paddle.chunk(x, args["chunks"], args["dim"]),
    "split": _split,
    "pixel_shuffle": lambda x, args, _: functional.pixel_shuffle(x, args["upscale_factor"]),
    "pixel_unshuffle": lambda x, args, _: functional.pixel_unshuffle(x, args["downscale_factor"]),
    "batch_norm": _batch_norm,
    "instance_norm": lambda x, args, _: functional.instance_norm(x, eps=args["eps"]),
    "group_norm": lambda x, args, t: functional.group_norm(x, args["num_groups"], args["eps"], t["weight"], t["bias"]),
    "layer_norm": lambda x, args, t: functional.layer_norm(
        x, args["normalized_shape"], t["weight"].flatten(), t["bias"].flatten(), args["eps"]
    ),
    "local_response_norm": _response,
    "adaptive_avg_pool": lambda x, args, _: _named("adaptive_avg_pool", x.ndim - 2)(x, args["output_size"]),
    "adaptive_max_pool": lambda x, args, _: _named("adaptive_max_pool", x.ndim - 2)(x, args["output_size"]),
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "rnn": _recurrent("SimpleRNN"),
}
