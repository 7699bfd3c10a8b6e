"""Comparisons of several letters that hold, or fail, letter by letter; polynomials of one letter; simplest forms."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from cnnplan.sizes import Context, Domain, ceil_div, divides, eq, evaluate, gcd, ge, gt, lt

SIZES = Context()
N = SIZES.symbol("N")
H = SIZES.symbol("H")
W = SIZES.symbol("W")
D = SIZES.symbol("D", Domain(min=8))
E = SIZES.symbol("E", Domain(min=9))
B = SIZES.symbol("B", Domain(min=3, max=40))

CONDITIONS = [
    (eq(49 * (H // 7) * (W // 7), H * W), "H % 7 == 0 and W % 7 == 0"),
    (eq(H * W, 49 * (H // 7) * (W // 7)), "H % 7 == 0 and W % 7 == 0"),
    (eq(ceil_div(H, 2) * ceil_div(W, 2), (H // 2) * (W // 2)), None),
    (eq(ceil_div(D, 2) * ceil_div(E, 2), (D // 2) * (E // 2)), "D % 2 == 0 and E % 2 == 0"),
    (eq(4 * ceil_div(D, 2) * ceil_div(E, 2) + 0 * H, 3 * (D // 2) * (E // 2)), "never"),
    (eq(147456 * N, 144 * N * H * W), "H*W == 1024"),
    (eq(H * W * N, N * H), "W == 1"),
    (eq(H * W, 1), "H == 1 and W == 1"),
    (eq(2 * H * W, 5), "never"),
    (ge((H // 8) * (W // 8), 1), "H >= 8 and W >= 8"),
    (ge(4 * (H // 256) * (W // 256), 2), "H >= 256 and W >= 256"),
    (gt(2 * H * W, 1), "always"),
    (gt(D * E, 71), "always"),
    (ge(H * W, 49 * (H // 7) * (W // 7)), "always"),
    (lt(H * W, 49 * (H // 7) * (W // 7)), "never"),
    (ge(49 * (H // 7) * (W // 7), H * W), "H % 7 == 0 and W % 7 == 0"),
    (ge((H - H // 2) * (W - W // 2), 1), "always"),
    (ge(N * H * W, H * W), "always"),
    (ge(H * W, H + W), None),
    (ge(D * E, D + E), "always"),
    (divides(2, H * (H + 1)), "always"),
    (divides(12, 8 * (H // 2) * (W // 3)), "(floor(H/2)*floor(W/3)) % 3 == 0"),
    (divides(576, 16 * N * (H - 2) * (W - 2)), "(N*(H - 2)*(W - 2)) % 36 == 0"),
    (divides(35, 10 * H * W + 15), "(2*H*W + 3) % 7 == 0"),
    (ge(H * H, 5000), "H >= 71"),
    (lt(3 * B * B - 7 * B, 100), "B <= 7"),
    (eq(B * B - 30 * B + 200, 0), "B in {10, 20}"),
    (ge(B * B - 30 * B + 200, 0), "B <= 10 or B >= 20"),
    (ge(4 * (H // 2) * (H // 2), H * H), "H % 2 == 0"),
    (eq(H * H, 2), "never"),
    (ge(H - H // 2 - 3, 0), "H >= 5"),
]


@pytest.mark.parametrize(
    ("condition", "text"), CONDITIONS, ids=[str(text) + str(i) for i, (_, text) in enumerate(CONDITIONS)]
)
def test_condition(condition, text):
    if text is None:
        assert condition.verdict is None
        return
    assert str(condition) == text


MIRRORED = [
    (-(-H // 7), "ceil(H/7)"),
    (H - 6 * H // 7, "ceil(H/7)"),
    ((7 - H % 7) % 7 + H, "7*ceil(H/7)"),
    (-(-(H // 4) // 7), "floor((H + 24)/28)"),
    (-(-ceil_div(H, 4) // 7), "ceil(H/28)"),
    (H - ceil_div(H, 7), "floor(6*H/7)"),
    (H - H // 2 + W // 3, "ceil(H/2) + floor(W/3)"),
    ((H - 1) * W + W, "H*W"),
    ((H - 1) * W + 2 * W, "(H + 1)*W"),
    (H // 7 - ceil_div(H, 7) + (H - 6 * H // 7), "floor(H/7)"),
]


@pytest.mark.parametrize(("value", "text"), MIRRORED, ids=[text for _, text in MIRRORED])
def test_a_floor_and_its_mirror_image_have_one_form(value, text):
    assert str(value) == text


BOUNDS = [
    (H - H // 2, (1, None)),
    (D % 7, (0, 6)),
    (-2 * D * E, (None, -144)),
    ((B - 20) ** 2, (0, 400)),
    (B - B // 3, (2, 27)),
    (D // 2 - D // 4 + E // 3 - E, (None, None)),
]


@pytest.mark.parametrize(("value", "bounds"), BOUNDS, ids=[str(value) for value, _ in BOUNDS])
def test_bounds(value, bounds):
    assert value.interval == bounds


PRODUCTS = [
    # two products of a part for each letter, where parts may be nothing
    (lambda n: (n // 2, 2 * (n // 4))),
    (lambda n: (n // 3, n // 5)),
    (lambda n: (-(-n // 2), n // 2)),
    (lambda n: (n, 7 * (n // 7))),
    (lambda n: (n - n // 2, n // 2)),
    (lambda n: (n % 3 + 0 * n, n // 9)),
]


@pytest.mark.parametrize("least", [0, 1, 2, 8])
@pytest.mark.parametrize("parts", range(len(PRODUCTS)))
def test_products_are_compared_as_they_are(parts, least):
    """Letter by letter, against every pair of values: a product is nothing where one of its factors is."""
    sizes = Context()
    letters = [sizes.symbol(name, Domain(min=least)) for name in "AB"]
    (a, b), (c, d) = map(PRODUCTS[parts], letters)
    for condition, compares in ((eq(a * c, b * d), int.__eq__), (ge(a * c, b * d), int.__ge__)):
        for first in range(least, least + 24):
            for second in range(least, least + 24):
                (x, y), (z, w) = map(PRODUCTS[parts], (first, second))
                truth = compares(x * z, y * w)
                found = condition.verdict
                found = condition.holds({"A": first, "B": second}) if found is None else found
                assert found is truth, (str(condition), first, second)


COMPARED = [
    # two counts of letters that are at least 1: which is the greater, strictly or not, is as their values have it
    lambda a, b: (a * b, a),
    lambda a, b: (a * b + 1, a + b),
    lambda a, b: (a * a * b, a * b),
    lambda a, b: (a * b, a + b - 1),
    lambda a, b: (2 * a * b, a + b),
    lambda a, b: (3 * a * b - 3, 2 * a + b - 3),
]


@pytest.mark.parametrize("sides", range(len(COMPARED)))
@pytest.mark.parametrize("least", [1, 2])
def test_a_bound_that_is_met_is_no_strict_one(sides, least):
    sizes = Context()
    left, right = COMPARED[sides](*(sizes.symbol(name, Domain(min=least)) for name in "AB"))
    for condition, compares in (
        (gt(left, right), int.__gt__),
        (ge(left, right), int.__ge__),
        (lt(left, right), int.__lt__),
    ):
        for a in range(least, 12):
            for b in range(least, 12):
                found = condition.verdict
                found = condition.holds({"A": a, "B": b}) if found is None else found
                assert found is compares(*COMPARED[sides](a, b)), (str(condition), a, b)


STEPS = (2, 4, 6, 9)


@pytest.mark.parametrize("number", STEPS)
def test_divisors_that_are_common_are_those_of_the_values(number):
    """gcd of sizes of whole and of broken letters with a number: forms, bounds and conditions."""
    sizes = Context()
    whole, broken = (
        sizes.symbol("A"),
        sizes.symbol("w", Domain(choices=(Fraction(1, 2), 1, Fraction(5, 2)), integer=False)),
    )
    for value in (whole, 3 * whole + 2, whole // 2 + 5, 4 * broken + 6, 2 * broken + whole, 6 * broken):
        common = gcd(value, number)
        for a in range(1, 40):
            for w in (Fraction(1, 2), Fraction(1), Fraction(5, 2)):
                at = {"A": a, "w": w}
                truth = math.gcd(int(value.at(at)), number)
                assert evaluate(common, at) == truth, (str(common), at)
                for least in range(1, number + 1):
                    condition = ge(common, least)
                    found = condition.verdict
                    assert (condition.holds(at) if found is None else found) is (truth >= least), (str(condition), at)
