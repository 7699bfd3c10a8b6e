"""sympy as the currency outside: exact, canonical under its users' own operations, imported at the first use."""

from __future__ import annotations

import random
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import sympy

from cnnplan.sizes import Context, Count, Domain, ceil_div, gcd, make_divisible, maximum, round_half_even, scaled
from tests.sizes.test_size_conditions import random_tree
from tests.sizes.trees import fresh, worked_out

c = Context()
N, H, W, s, k = (c.symbol(name) for name in ("N", "H", "W", "s", "k"))
h = sympy.Symbol("H", integer=True, positive=True)


def test_symbols_carry_their_assumptions():
    context = Context()
    assert context.symbol("H").expr == h
    assert context.symbol("p", Domain(min=0)).expr == sympy.Symbol("p", integer=True, nonnegative=True)
    assert context.symbol("z", Domain(min=None)).expr == sympy.Symbol("z", integer=True)
    assert context.symbol("w", Domain(min=0, integer=False)).expr == sympy.Symbol("w", rational=True, nonnegative=True)


def test_sizes_are_accepted_by_sympy():
    x = sympy.Symbol("x")
    assert sympy.sympify(H // 2 + 1) == (H // 2).expr + 1
    assert x + H == x + h
    assert H * x == h * x
    assert sympy.Integer(3) * (H + 1) == 3 * h + 3
    assert (H // 2).expr.is_integer
    assert (H // 2).expr.is_nonnegative


CODES = [
    # size, text, Python, JavaScript, LaTeX
    (
        ceil_div(H, 32),
        "ceil(H/32)",
        "((H + 31)//32)",
        "Math.floor((H + 31)/32)",
        r"\left\lceil \frac{H}{32} \right\rceil",
    ),
    (
        (2 * H + 1) // 3,
        "floor((2*H + 1)/3)",
        "((2*H + 1)//3)",
        "Math.floor((2*H + 1)/3)",
        r"\left\lfloor \frac{2 H + 1}{3} \right\rfloor",
    ),
    (H // s, "floor(H/s)", "(H//s)", "Math.floor(H/s)", r"\left\lfloor \frac{H}{s} \right\rfloor"),
    (
        H // (2 * s),
        "floor(H/(2*s))",
        "(H//(2*s))",
        "Math.floor(H/(2*s))",
        r"\left\lfloor \frac{H}{2 s} \right\rfloor",
    ),
    (gcd(H, 6), "gcd(H, 6)", "math.gcd(H, 6)", None, r"\gcd\left(H, 6\right)"),
    (
        scaled(H, Fraction(7, 10)),
        "scaled(H, 7/10)",
        "math.floor(H*0.7)",
        "Math.floor(H*0.7)",
        r"\operatorname{scaled}\left(H, \frac{7}{10}\right)",
    ),
    (N * (H // 3), "N*floor(H/3)", "N*(H//3)", "N*Math.floor(H/3)", r"N \left\lfloor \frac{H}{3} \right\rfloor"),
]


@pytest.mark.parametrize(("size", "text", "python", "javascript", "latex"), CODES, ids=[code[1] for code in CODES])
def test_printers(size, text, python, javascript, latex):
    assert str(size.expr) == text
    assert sympy.pycode(size.expr) == python
    assert javascript is None or sympy.jscode(size.expr) == javascript
    assert sympy.latex(size.expr) == latex


CANONICAL = [
    (((H + 1) // 2).expr.subs(h, 2 * h), h),
    (((H + 1) // 2).expr.subs(h, h + 2), ((H + 1) // 2).expr + 1),
    ((H // 2).expr.subs(h, (H // 3).expr), (H // 6).expr),
    ((H // 2).expr.subs(h, 7), 3),
    ((H // 6).expr.subs(h, 4 * h + 1), ((2 * H) // 3).expr),
    ((H // 6).expr.subs(h, h / 2), (H // 12).expr),
    ((H // s).expr.subs(s.expr, 4), (H // 4).expr),
    ((H // s).expr.subs(h, h + 2 * s.expr), (H // s).expr + 2),
    ((H // s).expr.subs(h, s.expr), 1),
    (ceil_div(ceil_div(H, 2), 2).expr, ceil_div(H, 4).expr),
    (gcd(H, 6).expr.subs(h, 9), 3),
]


@pytest.mark.parametrize(("expression", "expected"), CANONICAL)
def test_what_users_do_stays_canonical(expression, expected):
    assert expression == expected


FUNCTIONS = [
    round_half_even(H / 2),
    round_half_even(H * W / 3),
    make_divisible(H * W / 4, 8),
    maximum(H // 2, W // 3) * N,
    gcd(H, 12) + gcd(H, W),
    (H - k) // s + 1,
    H / s,
    H * W // (s * k),
]


@pytest.mark.parametrize("count", FUNCTIONS, ids=map(str, FUNCTIONS))
def test_functions_by_substitution(count):
    rng = random.Random(3)  # noqa: S311 - no secret
    for _ in range(20):
        point = {name: rng.randint(1, 60) for name in "NHWsk"}
        bound = count.expr.subs({symbol: point[symbol.name] for symbol in count.expr.free_symbols})
        assert bound == count.at(point)


@pytest.mark.parametrize("seed", range(40))
def test_compiled_code_is_exact(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    count = worked_out(random_tree(rng, rng.randint(2, 5)), fresh("H"))
    heights = np.arange(1, 5001)
    if not isinstance(count, Count):
        return
    compiled = sympy.lambdify(h, count.expr, "numpy")(heights)
    assert np.broadcast_to(compiled, heights.shape).tolist() == count.at({"H": heights}).tolist()
    assert count.expr.subs(h, 977) == count.at({"H": 977})
    assert sympy.lambdify(h, count.expr, "math")(977) == count.at({"H": 977})


def test_floor_division_by_zero():
    with pytest.raises(ZeroDivisionError):
        (H // s).expr.subs(s.expr, 0)


def test_sizes_alone_import_no_library():
    code = """
import sys
from cnnplan.sizes import Context, eq, every
H = Context().symbol("H")
print(every([eq(2 * (H // 2), H)]), (H // 2).at({"H": 9}))
print([name for name in ("sympy", "numpy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert done.stdout.splitlines() == ["H % 2 == 0 4", "[]"]
