"""What moves elements, as PyTorch has it."""

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


def pad_any(rng):
    """Any axes, made longer or shorter."""
    shape = tuple(extents(rng, rng.randint(1, 4)))
    dims = tuple(sorted(rng.sample(range(len(shape)), rng.randint(1, len(shape)))))
    pairs = tuple((rng.randint(-3, 4), rng.randint(-3, 4)) for _ in dims)
    every = [dict(zip(dims, pairs, strict=True)).get(dim, (0, 0)) for dim in range(len(shape))]
    if any(n + min(before, 0) + min(after, 0) == 0 for n, (before, after) in zip(shape, every, strict=True)):
        raise ValueError(every)  # PyTorch fills the rest with the constant
    flat = [side for pair in reversed(every) for side in pair]
    return {"padding": pairs, "dims": dims}, [shape], lambda x: functional.pad(x, flat)


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


def gather(rng):
    shape = tuple(extents(rng, rng.randint(1, 4)))
    dim = rng.randrange(len(shape))
    if rng.random() < 0.5:
        index = tuple(rng.randrange(-shape[dim], shape[dim]) for _ in range(rng.randint(1, 5)))
    else:
        index = tuple(tuple(rng.randrange(shape[dim]) for _ in range(3)) for _ in range(2))
    where = (slice(None),) * dim + (torch.tensor(index),)
    return {"dim": rng.choice([dim, dim - len(shape)]), "index": index}, [shape], lambda x: x[where]


def topk(rng):
    shape = tuple(extents(rng, rng.randint(1, 4)))
    dim, k, largest = rng.randrange(-len(shape), len(shape)), rng.randint(1, 6), rng.random() < 0.5
    return {"k": k, "dim": dim, "largest": largest}, [shape], lambda x: x.topk(k, dim, largest).values


def flip(rng):
    shape = distinct(rng, rng.randint(1, 4))
    dims = tuple(rng.sample(range(-len(shape), 0), rng.randint(1, len(shape))))
    return {"dims": dims}, [shape], lambda x: torch.flip(x, dims)


def roll(rng):
    shape = tuple(extents(rng, rng.randint(1, 4)))
    dims = tuple(rng.sample(range(-len(shape), 0), rng.randint(1, len(shape))))
    shifts = tuple(rng.randint(-9, 9) for _ in dims)
    return {"shifts": shifts, "dims": dims}, [shape], lambda x: x.roll(shifts, dims)


def unsqueeze(rng):
    rank = rng.randint(1, 4)
    dim = rng.randint(-rank - 2, rank + 1)
    return {"dim": dim}, [tuple(extents(rng, rank))], lambda x: unbounded(x.unsqueeze, dim)


def unbounded(function, *args):
    """What PyTorch calls an index error is a refusal like others."""
    try:
        return function(*args)
    except IndexError as error:
        raise ValueError(args) from error


def squeeze(rng):
    shape = tuple(rng.choice([1, n]) for n in extents(rng, rng.randint(1, 4), least=2))
    dims = tuple(dim for dim, n in enumerate(shape) if n == 1)
    if not dims:
        raise ValueError(shape)
    dims = tuple(rng.sample(dims, rng.randint(1, len(dims))))
    return {"dim": dims}, [shape], lambda x: x.squeeze(dims)


def transpose(rng):
    rank = rng.randint(1, 4)
    dims = [rng.randint(-rank, rank - 1) for _ in range(2)]
    return dict(zip(("dim0", "dim1"), dims, strict=True)), [tuple(extents(rng, rank))], lambda x: x.transpose(*dims)


def stack(rng):
    shape = tuple(extents(rng, rng.randint(1, 3)))
    dim = rng.randint(-len(shape) - 1, len(shape))
    return {"dim": dim}, [shape] * rng.randint(1, 3), lambda *xs: torch.stack(xs, dim)


MORE = [
    ("pad", pad_any),
]

MAKERS = {
    "gather": gather,
    "roll": roll,
    "flip": flip,
    "topk": topk,
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    "transpose": transpose,
    "stack": stack,
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
}
