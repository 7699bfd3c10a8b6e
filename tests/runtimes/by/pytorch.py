"""PyTorch, where it has such a layer: the witness that what is said here is PyTorch's."""

import torch
from torch.nn import functional
from words import Unwritable, expanded, is_same, sides

__all__ = ["run", "versions"]

torch.set_num_threads(1)


def versions():
    """What was asked."""
    return {"torch": torch.__version__.split("+")[0]}


def run(geometry, arrays):
    """What comes out."""
    tensors = {name: torch.tensor(value) for name, value in arrays.items()}
    x = tensors.pop("x")
    args = geometry["args"]
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    with torch.no_grad():
        found = TABLE[geometry["verb"]](x, args, tensors)
    return [y.numpy() for y in (found if isinstance(found, tuple | list) else [found])]


def _even(args, axes):
    """Padding that is the same on both sides."""
    padding = args.get("padding", 0)
    if is_same(padding):
        raise Unwritable("same")
    pairs = sides(padding, axes)
    if any(before != after for before, after in pairs):
        raise Unwritable("padding of one side")
    return [before for before, _ in pairs]


def _named(name, axes, kind=functional):
    return getattr(kind, f"{name}{axes}d")


def _max_pool(x, args, _):
    axes = x.ndim - 2
    more = {"dilation": expanded(args.get("dilation", 1), axes), "ceil_mode": args.get("ceil_mode", False)}
    kernel, strides = expanded(args["kernel_size"], axes), expanded(args["stride"], axes)
    return _named("max_pool", axes)(x, kernel, strides, _even(args, axes), **more)


def _avg_pool(x, args, _):
    axes = x.ndim - 2
    more = {"count_include_pad": args.get("count_include_pad", True), "ceil_mode": args.get("ceil_mode", False)}
    kernel, strides = expanded(args["kernel_size"], axes), expanded(args["stride"], axes)
    return _named("avg_pool", axes)(x, kernel, strides, _even(args, axes), **more)


def _lp_pool(x, args, _):
    axes = x.ndim - 2
    kernel, strides = expanded(args["kernel_size"], axes), expanded(args["stride"], axes)
    if axes == 1:
        kernel, strides = kernel[0], strides[0]
    return _named("lp_pool", axes)(x, args["norm_type"], kernel, strides, ceil_mode=args["ceil_mode"])


def _conv(x, args, tensors):
    axes = x.ndim - 2
    strides, dilations = expanded(args["stride"], axes), expanded(args["dilation"], axes)
    padding = args["padding"]
    if padding != "same":
        padding = _even(args, axes)
    elif any(s != 1 for s in strides):
        raise Unwritable("same with a stride")
    weights = (tensors["weight"], tensors.get("bias"))
    return _named("conv", axes)(x, *weights, strides, padding, dilations, args["groups"])


def _conv_transpose(x, args, tensors):
    axes = x.ndim - 2
    weights = (tensors["weight"], tensors.get("bias"), expanded(args["stride"], axes), _even(args, axes))
    extra = expanded(args.get("output_padding", 0), axes)
    return _named("conv_transpose", axes)(x, *weights, extra, args["groups"], expanded(args.get("dilation", 1), axes))


def _upsample(x, args, _):
    mode = args["mode"]
    more = {} if mode == "nearest" else {"align_corners": args.get("align_corners", False)}
    more |= {"antialias": True} if args.get("antialias") else {}
    scale = args.get("scale_factor")
    return functional.interpolate(x, args.get("size"), scale and float(scale), mode, **more)


def _pad(x, args, _):
    flat = [side for pair in reversed(args["padding"]) for side in pair]
    more = {"value": args["value"]} if args["mode"] == "constant" else {}
    return functional.pad(x, flat, args["mode"], **more)


def _split(x, args, _):
    sections = args["sections"]
    return x.split(x.shape[args["dim"]] // sections if isinstance(sections, int) else sections, args["dim"])


def _batch_norm(x, args, t):
    return functional.batch_norm(x, t["running_mean"], t["running_var"], t["weight"], t["bias"], eps=args["eps"])


def _recurrent(kind):
    def build(x, args, tensors):
        more = {"proj_size": args["proj_size"]} if "proj_size" in args else {}
        size = (x.shape[2], args["hidden_size"])
        layer = getattr(torch.nn, kind)(*size, batch_first=True, bidirectional=args["bidirectional"], **more)
        layer.load_state_dict(tensors)
        return layer(x)[0]

    return build


TABLE = {
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "lp_pool": _lp_pool,
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "pad": _pad,
    "chunk": lambda x, args, _: x.chunk(args["chunks"], args["dim"]),
    "split": _split,
    "pixel_shuffle": lambda x, args, _: functional.pixel_shuffle(x, args["upscale_factor"]),
    "pixel_unshuffle": lambda x, args, _: functional.pixel_unshuffle(x, args["downscale_factor"]),
    "batch_norm": _batch_norm,
    "instance_norm": lambda x, args, _: functional.instance_norm(x, eps=args["eps"]),
    "group_norm": lambda x, args, t: functional.group_norm(x, args["num_groups"], t["weight"], t["bias"], args["eps"]),
    "layer_norm": lambda x, args, t: functional.layer_norm(
        x, args["normalized_shape"], t["weight"], t["bias"], args["eps"]
    ),
    "local_response_norm": lambda x, args, _: functional.local_response_norm(
        x, args["size"], args["alpha"], args["beta"], args["k"]
    ),
    "adaptive_avg_pool": lambda x, args, _: _named("adaptive_avg_pool", x.ndim - 2)(x, args["output_size"]),
    "adaptive_max_pool": lambda x, args, _: _named("adaptive_max_pool", x.ndim - 2)(x, args["output_size"]),
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "rnn": _recurrent("RNN"),
}
