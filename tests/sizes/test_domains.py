"""What a symbol may be: bounds, multiples and choices, against all of its values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnplan.sizes import Context, Domain

NUMBERS = [Fraction(n, 4) for n in range(-40, 401)]

DOMAINS = [
    # domain, least, greatest, some that are in it, some that are not
    (Domain(), 1, None, [1, 2, 10**12], [0, -1, Fraction(1, 2)]),
    (Domain(min=None), None, None, [-7, 0, 3], [Fraction(1, 2)]),
    (Domain(min=5, max=21), 5, 21, [5, 13, 21], [4, 22]),
    (Domain(min=5, max=21, multiple_of=4), 8, 20, [8, 12, 20], [5, 10, 21, 24]),
    (Domain(min=None, multiple_of=3), None, None, [-6, 0, 9], [-5, 1]),
    (Domain(choices=(7, 3, 5)), 3, 7, [3, 5, 7], [4, 6, 8]),
    (Domain(choices=(1, Fraction(3, 4)), integer=False), Fraction(3, 4), 1, [1, Fraction(3, 4)], [Fraction(1, 2)]),
    (Domain(min=Fraction(1, 4), max=2, integer=False), Fraction(1, 4), 2, [Fraction(1, 3), 2], [0, 3]),
    (Domain(min=Fraction(5, 2), max=Fraction(17, 2)), 3, 8, [3, 8], [2, 9, Fraction(5, 2)]),
]


@pytest.mark.parametrize(("domain", "low", "high", "inside", "outside"), DOMAINS)
def test_values(domain, low, high, inside, outside):
    assert (domain.low, domain.high) == (low, high)
    assert all(value in domain for value in inside)
    assert not any(value in domain for value in outside)
    within = [number for number in NUMBERS if number in domain]
    assert low is None or low == min(within)
    assert high is None or high == max(within)


def test_the_grain_makes_every_choice_whole():
    domain = Domain(choices=(Fraction(3, 4), Fraction(1, 6), 2), integer=False)
    assert domain.grain == 12
    assert all((choice * domain.grain).denominator == 1 for choice in domain.choices)
    assert Domain().grain == 1
    assert Domain(min=0, integer=False).grain == 0


def test_bounds_of_sizes():
    context = Context()
    h = context.symbol("H", Domain(min=32, max=224))
    w = context.symbol("W", Domain(min=8))
    assert ((h - 7) // 2 + 1).interval == (13, 109)
    assert (3 * h - 2 * w).interval == (None, 656)
    assert (h * w).interval == (256, None)
    assert (-h * h).interval == (-50176, -1024)
    assert (h // w).interval == (0, 28)
    assert (h % 7).interval == (0, 6)


SHAPES = [(1, 2, -1, 4), (1, 2, 1, 3), (2, 3, -1, 5), (-1, 2, 1, 7), (3, 4, -2, 6), (-2, 3, -1, 2), (1, 5, -1, 3)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("least", "most"), [(1, 9), (3, 40), (10, 11), (7, 64), (1, None), (6, None)])
def test_bounds_of_two_parts_of_one_letter_are_those_of_its_values(shape, least, most):
    """They move together: the least and the greatest value are met, at the last value of the letter too."""
    a, b, c, d = shape
    h = Context().symbol("H", Domain(min=least, max=most))
    values = [a * (n // b) + c * (n // d) for n in range(least, (most or 2000) + 1)]
    slope = Fraction(a, b) + Fraction(c, d)
    low, high = min(values), max(values)
    wanted = (None if most is None and slope < 0 else low, None if most is None and slope > 0 else high)
    assert (a * (h // b) + c * (h // d)).interval == wanted
