"""What is declared a multiple of a number enters divisions and products; it prints as the symbol that it is."""

from __future__ import annotations

from itertools import combinations
from math import prod

import numpy as np
import pytest

from cnnplan.sizes import Context, Domain, ceil_div, divides, eq, evaluate, ge, substitute
from cnnplan.sizes.evaluating.codegen import source
from cnnplan.sizes.showing.mathml import MATHML

SIZES = Context()
N = SIZES.symbol("N")
H = SIZES.symbol("H", Domain(multiple_of=14))
W = SIZES.symbol("W", Domain(min=30, multiple_of=21))
c = SIZES.symbol("c", Domain(multiple_of=32))
m = SIZES.symbol("m")
H_AT, W_AT = 42, 63

FORMS = [
    (H, "H", "H", H_AT),
    (H // 7, "H/7", r"\frac{1}{7} \, H", 6),
    (3 * H // 7, "3*H/7", r"\frac{3}{7} \, H", 18),
    (H // 28, "floor(H/28)", r"\left\lfloor \frac{H}{28} \right\rfloor", 1),
    (ceil_div(H, 32), "ceil(H/32)", r"\left\lceil \frac{H}{32} \right\rceil", 2),
    ((H + 14) // 28 + 1, "floor((H + 42)/28)", r"\left\lfloor \frac{H + 42}{28} \right\rfloor", 3),
    (H * W // 49, "H*W/49", r"\frac{1}{49} \, H \, W", 54),
    ((H // 2) * (W // 3) * 6, "H*W", r"H \, W", H_AT * W_AT),
    (
        N * H * W + 7 * N * (W // 3),
        "N*(3*H + 7)*W/3",
        None,
        2 * (H_AT + 7 / 3) * W_AT,
    ),
    ((H // 14 + 1) * (W // 21), "(H + 14)*W/294", None, 4 * 3),
    (-((-H) // 7) * 7, "H", "H", H_AT),
    (H % 7, "0", None, 0),
    (H // 7 + W // 7, "H/7 + W/7", None, 15),
]


@pytest.mark.parametrize(("value", "text", "latex", "number"), FORMS, ids=[form[1] for form in FORMS])
def test_form_and_value(value, text, latex, number):
    assert str(value) == text
    assert evaluate(value, {"N": 2, "H": H_AT, "W": W_AT}) == pytest.approx(number)
    if latex is not None:
        assert value.latex == latex
        assert "<m" in MATHML(value)


CONDITIONS = [
    (eq(H * W, 49 * (H // 7) * (W // 7)), "always"),
    (divides(32, c * m), "always"),
    (divides(28, H), "H % 28 == 0"),
    (divides(4 * 14, H + 28), "H % 56 == 28"),
    (ge(H, 29), "H >= 42"),
    (eq(H, 13), "never"),
    (ge(W, 31), "always"),
    (eq(H // 7, W // 7), "H == W"),
]


@pytest.mark.parametrize(("condition", "text"), CONDITIONS, ids=[text for _, text in CONDITIONS])
def test_condition(condition, text):
    assert str(condition) == text


@pytest.mark.parametrize("value", [form[0] for form in FORMS if not isinstance(form[0], int)], ids=str)
def test_letters_put_in_first_or_last_arrays_and_sympy_and_code_agree(value):
    at = {"N": 2, "H": 70, "W": 84}
    number = evaluate(value, at)
    first = substitute(value, {"H": 70})
    assert evaluate(first, at) == number
    assert value.expr.subs({symbol: at[symbol.name] for symbol in value.expr.free_symbols}) == number
    arrays = {name: np.array([each]) for name, each in at.items()}
    assert evaluate(value, arrays)[0] == number
    scope = {}
    exec(source({"": value}), scope)  # noqa: S102 - source that was written by us
    assert scope["formulas"](*(at[name] for name in ("N", "H", "W") if name in value.symbols))[""] == number


def test_a_multiple_and_any_other_symbol_of_that_name_are_equal():
    other = Context()
    plain = other.symbol("H") * other.symbol("W") * 3
    assert plain == H * W * 3
    assert hash(plain) == hash(H * W * 3)
    assert plain != H * W * 4
    assert prod((H, 3, W)) == plain


@pytest.mark.parametrize("unit", range(1, 8))
@pytest.mark.parametrize(("least", "most"), [(1, None), (6, None), (1, 60), (9, 33)])
def test_what_holds_for_every_multiple_is_decided(unit, least, most):
    """Remainders and bounds of a symbol that is a multiple of something, against its values: none is left open."""
    sizes = Context()
    h = sizes.symbol("H", Domain(min=least, max=most, multiple_of=unit))
    values = [n for n in range(least, (most or 900) + 1) if n % unit == 0]
    for modulus in range(1, 9):
        for rest in range(modulus):
            found = eq(h % modulus, rest)
            truth = [value % modulus == rest for value in values]
            assert found.verdict is (truth[0] if len({*truth}) == 1 else None), (modulus, rest, str(found))
            if found.verdict is None:
                assert [found.holds({"H": value}) for value in values] == truth
    for bound in range(1, 40):
        found, truth = ge(h, bound), [value >= bound for value in values]
        assert found.verdict is (truth[0] if len({*truth}) == 1 else None), (bound, str(found))


@pytest.mark.parametrize("unit", range(1, 7))
def test_several_remainders_of_a_multiple_are_all_or_none_together(unit):
    """One of them or another, and neither: decided where all multiples say the same."""
    h = Context().symbol("H", Domain(multiple_of=unit))
    values = range(unit, 900, unit)
    for modulus in range(2, 9):
        for one, other in combinations(range(modulus), 2):
            either = eq(h % modulus, one) | eq(h % modulus, other)
            truth = {value % modulus in (one, other) for value in values}
            assert either.verdict is (truth.pop() if len(truth) == 1 else None), (modulus, one, other, str(either))
            assert (~either).verdict is (None if either.verdict is None else not either.verdict)
