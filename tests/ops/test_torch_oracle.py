"""Every operator against torch.nn, over random geometries; skipped where PyTorch is not installed."""

from __future__ import annotations

import os
import random
from math import prod

import numpy as np
import pytest

from cnnplan.ops import OPERATORS

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional
flop_counter = pytest.importorskip("torch.utils.flop_counter")

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")

GEOMETRIES = int(os.environ.get("CNNPLAN_GEOMETRIES", "30"))
TOLERANCE = 1e-9
CONTRACTIONS = {"conv", "conv_transpose", "linear", "matmul"}


def extents(rng, axes, least=1, most=13):
    """Extents, no two alike."""
    return rng.sample(range(least, most), axes)


def ranked(name, axes):
    return getattr(nn, f"{name}{axes}d")


def some(rng, axes, least, most):
    """A number, or one per axis."""
    return rng.randint(least, most) if rng.random() < 0.5 else tuple(rng.randint(least, most) for _ in range(axes))


def image(rng, channels=None, most=13):
    axes = rng.randint(1, 3)
    return axes, (rng.randint(1, 3), channels or rng.randint(4, 9), *extents(rng, axes, most=most))


def conv(rng):
    groups = rng.choice([1, 2, 3])
    axes, shape = image(rng, groups * rng.randint(1, 3))
    args = {"out_channels": groups * rng.randint(1, 4), "groups": groups, "bias": rng.random() < 0.5}
    args |= {"kernel_size": some(rng, axes, 1, 4), "stride": some(rng, axes, 1, 3), "dilation": some(rng, axes, 1, 3)}
    args |= {
        "padding": some(rng, axes, 0, 3),
        "padding_mode": rng.choice(["zeros", "reflect", "replicate", "circular"]),
    }
    return args, [shape], ranked("Conv", axes)(shape[1], **args)


def conv_same(rng):
    axes, shape = image(rng)
    args = {"out_channels": 5, "kernel_size": some(rng, axes, 1, 5), "dilation": some(rng, axes, 1, 2)}
    args |= {"padding": rng.choice(["same", "valid"]), "padding_mode": rng.choice(["zeros", "reflect", "circular"])}
    return args, [shape], ranked("Conv", axes)(shape[1], **args)


def conv_transpose(rng):
    groups = rng.choice([1, 2, 3])
    axes, shape = image(rng, groups * rng.randint(1, 3), most=7)
    args = {"out_channels": groups * rng.randint(1, 4), "groups": groups, "bias": rng.random() < 0.5}
    args |= {"kernel_size": some(rng, axes, 1, 4), "stride": some(rng, axes, 1, 3), "dilation": some(rng, axes, 1, 3)}
    args |= {"padding": some(rng, axes, 0, 2), "output_padding": some(rng, axes, 0, 2)}
    return args, [shape], ranked("ConvTranspose", axes)(shape[1], **args)


def max_pool(rng):
    axes, shape = image(rng)
    args = {"kernel_size": some(rng, axes, 1, 4), "padding": some(rng, axes, 0, 2), "ceil_mode": rng.random() < 0.6}
    args |= {"dilation": some(rng, axes, 1, 2), "stride": rng.choice([None, some(rng, axes, 1, 5)])}
    return args, [shape], ranked("MaxPool", axes)(**args)


def avg_pool(rng):
    axes, shape = image(rng)
    if axes == 3:  # there PyTorch asks for an input as large as the kernel, its padding notwithstanding
        shape = (*shape[:2], *(n + 3 for n in shape[2:]))
    args = {"kernel_size": some(rng, axes, 1, 4), "padding": some(rng, axes, 0, 2), "ceil_mode": rng.random() < 0.6}
    args |= {"stride": rng.choice([None, some(rng, axes, 1, 5)]), "count_include_pad": rng.random() < 0.5}
    return args, [shape], ranked("AvgPool", axes)(**args)


def adaptive(name):
    def make(rng):
        axes, shape = image(rng)
        kept = tuple(rng.choice([None, 2, 5]) for _ in range(axes))
        size = rng.choice([some(rng, axes, 1, 6), kept if axes > 1 else 3])
        return {"output_size": size}, [shape], ranked(name, axes)(size)

    return make


def global_pool(name):
    def make(rng):
        axes, shape = image(rng)
        return {}, [shape], ranked(name, axes)(1)

    return make


def linear(rng):
    shape = tuple(extents(rng, rng.randint(1, 4)))
    args = {"out_features": rng.randint(1, 9), "bias": rng.random() < 0.5}
    return args, [shape], nn.Linear(shape[-1], **args)


def batch_norm(rng):
    axes, shape = image(rng)
    shape = shape[: rng.choice([2, 9])] if axes == 1 else shape
    args = {"affine": rng.random() < 0.5, "track_running_stats": rng.random() < 0.5}
    return args, [shape], ranked("BatchNorm", axes)(shape[1], **args)


def instance_norm(rng):
    axes, shape = image(rng)
    args = {"affine": rng.random() < 0.5, "track_running_stats": rng.random() < 0.5}
    return args, [shape], ranked("InstanceNorm", axes)(shape[1], **args)


def group_norm(rng):
    groups = rng.randint(1, 4)
    _, shape = image(rng, groups * rng.randint(2, 3))
    return {"num_groups": groups}, [shape], nn.GroupNorm(groups, shape[1], affine=True)


def layer_norm(rng):
    shape = tuple(extents(rng, rng.randint(2, 4)))
    size = shape[-rng.randint(1, len(shape)) :]
    args = {"normalized_shape": size if len(size) > 1 else size[0]}
    args |= {"elementwise_affine": rng.random() < 0.5, "bias": rng.random() < 0.5}
    return args, [shape], nn.LayerNorm(**args)


def local_response_norm(rng):
    return {"size": 4}, [image(rng)[1]], nn.LocalResponseNorm(4)


def pointwise(module, **args):
    def make(rng):
        return args, [tuple(extents(rng, rng.randint(1, 4)))], module(**args)

    return make


def prelu(rng):
    shape = image(rng)[1]
    number = rng.choice([1, shape[1]])
    return {"num_parameters": number}, [shape], nn.PReLU(number)


def along(module):
    def make(rng):
        shape = tuple(extents(rng, rng.randint(1, 4)))
        dim = rng.randint(-len(shape), len(shape) - 1)
        return {"dim": dim}, [shape], module(dim)

    return make


def flatten(rng):
    rank = rng.randint(2, 5)
    first = rng.randint(0, rank - 1)
    last = rng.randint(first, rank - 1)
    args = {"start_dim": rng.choice([first, first - rank]), "end_dim": rng.choice([last, last - rank])}
    return args, [tuple(extents(rng, rank))], nn.Flatten(**args)


def reshape(rng):
    shape = tuple(extents(rng, rng.randint(2, 4)))
    wanted = rng.choice([(-1,), (shape[0], -1), (prod(shape[1:]), shape[0]), (-1, *reversed(shape)), (7, -1)])
    return {"shape": wanted}, [shape], lambda x: x.reshape(wanted)


def permute(rng):
    rank = rng.randint(1, 5)
    dims = tuple(rng.sample(range(rank), rank))
    return {"dims": dims}, [tuple(extents(rng, rank))], lambda x: x.permute(dims)


def pad(rng):
    axes, shape = image(rng)
    pairs = tuple((rng.randint(0, 4), rng.randint(0, 4)) for _ in range(axes))
    mode = rng.choice(["constant", "reflect", "replicate", "circular"])
    flat = [side for pair in reversed(pairs) for side in pair]
    return {"padding": pairs, "mode": mode}, [shape], lambda x: functional.pad(x, flat, mode)


def crop(rng):
    shape = (2, 3, *extents(rng, 2))
    size = (rng.randint(1, shape[2]), rng.randint(1, shape[3]))
    top, left = (shape[2] - size[0]) // 2, (shape[3] - size[1]) // 2
    return {"size": size}, [shape], lambda x: x[:, :, top : top + size[0], left : left + size[1]]


def slice_(rng):
    shape = tuple(extents(rng, 3, least=3))
    dim = rng.randint(0, 2)
    start = rng.randint(0, shape[dim] - 2)
    end = rng.randint(start + 1, shape[dim])
    step = rng.randint(1, 3)
    args = {"dim": dim, "start": rng.choice([start, start - shape[dim]]), "end": end, "step": step}
    index = (slice(None),) * dim + (slice(start, end, step),)
    return args, [shape], lambda x: x[index]


def concat(rng):
    shape = tuple(extents(rng, 3))
    dim = rng.randint(-3, 2)
    shapes = [tuple(n if d != dim % 3 else rng.randint(1, 9) for d, n in enumerate(shape)) for _ in range(3)]
    return {"dim": dim}, shapes, lambda *xs: torch.cat(xs, dim)


def arithmetic(function, number=2):
    def make(rng):
        shape = tuple(extents(rng, 3, least=2))
        shapes = [tuple(1 if rng.random() < 0.3 else n for n in shape) for _ in range(number)]
        return {}, shapes, function

    return make


def mean(rng):
    rank = rng.randint(2, 5)
    dims = tuple(rng.sample(range(-rank, 0), rng.randint(1, rank)))
    keepdim = rng.random() < 0.5
    return {"dim": dims, "keepdim": keepdim}, [tuple(extents(rng, rank))], lambda x: x.mean(dims, keepdim)


def upsample(rng):
    axes, shape = image(rng)
    mode = rng.choice(["nearest", {1: "linear", 2: rng.choice(["bilinear", "bicubic"]), 3: "trilinear"}[axes]])
    args = {"mode": mode} | ({} if mode == "nearest" else {"align_corners": rng.random() < 0.5})
    factors = [rng.choice([2, 3, 1.5, 0.5, 0.75, 1.125]) for _ in range(axes)]
    size = [rng.randint(1, 20) for _ in range(axes)]
    args |= rng.choice([{"size": tuple(size)}, {"scale_factor": tuple(factors)}, {"size": size[0]}])
    return args, [shape], nn.Upsample(**args)


def pixel_shuffle(rng):
    r = rng.randint(1, 3)
    return {"upscale_factor": r}, [(2, r * r * rng.randint(1, 4), *extents(rng, 2))], nn.PixelShuffle(r)


def pixel_unshuffle(rng):
    r = rng.randint(1, 3)
    return {"downscale_factor": r}, [(2, 5, *(r * n for n in extents(rng, 2)))], nn.PixelUnshuffle(r)


def channel_shuffle(rng):
    groups = rng.randint(1, 3)
    return {"groups": groups}, [(2, groups * rng.randint(1, 3), *extents(rng, 2))], nn.ChannelShuffle(groups)


def distinct(rng, number, most=9):
    return tuple(rng.sample(range(1, most + 1), number))


def locally_connected(rng):
    """Windows as columns, times the filters of their places: PyTorch has no such layer."""
    batch, channels, out, *sizes = distinct(rng, 5)
    kernel, stride, pads = some(rng, 2, 1, 3), some(rng, 2, 1, 2), some(rng, 2, 0, 2)
    args = {"out_channels": out, "kernel_size": kernel, "stride": stride, "padding": pads}
    both = [pair if isinstance(pair, tuple) else (pair, pair) for pair in (kernel, stride, pads)]
    steps = [(n + 2 * p - k) // s + 1 for n, k, s, p in zip(sizes, *both, strict=True)]
    if min(steps) < 1:
        raise ValueError(steps)

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(out, channels, *steps, *both[0]))
            self.bias = nn.Parameter(torch.zeros(out, *steps))

        def forward(self, x):
            columns = functional.unfold(x, both[0], stride=both[1], padding=both[2])
            filters = self.weight.permute(0, 1, 4, 5, 2, 3).reshape(out, -1, prod(steps))
            return torch.einsum("nkp,okp->nop", columns, filters).reshape(batch, out, *steps) + self.bias

    return args, [(batch, channels, *sizes)], Module()


def lp_pool(rng):
    axes, shape = image(rng)
    draw = (lambda: rng.randint(1, 3)) if axes == 1 else lambda: some(rng, axes, 1, 3)  # PyTorch wants numbers there
    args = {"norm_type": rng.choice([2.0, 4.0]), "kernel_size": draw(), "stride": draw()}
    return args, [shape], ranked("LPPool", axes)(**args)


def matmul(rng):
    *front, n, k, m = distinct(rng, rng.randint(3, 5))
    return {}, [(*front, n, k), (*front, k, m)], torch.matmul


def scaled_dot_product_attention(rng):
    *front, queries, keys, features, width = distinct(rng, rng.randint(5, 6))
    args = {"is_causal": rng.random() < 0.5}
    shapes = [(*front, queries, features), (*front, keys, features), (*front, keys, width)]
    return args, shapes, lambda *xs: functional.scaled_dot_product_attention(*xs, **args)


def multi_head_attention(rng):
    heads, batch, queries, keys = distinct(rng, 4)
    features = heads * rng.randint(1, 3)
    args = {"num_heads": heads, "bias": rng.random() < 0.5}

    class Module(nn.MultiheadAttention):
        def forward(self, query, key=None, value=None):
            key, value = (query, query) if key is None else (key, value)
            return super().forward(query, key, value, need_weights=False)[0]

    other = (batch, keys, features)
    shapes = [(batch, queries, features), *rng.choice([[], [other, other]])]
    return args, shapes, Module(features, **args, batch_first=True)


def recurrent(kind):
    def make(rng):
        batch, steps, features, hidden = distinct(rng, 4)
        args = {"hidden_size": hidden, "num_layers": rng.randint(1, 3), "bias": rng.random() < 0.5}
        args |= {"bidirectional": rng.random() < 0.5}
        args |= {"nonlinearity": rng.choice(["tanh", "relu"])} if kind is nn.RNN else {}

        class Module(kind):
            def forward(self, x):
                return super().forward(x)[0]

        return args, [(batch, steps, features)], Module(features, **args, batch_first=True)

    return make


def parameter(rng):
    shape = distinct(rng, rng.randint(1, 4))

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(shape))

        def forward(self):
            return self.weight

    return {"shape": shape}, [], Module()


def scale(rng):
    shape = distinct(rng, rng.randint(2, 4))

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(shape[1]))

        def forward(self, x):
            return x * self.weight.reshape(-1, *(1 for _ in shape[2:]))

    return {}, [shape], Module()


def expand(rng):
    before, *shape = distinct(rng, rng.randint(2, 4))
    shape = tuple(rng.choice([1, n]) for n in shape)
    wanted = tuple(rng.choice([-1, n]) if n > 1 else rng.choice([-1, 10]) for n in shape)
    wanted = (*rng.choice([(), (before,)]), *wanted)
    return {"shape": wanted}, [shape], lambda x: x.expand(wanted)


def first(function):
    """Of several parts the first; all are compared by themselves."""

    def make(rng):
        shape = distinct(rng, rng.randint(2, 4))
        args = {"sections": (cut := rng.randint(1, shape[1]), shape[1] - cut)} if function is torch.split else {}
        args = args or {"chunks": rng.randint(1, 4)}
        if 0 in args.get("sections", ()):
            raise ValueError(args)

        def module(x):
            parts = function(x, *(list(value) if isinstance(value, tuple) else value for value in args.values()), dim=1)
            if len(parts) != args.get("chunks", 2):
                raise ValueError(parts)
            return parts[0]

        return args, [shape], module

    return make


def reduce(rng):
    functions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin, "prod": torch.prod}
    mode = rng.choice([*functions])
    shape = distinct(rng, rng.randint(1, 4))
    args = {"dim": rng.randrange(-len(shape), len(shape)), "keepdim": rng.random() < 0.5}
    return args | {"mode": mode}, [shape], lambda x: functions[mode](x, **args)


MAKERS = {
    "locally_connected": locally_connected,
    "lp_pool": lp_pool,
    "matmul": matmul,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rnn": recurrent(nn.RNN),
    "lstm": recurrent(nn.LSTM),
    "gru": recurrent(nn.GRU),
    "parameter": parameter,
    "scale": scale,
    "expand": expand,
    "split": first(torch.split),
    "chunk": first(torch.chunk),
    "reduce": reduce,
    "abs": lambda rng: ({}, [distinct(rng, 3)], torch.abs),
    "sqrt": lambda rng: ({}, [distinct(rng, 3)], torch.sqrt),
    "pow": lambda rng: ({"exponent": 3.0}, [distinct(rng, 3)], lambda x: x**3),
    "drop_path": pointwise(nn.Identity),
    "conv": conv,
    "conv_transpose": conv_transpose,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "adaptive_avg_pool": adaptive("AdaptiveAvgPool"),
    "adaptive_max_pool": adaptive("AdaptiveMaxPool"),
    "global_avg_pool": global_pool("AdaptiveAvgPool"),
    "global_max_pool": global_pool("AdaptiveMaxPool"),
    "linear": linear,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "local_response_norm": local_response_norm,
    "relu": pointwise(nn.ReLU),
    "relu6": pointwise(nn.ReLU6),
    "leaky_relu": pointwise(nn.LeakyReLU, negative_slope=0.2),
    "prelu": prelu,
    "elu": pointwise(nn.ELU, alpha=0.5),
    "selu": pointwise(nn.SELU),
    "gelu": pointwise(nn.GELU, approximate="tanh"),
    "silu": pointwise(nn.SiLU),
    "mish": pointwise(nn.Mish),
    "sigmoid": pointwise(nn.Sigmoid),
    "hard_sigmoid": pointwise(nn.Hardsigmoid),
    "hard_swish": pointwise(nn.Hardswish),
    "tanh": pointwise(nn.Tanh),
    "softplus": pointwise(nn.Softplus, beta=2.0, threshold=10.0),
    "softmax": along(nn.Softmax),
    "log_softmax": along(nn.LogSoftmax),
    "dropout": pointwise(nn.Dropout, p=0.1),
    "identity": pointwise(nn.Identity),
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "pad": pad,
    "crop": crop,
    "slice": slice_,
    "concat": concat,
    "add": arithmetic(lambda *xs: sum(xs[1:], xs[0]), 3),
    "subtract": arithmetic(torch.sub),
    "multiply": arithmetic(torch.mul),
    "divide": arithmetic(torch.div),
    "mean": mean,
    "upsample": upsample,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
}

CASES = [*MAKERS.items(), ("conv", conv_same)]


def test_every_operator_is_compared():
    assert set(MAKERS) | {"embedding"} == set(OPERATORS)


def test_embedding_by_torch():
    """Apart, since it reads integers."""
    table, words = nn.Embedding(30, 8).double(), np.array([[3, 29, 0], [7, 7, 12]])
    weight = table.weight.detach().numpy()
    operator = OPERATORS["embedding"](num_embeddings=30, embedding_dim=8)
    assert np.array_equal(operator.run(words, weight), table(torch.from_numpy(words)).detach().numpy())
    for wrong in (-1, 30):
        with pytest.raises(IndexError, match="there are 30 rows"):
            operator.run(np.array([4, wrong]), weight)


@pytest.mark.parametrize("chunks", [2, 3, 4])
def test_all_parts_by_torch(chunks):
    x = np.arange(2.0 * 11 * 5).reshape(2, 11, 5)
    parts = OPERATORS["chunk"](chunks=chunks).parts(x.shape)
    for part, truth in zip(parts, torch.from_numpy(x).chunk(chunks, 1), strict=True):
        assert np.array_equal(part.run(x), truth.numpy())


def ran(module, arrays):
    """What PyTorch computes and its multiply-adds, or None where it refuses."""
    counter = flop_counter.FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            output = module(*map(torch.from_numpy, arrays))
    except (RuntimeError, ValueError, NotImplementedError):
        return None
    if 0 in output.shape:
        return None
    return output.detach().numpy(), counter.get_total_flops() // 2


def prepared(module, numbers):
    """The module in double precision, its weights and statistics drawn at random, and those by name."""
    if not isinstance(module, nn.Module):
        return {}, {}
    module.double().eval()
    found = [dict(module.named_parameters()), dict(module.named_buffers())]
    found[1].pop("num_batches_tracked", None)
    with torch.no_grad():
        for name, tensor in (found[0] | found[1]).items():
            drawn = torch.from_numpy(numbers.standard_normal(tensor.shape))
            tensor.copy_(drawn.abs() + 0.1 if name == "running_var" else drawn)
    return [{name: tensor.detach().numpy() for name, tensor in tensors.items()} for tensors in found]


def legal(operator, shapes):
    return all(bool(requirement.condition) for requirement in operator.requires(*shapes))


@pytest.mark.parametrize(("verb", "make"), CASES, ids=[f"{verb}-{make.__name__}" for verb, make in CASES])
def test_torch_says_the_same(verb, make):
    rng = random.Random(f"{verb}, {make.__name__}")  # noqa: S311
    numbers = np.random.default_rng(len(verb))
    compared = 0
    for _ in range(GEOMETRIES):
        try:
            args, shapes, module = make(rng)
        except ValueError:
            continue
        trained, buffers = prepared(module, numbers)
        operator = OPERATORS[verb](**args)
        arrays = [numbers.standard_normal(shape) for shape in shapes]
        truth = ran(module, arrays)
        assert legal(operator, shapes) is (truth is not None), (operator, shapes, truth)
        if truth is None:
            continue
        compared += 1
        output = operator.output(*shapes)
        assert output == truth[0].shape, (operator, shapes)
        values = operator.run(*arrays, **trained, **buffers)
        np.testing.assert_allclose(values, truth[0], rtol=0, atol=TOLERANCE, err_msg=f"{operator!r} {shapes}")
        if verb in CONTRACTIONS:
            assert operator.cost(tuple(shapes), output).macs == truth[1], (operator, shapes)
        weights = operator.weights(*shapes)
        assert {name: w.shape for name, w in weights.items() if w.trainable} == shapes_of(trained)
        assert {name: w.shape for name, w in weights.items() if not w.trainable} == shapes_of(buffers)
    assert compared > GEOMETRIES // 4


def shapes_of(tensors):
    return {name: tensor.shape for name, tensor in tensors.items()}
