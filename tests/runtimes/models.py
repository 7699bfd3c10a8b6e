"""Geometries as ONNX, as exporters write them: one node each, with as much beside it as it takes."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from words import Unwritable, crossed, expanded, is_same, sides

__all__ = ["model"]

IR = 10
SAME = {"same": "SAME_UPPER", "same_lower": "SAME_LOWER"}


class Writer:
    """Nodes and initializers of one graph."""

    def __init__(self, geometry, arrays):
        self.x = geometry["x"]
        self.axes = len(self.x) - 2
        self.args = geometry["args"]
        self.opset = geometry["opset"]
        self.arrays = arrays
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        """A name for a value that is known."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def weight(self, name):
        """A name for a weight, "" where there is none."""
        return self.constant(name, self.arrays[name]) if name in self.arrays else ""

    def node(self, kind, inputs, outputs=("y",), **attributes):
        """Another node."""
        self.nodes.append(helper.make_node(kind, inputs, list(outputs), **attributes))
        return list(outputs)

    def window(self):
        """The attributes of windows."""
        args, axes = self.args, self.axes
        found = {"kernel_shape": expanded(args["kernel_size"], axes)}
        found["strides"] = expanded(args.get("stride", args["kernel_size"]), axes)
        padding = args.get("padding", 0)
        if is_same(padding):
            found["auto_pad"] = SAME[padding]
        else:
            found["pads"] = crossed(sides(padding, axes))
        if any(d != 1 for d in expanded(args.get("dilation", 1), axes)):
            found["dilations"] = expanded(args["dilation"], axes)
        return found


def model(geometry, arrays):
    """The layer as a model with input x."""
    writer = Writer(geometry, arrays)
    if geometry["verb"] not in TABLE:
        raise Unwritable(geometry["verb"])
    outputs = TABLE[geometry["verb"]](writer)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, geometry["x"])
    free = [[f"{name}_{i}" for i in range(len(geometry["x"]))] for name in outputs]
    declared = [
        helper.make_tensor_value_info(*each)
        for each in zip(outputs, [TensorProto.FLOAT] * len(free), free, strict=True)
    ]
    graph = helper.make_graph(writer.nodes, "layer", [x], declared, writer.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", writer.opset)], ir_version=IR)


def _pool(kind):
    def write(w):
        more = {"ceil_mode": 1} if w.args.get("ceil_mode") else {}
        if kind == "AveragePool":
            more["count_include_pad"] = int(w.args.get("count_include_pad", True))
        if kind == "LpPool":
            more["p"] = int(w.args["norm_type"])
        return w.node(kind, ["x"], **w.window(), **more)

    return write


def _conv(w):
    inputs = [name for name in ("x", w.weight("weight"), w.weight("bias")) if name]
    return w.node("Conv", inputs, group=w.args["groups"], **w.window())


def _conv_transpose(w):
    inputs = [name for name in ("x", w.weight("weight"), w.weight("bias")) if name]
    more = {}
    if "output_padding" in w.args:
        more["output_padding"] = expanded(w.args["output_padding"], w.axes)
    return w.node("ConvTranspose", inputs, group=w.args["groups"], **w.window(), **more)


def _upsample(w):
    mode = {"nearest": "nearest", "bicubic": "cubic"}.get(w.args["mode"], "linear")
    more = {"mode": mode, "coordinate_transformation_mode": "half_pixel"}
    if mode == "nearest":
        more |= {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    elif w.args.get("align_corners"):
        more["coordinate_transformation_mode"] = "align_corners"
    if mode == "cubic":
        more["cubic_coeff_a"] = -0.5 if w.args.get("antialias") else -0.75
    if w.args.get("antialias"):
        more["antialias"] = 1
    if "size" in w.args:
        sizes = w.constant("sizes", np.array([*w.x[:2], *expanded(w.args["size"], w.axes)], dtype=np.int64))
        return w.node("Resize", ["x", "", "", sizes], **more)
    factors = np.array([1, 1, *expanded(w.args["scale_factor"], w.axes)], dtype=np.float32)
    return w.node("Resize", ["x", "", w.constant("scales", factors)], **more)


def _chunk(w):
    number, n = w.args["chunks"], w.x[w.args["dim"]]
    length = -(-n // number)
    names = [f"y{i}" for i in range(-(-n // length))]
    return w.node("Split", ["x"], names, axis=w.args["dim"], num_outputs=len(names))


def _split(w):
    sections = w.args["sections"]
    if isinstance(sections, int):
        names = [f"y{i}" for i in range(sections)]
        return w.node("Split", ["x"], names, axis=w.args["dim"], num_outputs=sections)
    names = [f"y{i}" for i in range(len(sections))]
    extents = w.constant("extents", np.array(sections, dtype=np.int64))
    return w.node("Split", ["x", extents], names, axis=w.args["dim"])


def _pad(w):
    mode = {"replicate": "edge", "circular": "wrap"}.get(w.args["mode"], w.args["mode"])
    if mode == "wrap":
        w.opset = max(w.opset, 19)
    pads = w.constant("pads", np.array(crossed([(0, 0), (0, 0), *w.args["padding"]]), dtype=np.int64))
    inputs = ["x", pads, w.constant("value", np.float32(w.args["value"]))] if mode == "constant" else ["x", pads]
    return w.node("Pad", inputs, mode=mode)


def _pixel_shuffle(w):
    return w.node("DepthToSpace", ["x"], blocksize=w.args["upscale_factor"], mode="CRD")


def _pixel_unshuffle(w):
    n, c, h, width = w.x
    f = w.args["downscale_factor"]
    parts = w.constant("parts", np.array([n, c, h // f, f, width // f, f], dtype=np.int64))
    whole = w.constant("whole", np.array([n, c * f * f, h // f, width // f], dtype=np.int64))
    w.node("Reshape", ["x", parts], ["cut"])
    w.node("Transpose", ["cut"], ["turned"], perm=[0, 1, 3, 5, 2, 4])
    return w.node("Reshape", ["turned", whole])


def _batch_norm(w):
    names = [w.weight(name) for name in ("weight", "bias", "running_mean", "running_var")]
    return w.node("BatchNormalization", ["x", *names], epsilon=w.args["eps"])


def _instance_norm(w):
    channels = w.x[1]
    ones, zeros = w.constant("ones", np.ones(channels, np.float32)), w.constant("zeros", np.zeros(channels, np.float32))
    return w.node("InstanceNormalization", ["x", ones, zeros], epsilon=w.args["eps"])


def _group_norm(w):
    w.opset = max(w.opset, 21)
    names = [w.weight("weight"), w.weight("bias")]
    return w.node("GroupNormalization", ["x", *names], num_groups=w.args["num_groups"], epsilon=w.args["eps"])


def _layer_norm(w):
    axis = -len(w.args["normalized_shape"])
    names = [w.weight("weight"), w.weight("bias")]
    return w.node("LayerNormalization", ["x", *names], axis=axis, epsilon=w.args["eps"])


def _response(w):
    args = w.args
    return w.node("LRN", ["x"], size=args["size"], alpha=args["alpha"], beta=args["beta"], bias=args["k"])


def _adaptive(kind):
    def write(w):
        sizes, size = w.x[2:], expanded(w.args["output_size"], w.axes)
        if any(n % m for n, m in zip(sizes, size, strict=True)):
            raise Unwritable("windows of several sizes")
        kernel = [n // m for n, m in zip(sizes, size, strict=True)]
        return w.node(kind, ["x"], kernel_shape=kernel, strides=kernel)

    return write


def _turned(rows, order, hidden):
    """Rows of gates in another order."""
    blocks = np.split(rows, len(rows) // hidden)
    return np.concatenate([blocks[i] for i in order])


ORDERS = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}


def _recurrent(kind):
    def write(w):
        if "proj_size" in w.args:
            raise Unwritable("projections")
        hidden, order = w.args["hidden_size"], ORDERS[kind]
        ends = ["l0", "l0_reverse"] if w.args["bidirectional"] else ["l0"]

        def gates(name):
            return np.stack([_turned(w.arrays[f"{name}_{end}"], order, hidden) for end in ends])

        names = [w.constant("w", gates("weight_ih")), w.constant("r", gates("weight_hh"))]
        names.append(w.constant("b", np.concatenate([gates("bias_ih"), gates("bias_hh")], axis=1)))
        more = {"linear_before_reset": 1} if kind == "GRU" else {}
        more["direction"] = "bidirectional" if len(ends) > 1 else "forward"
        w.node("Transpose", ["x"], ["turned"], perm=[1, 0, 2])
        w.node(kind, ["turned", *names], ["states"], hidden_size=hidden, **more)
        w.node("Transpose", ["states"], ["beside"], perm=[2, 0, 1, 3])
        shape = w.constant("shape", np.array([w.x[0], w.x[1], hidden * len(ends)], dtype=np.int64))
        return w.node("Reshape", ["beside", shape])

    return write


TABLE = {
    "max_pool": _pool("MaxPool"),
    "avg_pool": _pool("AveragePool"),
    "lp_pool": _pool("LpPool"),
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "chunk": _chunk,
    "split": _split,
    "pad": _pad,
    "pixel_shuffle": _pixel_shuffle,
    "pixel_unshuffle": _pixel_unshuffle,
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
    "local_response_norm": _response,
    "adaptive_avg_pool": _adaptive("AveragePool"),
    "adaptive_max_pool": _adaptive("MaxPool"),
    "lstm": _recurrent("LSTM"),
    "gru": _recurrent("GRU"),
    "rnn": _recurrent("RNN"),
}
__all__ += ["onnx"]
