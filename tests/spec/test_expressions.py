"""Expressions and their values, one row a case."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import gcd, lcm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplan.spec import EvaluationError, Verb, parse
from tests.spec.names import HERE, Names

VALUES = [
    ("3 + 4 * 2", 11),
    ("-7 // 2", -4),
    ("-7 % 3", 2),
    ("7 / 2", Fraction(7, 2)),
    ("6 / 3", 2),
    ("2 ** 10", 1024),
    ("2 ** -2", Fraction(1, 4)),
    ("0.1 + 0.2 == 0.3", True),
    ("1e-5", Fraction(1, 100_000)),
    ("25_557_032", 25_557_032),
    ("4.1G", 4_100_000_000),
    ("2KiB + 3k + 1M", 2048 + 3000 + 1_000_000),
    ("1GiB", 1_073_741_824),
    ("0x1F - 0o17", 16),
    ("[1, 7] // 2", (0, 3)),
    ("2 * [1, [3, 5]]", (2, (6, 10))),
    ("pair[1] - pair[-2]", 6),
    ("variant.depths[i]", 23),
    ("variant.depths[1:]", (4, 23)),
    ("variant.depths[:-1]", (3, 4)),
    ("pair[2:]", ()),
    ("pair[i - 1:i + 5]", (7,)),
    ("shape('stem')[2:][1]", 28),
    ("sum(variant.depths)", 30),
    ("sum([])", 0),
    ("prod(pair) + prod([])", 8),
    ("len(variant.depths)", 3),
    ("len(shape('stem')[2:])", 2),
    ("gcd(24, 36, 60)", 12),
    ("gcd(pair)", 1),
    ("lcm(4, 6)", 12),
    ("lcm([2, 3, 5])", 30),
    ("variant.unit", Verb("relu")),
    ('variant == "deep"', True),
    ("act == silu", True),
    ("act == relu", False),
    ("relu", Verb("relu")),
    ("same", "same"),
    ('"some text"', "some text"),
    ("floor(7 / 2) + ceil(7 / 2)", 7),
    ("floor(-7 / 2) + ceil(-7 / 2)", -7),
    ("round(5 / 2)", 2),
    ("round(7 / 2)", 4),
    ("abs(3 - 8)", 5),
    ("min(width, 9, 11)", 9),
    ("max(pair)", 7),
    ("make_divisible(width * 1.4, 8)", 32),
    ("make_divisible(12 * 0.75, 8)", 16),  # rounding 9 down to 8 would lose more than a tenth
    ("1 if i == 0 else 2", 2),
    ("not i == 0 and 1 < i <= 2", True),
    ("i == 0 or false", False),
    ("true", True),
    ("null", None),
    ('shape("stem")[1] * 2', 128),
    ("padding_mode_of_nothing if false else 5", 5),
    ("false and nothing", False),
    ("1 < 2 == false", False),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text, value):
    names = Names()
    names.values |= {"relu": Verb("relu"), "silu": Verb("silu")}
    found = parse(text, HERE).evaluate(names)
    assert found == value
    assert type(found) is type(value)


SYMBOLIC = [
    ("(H + 2 * k) // 2", {"H": 13, "k": 5}, 11),
    ("H / 2 + 3.5", {"H": 7}, 7),
    ("ceil(H / 32) * max(W, 9)", {"H": 33, "W": 4}, 18),
    ("make_divisible(H * 0.35, 8)", {"H": 64}, 24),
    ("H % 3 + abs(H - W) + round(W / 2)", {"H": 5, "W": 9}, 10),
    ("floor(H / k) + ceil(H / k)", {"H": 13, "k": 5}, 5),
    ("H // 2 * 2 == H", {"H": 6}, True),
    ("H // 2 * 2 == H", {"H": 7}, False),
    ("H != 3", {"H": 3}, False),
    ("[H, W] // 2 == [4, 5]", {"H": 9, "W": 10}, True),
    ("[H, W] // 2 == [4, 5]", {"H": 9, "W": 12}, False),
]


@pytest.mark.parametrize(("text", "at", "value"), SYMBOLIC)
def test_what_is_open_stays_open(text, at, value):
    names = Names()
    found = parse(text, HERE).evaluate(names)
    assert (found.holds(at) if isinstance(value, bool) else found.at(at)) == value
    assert names.decided == []


def test_functions_of_letters_stay_exact():
    names = Names()
    for text in ("gcd(H, 12)", "lcm(H, 12)", "lcm(H, k)", "sum([H, k, 2])", "prod(shape('stem')[1:])"):
        value = parse(text, HERE).evaluate(names)
        for h, k in ((8, 6), (9, 3), (35, 10)):
            wanted = {"gcd": gcd(h, 12), "lcm": lcm(h, 12 if "12" in text else k), "sum": h + k + 2, "prod": 1792 * h}
            assert value.at({"H": h, "k": k}) == wanted[text.partition("(")[0]]


def test_what_holds_for_every_size_is_no_condition():
    assert parse("H > 0 and [H, 3] == [H, 3]", HERE).evaluate(Names()) is True


@pytest.mark.parametrize("values", [{"H": 4, "W": 9}, {"H": 5, "W": 9}, {"H": 4, "W": 2}])
def test_and_or_not_join_open_conditions(values):
    names = Names()
    for text in ("H == 4 and W > 5", "H == 4 or W > 5", "not (H == 4 or not W > 5)"):
        truth = eval(text, dict(values))  # noqa: S307 - our own texts
        assert parse(text, HERE).evaluate(names).holds(values) is truth
    assert names.decided == []


def test_only_what_cannot_go_on_is_decided():
    names = Names(verdict=False)
    assert parse("3 if H > 4 else 5", HERE).evaluate(names) == 5
    assert len(names.decided) == 1
    assert parse("k > 3 and pair[7] == 0", HERE).evaluate(names) is False
    assert len(names.decided) == 2


def test_an_element_at_a_symbolic_index():
    names = Names()
    assert parse("[11, 12, 13][k]", HERE).evaluate(names) == 12
    assert len(names.decided) == 1


def test_names_and_layers_that_are_read():
    expression = parse('min(width, in_channels) + shape("stem")[1] + floor(i.x) * same', HERE)
    assert expression.names == {"width", "in_channels", "i"}
    assert expression.layers == {"stem"}
    assert not expression.constant


def test_a_constant_is_computed_once():
    assert parse("make_divisible(8 * 3, 8)", HERE).constant
    assert parse("make_divisible(8 * 3, 8)", HERE).value == 24


@given(st.recursive(st.integers(0, 99).map(str), lambda e: st.tuples(e, st.sampled_from(["+", "-", "*"]), e).map(
    lambda t: f"({t[0]} {t[1]} {t[2]})"), max_leaves=8))  # fmt: skip
def test_arithmetic_is_that_of_integers(text):
    assert parse(text, HERE).value == eval(text)  # noqa: S307 - our own text


EQUALS = [
    "true",
    "false",
    "1",
    "0",
    "2",
    "'a'",
    "'b'",
    "[1, 2]",
    "[1, true]",
    "[true, 2]",
    "[]",
    "relu",
    "null",
    "1 / 2",
]


@pytest.mark.parametrize(("left", "right"), [*product(EQUALS, repeat=2)])
def test_what_is_equal_is_equal_from_both_sides(left, right):
    """And to nothing of another kind: 1 is not true, and a list with it is no list with true."""
    try:
        equal = parse(f"{left} == {right}", HERE).evaluate(Names())
    except EvaluationError:
        with pytest.raises(EvaluationError):
            parse(f"{right} == {left}", HERE).evaluate(Names())
        return
    assert equal is (left == right)
    assert parse(f"{right} == {left}", HERE).evaluate(Names()) is equal
    assert parse(f"{left} != {right}", HERE).evaluate(Names()) is not equal
