"""Whatever is done with sizes is what Python does with the integers that they stand for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnplan.errors import TooDeep
from cnnplan.sizes import Context, Count, Domain, ceil, floor, make_divisible, maximum, minimum, round_half_even
from tests.sizes.trees import BY_INTEGERS, SYMBOLS, at, fresh, trees, worked_out

POINTS = st.lists(st.fixed_dictionaries({name: st.integers(1, 400) for name in SYMBOLS}), min_size=6, max_size=6)


@settings(max_examples=400, deadline=None)
@given(trees(), POINTS)
def test_sizes_are_integer_functions(tree, points):
    value = worked_out(tree, fresh())
    expected = [worked_out(tree, point, BY_INTEGERS) for point in points]
    assert [at(value, point) for point in points] == expected
    if isinstance(value, Count):
        columns = {name: np.array([point[name] for point in points]) for name in SYMBOLS}
        assert value.at(columns).tolist() == expected


@settings(max_examples=200, deadline=None)
@given(trees(depth=4), POINTS)
def test_bounds_hold(tree, points):
    domain = Domain(min=2, max=399)
    value = worked_out(tree, fresh(domain=domain))
    assume(isinstance(value, Count))
    low, high = value.interval
    for point in points:
        assume(all(size in domain for size in point.values()))
        assert low is None or low <= value.at(point)
        assert high is None or value.at(point) <= high


@settings(max_examples=200, deadline=None)
@given(trees(depth=4), st.integers(1, 90), st.integers(1, 90), st.integers(1, 7))
def test_substitution_is_composition(tree, h, w, s):
    symbols = fresh("H", "W", "s", "h")
    value = worked_out(tree, symbols)
    assume(isinstance(value, Count))
    bound = value.substituted({"H": 32 * symbols["h"] + symbols["W"] // 3, "s": s})
    assert at(bound, {"h": h, "W": w}) == value.at({"H": 32 * h + w // 3, "W": w, "s": s})


@settings(max_examples=200, deadline=None)
@given(trees(depth=4))
def test_equal_forms_are_equal_functions(tree):
    mine, theirs = worked_out(tree, fresh()), worked_out(tree, fresh("s", "W", "H"))
    if mine == theirs:
        assert hash(mine) == hash(theirs)
    assert worked_out(tree, fresh()) == mine


CHOICES = (Fraction(1, 3), Fraction(1, 2), Fraction(3, 4), 1, Fraction(133, 100))


@settings(max_examples=150, deadline=None)
@given(
    st.fractions(-8, 8, max_denominator=6),
    st.integers(-5, 5),
    st.sampled_from([1, 2, 3, 7]),
    st.integers(1, 50),
    st.booleans(),
)
def test_fractions_are_floored_exactly(slope, shift, divisor, n, known):
    context = Context()
    w = context.symbol("w", Domain(choices=CHOICES, integer=False) if known else Domain(min=0, integer=False))
    h = context.symbol("H")
    for choice in CHOICES:
        for value, exact in (
            (slope * w * 16 + shift, slope * choice * 16 + shift),
            (slope * w + h * shift, slope * choice + n * shift),
            (w * h + shift, choice * n + shift),
        ):
            point = {"w": choice, "H": n}
            assert at(value // divisor, point) == exact // divisor
            assert at(floor(value), point) == exact.__floor__()
            assert at(ceil(value), point) == exact.__ceil__()
            assert at(round_half_even(value), point) == round(exact)
            if exact >= 0:
                assert at(make_divisible(value, 8), point) == make_divisible(exact, 8)


QUOTIENTS = st.integers(1, 90), st.integers(1, 9), st.integers(-4, 4), st.sampled_from([1, 2, 3, 5, 7])


@settings(max_examples=150, deadline=None)
@given(*QUOTIENTS)
def test_quotients_by_a_symbol_stay_exact(n, stride, shift, divisor):
    symbols = fresh("H", "s")
    quotient = (symbols["H"] + shift) / symbols["s"]
    exact = Fraction(n + shift, stride)
    point = {"H": n, "s": stride}
    assert at(quotient, point) == exact
    assert at(floor(quotient), point) == exact.__floor__()
    assert at(ceil(quotient), point) == exact.__ceil__()
    assert at(round_half_even(quotient), point) == round(exact)
    assert at((2 * quotient + 1) // divisor, point) == (2 * exact + 1) // divisor
    assert at(floor(quotient * symbols["H"]), point) == (exact * n).__floor__()


def test_totals_do_not_overflow():
    symbols = fresh("N", "H", "W")
    count = symbols["N"] * symbols["H"] ** 3 * symbols["W"] * 10**9 // 7
    heights = np.array([3, 1000, 10**6])
    got = count.at({"N": 64, "H": heights, "W": np.array([7, 320, 10**5])})
    assert got.tolist() == [64 * h**3 * w * 10**9 // 7 for h, w in ((3, 7), (1000, 320), (10**6, 10**5))]


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_narrow_arrays_are_widened(kind):
    size = fresh("H")["H"]
    values = np.array([3, 120], dtype=kind)
    assert (size * size * 1000 - 10**6).at({"H": values}).tolist() == [9_000 - 10**6, 14_400_000 - 10**6]


def test_a_memo_serves_many_counts_of_any_magnitude():
    symbols = fresh("H", "W")
    half = (symbols["H"] + 1) // 2
    point = {"H": np.array([5, 10**6 + 1]), "W": np.array([7, 10**6])}
    memo = {}
    assert half.at(point, memo).tolist() == [3, 500_001]
    assert (half**4 * symbols["W"]).at(point, memo).tolist() == [81 * 7, 500_001**4 * 10**6]
    assert (half + symbols["W"]).at(point, memo).dtype == np.int64


def test_a_symbol_without_a_value_is_named():
    symbols = fresh("H", "W")
    with pytest.raises(KeyError, match="W"):
        (symbols["H"] // 2 * symbols["W"]).at({"H": 7})


def test_arrays_of_several_axes_spread():
    symbols = fresh("H", "W")
    grid = (symbols["H"] // 2 * symbols["W"]).at({"H": np.arange(4, 7)[:, None], "W": np.array([10, 20])})
    assert grid.tolist() == [[20, 40], [20, 40], [30, 60]]


def test_a_maximum_of_many_nests_no_deeper_than_it_has_rounds():
    context = Context()
    height, width = context.symbol("H"), context.symbol("W")
    values = [i * height + (300 - i) * width for i in range(301)]
    greatest, least = maximum(*values), minimum(*values)
    assert greatest.depth <= 9
    for point in ({"H": 3, "W": 5}, {"H": 7, "W": 2}):
        assert greatest.at(point) == max(value.at(point) for value in values)
        assert least.at(point) == min(value.at(point) for value in values)


def test_what_nests_deeper_than_anybody_reads_is_refused():
    context = Context()
    width = context.symbol("w", Domain(integer=False, min=0))
    value = width
    for _ in range(48):
        value = round_half_even(value * width) + 1
    with pytest.raises(TooDeep, match="nests deeper than 48 levels"):
        round_half_even(value * width)
