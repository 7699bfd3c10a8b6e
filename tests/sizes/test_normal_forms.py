"""The rules of sizes one by one, with numbers worked out by hand; equal functions have one form."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from cnnplan.sizes import (
    Context,
    Count,
    Domain,
    Size,
    absolute,
    ceil,
    ceil_div,
    exact_div,
    floor,
    gcd,
    make_divisible,
    maximum,
    minimum,
    prod,
    quotient,
    round_half_even,
    total,
)

c = Context()
N, H, W, k, s, p = (c.symbol(name) for name in ("N", "H", "W", "k", "s", "p"))
w = c.symbol("w", Domain(choices=(Fraction(1, 4), Fraction(1, 2), 1), integer=False))
z = c.symbol("z", Domain(min=None))

FORMS = [
    # a layer: the one stays inside the floor
    ((H + 6 - 7) // 2 + 1, "ceil(H/2)", {"H": 224}, 112),
    ((H + 2 - 3) // 2 + 1, "ceil(H/2)", {"H": 35}, 18),
    # floors compose
    (((H + 1) // 2 + 1) // 2, "ceil(H/4)", {"H": 37}, 10),
    ((((H + 2) // 3 + 4) // 5), "ceil(H/15)", {"H": 31}, 3),
    (((H // s) + 1) // 3, "floor((H + s)/(3*s))", {"H": 29, "s": 2}, 5),
    # a common factor leaves the fraction
    ((6 * H + 5) // 4, "floor((3*H + 2)/2)", {"H": 7}, 11),
    ((4 * H + 3) // 2, "2*H + 1", {"H": 5}, 11),
    ((10 * H + 9) // 15, "floor((2*H + 1)/3)", {"H": 8}, 5),
    # a chain is one floor: ResNet-50 from stem to the last stage
    (ceil_div(ceil_div(ceil_div(ceil_div(ceil_div(H, 2), 2), 2), 2), 2), "ceil(H/32)", {"H": 225}, 8),
    # same, pad, crop
    ((H + s - 1) // s, "floor((H - 1)/s) + 1", {"H": 11, "s": 4}, 3),
    ((H - 10) // 3 + 4, "ceil(H/3)", {"H": 11}, 4),
    # upsampling and transposed convolution
    (2 * (H // 2), "2*floor(H/2)", {"H": 9}, 8),
    ((2 * ((H + 1) // 2)) // 2, "ceil(H/2)", {"H": 9}, 5),
    ((6 * (H // 5) + 3) // 4, "floor(H/5) + floor((H + 5)/10)", {"H": 17}, 5),
    # remainders
    (H % 4, "H - 4*floor(H/4)", {"H": 23}, 3),
    ((H + 8) % 4, "H - 4*floor(H/4)", {"H": 23}, 3),
    # a negative divisor
    (H // -2, "-ceil(H/2)", {"H": 7}, -4),
    # symbolic divisors
    ((H - k + 2 * p) // s + 1, "floor((H - k + 2*p)/s) + 1", {"H": 28, "k": 5, "p": 1, "s": 3}, 9),
    ((H + 3 * s) // s, "floor(H/s) + 3", {"H": 28, "s": 5}, 8),
    ((4 * H + 2) // (6 * s), "floor((2*H + 1)/(3*s))", {"H": 11, "s": 2}, 3),
    ((5 * H * s) // (2 * s), "floor(5*H/2)", {"H": 3, "s": 2}, 7),
    # fractions and width multipliers
    (floor(512 * w), "512*w", {"w": Fraction(1, 4)}, 128),
    (floor(6 * w), "floor(6*w)", {"w": Fraction(1, 4)}, 1),
    (ceil(6 * w), "8*w - floor(2*w)", {"w": Fraction(1, 4)}, 2),
    (floor(H * Fraction(7, 10)), "floor(7*H/10)", {"H": 9}, 6),
    (ceil(H / s), "ceil(H/s)", {"H": 9, "s": 2}, 5),
    (floor(H / s + Fraction(1, 2)), "floor((2*H + s)/(2*s))", {"H": 9, "s": 2}, 5),
    # other functions
    (maximum(H, 3), "max(3, H)", {"H": 2}, 3),
    (minimum(H, 3, W), "min(W, 3, H)", {"H": 5, "W": 2}, 2),
    (gcd(H + 12, 6), "gcd(H, 6)", {"H": 4}, 2),
    (gcd(6, 3 * H), "gcd(3*H, 6)", {"H": 4}, 6),
    (absolute(z - 3), "max(-z + 3, z - 3)", {"z": -4}, 7),
    (round_half_even(H / 2), "round(H/2)", {"H": 5}, 2),
    (make_divisible(24 * w, 8), "make_divisible(24*w, 8)", {"w": Fraction(1, 4)}, 8),
    (make_divisible(32 * w, 8), "32*w", {"w": Fraction(1, 4)}, 8),
    # counts
    (N * 64 * ((H + 1) // 2), "64*N*ceil(H/2)", {"N": 3, "H": 7}, 768),
    (N * H * W + N * H * 2, "N*H*(W + 2)", {"N": 2, "H": 3, "W": 5}, 42),
    (N * H * W + 7, "N*H*W + 7", {"N": 2, "H": 3, "W": 5}, 37),
    (H**3, "H**3", {"H": 4}, 64),
    ((3 * N * H) // 3, "N*H", {"N": 4, "H": 7}, 28),
    ((3 * N * H + 5) // 2, "N*H + floor((N*H + 5)/2)", {"N": 4, "H": 7}, 44),
]


@pytest.mark.parametrize(("value", "text", "point", "number"), FORMS, ids=[form[1] for form in FORMS])
def test_form_and_value(value, text, point, number):
    assert str(value) == text
    assert value.at(point) == number


CONSTANTS = [
    (H - H, 0),
    (0 * H, 0),
    (H // H, 1),
    (0 // H, 0),
    ((H * s) // (H * s), 1),
    (H % H, 0),
    ((H + 3) - (H + 1), 2),
    (H**0, 1),
    (total([H, 3, -H]), 3),
    (prod([]), 1),
    (maximum(3, 7), 7),
    (gcd(12 * H, 6), 6),
    (Fraction(3, 2) * H - H - H / 2, 0),
    (quotient(6, 4), Fraction(3, 2)),
    (make_divisible(11, 8), 16),
    (round_half_even(Fraction(5, 2)), 2),
]


@pytest.mark.parametrize(("value", "number"), CONSTANTS)
def test_what_is_constant_is_a_plain_number(value, number):
    assert value == number
    assert type(value) is type(number)


SAME = [
    (((H + 1) // 2 + 1) // 2, (H + 3) // 4),
    (ceil_div(H, 6), ceil_div(ceil_div(H, 2), 3)),
    (H // 6, (H // 3) // 2),
    ((9 * H + 7) // 6, (3 * H + 2) // 2),
    (2 * (H + W), 2 * H + 2 * W),
    (maximum(H, W), maximum(W, H)),
    (gcd(H, W), gcd(W, H)),
    (maximum(H, 1), H),
    (minimum(0, H), 0),
    (absolute(-H), H),
    (round_half_even(H), H),
    (make_divisible(8 * H, 8), 8 * H),
    (floor(H // 2), H // 2),
    ((H * 2) // (W * 2), H // W),
    ((H // 2) // W, H // (2 * W)),
    (exact_div(6 * H, 3), 2 * H),
    (exact_div(H * W, W), H),
    (exact_div(H, 3), H // 3),
    (H / 2 * 2, H),
    (2 * H * W / W, 2 * H),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_equal_sizes_are_one_object(left, right):
    assert left is right


def test_the_form_of_a_floor_is_unique():
    forms = {}
    points = range(1, 61)
    for a, b, d in product(range(1, 7), range(-4, 9), (1, 2, 3, 5, 6, 7)):
        values = tuple((a * n + b) // d for n in points)
        forms.setdefault(values, set()).add((a * H + b) // d)
    assert all(len(same) == 1 for same in forms.values())


def test_products_are_equal_however_they_are_written():
    assert (H + 1) * (H - 1) == H * H - 1
    assert hash((H + 1) * (H - 1)) == hash(H * H - 1)
    assert H * (W + 1) - H * W == H
    assert hash(H * (W + 1) - H * W) == hash(H)
    assert H * (W + 1) - H * W - H == 0
    assert H * W != H + W


def test_equality_does_not_depend_on_the_analysis():
    other = Context()
    width, height = other.symbol("W"), other.symbol("H")
    for mine, theirs in (
        (H + 1, height + 1),
        ((H + W) // 3, (height + width) // 3),
        (H * W, width * height),
        (H * H + W, width + height * height),
    ):
        assert mine == theirs
        assert hash(mine) == hash(theirs)
    assert height + 2 != H + 1
    assert height * height != H * W


def test_sizes_and_counts_are_told_apart():
    assert isinstance(2 * (H // 2) + W, Size)
    assert isinstance(H * W, Count)
    assert not isinstance(H * W, Size)


def test_the_total_of_a_network_has_a_term_per_resolution():
    sizes = [(ceil_div(H, 2**i), ceil_div(W, 2**i)) for i in range(1, 6)]
    macs = total(N * 64 * (i + 1) * h * v for i in range(9) for h, v in sizes)
    assert len(macs.products) == 5
    assert macs.at({"N": 2, "H": 224, "W": 192}) == sum(
        2 * 64 * (i + 1) * -(-224 // 2**j) * -(-192 // 2**j) for i in range(9) for j in range(1, 6)
    )


def test_long_chains_with_symbols_stay_small():
    x = H
    for i in range(50):
        stride = c.symbol(f"s{i}")
        x = (x + 2 * p - k) // stride + 1
    assert len(str(x)) < 6000
    point = {"H": 10**6, "p": 2, "k": 5} | {f"s{i}": 1 + (i % 9 == 0) for i in range(50)}
    expected = 10**6
    for i in range(50):
        expected = (expected + 4 - 5) // point[f"s{i}"] + 1
    assert x.at(point) == expected


def test_chains_along_two_axes_share_what_is_not_linear():
    rows, columns = H, W
    for _ in range(5):
        rows, columns = ((x + 2 * p - k) // s + 1 for x in (rows, columns))
    (height, _), (width, _) = (x.terms[0][0].args for x in (rows, columns))
    assert height.products is width.products
    assert height.at({"H": 999, "p": 1, "k": 3, "s": 2}) - width.at({"W": 700, "p": 1, "k": 3, "s": 2}) == 299


DIVIDED = [
    # the divisor itself, a multiple of it, and what only looks like one
    (((s - 1) * (s + 1) + 1) // (s * s), "1"),
    (((s - 1) * (s + 1) * k + k) // (s * s * k), "1"),
    ((s * s + H) // (s * s), "floor(H/(s**2)) + 1"),
    (((k - 1) * s + H + 1) // (s * s), "floor(((k - 1)*s + H + 1)/(s**2))"),
    (((k - 1) * s + Fraction(1, 2) * H) // (s * k), "floor((2*(k - 1)*s + H)/(2*k*s))"),
]


@pytest.mark.parametrize(("value", "text"), DIVIDED)
def test_polynomials_by_products_of_letters(value, text):
    assert str(value) == text


@pytest.mark.parametrize(
    "operate", [lambda: H + "1", lambda: H // "1", lambda: H % None, lambda: 0.5 * H, lambda: H**-1]
)
def test_what_is_no_size_is_refused(operate):
    with pytest.raises(TypeError):
        operate()


def test_division_by_zero():
    for operate in (lambda: H // 0, lambda: H % 0, lambda: H / 0, lambda: floor(H / 0)):
        with pytest.raises(ZeroDivisionError):
            operate()


def test_a_symbol_has_one_domain():
    context = Context()
    assert context.symbol("H", Domain(max=9)) is context.symbol("H")
    with pytest.raises(ValueError, match="the symbol H is declared already"):
        context.symbol("H", Domain(max=10))


def test_a_product_of_minus_one_is_told_apart():
    assert (H - 1) * (W - 1) == H * W - H - W + 1
    assert hash((H - 1) * (W - 1)) == hash(H * W - H - W + 1)
    assert (H - 1) * (W - 1) != H * W - H - W
    assert Fraction(-1, 3) * H * W == H * W * Fraction(-2, 6)


def test_a_leading_term_that_cancels_leaves_a_size():
    left = (H + 1) * (W + 2) - (H + 3) * (W + 1)
    assert left == W * -2 + H - 1
    assert hash(left) == hash(W * -2 + H - 1)
    assert (H + W) * (H - W) - H * H + W * W == 0
