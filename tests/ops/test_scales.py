"""How PyTorch rounds a size times a decimal: the product of two doubles, floored."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context, Domain, eq, floor, ge, le, scaled, substitute
from cnnplan.sizes.forms.doubles import shortfall

SCALES = [Fraction(k, 100) for k in range(1, 300)] + [Fraction(p, q) for q in (3, 7, 9, 11) for p in range(1, 20)]
SHORT = Fraction(7, 10)


@pytest.mark.parametrize("scale", SCALES[::7])
def test_a_scale_falls_short_if_and_only_if_a_size_shows_it(scale):
    by_force = [n for n in range(1, 5_000) if math.floor(n * float(scale)) != math.floor(n * scale)]
    assert bool(by_force) is bool(shortfall(scale))
    assert not by_force or by_force[0] == shortfall(scale)


def test_where_seven_tenths_fall_short():
    """Multiples of 10 whose product is in the upper part of a binade: 90 * 0.7 = 63 of 32 to 64, 180 * 0.7 = 126."""
    short = [n for n in range(1, 400) if math.floor(n * 0.7) < n * 7 // 10]
    assert short == [90, 170, 180, 330, 340, 350, 360]


def test_ninety_times_seven_tenths_is_62():
    operator = OPERATORS["upsample"](scale_factor=0.7)
    assert operator.output((1, 2, 90)) == operator.output((1, 2, 89)) == (1, 2, 62)
    assert operator.output((1, 2, 100)) == (1, 2, 70)


def declared(**domain):
    """A letter of its own analysis."""
    return Context().symbol("n", Domain(**domain))


FORMS = [
    # the letter, the scale, the size as it is written
    (declared(min=4), SHORT, "scaled(n, 7/10)"),
    (declared(min=4, max=89), SHORT, "floor(7*n/10)"),
    (declared(min=4, max=90), SHORT, "scaled(n, 7/10)"),
    (declared(min=32, max=2048, multiple_of=32), SHORT, "scaled(n, 7/10)"),
    (declared(choices=(64, 96, 100)), SHORT, "floor(7*n/10)"),
    (declared(min=4), Fraction(8, 5), "floor(8*n/5)"),
    (declared(min=4), Fraction(11, 10), "floor(11*n/10)"),
    (declared(min=4), 3, "3*n"),
]


@pytest.mark.parametrize(("n", "scale", "text"), FORMS)
def test_a_size_of_letters_is_a_floor_where_no_declared_value_shows_a_difference(n, scale, text):
    operator = OPERATORS["upsample"](scale_factor=scale)
    assert all(each.condition for each in operator.requires((1, 2, n)))
    assert str(operator.output((1, 2, n))[2]) == text


@pytest.mark.parametrize("scale", [SHORT, Fraction(57, 100), Fraction(13, 3), Fraction(23, 10), Fraction(11, 10)])
def test_every_size_to_ten_thousand(scale):
    size = scaled(declared(), scale)
    found = size.at({"n": np.arange(1, 10_001)}).tolist()
    assert found == [math.floor(n * float(scale)) for n in range(1, 10_001)]
    assert found[::97] == [size.at({"n": n}) for n in range(1, 10_001, 97)]


def test_it_is_bounded_and_never_falls():
    size = scaled(declared(min=90, max=1000), SHORT)
    assert size.interval == (62, 700)
    n = size.context.symbol("n")
    assert str(le(size, n * SHORT)) == str(ge(size, n * SHORT - 1)) == "always"
    assert str(ge(size, 63)) == "n >= 91"


def test_where_it_is_the_exact_floor():
    n = declared(min=1, max=200)
    size = scaled(n, SHORT)
    assert str(eq(size, floor(n * SHORT))) == "n <= 89 or 91 <= n <= 169 or 171 <= n <= 179 or 181 <= n <= 200"


def test_what_is_put_in_its_place_is_judged_again():
    size = scaled(declared(), SHORT)
    assert substitute(size, {"n": 90}) == 62
    m = size.context.symbol("m", Domain(max=40))
    assert str(substitute(size, {"n": 2 * m})) == "floor(7*m/5)"
    assert str(substitute(size, {"n": 10 * m})) == "scaled(10*m, 7/10)"


def test_a_scale_may_be_a_letter():
    context = Context()
    n, s = context.symbol("n"), context.symbol("s", Domain(choices=(Fraction(1, 2), SHORT), integer=False))
    (size,) = OPERATORS["upsample"](scale_factor=s).output((1, 2, n))[2:]
    assert str(size) == "scaled(n, s)"
    assert [size.at({"n": n, "s": SHORT}) for n in (89, 90, 91)] == [62, 62, 63]
    assert OPERATORS["upsample"](scale_factor=s).output((1, 2, 90))[2].at({"s": SHORT}) == 62


def test_pytorch_makes_as_many():
    torch = pytest.importorskip("torch")
    for scale, step in ((0.7, 1), (0.57, 53), (13 / 3, 53), (2.3, 53), (1.1, 53)):
        size = scaled(declared(), Fraction(scale).limit_denominator(100))
        for n in range(2, 10_001, step):
            x = torch.zeros(1, 1, n)
            y = torch.nn.functional.interpolate(x, scale_factor=scale)
            assert y.shape[2] == size.at({"n": n})


def test_only_nearest_copies_what_doubles_whatever_the_factor():
    """Six rows times 2.1 are twelve; the last lies at 11.5 / 2.1 - 0.5 = 4.976, not at 11.5 / 2 - 0.5 = 5.25."""
    image = np.arange(6.0).reshape(1, 1, 6, 1) * np.ones((1, 1, 6, 7))
    blended = OPERATORS["upsample"](scale_factor=Fraction("2.1"), mode="bilinear").run(image)
    assert blended.shape == (1, 1, 12, 14)
    assert blended[0, 0, -1, 0] == pytest.approx(11.5 / 2.1 - 0.5)
    copied = OPERATORS["upsample"](scale_factor=Fraction("2.1")).run(image)
    assert copied[0, 0, :, 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
