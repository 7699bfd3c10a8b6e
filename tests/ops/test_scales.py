"""How PyTorch rounds a size times a decimal: the product of two doubles, floored; where that is the exact floor."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from cnnplan.ops.resampling import shortfall
from cnnplan.sizes import Context, Domain

SCALES = [Fraction(k, 100) for k in range(1, 300)] + [Fraction(p, q) for q in (3, 7, 9, 11) for p in range(1, 20)]


@pytest.mark.parametrize("scale", SCALES[::7])
def test_a_scale_falls_short_if_and_only_if_a_size_shows_it(scale):
    by_force = [n for n in range(1, 5_000) if math.floor(n * float(scale)) != math.floor(n * scale)]
    assert bool(by_force) is bool(shortfall(scale))
    assert not by_force or by_force[0] == shortfall(scale)


def test_ninety_times_seven_tenths_is_62():
    operator = OPERATORS["upsample"](scale_factor=0.7)
    assert operator.output((1, 2, 90)) == operator.output((1, 2, 89)) == (1, 2, 62)
    assert operator.output((1, 2, 100)) == (1, 2, 70)


def test_letters_are_refused_where_it_shows_and_floored_where_not():
    n = Context().symbol("n", Domain(min=4))
    (refused,) = [each for each in OPERATORS["upsample"](scale_factor=0.7).requires((1, 2, n)) if not each.condition]
    text = refused.message.format(**refused.values)
    assert text == (
        "scale_factor (=0.7) is no double: of 90 elements PyTorch makes 62, and axis 2 (n) may have any number"
    )
    operator = OPERATORS["upsample"](scale_factor=1.6)
    assert all(each.condition for each in operator.requires((1, 2, n)))
    assert str(operator.output((1, 2, n))[2]) == "floor(8*n/5)"


def test_only_nearest_copies_what_doubles_whatever_the_factor():
    """Six rows times 2.1 are twelve; the last lies at 11.5 / 2.1 - 0.5 = 4.976, not at 11.5 / 2 - 0.5 = 5.25."""
    image = np.arange(6.0).reshape(1, 1, 6, 1) * np.ones((1, 1, 6, 7))
    blended = OPERATORS["upsample"](scale_factor=Fraction("2.1"), mode="bilinear").run(image)
    assert blended.shape == (1, 1, 12, 14)
    assert blended[0, 0, -1, 0] == pytest.approx(11.5 / 2.1 - 0.5)
    copied = OPERATORS["upsample"](scale_factor=Fraction("2.1")).run(image)
    assert copied[0, 0, :, 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
