"""Interval arithmetic against every value: bounds hold, and what stays as open ends are opened wider is known."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import floor, gcd
from types import SimpleNamespace

import pytest

from cnnplan.sizes.forms.bounds import bounds_of, plus, power, times
from cnnplan.sizes.forms.functions import make_divisible

NEAR, FAR = 60, 120
ENDS = [(-7, -2), (-5, 0), (-3, 4), (0, 0), (0, 6), (2, 2), (3, 11), (None, -4), (None, 5), (0, None), (4, None)]
ABOVE = [(1, 1), (2, 5), (3, None), (1, None), (7, 9)]
RULES = {
    # what is bounded, how it is computed, the intervals of its arguments
    "floor": (lambda a, b: a // b, (ENDS, ABOVE)),
    "quotient": (Fraction, (ENDS[3:], ABOVE)),
    "maximum": (max, (ENDS, ENDS)),
    "minimum": (min, (ENDS, ENDS)),
    "gcd": (gcd, (ENDS, ENDS)),
    "make_divisible": (make_divisible, (ENDS, ABOVE)),
    "plus": (lambda a, b: a + b, (ENDS, ENDS)),
    "times": (lambda a, b: a * b, (ENDS, ENDS)),
}
TIGHT = ("floor", "maximum", "minimum", "plus", "times")
"""The rules that know whatever can be known."""


def bounded(kind, *ends):
    if kind in ("plus", "times"):
        return {"plus": plus, "times": times}[kind](*ends)
    return bounds_of(kind, tuple(SimpleNamespace(interval=each) for each in ends))


def extremes(compute, ends, reach):
    """The least and the greatest of all values, open ends taken to lie so far out."""
    spans = [range(-reach if low is None else low, (reach if high is None else high) + 1) for low, high in ends]
    few = [[*span][:14] + [*span][-14:] for span in spans]
    values = [compute(*each) for each in product(*few)]
    return min(values), max(values)


@pytest.mark.parametrize("kind", RULES)
def test_bounds_hold_and_are_known(kind):
    compute, sides = RULES[kind]
    for ends in product(*sides):
        near, far = (extremes(compute, ends, reach) for reach in (NEAR, FAR))
        found = bounded(kind, *ends)
        for bound, close, wide, sign in zip(found, near, far, (1, -1), strict=True):
            assert bound is None or sign * bound <= sign * wide, (kind, ends, found)
            if kind in TIGHT and close == wide:
                assert bound is not None, (kind, ends, found)
                assert floor(bound) == floor(wide), (kind, ends, found)


@pytest.mark.parametrize("exponent", [1, 2, 3, 4])
def test_powers_are_bounded(exponent):
    for ends in ENDS:
        near, far = (extremes(lambda base: base**exponent, (ends,), reach) for reach in (NEAR, FAR))
        for bound, close, wide in zip(power(ends, exponent), near, far, strict=True):
            assert (bound is None) == (close != wide), ends
            assert bound in (None, wide), ends
