"""What the rooms draw with: extents of which no two are alike, windows, paddings, weights."""

from __future__ import annotations

MODES = ["zeros", "reflect", "replicate", "circular"]


def distinct(rng, number, least=1, most=9, but=()):
    """Extents, no two alike."""
    return rng.sample([n for n in range(least, most + 1) if n not in but], number)


def image(rng, multiple=1, axes=None, most=9):
    """The shape of a batch of images, its channels a multiple, and the number of its spatial axes."""
    axes = axes or rng.randint(1, 3)
    channels = multiple * rng.randint(2, 4)
    batch = rng.choice([n for n in (1, 2, 3) if n != channels])
    return (batch, channels, *distinct(rng, axes, most=most, but=(batch, channels))), axes


def some(rng, axes, least, most):
    """A number, or one per axis."""
    return rng.randint(least, most) if rng.random() < 0.4 else tuple(rng.randint(least, most) for _ in range(axes))


def pairs(rng, axes, most):
    return tuple((rng.randint(0, most), rng.randint(0, most)) for _ in range(axes))


def padding(rng, axes, most, *words):
    return rng.choice([some(rng, axes, 0, most), pairs(rng, axes, most), *words])


def window(rng, axes, kernel=4, stride=3, dilation=2):
    return {
        "kernel_size": some(rng, axes, 1, kernel),
        "stride": some(rng, axes, 1, stride),
        "dilation": some(rng, axes, 1, dilation),
    }


def filters(rng):
    groups = rng.choice([1, 1, 2, 3])
    out = groups * rng.randint(1, 4) + rng.choice([0, 0, 0, 0, 1])
    return groups, {"out_channels": out, "groups": groups, "bias": rng.random() < 0.5}


def each(value):
    return value if isinstance(value, tuple) else (value, value)


def taps(args, axes):
    kernel = args["kernel_size"]
    return kernel if isinstance(kernel, tuple) else (kernel,) * axes


def weight(rng, *extents):
    """Now and then a weight that is given, which may have one extent too many."""
    wrong = (*extents[:-1], extents[-1] + rng.choice([0, 0, 1]))
    return rng.choice([[], [], [wrong]])


def plain(rng):
    return {}, [image(rng)[0]]


def pointwise(**args):
    return lambda rng: (args, [tuple(distinct(rng, rng.randint(1, 4)))])


def along(rng):
    rank = rng.randint(1, 4)
    return {"dim": rng.randint(-rank, rank - rng.choice([0, 1, 1, 1]))}, [tuple(distinct(rng, rank))]
