"""What moves elements."""

from __future__ import annotations

from math import prod

from tests.ops.geometries.drawing import MODES, along, distinct, image, padding, some


def flatten(rng):
    rank = rng.randint(1, 5)
    return {name: rng.randint(-rank, rank - 1) for name in ("start_dim", "end_dim")}, [tuple(distinct(rng, rank))]


def reshape(rng):
    shape = tuple(distinct(rng, rng.randint(2, 4)))
    turned = (prod(shape[1:]), shape[0])
    return {"shape": rng.choice([(-1,), (shape[0], -1), turned, (-1, *reversed(shape)), (7, -1), (11, 2)])}, [shape]


def permute(rng):
    rank = rng.randint(1, 5)
    dims = tuple(rng.choice([dim, dim - rank]) for dim in rng.sample(range(rank), rank))
    return {"dims": rng.choice([dims, dims, dims, (*dims[1:], dims[-1])])}, [tuple(distinct(rng, rank))]


def pad(rng):
    shape, axes = image(rng, most=5)
    mode = rng.choice(["constant", "constant", *MODES[1:]])
    args = {"padding": padding(rng, axes, 4), "mode": mode, "value": rng.choice([0.0, 1.5])}
    if rng.random() < 0.5:
        dims = tuple(rng.choice([dim, dim - len(shape)]) for dim in rng.sample(range(len(shape)), rng.randint(1, 2)))
        sides = tuple((rng.randint(-3, 3), rng.randint(-3, 3)) for _ in dims)
        args |= {"padding": rng.choice([sides, sides, sides[:1], 1, -1]), "dims": rng.choice([dims, dims, dims[0]])}
    return args, [shape]


def crop(rng):
    shape, axes = image(rng)
    if rng.random() < 0.5:
        return {"size": some(rng, axes, 1, 6)}, [shape]
    return {}, [shape, (shape[0], 11, *distinct(rng, axes, most=6))]


def slice_(rng):
    shape = tuple(distinct(rng, rng.randint(1, 4)))
    dim = rng.randint(-len(shape), len(shape) - 1)
    args = {"dim": dim, "start": rng.randint(-4, 4), "step": rng.randint(1, 3)}
    return args | {"end": rng.choice([None, shape[dim] + rng.randint(-2, 1), rng.randint(-4, 10)])}, [shape]


def concat(rng):
    rank = rng.randint(1, 4)
    shape, dim = distinct(rng, rank), rng.randint(-rank, rank - 1)
    shapes = [[*shape] for _ in range(rng.randint(1, 3))]
    for other in shapes[1:]:
        other[dim] = rng.randint(1, 9)
        other[rng.choice([dim, dim, rng.randrange(rank)])] += 1
    return {"dim": dim}, [tuple(other) for other in shapes]


def gather(rng):
    """Looked up by a list or a table; what a second input holds depends on its values, which are compared apart."""
    rank = rng.randint(1, 4)
    shape, dim = tuple(distinct(rng, rank)), rng.randrange(-rank, rank)
    most = shape[dim] + rng.choice([0, 0, 0, 1])
    numbers = [tuple(rng.randrange(-most, most) for _ in range(3)) for _ in range(2)]
    return {"dim": dim, "index": rng.choice([numbers[0], tuple(numbers), None])}, [shape]


def topk(rng):
    args, (shape,) = along(rng)
    return args | {"k": rng.randint(1, 5), "largest": rng.random() < 0.5}, [shape]


def roll(rng):
    rank = rng.randint(1, 4)
    dims = tuple(rng.sample(range(-rank, rank), rng.randint(1, rank)))
    shifts = tuple(rng.randint(-5, 5) for _ in dims[: rng.choice([9, 9, 9, 1])])
    args = rng.choice([{"shifts": shifts, "dims": dims}, {"shifts": shifts[0], "dims": dims[0]}])
    return args, [tuple(distinct(rng, rank))]


def flip(rng):
    rank = rng.randint(1, 4)
    dims = tuple(rng.sample(range(-rank, 0), rng.randint(1, rank)))
    return {"dims": rng.choice([dims, dims[0]])}, [tuple(distinct(rng, rank))]


def unsqueeze(rng):
    rank = rng.randint(1, 4)
    return {"dim": rng.randint(-rank - 1, rank + rng.choice([0, 0, 1]))}, [tuple(distinct(rng, rank))]


def squeeze(rng):
    rank = rng.randint(1, 4)
    shape = tuple(rng.choice([1, 1, n]) for n in distinct(rng, rank, least=2))
    dims = tuple(rng.sample(range(-rank, rank), rng.randint(1, rank)))
    ones = tuple(dim for dim, n in enumerate(shape) if n == 1)
    return {"dim": rng.choice([dims, dims[0], ones or 0, ones or 0])}, [shape]


def transpose(rng):
    rank = rng.randint(1, 4)
    dims = {name: rng.randint(-rank, rank - rng.choice([0, 1, 1])) for name in ("dim0", "dim1")}
    return dims, [tuple(distinct(rng, rank))]


def stack(rng):
    rank = rng.randint(1, 3)
    shapes = [distinct(rng, rank)] * rng.randint(1, 3)
    shapes[-1] = [*shapes[-1][:-1], shapes[-1][-1] + rng.choice([0, 0, 0, 1])]
    return {"dim": rng.randint(-rank - 1, rank)}, [tuple(shape) for shape in shapes]


def pixel_shuffle(rng):
    r = rng.randint(1, 3)
    axes = rng.randint(1, 3 if r < 3 else 2)
    return {"upscale_factor": r}, [image(rng, rng.choice([r**axes, r]), axes, most=6)[0]]


def pixel_unshuffle(rng):
    r = rng.randint(1, 3)
    shape, _ = image(rng, most=5)
    spare = rng.choice([0, 0, 0, 1])
    return {"downscale_factor": r}, [(*shape[:2], *(r * n + spare for n in shape[2:]))]


def channel_shuffle(rng):
    groups = rng.randint(1, 4)
    return {"groups": groups}, [image(rng, rng.choice([groups, groups, 1]))[0]]


def expand(rng):
    before, *shape = distinct(rng, rng.randint(2, 4), least=2)
    shape = [rng.choice([1, n]) for n in shape]
    wanted = [rng.choice([-1, n]) if n > 1 else rng.choice([-1, 1, 10]) for n in shape]
    wanted[-1] += rng.choice([0, 0, 0, 11])
    return {"shape": (*rng.choice([(), (before,)]), *wanted)}, [tuple(shape)]


def split(rng):
    shape = distinct(rng, rng.randint(1, 4), least=2)
    dim = rng.randrange(len(shape))
    first = rng.randint(1, shape[dim] - 1)
    listed = (first, max(1, shape[dim] - first + rng.choice([0, 0, 1, -1])))
    return {"dim": dim, "sections": rng.choice([1, 2, 3, listed, listed])}, [tuple(shape)]


def chunk(rng):
    shape = distinct(rng, rng.randint(1, 4))
    return {"dim": rng.randrange(-len(shape), len(shape)), "chunks": rng.randint(1, 4)}, [tuple(shape)]


DRAWS = {
    "expand": expand,
    "split": split,
    "chunk": chunk,
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "pad": pad,
    "crop": crop,
    "slice": slice_,
    "concat": concat,
    "gather": gather,
    "roll": roll,
    "flip": flip,
    "topk": topk,
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    "transpose": transpose,
    "stack": stack,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
}
