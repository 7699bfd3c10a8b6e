"""Poolings, as PyTorch has them."""

from __future__ import annotations

import pytest

from tests.ops.oracle.drawing import image, ranked, some
from tests.ops.oracle.windows import flat, same

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


def max_pool(rng):
    axes, shape = image(rng)
    args = {"kernel_size": some(rng, axes, 1, 4), "padding": some(rng, axes, 0, 2), "ceil_mode": rng.random() < 0.6}
    args |= {"dilation": some(rng, axes, 1, 2), "stride": rng.choice([None, some(rng, axes, 1, 5)])}
    return args, [shape], ranked("MaxPool", axes)(**args)


def max_unpool(rng):
    """The indices of a pooling of the second input; the wrong extent now and then."""
    axes, shape = image(rng)
    args = {"kernel_size": some(rng, axes, 1, 4), "padding": some(rng, axes, 0, 2), "ceil_mode": rng.random() < 0.4}
    args |= {"stride": rng.choice([None, some(rng, axes, 1, 4)])}
    pool = ranked("MaxPool", axes)(**args, return_indices=True)
    unpool = getattr(functional, f"max_unpool{axes}d")
    try:
        steps = tuple(pool(torch.empty(shape))[0].shape)
    except RuntimeError:
        steps = shape
    steps = rng.choice([steps] * 5 + [(*steps[:-1], steps[-1] + 1)])

    def module(x, z):
        with torch.no_grad():
            indices = pool(z)[1]
        return unpool(x, indices, pool.kernel_size, pool.stride, pool.padding, z.shape)

    return args, [steps, shape], module


def max_pool_padded(rng):
    """`same` padding, with what is less than everything."""
    axes, shape = image(rng)
    kernel, stride = (tuple(rng.randint(1, most) for _ in range(axes)) for most in (4, 3))
    padding, sides = same(rng, shape[2:], kernel, stride)
    pool = ranked("MaxPool", axes)(kernel, stride)
    args = {"kernel_size": kernel, "stride": stride, "padding": padding}
    return args, [shape], lambda x: pool(functional.pad(x, flat(sides), value=-torch.inf))


def avg_pool_padded(rng):
    """`same` padding, with zeros that count or do not."""
    axes, shape = image(rng)
    kernel, stride = (tuple(rng.randint(1, most) for _ in range(axes)) for most in (4, 3))
    padding, sides = same(rng, shape[2:], kernel, stride)
    pool, counts = ranked("AvgPool", axes)(kernel, stride), rng.random() < 0.5

    def module(x):
        wide, ones = (functional.pad(y, flat(sides), value=0) for y in (x, torch.ones_like(x)))
        return pool(wide) if counts else pool(wide) / pool(ones)

    args = {"kernel_size": kernel, "stride": stride, "padding": padding, "count_include_pad": counts}
    return args, [shape], module


def avg_pool(rng):
    axes, shape = image(rng)
    if axes == 3:  # there PyTorch asks for an input as large as the kernel, its padding notwithstanding
        shape = (*shape[:2], *(n + 3 for n in shape[2:]))
    args = {"kernel_size": some(rng, axes, 1, 4), "padding": some(rng, axes, 0, 2), "ceil_mode": rng.random() < 0.6}
    args |= {"stride": rng.choice([None, some(rng, axes, 1, 5)]), "count_include_pad": rng.random() < 0.5}
    args |= {} if axes == 1 else {"divisor_override": rng.choice([None, 7])}
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


def lp_pool(rng):
    axes, shape = image(rng)
    draw = (lambda: rng.randint(1, 3)) if axes == 1 else lambda: some(rng, axes, 1, 3)  # PyTorch wants numbers there
    args = {"norm_type": rng.choice([1.0, 2.0, 3.0, 4.0]), "ceil_mode": rng.random() < 0.5}
    args |= {"kernel_size": draw(), "stride": rng.choice([None, draw()])}
    if axes == 3:  # there PyTorch asks for an input as large as the kernel, also in ceil mode
        shape = (*shape[:2], *(n + 2 for n in shape[2:]))
    return args, [shape], ranked("LPPool", axes)(**args)


MORE = [
    ("max_pool", max_pool_padded),
    ("avg_pool", avg_pool_padded),
]

MAKERS = {
    "max_pool": max_pool,
    "max_unpool": max_unpool,
    "avg_pool": avg_pool,
    "adaptive_avg_pool": adaptive("AdaptiveAvgPool"),
    "adaptive_max_pool": adaptive("AdaptiveMaxPool"),
    "global_avg_pool": global_pool("AdaptiveAvgPool"),
    "global_max_pool": global_pool("AdaptiveMaxPool"),
    "lp_pool": lp_pool,
}
