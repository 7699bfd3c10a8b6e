"""Where two sizes are equal, decided by normal forms and periods, against trying every size."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cnnplan.sizes import Context, Domain, eq, ge

PAIRS = 4200
TRIED = 250


def layers(rng):
    """A few layers, as functions of a size."""
    made = []
    for _ in range(rng.randint(1, 4)):
        shift, divisor, times = rng.randint(-2, 4), rng.choice((1, 2, 2, 3, 4, 5, 7)), rng.choice((1, 1, 2, 3))
        made.append((shift, divisor, times, rng.random() < 0.5))
    return made


def through(size, made):
    for shift, divisor, times, up in made:
        size = (-(-(size + shift) // divisor) if up else (size + shift) // divisor) * times
    return size


def pairs(seed):
    rng = random.Random(seed)  # noqa: S311 - tests
    for _ in range(PAIRS // 6):
        left = layers(rng)
        right = [*left, (0, 1, 1, False)] if rng.random() < 0.1 else layers(rng)
        yield left, right


@pytest.mark.parametrize("seed", range(6))
def test_equal_exactly_where_they_are(seed):
    every = np.arange(1, TRIED + 1)
    always = sometimes = 0
    for left, right in pairs(seed):
        size = Context().symbol("H", Domain(min=1))
        a, b = through(size, left), through(size, right)
        x, y = through(every, left), through(every, right)
        for condition, truth in ((eq(a, b), x == y), (ge(a, b), x >= y)):
            if condition.verdict is None:
                sometimes += 1
                assert [condition.holds({"H": h}) for h in range(1, TRIED + 1)] == truth.tolist()
            else:
                always += 1
                assert (truth == condition.verdict).all()
    assert always > 100
    assert sometimes > 100
