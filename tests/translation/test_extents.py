"""Numbers that remember how they were made: the arithmetic is Python's, and comparisons are written down."""

from __future__ import annotations

import math
import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplan.translation.torch.extents import Extent, Ratio
from cnnplan.translation.torch.made import Axis, Binary, Guard, Rounded, product_of_doubles
from cnnplan.translation.torch.notes import noted

WHOLE = {"+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod}


def extent(value, dim=2):
    return Extent.of(value, Axis("x", dim, value))


def evaluated(made):
    """What a formula comes out as, apart from the numbers that were carried."""
    if isinstance(made, Axis):
        return made.value
    if isinstance(made, Rounded):
        return {"floor": math.floor, "ceil": math.ceil, "round": round}[made.function](evaluated(made.inner))
    if isinstance(made, Binary):
        left, right = Fraction(evaluated(made.left)), Fraction(evaluated(made.right))
        return {**WHOLE, "/": operator.truediv, "**": operator.pow}[made.operator](left, right)
    return made


@given(st.integers(1, 999), st.integers(1, 99), st.sampled_from(sorted(WHOLE)), st.booleans())
def test_arithmetic_is_pythons_and_is_remembered(a, b, symbol, swapped):
    left, right = (b, extent(a)) if swapped else (extent(a), b)
    made = WHOLE[symbol](left, right)
    assert isinstance(made, Extent)
    assert int(made) == WHOLE[symbol](int(left), int(right)) == evaluated(made.made)


@given(st.integers(1, 999), st.integers(1, 99), st.sampled_from([math.floor, math.ceil, round, math.trunc]))
def test_quotients_are_rounded_exactly(a, b, function):
    made = function(extent(a) / b)
    assert isinstance(made, Extent)
    assert int(made) == function(Fraction(a, b)) == evaluated(made.made)


@given(st.integers(1, 9999), st.sampled_from([0.7, 0.57, 2.3, 1.1, 0.5]))
def test_a_decimal_is_multiplied_as_a_double(a, factor):
    made = math.floor(extent(a) * factor)
    assert isinstance(made, Extent)
    assert int(made) == math.floor(a * factor)


def test_what_is_a_product_of_doubles():
    axis, ten = Axis("x", 2, 10), Binary("*", Axis("x", 2, 10), 10)
    assert product_of_doubles(Binary("*", 0.7, ten)) == product_of_doubles(Binary("*", ten, 0.7)) == (ten, 0.7)
    assert product_of_doubles(Binary("*", Rounded("ceil", Binary("/", axis, 3)), 0.7))
    for other in (Binary("*", Binary("/", axis, 3), 0.7), Binary("*", axis, 7), Binary("+", axis, 0.7), axis):
        assert product_of_doubles(other) is None


def test_python_takes_them_for_numbers():
    n = extent(7)
    assert [*range(n)] == [*range(7)]
    assert "abcdefghij"[n] == "h"
    assert {7: "seven"}[n] == "seven"
    assert divmod(n, 2) == (3, 1)
    assert -n == -7
    assert n**2 == 49
    assert math.sqrt(n) == math.sqrt(7)
    assert isinstance(n / 2, Ratio)
    assert f"{n} {n / 2}" == "7 3.5"


def test_comparisons_are_written_down_as_they_came_out():
    n = extent(56)
    with noted(lambda: 3) as notes:
        assert n % 7 == 0
        assert not n > 60
        assert max(n - 57, 0) == 0
        if n:
            pass
    found = [(at, guard.operator, guard.right) for at, guard in notes.guards]
    assert found[:2] == [(3, "==", 0), (3, "<=", 60)]
    assert notes.guards[0][1] == Guard("==", Binary("%", Axis("x", 2, 56), 7), 0)
    assert found[-1][1:] == ("!=", 0)


def test_nothing_is_written_down_outside():
    with noted(lambda: 0) as notes:
        pass
    assert extent(5) > 4
    assert notes.guards == []


@pytest.mark.parametrize("other", ["text", None, [1]])
def test_what_is_no_number_is_not_compared(other):
    assert (extent(5) == other) is False
