"""A planned network as PyTorch modules: what other tools are shown when their numbers are written down.

Every layer is the module of torch.nn of its name, since some tools only see modules. What torch.nn has no module for
is written as torchvision writes it: sums and products as operators, concatenation and reshaping as functions, the
factors of `scale` and a trained `parameter` as a bare nn.Parameter.
"""

from __future__ import annotations

import operator
from functools import reduce

import torch
from torch import nn
from torch.nn import functional

from cnnplan.ops.arrays import same_sides
from cnnplan.ops.windows import is_same, margins, per_axis

JOINS = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv}
PLAIN = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "prelu": nn.PReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "hard_sigmoid": nn.Hardsigmoid,
    "hard_swish": nn.Hardswish,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "identity": nn.Identity,
    "dropout": nn.Dropout,
    "drop_path": nn.Identity,
}


class Calling(nn.Module):
    """A function as a module without weights."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *tensors):
        return self.function(*tensors)


class Trained(nn.Module):
    """A trained number for each index of an axis, or a tensor of them, and what is done with it."""

    def __init__(self, shape, function):
        super().__init__()
        self.trained = nn.Parameter(torch.ones(*shape))
        self.function = function

    def forward(self, *tensors):
        return self.function(self.trained, *tensors)


class ChannelNorm(nn.Module):
    """Layer norm along the channels of an image."""

    def __init__(self, channels, **args):
        super().__init__()
        self.norm = nn.LayerNorm(channels, **args)

    def forward(self, x):
        return self.norm(x.movedim(1, -1)).movedim(-1, 1)


class FirstOf(nn.Module):
    """The first of what a module gives."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, *tensors):
        return self.inner(*tensors)[0]


class Attention(nn.Module):
    """Self-attention as torchvision's ViT calls it."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, query, key=None, value=None):
        return self.inner(query, query if key is None else key, query if value is None else value, need_weights=False)[
            0
        ]


def ranked(name, axes):
    return getattr(nn, f"{name}{axes}d")


def sides(op, sizes):
    """The padding of each spatial axis, before and after."""
    axes = len(sizes)
    if not is_same(op.padding):
        return [(0, 0)] * axes if op.padding == "valid" else margins(op.padding, axes)
    lower = op.padding == "same_lower"
    kernels, dilations = per_axis(op.kernel_size, axes), per_axis(getattr(op, "dilation", 1), axes)
    spans = [(k - 1) * d + 1 for k, d in zip(kernels, dilations, strict=True)]
    return [same_sides(n, span, s, lower=lower) for n, span, s in zip(sizes, spans, op.strides(axes), strict=True)]


def windowed(make, op, x, *, zero=0.0):
    """A module with a window; padding that is not the same on both sides stands before it."""
    pads = sides(op, x[2:])
    if all(before == after for before, after in pads):
        return make(tuple(before for before, _ in pads))
    flat = [n for pair in reversed(pads) for n in pair]
    return nn.Sequential(ranked("ConstantPad", len(pads))(flat, zero), make(0))


def conv(op, x):
    args = {"stride": op.stride, "dilation": op.dilation, "groups": op.groups, "bias": op.bias}
    made = ranked("Conv", len(x) - 2)
    return windowed(lambda padding: made(x[1], op.out_channels, op.kernel_size, padding=padding, **args), op, x)


def conv_transpose(op, x):
    args = {"stride": op.stride, "dilation": op.dilation, "groups": op.groups, "bias": op.bias}
    args |= {"padding": op.padding, "output_padding": op.output_padding}
    return ranked("ConvTranspose", len(x) - 2)(x[1], op.out_channels, op.kernel_size, **args)


def max_pool(op, x):
    args = {"stride": op.strides(len(x) - 2), "dilation": op.dilation, "ceil_mode": op.ceil_mode}
    made = ranked("MaxPool", len(x) - 2)
    return windowed(lambda padding: made(op.kernel_size, padding=padding, **args), op, x, zero=-float("inf"))


def avg_pool(op, x):
    args = {"stride": op.strides(len(x) - 2), "ceil_mode": op.ceil_mode, "count_include_pad": op.count_include_pad}
    return windowed(lambda padding: ranked("AvgPool", len(x) - 2)(op.kernel_size, padding=padding, **args), op, x)


def layer_norm(op, x):
    args = {"elementwise_affine": op.elementwise_affine, "bias": op.bias}
    return ChannelNorm(x[1], **args) if op.normalized_shape is None else nn.LayerNorm(op.normalized_shape, **args)


def recurrent(op, x):
    args = {"num_layers": op.num_layers, "bias": op.bias, "bidirectional": op.bidirectional, "batch_first": True}
    return FirstOf(getattr(nn, type(op).__name__.upper())(x[2], op.hidden_size, **args))


def upsample(op, x):
    align = op.align_corners if op.mode != "nearest" else None
    mode = "bilinear" if op.mode == "linear" and len(x) == 4 else op.mode
    scale = op.scale_factor
    scale = tuple(map(float, scale)) if isinstance(scale, tuple) else None if scale is None else float(scale)
    return nn.Upsample(op.size, scale, mode, align)


def taken(op):
    places = (slice(None),) * op.dim + (slice(op.start, op.end, op.step),)
    return Calling(lambda x: x[places])


def crop(op, x, like=None):
    wanted = like[2:] if op.size is None else per_axis(op.size, len(x) - 2)
    starts = [(n - size) // 2 for n, size in zip(x[2:], wanted, strict=True)]
    middle = tuple(slice(start, start + size) for start, size in zip(starts, wanted, strict=True))
    return Calling(lambda tensor, *_: tensor[(..., *middle)])


def channel_shuffle(op, x):
    del x
    return Calling(lambda y: y.unflatten(1, (op.groups, -1)).transpose(1, 2).flatten(1, 2))


MODULES = {
    "conv": conv,
    "conv_transpose": conv_transpose,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "layer_norm": layer_norm,
    "rnn": recurrent,
    "lstm": recurrent,
    "gru": recurrent,
    "upsample": upsample,
    "crop": crop,
    "channel_shuffle": channel_shuffle,
    "global_avg_pool": lambda _, x: ranked("AdaptiveAvgPool", len(x) - 2)(1),
    "global_max_pool": lambda _, x: ranked("AdaptiveMaxPool", len(x) - 2)(1),
    "adaptive_avg_pool": lambda op, x: ranked("AdaptiveAvgPool", len(x) - 2)(op.output_size),
    "adaptive_max_pool": lambda op, x: ranked("AdaptiveMaxPool", len(x) - 2)(op.output_size),
    "linear": lambda op, x: nn.Linear(x[-1], op.out_features, bias=op.bias),
    "batch_norm": lambda op, x: ranked("BatchNorm", max(len(x) - 2, 1))(x[1], affine=op.affine),
    "instance_norm": lambda op, x: ranked("InstanceNorm", len(x) - 2)(x[1], affine=op.affine),
    "group_norm": lambda op, x: nn.GroupNorm(op.num_groups, x[1], affine=op.affine),
    "local_response_norm": lambda op, _: nn.LocalResponseNorm(op.size),
    "softmax": lambda op, _: nn.Softmax(op.dim),
    "log_softmax": lambda op, _: nn.LogSoftmax(op.dim),
    "embedding": lambda op, _: nn.Embedding(op.num_embeddings, op.embedding_dim),
    "parameter": lambda op, *_: Trained(op.shape, lambda weight: weight),
    "scale": lambda op, x: Trained((x[op.dim], *(1 for _ in x[op.dim % len(x) + 1 :])), lambda w, y: w * y),
    "multi_head_attention": lambda op, x, *_: Attention(
        nn.MultiheadAttention(x[2], op.num_heads, bias=op.bias, batch_first=True)
    ),
    "scaled_dot_product_attention": lambda op, *_: Calling(
        lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, is_causal=op.is_causal)
    ),
    "matmul": lambda *_: Calling(lambda x, y: torch.matmul(x, y)),  # noqa: PLW0108 - tools replace it
    "concat": lambda op, *_: Calling(lambda *tensors: torch.cat(tensors, op.dim)),
    "flatten": lambda op, _: nn.Flatten(op.start_dim, op.end_dim),
    "permute": lambda op, _: Calling(lambda x: x.permute(op.dims)),
    "reshape": lambda op, _: Calling(lambda x: x.reshape(op.shape)),
    "expand": lambda op, _: Calling(lambda x: x.expand(*op.shape)),
    "slice": lambda op, _: taken(op),
    "mean": lambda op, _: Calling(lambda x: x.mean(op.dim, keepdim=op.keepdim)),
    "pixel_shuffle": lambda op, _: nn.PixelShuffle(op.upscale_factor),
}


def module(op, shapes):
    """The module of one layer."""
    if op.verb in PLAIN:
        return PLAIN[op.verb]()
    if op.verb in JOINS:
        return Calling(lambda *tensors: reduce(JOINS[op.verb], tensors))
    return MODULES[op.verb](op, *shapes)


class Network(nn.Module):
    """A graph that was built of ints, as a module; layers that share weights are the same module."""

    def __init__(self, graph):
        super().__init__()
        self.graph = graph
        self.layers = nn.ModuleDict()
        for name, node in graph.nodes.items():
            if node.owner == name:
                self.layers[_key(name)] = module(node.op, node.facts.shapes)

    def forward(self, x):
        known = {next(iter(self.graph.inputs)): x}
        for name, node in self.graph.nodes.items():
            known[name] = self.layers[_key(node.owner)](*(known[source] for source in node.inputs))
        return known[self.graph.outputs[-1]]


def _key(name):
    return name.replace(".", "-")
