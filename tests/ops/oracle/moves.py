"""What moves elements, and what makes one of several, as PyTorch has it."""

from __future__ import annotations

from math import prod

import pytest

from tests.ops.oracle.drawing import distinct, extents, image

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


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


def pixel_shuffle(rng):
    r = rng.randint(1, 3)
    return {"upscale_factor": r}, [(2, r * r * rng.randint(1, 4), *extents(rng, 2))], nn.PixelShuffle(r)


def pixel_unshuffle(rng):
    r = rng.randint(1, 3)
    return {"downscale_factor": r}, [(2, 5, *(r * n for n in extents(rng, 2)))], nn.PixelUnshuffle(r)


def channel_shuffle(rng):
    groups = rng.randint(1, 3)
    return {"groups": groups}, [(2, groups * rng.randint(1, 3), *extents(rng, 2))], nn.ChannelShuffle(groups)


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


def reduce(rng):
    functions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin, "prod": torch.prod}
    mode = rng.choice([*functions])
    shape = distinct(rng, rng.randint(1, 4))
    args = {"dim": rng.randrange(-len(shape), len(shape)), "keepdim": rng.random() < 0.5}
    return args | {"mode": mode}, [shape], lambda x: functions[mode](x, **args)


MAKERS = {
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "pad": pad,
    "crop": crop,
    "slice": slice_,
    "concat": concat,
    "expand": expand,
    "split": first(torch.split),
    "chunk": first(torch.chunk),
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
    "add": arithmetic(lambda *xs: sum(xs[1:], xs[0]), 3),
    "subtract": arithmetic(torch.sub),
    "multiply": arithmetic(torch.mul),
    "divide": arithmetic(torch.div),
    "mean": mean,
    "reduce": reduce,
}
