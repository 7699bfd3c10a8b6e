"""ncnn: a layer of its own format, with the numbers that pnnx writes for PyTorch's modules."""

import tempfile
from pathlib import Path

import ncnn
import numpy as np
from words import Unwritable, expanded, is_same, sides

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {"ncnn": ncnn.__version__}


def run(geometry, arrays):
    """What comes out."""
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    x = arrays["x"]
    if x.shape[0] != 1 or x.ndim != 4:
        raise Unwritable("no single image")
    kind, params, weights = TABLE[geometry["verb"]](geometry["args"], arrays)
    given = " ".join(f"{key}={_spelled(value)}" for key, value in params.items())
    text = f"7767517\n2 2\nInput in0 0 1 in0\n{kind} layer 1 1 in0 out0 {given}\n"
    with tempfile.TemporaryDirectory() as folder:
        structure, numbers = Path(folder, "net.param"), Path(folder, "net.bin")
        structure.write_text(text)
        numbers.write_bytes(b"".join(weights))
        net = ncnn.Net()
        net.opt.num_threads = 1
        for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
            setattr(net.opt, option, False)
        if net.load_param(str(structure)) or net.load_model(str(numbers)):
            raise ValueError("not loaded")
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(np.ascontiguousarray(x[0])).clone())
        code, found = extractor.extract("out0")
        if code:
            raise ValueError(f"extract gives {code}")
        return [np.array(found)[None]]


def _spelled(value):
    return f"{value:.9e}" if isinstance(value, float) else str(value)


def _tagged(array):
    return b"\0\0\0\0" + array.astype("<f4").tobytes()


def _plain(array):
    return array.astype("<f4").tobytes()


def _pool(number):
    def build(args, _):
        if any(d != 1 for d in expanded(args.get("dilation", 1), 2)):
            raise Unwritable("dilation of a pooling")
        (kh, kw), (sh, sw) = expanded(args["kernel_size"], 2), expanded(args["stride"], 2)
        params = {0: number, 1: kw, 11: kh, 2: sw, 12: sh}
        padding = args["padding"]
        if is_same(padding):
            params[5] = 2 if padding == "same" else 3
        else:
            (top, bottom), (left, right) = sides(padding, 2)
            params |= {3: left, 13: top, 14: right, 15: bottom, 5: 0 if args.get("ceil_mode") else 1}
        if number:
            params[6] = int(args.get("count_include_pad", True))
        return "Pooling", params, []

    return build


def _window(args, arrays):
    """What a convolution and its transpose have in common."""
    (kh, kw), (sh, sw) = expanded(args["kernel_size"], 2), expanded(args["stride"], 2)
    dh, dw = expanded(args.get("dilation", 1), 2)
    params = {0: args["out_channels"], 1: kw, 11: kh, 2: dw, 12: dh, 3: sw, 13: sh}
    padding = args["padding"]
    if is_same(padding):
        params[4] = -233 if padding == "same" else -234
    else:
        (top, bottom), (left, right) = sides(padding, 2)
        params |= {4: left, 14: top, 15: right, 16: bottom}
    params |= {5: int("bias" in arrays), 6: arrays["weight"].size}
    if args["groups"] != 1:
        params[7] = args["groups"]
    return params


def _conv(args, arrays):
    kind = "Convolution" if args["groups"] == 1 else "ConvolutionDepthWise"
    return kind, _window(args, arrays), _filters(arrays["weight"], arrays)


def _filters(weight, arrays):
    return [_tagged(weight), *([_plain(arrays["bias"])] if "bias" in arrays else [])]


def _conv_transpose(args, arrays):
    params = _window(args, arrays)
    params[18], params[19] = reversed(expanded(args.get("output_padding", 0), 2))
    groups = args["groups"]
    weight = np.concatenate([np.swapaxes(part, 0, 1) for part in np.split(arrays["weight"], groups)])
    return ("Deconvolution" if groups == 1 else "DeconvolutionDepthWise"), params, _filters(weight, arrays)


MODES = {"nearest": 1, "bilinear": 2, "bicubic": 3}


def _upsample(args, _):
    if args.get("antialias"):
        raise Unwritable("antialias")
    params = {0: MODES[args["mode"]], 6: int(args.get("align_corners", False))}
    if "size" in args:
        params[3], params[4] = args["size"]
    else:
        params[1] = params[2] = float(args["scale_factor"])
    return "Interp", params, []


def _pad(args, _):
    if args["mode"] == "circular" or any(side < 0 for pair in args["padding"] for side in pair):
        raise Unwritable("circular, or a pad that cuts")
    (top, bottom), (left, right) = args["padding"]
    kind = {"constant": 0, "replicate": 1, "reflect": 2}[args["mode"]]
    return "Padding", {0: top, 1: bottom, 2: left, 3: right, 4: kind, 5: float(args.get("value", 0.0))}, []


def _group_norm(args, arrays):
    channels = arrays["x"].shape[1]
    params = {0: args["num_groups"], 1: channels, 2: float(args["eps"]), 3: 1}
    return "GroupNorm", params, [_plain(arrays["weight"]), _plain(arrays["bias"])]


def _instance_norm(args, arrays):
    return "InstanceNorm", {0: arrays["x"].shape[1], 1: float(args["eps"]), 2: 0}, []


def _layer_norm(args, arrays):
    size = int(np.prod(args["normalized_shape"]))
    return "LayerNorm", {0: size, 1: float(args["eps"]), 2: 1}, [_plain(arrays["weight"]), _plain(arrays["bias"])]


def _batch_norm(args, arrays):
    params = {0: arrays["x"].shape[1], 1: float(args["eps"])}
    return "BatchNorm", params, [_plain(arrays[name]) for name in ("weight", "running_mean", "running_var", "bias")]


def _response(args, _):
    params = {0: 0, 1: args["size"], 2: float(args["alpha"]), 3: float(args["beta"]), 4: float(args["k"])}
    return "LRN", params, []


def _adaptive(number):
    def build(args, _):
        h, w = expanded(args["output_size"], 2)
        return "Pooling", {0: number, 7: 1, 8: w, 18: h}, []

    return build


TABLE = {
    "max_pool": _pool(0),
    "avg_pool": _pool(1),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "pad": _pad,
    "pixel_shuffle": lambda args, _: ("PixelShuffle", {0: args["upscale_factor"]}, []),
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "layer_norm": _layer_norm,
    "batch_norm": _batch_norm,
    "local_response_norm": _response,
    "adaptive_max_pool": _adaptive(0),
    "adaptive_avg_pool": _adaptive(1),
}
