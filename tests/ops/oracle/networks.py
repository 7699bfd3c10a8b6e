"""A planned network as PyTorch runs it: a module for each layer of the graph, mostly in the plane."""

from __future__ import annotations

import operator
from functools import reduce

import pytest

from tests.ops.oracle import saving
from tests.ops.oracle.modules import Attention, Channels, Given, Local, Parameter, Recurrent, Scale, Stored
from tests.ops.oracle.windows import flat

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


def of_rank(kind, x):
    """`nn.Conv2d` for four axes."""
    return getattr(nn, f"{kind}{len(x) - 2}d")


def conv(op, x):
    sides = op.margins(x[2:])
    uneven = any(before != after for before, after in sides)
    pad = 0 if uneven else tuple(before for before, _ in sides)
    layer = of_rank("Conv", x)(
        x[1], op.out_channels, op.kernel_size, op.stride or 1, pad, op.dilation, op.groups, op.bias
    )
    return nn.Sequential(nn.ZeroPad2d(flat(sides)), layer) if uneven else layer


def norm(op, x):
    layer = nn.LayerNorm(op.normalized_shape or x[1], op.eps, op.elementwise_affine, op.bias)
    return layer if op.normalized_shape else nn.Sequential(Channels(1, -1), layer, Channels(-1, 1))


def crop(op, *shapes):
    wanted = op.output(*shapes)
    places = [slice((n - m) // 2, (n - m) // 2 + m) for n, m in zip(shapes[0], wanted, strict=True)]
    return lambda x, *_: x[tuple(places)]


def part(op, _):
    return lambda x: x[(*(slice(None) for _ in range(op.dim % x.dim())), slice(op.start, op.end, op.step))]


def pad(op, x):
    sides = op.padding if isinstance(op.padding, tuple) else (op.padding,) * (len(x) - 2)
    flat = [n for side in reversed(sides) for n in (side if isinstance(side, tuple) else (side, side))]
    more = {"value": float(op.value)} if op.mode == "constant" else {}
    return lambda y: functional.pad(y, flat, mode=op.mode, **more)


def pool(kind):
    def make(op, x):
        pad = op.margins(x[2:])
        more = {"count_include_pad": op.count_include_pad} if kind == "AvgPool" else {"dilation": op.dilation}
        return of_rank(kind, x)(
            op.kernel_size, op.stride, tuple(before for before, _ in pad), ceil_mode=op.ceil_mode, **more
        )

    return make


PLACES = {}
"""The indices of the last max_pool of each tensor, which stays alive while a network runs."""


def max_pool(op, x):
    """With its indices, which it saves in any case."""
    module = pool("MaxPool")(op, x)
    module.return_indices = True

    def run(y):
        found, PLACES[id(y)] = module(y)
        return found

    return run


def max_unpool(op, x, _):
    function = getattr(functional, f"max_unpool{len(x) - 2}d")
    return lambda y, z: function(y, PLACES[id(z)], op.kernel_size, op.stride, 0, z.shape)


def upsample(op, x):
    if op.scale_factor is None:
        return lambda y: functional.interpolate(y, op.output(x)[2:], mode=op.mode)
    factors = op.scale_factor if isinstance(op.scale_factor, tuple) else (op.scale_factor,) * (len(x) - 2)
    return lambda y: functional.interpolate(y, scale_factor=tuple(map(float, factors)), mode=op.mode)


def plain(kind):
    """A layer without arguments that matter here."""
    return lambda *_: kind


def lp_pool(op, x):
    """Its stride left out is its kernel."""
    return of_rank("LPPool", x)(op.norm_type, op.kernel_size, op.stride, op.ceil_mode)


def grid_sample(op, *_):
    return lambda x, grid: functional.grid_sample(x, grid, op.mode, op.padding_mode, op.align_corners)


REDUCTIONS = {
    "sum": torch.sum,
    "max": torch.amax,
    "min": torch.amin,
    "mean": torch.mean,
    "l2": lambda x, dim, keepdim: torch.linalg.vector_norm(x, 2, dim, keepdim),
}


def linear(op, x, *weight):
    return Given(op) if weight else nn.Linear(x[-1], op.out_features, op.bias)


def gather(op, _):
    index = torch.tensor(op.index, device="cpu")
    return lambda x: x[(slice(None),) * (op.dim % x.dim()) + (index.to(x.device),)]


def arithmetic(function):
    """A function of layers one after the other, or of a layer and a number."""

    def make(op, *_):
        numbers = [] if op.value is None else [op.value]
        return lambda *xs: reduce(function, [*xs, *numbers][:: -1 if getattr(op, "reverse", False) else 1])

    return make


LAYERS = {
    "conv": conv,
    "conv_transpose": lambda op, x: of_rank("ConvTranspose", x)(
        x[1], op.out_channels, op.kernel_size, op.stride, op.padding, op.output_padding, op.groups, op.bias
    ),
    "linear": linear,
    "batch_norm": lambda op, x: (of_rank("BatchNorm", x) if len(x) > 2 else nn.BatchNorm1d)(x[1], op.eps),
    "layer_norm": norm,
    "multi_head_attention": lambda op, x: Attention(x[2], op.num_heads, bias=op.bias, batch_first=True),
    "scale": Scale,
    "parameter": Parameter,
    "max_pool": max_pool,
    "max_unpool": max_unpool,
    "avg_pool": pool("AvgPool"),
    "adaptive_avg_pool": lambda op, _: nn.AdaptiveAvgPool2d(op.output_size),
    "global_avg_pool": lambda _, x: of_rank("AdaptiveAvgPool", x)(1),
    "upsample": upsample,
    "lstm": Recurrent,
    "gru": Recurrent,
    "rnn": Recurrent,
    "lp_pool": lp_pool,
    "locally_connected": Local,
    "grid_sample": grid_sample,
    "pixel_unshuffle": lambda op, _: nn.PixelUnshuffle(op.downscale_factor),
    "local_response_norm": lambda op, _: nn.LocalResponseNorm(op.size, op.alpha * op.size, op.beta, op.k),
    "adaptive_max_pool": lambda op, _: nn.AdaptiveMaxPool2d(op.output_size),
    "log_softmax": lambda op, _: nn.LogSoftmax(op.dim),
    "elu": lambda op, _: nn.ELU(op.alpha),
    "mish": plain(nn.Mish()),
    "softplus": lambda op, _: nn.Softplus(op.beta, op.threshold),
    "pow": lambda op, _: lambda x: x**op.exponent,
    "sqrt": plain(torch.sqrt),
    "sin": plain(torch.sin),
    "cos": plain(torch.cos),
    "mean": lambda op, _: lambda x: x.mean(op.dim, op.keepdim),
    "squeeze": lambda op, _: lambda x: x.squeeze(op.dim),
    "stack": lambda op, *_: lambda *xs: torch.stack(xs, op.dim),
    "require": plain(nn.Identity()),
    "compare": lambda op, _: lambda x: x > op.value,
    "where": lambda op, *_: lambda mask, x: torch.where(mask, x, op.value),
    "scaled_dot_product_attention": lambda op, *_: (
        lambda *xs: functional.scaled_dot_product_attention(*xs, is_causal=op.is_causal)
    ),
    "pad": pad,
    "reshape": lambda op, x: lambda y: y.reshape(op.output(x)),
    "relu": plain(nn.ReLU()),
    "relu6": plain(nn.ReLU6()),
    "leaky_relu": plain(nn.LeakyReLU(0.1)),
    "gelu": plain(nn.GELU()),
    "silu": plain(nn.SiLU()),
    "tanh": plain(nn.Tanh()),
    "sigmoid": plain(nn.Sigmoid()),
    "hard_sigmoid": plain(nn.Hardsigmoid()),
    "hard_swish": plain(nn.Hardswish()),
    "softmax": lambda op, _: nn.Softmax(op.dim),
    "dropout": lambda op, _: saving.dropout(op),
    "drop_path": lambda op, _: saving.drop_path(op),
    "flatten": lambda op, _: nn.Flatten(op.start_dim, op.end_dim),
    "channel_shuffle": lambda op, _: nn.ChannelShuffle(op.groups),
    "permute": lambda op, _: lambda x: x.permute(op.dims),
    "expand": lambda op, x: lambda y: y.expand(op.output(x)),
    "slice": part,
    "crop": crop,
    "concat": lambda op, *_: lambda *xs: torch.cat(xs, op.dim),
    "add": arithmetic(operator.add),
    "subtract": arithmetic(operator.sub),
    "multiply": arithmetic(operator.mul),
    "divide": arithmetic(operator.truediv),
    "abs": plain(torch.abs),
    "clip": lambda op, _: lambda x: x.clamp(op.min, op.max),
    "identity": lambda *_: nn.Identity(),
    "group_norm": lambda op, x: nn.GroupNorm(op.num_groups, x[1], op.eps, op.affine),
    "instance_norm": lambda op, x: of_rank("InstanceNorm", x)(x[1], op.eps, affine=op.affine),
    "pixel_shuffle": lambda op, _: nn.PixelShuffle(op.upscale_factor),
    "prelu": lambda op, _: nn.PReLU(op.num_parameters),
    "global_max_pool": lambda _, x: of_rank("AdaptiveMaxPool", x)(1),
    "flip": lambda op, _: lambda x: torch.flip(x, op.dims if isinstance(op.dims, tuple) else (op.dims,)),
    "roll": lambda op, _: lambda x: torch.roll(x, op.shifts, op.dims),
    "einsum": lambda op, *_: lambda *xs: torch.einsum(op.equation, *xs),
    "matmul": plain(torch.matmul),
    "embedding": lambda op, _: nn.Embedding(op.num_embeddings, op.embedding_dim),
    "constant": lambda op: Stored(op) if op.stored else lambda: torch.full(op.output(), op.value),
    "reduce": lambda op, _: lambda x: REDUCTIONS[op.mode](x, op.dim, keepdim=op.keepdim),
    "gather": gather,
    "unsqueeze": lambda op, _: lambda x: x.unsqueeze(op.dim),
    "transpose": lambda op, _: lambda x: x.transpose(op.dim0, op.dim1),
}


class Network(nn.Module):
    """The layers of a graph whose sizes are numbers, one after the other as it says; weights may be shared.

    Args:
        graph: the network.
    """

    def __init__(self, graph):
        super().__init__()
        self.graph = graph
        self.watch = {}
        self.steps = {name: LAYERS[node.op.verb](node.op, *node.facts.shapes) for name, node in graph.nodes.items()}
        for name, node in graph.nodes.items():
            owner = graph.nodes[node.owner]
            if owner.op.verb == node.op.verb:
                self.steps[name] = self.steps[node.owner]
            elif owner is not node:  # a table that is read both ways
                self.steps[name].weight = self.steps[node.owner].weight
        self.weighted = nn.ModuleList(step for step in self.steps.values() if isinstance(step, nn.Module))

    def forward(self, *xs):
        found = dict(zip(self.graph.inputs, xs, strict=True))
        for name, node in self.graph.nodes.items():
            found[name] = self.watch[name] = self.steps[name](*(found[source] for source in node.inputs))
            assert tuple(found[name].shape) == node.shape, name
        return found[name]
