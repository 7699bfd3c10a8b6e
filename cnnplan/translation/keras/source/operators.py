"""Operators as Keras 3 writes them, channels first: a layer that is called, or a function of `keras.ops`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.translation.expressions import Unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["ACTIVATIONS", "Layer", "write"]


class Layer(NamedTuple):
    """A layer as it stands.

    Args:
        verb: its operator.
        args: its arguments as Python, those that have their default too.
        op: the operator, with numbers.
        rank: of its first input.
        reads: the variables that it reads.
        sides: its padding as text, before and after each axis.
        name: what the layer is called, as Python.
        shapes: of what it reads.
    """

    verb: str
    args: Mapping[str, str]
    op: Any
    rank: int
    reads: Sequence[str]
    sides: Sequence[tuple[str, str]]
    name: str
    shapes: Sequence[Sequence[Any]]

    @property
    def x(self) -> str:
        """Its first input."""
        return self.reads[0]

    @property
    def axes(self) -> int:
        """How many axes of space there are."""
        return self.rank - 2


ACTIVATIONS: Final = {
    "relu": "ops.relu", "relu6": "ops.relu6", "silu": "ops.silu", "sigmoid": "ops.sigmoid", "tanh": "ops.tanh",
    "selu": "ops.selu", "hard_swish": "ops.hard_silu", "hard_sigmoid": "ops.hard_sigmoid", "mish": "ops.mish",
    "abs": "ops.abs", "sqrt": "ops.sqrt", "exp": "ops.exp", "log": "ops.log", "sin": "ops.sin", "cos": "ops.cos",
    "identity": "ops.identity",
}  # fmt: skip
"""Functions of one tensor."""

FIRST: Final = 'data_format="channels_first"'
ZERO: Final = "0"
MANY: Final = 3
FOLDED: Final = {"+": "add", "*": "multiply"}


def write(layer: Layer) -> str:
    """A layer as an expression.

    Raises:
        Unwritable: Keras has nothing of the kind.
    """
    if layer.verb in ACTIVATIONS:
        return f"{ACTIVATIONS[layer.verb]}({layer.x})"
    if layer.verb not in WRITERS:
        raise Unwritable(f"the operator {layer.verb}, which Keras has not")
    return WRITERS[layer.verb](layer)


def made(name: str, *args: str, x: str, layer: Layer, **more: str) -> str:
    """`layers.Name(a, b=c, name=...)(x)`."""
    told = [*args, *(f"{key}={value}" for key, value in more.items()), f"name={layer.name}"]
    return f"layers.{name}({', '.join(told)})({x})"


def flag(layer: Layer, name: str, value: str = "True") -> bool:
    """Whether an argument is what Keras takes for granted."""
    return layer.args.get(name, value) == value


def optional(layer: Layer, **names: tuple[str, str]) -> dict[str, str]:
    """Arguments by Keras's names, without those that have their default."""
    return {key: layer.args[name] for key, (name, usual) in names.items() if layer.args.get(name, usual) != usual}


def padded(layer: Layer, value: str = "0.0") -> str:
    """What is read, with its padding around it."""
    if getattr(layer.op, "padding", 0) in ("same", "same_lower"):
        raise Unwritable(f"padding: {layer.op.padding} in front of a {layer.verb} with a stride")
    if all(side in {ZERO, "0.0"} for pair in layer.sides for side in pair):
        return layer.x
    pairs = ", ".join(f"({before}, {after})" for before, after in layer.sides)
    more = f", value={value}" if value not in {"0", "0.0"} else ""
    return f"pad({layer.x}, {pairs}{more})"


def conv(layer: Layer) -> str:
    """A convolution; padding that is no `same` of Keras's stands in front of it."""
    if len(layer.reads) > 1:
        raise Unwritable("a convolution by a weight that is computed")
    if not flag(layer, "padding_mode", "'zeros'"):
        raise Unwritable(f"padding_mode: {layer.args['padding_mode']}")
    more = optional(
        layer,
        strides=("stride", "1"),
        dilation_rate=("dilation", "1"),
        groups=("groups", "1"),
        use_bias=("bias", "True"),
    )
    same = layer.op.padding == "same"
    x = layer.x if same else padded(layer)
    more |= {"padding": '"same"'} if same else {}
    return made(
        f"Conv{layer.axes}D", layer.args["out_channels"], layer.args["kernel_size"], FIRST, x=x, layer=layer, **more
    )


def conv_transpose(layer: Layer) -> str:
    """A transposed convolution, of which PyTorch's padding is cut off."""
    op = layer.op
    if len(layer.reads) > 1 or op.groups != 1 or op.dilation != 1:
        raise Unwritable("a transposed convolution in groups, with holes, or by a weight that is computed")
    if not (isinstance(op.kernel_size, int) and isinstance(op.stride, int) and isinstance(op.output_padding, int)):
        raise Unwritable("a transposed convolution whose axes differ")
    more = optional(layer, strides=("stride", "1"), use_bias=("bias", "True"))
    call = made(
        f"Conv{layer.axes}DTranspose",
        layer.args["out_channels"],
        layer.args["kernel_size"],
        FIRST,
        x=layer.x,
        layer=layer,
        **more,
    )
    pad = op.padding if isinstance(op.padding, int) else None
    if pad is None:
        raise Unwritable("a transposed convolution that is padded unevenly")
    end = pad + max(op.stride - op.kernel_size, 0) - op.output_padding
    if end < 0:
        raise Unwritable("a transposed convolution with more output padding than padding")
    if not pad and not end:
        return call
    part = f"{pad or ''}:{-end if end else ''}"
    return f"{call}[:, :, {', '.join([part] * layer.axes)}]"


def linear(layer: Layer) -> str:
    """A dense layer."""
    if len(layer.reads) > 1:
        return (
            f"ops.matmul({layer.x}, ops.swapaxes({layer.reads[1]}, -1, -2))" if layer.args["bias"] == "False" else _no()
        )
    more = optional(layer, use_bias=("bias", "True"))
    return made("Dense", layer.args["out_features"], x=layer.x, layer=layer, **more)


def _no() -> str:
    raise Unwritable("a linear layer by a weight that is computed, with a bias")


def pool(name: str, value: str) -> Callable[[Layer], str]:
    """Windows, of the greatest or the mean."""

    def writer(layer: Layer) -> str:
        op = layer.op
        if op.ceil_mode or getattr(op, "dilation", 1) != 1 or getattr(op, "divisor_override", None) is not None:
            raise Unwritable(f"{layer.verb} in ceil mode, with holes or another divisor")
        if op.padding == "same" and (layer.verb == "max_pool" or not op.count_include_pad):
            more = {"strides": layer.args["stride"]} if layer.args["stride"] != "None" else {}
            told = (layer.args["kernel_size"], FIRST, 'padding="same"')
            return made(f"{name}Pooling{layer.axes}D", *told, x=layer.x, layer=layer, **more)
        x = padded(layer, value)
        if layer.verb == "avg_pool" and not op.count_include_pad and x != layer.x:
            raise Unwritable("avg_pool that leaves its padding out of the mean")
        more = {"strides": layer.args["stride"]} if layer.args["stride"] != "None" else {}
        return made(f"{name}Pooling{layer.axes}D", layer.args["kernel_size"], FIRST, x=x, layer=layer, **more)

    return writer


def whole(name: str) -> Callable[[Layer], str]:
    """A pooling of everything."""
    return lambda layer: made(f"Global{name}Pooling{layer.axes}D", FIRST, "keepdims=True", x=layer.x, layer=layer)


def adaptive(name: str) -> Callable[[Layer], str]:
    """A pooling to a size."""

    def writer(layer: Layer) -> str:
        if layer.args["output_size"] == "1":
            return whole(name)(layer)
        return made(f"Adaptive{name}Pooling{layer.axes}D", layer.args["output_size"], FIRST, x=layer.x, layer=layer)

    return writer


def batch_norm(layer: Layer) -> str:
    """Batch normalization; Keras's momentum is what is kept, PyTorch's what is new."""
    if not flag(layer, "track_running_stats"):
        raise Unwritable("batch_norm without running statistics")
    affine = layer.args["affine"] == "True"
    more = {} if affine else {"center": "False", "scale": "False"}
    more |= {} if flag(layer, "weight") else {"scale": "False"}
    more |= {} if flag(layer, "bias") else {"center": "False"}
    momentum = layer.op.momentum
    kept = "0.9" if momentum is None else repr(round(1 - float(momentum), 12))
    return made(
        "BatchNormalization",
        "axis=1",
        f"momentum={kept}",
        f"epsilon={layer.args['eps']}",
        x=layer.x,
        layer=layer,
        **more,
    )


def layer_norm(layer: Layer) -> str:
    """Layer normalization of the last axes, or of the channels."""
    shape = layer.op.normalized_shape
    axes = 1 if shape is None else -1 if isinstance(shape, int) else [*range(-len(shape), 0)]
    affine = layer.args["elementwise_affine"] == "True"
    more = {} if affine else {"center": "False", "scale": "False"}
    more |= {} if flag(layer, "weight") else {"scale": "False"}
    more |= {} if flag(layer, "bias") else {"center": "False"}
    return made("LayerNormalization", f"axis={axes}", f"epsilon={layer.args['eps']}", x=layer.x, layer=layer, **more)


def group_norm(layer: Layer) -> str:
    """Group normalization; one group a channel is instance normalization."""
    groups = layer.args.get("num_groups", "-1")
    affine = layer.args["affine"] == "True"
    more = {} if affine else {"center": "False", "scale": "False"}
    return made("GroupNormalization", groups, "axis=1", f"epsilon={layer.args['eps']}", x=layer.x, layer=layer, **more)


def arithmetic(symbol: str) -> Callable[[Layer], str]:
    """Arithmetic of inputs, or of one and a number."""

    def writer(layer: Layer) -> str:
        operands = [*layer.reads]
        if layer.args["value"] != "None":
            operands = [layer.x, layer.args["value"]]
            if layer.args.get("reverse") == "True":
                operands.reverse()
        if (len(operands) > MANY or any(each.startswith("*") for each in operands)) and symbol in FOLDED:
            return f"functools.reduce(ops.{FOLDED[symbol]}, [{', '.join(operands)}])"
        return f" {symbol} ".join(each if each.isidentifier() else f"({each})" for each in operands)

    return writer


def along(name: str) -> Callable[[Layer], str]:
    """A function along an axis."""
    return lambda layer: f"ops.{name}({layer.x}, axis={layer.args['dim']})"


def reduced(layer: Layer) -> str:
    """Axes made one."""
    mode = layer.op.mode if layer.verb == "reduce" else "mean"
    names = {"sum": "sum", "mean": "mean", "max": "max", "min": "min", "prod": "prod", "logsumexp": "logsumexp"}
    if mode not in names:
        raise Unwritable(f"reduce by {mode}")
    dim = layer.args["dim"] if layer.args["dim"] != "None" else "None"
    keep = ", keepdims=True" if layer.args["keepdim"] == "True" else ""
    return f"ops.{names[mode]}({layer.x}, axis={dim}{keep})"


def reshape(layer: Layer) -> str:
    """Another shape, with one extent at most that nobody knows; the batch stays."""
    extents = [part.strip() for part in layer.args["shape"].strip("()").split(",") if part.strip()]
    if extents[0] not in {f"{layer.x}.shape[0]", "-1"} or extents.count("-1") > 1:
        raise Unwritable("a reshape that changes the batch, or of which several extents are sizes of the input")
    return f"layers.Reshape(({', '.join(extents[1:])},), name={layer.name})({layer.x})"


def flatten(layer: Layer) -> str:
    """Axes merged, those behind the batch."""
    first, last = layer.op.start_dim % layer.rank, layer.op.end_dim % layer.rank
    if first == 0:
        raise Unwritable("a flatten of the batch")
    kept = [f"{layer.x}.shape[{axis}]" for axis in range(1, first)]
    rest = [f"{layer.x}.shape[{axis}]" for axis in range(last + 1, layer.rank)]
    return f"layers.Reshape(({', '.join([*kept, '-1', *rest])},), name={layer.name})({layer.x})"


def slice_(layer: Layer) -> str:
    """A part of an axis."""
    dim = layer.op.dim % layer.rank
    start, end, step = (layer.args[name] for name in ("start", "end", "step"))
    part = f"{'' if start == ZERO else start}:{'' if end == 'None' else end}" + (f":{step}" if step != "1" else "")
    return f"{layer.x}[{':, ' * dim}{part}]"


def pad(layer: Layer) -> str:
    """Axes made longer."""
    if layer.op.dims is not None or any(side.startswith("-") for pair in layer.sides for side in pair):
        raise Unwritable("pad of other axes than those of space, or by less than nothing")
    if layer.args["mode"] != "'constant'":
        raise Unwritable(f"pad by {layer.args['mode']}")
    return padded(layer, layer.args["value"])


def upsample(layer: Layer) -> str:
    """An image in another size."""
    op = layer.op
    scale = op.scale_factor
    if op.size is not None or not isinstance(scale, int) or op.align_corners or op.antialias:
        raise Unwritable("upsample to a size, by a fraction or to the corners")
    if op.mode == "nearest":
        x = layer.x
        for axis in range(2, layer.rank):
            x = f"ops.repeat({x}, {layer.args['scale_factor']}, axis={axis})"
        return x
    if op.mode != "bilinear":
        raise Unwritable(f"upsample by {op.mode}")
    return made("UpSampling2D", layer.args["scale_factor"], FIRST, 'interpolation="bilinear"', x=layer.x, layer=layer)


def clip(layer: Layer) -> str:
    """Between two bounds, or on one side of one."""
    low, high = layer.args["min"], layer.args["max"]
    x = layer.x if low == "None" else f"ops.maximum({layer.x}, {low})"
    return x if high == "None" else f"ops.minimum({x}, {high})"


def attention(layer: Layer) -> str:
    """Attention with its linear layers."""
    if len(layer.reads) > 1 or layer.op.kdim or layer.op.vdim:
        raise Unwritable("multi_head_attention of several inputs")
    features, heads = layer.shapes[0][-1], layer.op.num_heads
    more = optional(layer, use_bias=("bias", "True"))
    told = [layer.args["num_heads"], str(features // heads), *(f"{key}={value}" for key, value in more.items())]
    return f"layers.MultiHeadAttention({', '.join(told)}, name={layer.name})({layer.x}, {layer.x})"


def recurrent(name: str) -> Callable[[Layer], str]:
    """A recurrent layer; Keras's have one bias, PyTorch's two, but for a GRU."""

    def writer(layer: Layer) -> str:
        op = layer.op
        wanted = "both" if name == "GRU" else "one"
        if len(layer.reads) > 1 or op.num_layers != 1 or getattr(op, "proj_size", None) or getattr(op, "memory", False):
            raise Unwritable(f"{layer.verb} with several layers, a state that comes in, or a projection")
        if op.bias and op.biases != wanted:
            raise Unwritable(f"{layer.verb} with biases: {op.biases}: Keras has {wanted}, say biases: {wanted}")
        if name == "GRU" and op.reset != "after":
            raise Unwritable("gru with reset: before")
        kind = "SimpleRNN" if name == "RNN" else name
        more = optional(layer, use_bias=("bias", "True"), activation=("nonlinearity", "'tanh'"))
        told = [layer.args["hidden_size"], *(f"{key}={value}" for key, value in more.items()), "return_sequences=True"]
        inner = f"layers.{kind}({', '.join(told)})"
        if op.bidirectional:
            return f"layers.Bidirectional({inner}, name={layer.name})({layer.x})"
        return f"{inner[:-1]}, name={layer.name})({layer.x})"

    return writer


def prelu(layer: Layer) -> str:
    """A trained slope."""
    first = 2 if layer.op.num_parameters != 1 else 1
    shared = ", ".join(str(axis) for axis in range(first, layer.rank))
    return made("PReLU", f"shared_axes=[{shared}]", x=layer.x, layer=layer)


def softplus(layer: Layer) -> str:
    """A smooth relu."""
    if layer.op.beta != 1:
        raise Unwritable("softplus with a beta")
    return f"ops.softplus({layer.x})"


def gelu(layer: Layer) -> str:
    """An element times a probability."""
    return f"ops.gelu({layer.x}, approximate={layer.op.approximate == 'tanh'})"


def shuffle(layer: Layer) -> str:
    """Channels dealt out."""
    groups, x = layer.args["groups"], layer.x
    apart = f"layers.Reshape(({groups}, {x}.shape[1] // {groups}, -1))({x})"
    kept = ", ".join(f"{x}.shape[{axis}]" for axis in range(3, layer.rank))
    turned = f"ops.swapaxes({apart}, 1, 2)"
    return f"layers.Reshape(({x}.shape[1], -1, {kept}), name={layer.name})({turned})"


WRITERS: Final[dict[str, Callable[[Layer], str]]] = {
    "conv": conv, "conv_transpose": conv_transpose, "linear": linear, "batch_norm": batch_norm,
    "layer_norm": layer_norm, "group_norm": group_norm, "instance_norm": group_norm,
    "max_pool": pool("Max", 'float("-inf")'), "avg_pool": pool("Average", "0.0"),
    "global_avg_pool": whole("Average"), "global_max_pool": whole("Max"),
    "adaptive_avg_pool": adaptive("Average"), "adaptive_max_pool": adaptive("Max"),
    "add": arithmetic("+"), "subtract": arithmetic("-"), "multiply": arithmetic("*"), "divide": arithmetic("/"),
    "softmax": along("softmax"), "log_softmax": along("log_softmax"), "reduce": reduced, "mean": reduced,
    "concat": lambda layer: f"ops.concatenate([{', '.join(layer.reads)}], axis={layer.args['dim']})",
    "stack": lambda layer: f"ops.stack([{', '.join(layer.reads)}], axis={layer.args['dim']})",
    "reshape": reshape, "flatten": flatten, "slice": slice_, "pad": pad, "upsample": upsample, "clip": clip,
    "permute": lambda layer: f"ops.transpose({layer.x}, {layer.args['dims']})",
    "transpose": lambda layer: f"ops.swapaxes({layer.x}, {layer.args['dim0']}, {layer.args['dim1']})",
    "unsqueeze": lambda layer: f"ops.expand_dims({layer.x}, {layer.args['dim']})",
    "squeeze": lambda layer: f"ops.squeeze({layer.x}, {layer.args['dim']})",
    "chunk": lambda layer: f"ops.split({layer.x}, {layer.args['chunks']}, axis={layer.args['dim']})",
    "pow": lambda layer: f"{layer.x} ** {layer.args['exponent']}",
    "matmul": lambda layer: f"ops.matmul({', '.join(layer.reads)})",
    "einsum": lambda layer: f"ops.einsum({layer.args['equation']}, {', '.join(layer.reads)})",
    "roll": lambda layer: f"ops.roll({layer.x}, {layer.args['shifts']}, axis={layer.args['dims']})",
    "leaky_relu": lambda layer: f"ops.leaky_relu({layer.x}, negative_slope={layer.args['negative_slope']})",
    "elu": lambda layer: f"ops.elu({layer.x}, alpha={layer.args['alpha']})",
    "softplus": softplus, "gelu": gelu, "prelu": prelu, "channel_shuffle": shuffle,
    "dropout": lambda layer: made("Dropout", layer.args["p"], x=layer.x, layer=layer),
    "embedding": lambda layer: made(
        "Embedding", layer.args["num_embeddings"], layer.args["embedding_dim"], x=layer.x, layer=layer
    ),
    "multi_head_attention": attention, "lstm": recurrent("LSTM"), "gru": recurrent("GRU"), "rnn": recurrent("RNN"),
    "scale": lambda layer: f"Scale({layer.args['dim']}, name={layer.name})({layer.x})",
}  # fmt: skip
