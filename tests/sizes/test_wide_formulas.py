"""Formulas whose parts stand in them again and again: their texts name the parts, and nothing walks the tree."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor

import pytest

from cnnplan.sizes import Context, ceil_div, eq, evaluate, ge
from cnnplan.sizes.evaluating.bulk import reach
from cnnplan.sizes.showing.mathml import MATHML

LEVELS = 24


def stretched(context, levels=LEVELS):
    """Halved, rounded up, and tripled, again and again."""
    size = context.symbol("H")
    for _ in range(levels):
        size = 3 * ceil_div(size, 2)
    return size


def by_hand(height, levels=LEVELS):
    for _ in range(levels):
        height = 3 * -(-height // 2)
    return height


@pytest.fixture(scope="module")
def size():
    return stretched(Context())


def test_the_text_is_as_long_as_what_it_tells(size):
    text, _, parts = str(size).partition(" where ")
    assert len(text) + len(parts) < 3_000
    assert text.startswith("3*ceil(H/2)")
    defined = re.findall(r"(x\d+) = ", parts)
    assert set(re.findall(r"x\d+", str(size))) == set(defined)
    assert len(set(defined)) == len(defined)


def test_latex_and_mathml_name_the_same_parts(size):
    assert len(size.latex) < 9_000
    assert r"\text{where }" in size.latex
    assert len(MATHML(size)) < 20_000
    assert "<mtext> where </mtext>" in MATHML(size)


def test_the_named_parts_mean_what_they_say(size):
    text, _, parts = str(size).partition(" where ")
    known = {"H": Fraction(37), "floor": lambda x: Fraction(floor(x)), "ceil": lambda x: Fraction(ceil(x))}
    for name, meaning in re.findall(r"(x\d+) = (.*?)(?=, x\d+ = |$)", parts):
        known[name] = eval(meaning, {"__builtins__": {}}, known)  # noqa: S307 - text that was written by us
    assert eval(text, {"__builtins__": {}}, known) == by_hand(37) == evaluate(size, {"H": 37})  # noqa: S307


def test_equal_in_two_contexts_and_bounded_without_walking_the_tree(size):
    other = stretched(Context())
    assert other == size
    assert other != stretched(Context()) + 1
    assert reach(size, {"H": 1}) > 3**10


def test_a_comparison_names_its_parts_once(size):
    width = size.context.symbol("W")
    text = str(ge(size * width, 5 * size + width)) + str(eq(size, width * width))
    assert len(text) < 9_000


def test_a_short_formula_has_no_names():
    context = Context()
    total = sum(k * context.symbol("N") * ceil_div(context.symbol("H"), 2**k) for k in range(1, 30))
    assert "where" not in str(total)
