"""Random extents and arguments."""

from __future__ import annotations

import pytest

nn = pytest.importorskip("torch").nn


def extents(rng, axes, least=1, most=13):
    """Extents, no two alike."""
    return rng.sample(range(least, most), axes)


def some(rng, axes, least, most):
    """A number, or one per axis."""
    return rng.randint(least, most) if rng.random() < 0.5 else tuple(rng.randint(least, most) for _ in range(axes))


def image(rng, channels=None, most=13):
    axes = rng.randint(1, 3)
    return axes, (rng.randint(1, 3), channels or rng.randint(4, 9), *extents(rng, axes, most=most))


def distinct(rng, number, most=9):
    return tuple(rng.sample(range(1, most + 1), number))


def ranked(name, axes):
    """PyTorch's module for so many spatial axes."""
    return getattr(nn, f"{name}{axes}d")
