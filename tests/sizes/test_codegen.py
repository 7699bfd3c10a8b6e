"""Generated source against exact integers: NumPy, Python, and JavaScript in node."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from cnnplan.errors import UsageError
from cnnplan.sizes import (
    Context,
    Domain,
    ceil_div,
    evaluate,
    floor_div,
    gcd,
    make_divisible,
    maximum,
    minimum,
    round_half_even,
    scaled,
)
from cnnplan.sizes.evaluating.bulk import Compiled, compiled
from cnnplan.sizes.evaluating.codegen import source
from cnnplan.sizes.evaluating.grids import Axis, Grid

CHAINS = 220
SIZES = 5000
DIVISORS = (2, 3, 5, 7, 4, 6, 9, 10, 1)


def chain(rng, size):
    """A random chain of layers on a size, symbolic or a number."""
    for _ in range(rng.randint(2, 7)):
        kind = rng.choice(["conv", "conv", "conv", "up", "ceil", "join"])
        if kind == "conv":
            size = floor_div(size + rng.randint(-3, 6), rng.choice(DIVISORS)) + rng.randint(0, 2)
        elif kind == "up":
            size = size * rng.choice((2, 3)) - rng.randint(0, 2)
        elif kind == "ceil":
            size = -(-size // rng.choice(DIVISORS))
        else:
            size = size + floor_div(size + rng.randint(0, 4), rng.choice(DIVISORS))
    return size


def chains(size):
    """The same random chains on whatever is given: a symbol, an array, a number."""
    return {f"chain{seed}": chain(random.Random(seed), size) for seed in range(CHAINS)}  # noqa: S311 - tests


@pytest.fixture(scope="module")
def formulas():
    return chains(Context().symbol("H"))


@pytest.fixture(scope="module")
def exact():
    """Every chain, step by step in NumPy's integers: what the generated code must give."""
    return {name: values.tolist() for name, values in chains(np.arange(1, SIZES + 1)).items()}


def test_the_chains_hold_thirds_fifths_and_sevenths(formulas):
    text = source(formulas)
    assert all(f"// {divisor}" in text for divisor in (2, 3, 5, 7))


@pytest.mark.parametrize("language", ["numpy", "shifting"])
def test_numpy_source_on_arrays(formulas, exact, language):
    scope = {}
    exec(source(formulas, language), scope)  # noqa: S102
    found = scope["formulas"](np.arange(1, SIZES + 1))
    assert {name: values.tolist() for name, values in found.items()} == exact


def test_numpy_source_on_ints(formulas, exact):
    scope = {}
    exec(source(formulas, "python"), scope)  # noqa: S102
    for size in (1, 2, 3, 5, 7, 419, 4999):
        assert scope["formulas"](size) == {name: values[size - 1] for name, values in exact.items()}


def test_compiled_in_blocks(formulas, exact):
    found = Compiled(formulas).on({"H": np.arange(1, SIZES + 1)})
    assert {name: values.tolist() for name, values in found.items()} == exact
    assert Compiled(formulas).on({"H": np.array([10**15])})["chain0"][0] == formulas["chain0"].at({"H": 10**15})


def node(code):
    """What a program prints in node."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("node is not installed")
    ran = subprocess.run([path, "-"], input=code, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert ran.stderr == ""
    return json.loads(ran.stdout)


KINDS = [
    # language, the argument as it takes it, the result as JSON takes it, every how manieth size
    ("javascript", "h", "v", 1),
    ("bigint", "BigInt(h)", "Number(v)", 13),
]


@pytest.mark.parametrize(("language", "number", "plain", "step"), KINDS)
def test_javascript_source(formulas, exact, language, number, plain, step):
    code = source(formulas, language) + (
        f"const rows = {{}};\nfor (let h = 1; h <= {SIZES}; h += {step}) {{\n"
        f"  for (const [name, v] of Object.entries(formulas({number}))) (rows[name] ??= []).push({plain});\n}}\n"
        "console.log(JSON.stringify(rows));\n"
    )
    assert node(code) == {name: values[::step] for name, values in exact.items()}


def test_javascript_refuses_what_it_cannot_hold():
    size = Context().symbol("H")
    code = source({"macs": 3 * size * size}, "javascript")
    call = "\ntry { console.log(formulas(%d).macs) } catch (e) { console.log(JSON.stringify(e.message)) }\n"
    assert node(code + call % 50_000_000) == 3 * 50_000_000**2
    assert "2^53" in node(code + call % 100_000_000)
    big = source({"macs": 3 * size * size}, "bigint")
    assert node(f"{big}\nconsole.log(JSON.stringify(String(formulas(100000001n).macs)))") == str(3 * 100_000_001**2)


def others(size, other, step):
    """A formula of every kind."""
    return {
        "maximum": maximum(size, 3 * other - 5),
        "minimum": minimum(floor_div(size, 3), other) * size,
        "gcd": gcd(size + 2, 12) + gcd(other, 5),
        "round": round_half_even(size * Fraction(5, 2)) + round_half_even(other * Fraction(7, 6)),
        "make_divisible": make_divisible(size * Fraction(3, 4), 8) * make_divisible(other, 8),
        "by a symbol": floor_div(size + 3 * other, step) + ceil_div(size * other, step),
        "negative": floor_div(5 - 2 * size, 7) * (other - 9) - size * other + 4,
        "half": floor_div(size, 2) * floor_div(size + 1, 2) * other - Fraction(1, 2) * (size - 1) * size,
        "scaled": scaled(10 * size, Fraction(7, 10)) * scaled(other, Fraction(57, 100)) + scaled(size, Fraction(9, 7)),
        "constant": 7,
    }


POINTS = [(h, w, s) for h in range(1, 60, 7) for w in range(1, 40, 3) for s in (1, 2, 3, 7)]


@pytest.fixture(scope="module")
def every_kind():
    context = Context()
    return others(context.symbol("H"), context.symbol("W"), context.symbol("s"))


def by_numbers(formulas):
    return {name: [int(evaluate(f, {"H": h, "W": w, "s": s})) for h, w, s in POINTS] for name, f in formulas.items()}


def test_at_agrees_with_the_formulas_of_numbers(every_kind):
    for h, w, s in POINTS[::17]:
        for name, value in others(h, w, s).items():
            found = (
                every_kind[name] if isinstance(every_kind[name], int) else every_kind[name].at({"H": h, "W": w, "s": s})
            )
            assert found == value


@pytest.mark.parametrize("language", ["numpy", "shifting", "python"])
def test_every_kind_in_python(every_kind, language):
    scope = {}
    exec(source(every_kind, language, symbols=["H", "W", "s"]), scope)  # noqa: S102
    found = [scope["formulas"](*point) for point in POINTS]
    assert {name: [int(row[name]) for row in found] for name in found[0]} == by_numbers(every_kind)


@pytest.mark.parametrize("language", ["javascript", "bigint"])
def test_every_kind_in_javascript(every_kind, language):
    points = json.dumps(POINTS)
    wrap, plain = ("BigInt(x)", "Number(v)") if language == "bigint" else ("x", "v")
    code = source(every_kind, language, symbols=["H", "W", "s"]) + (
        f"const rows = {{}};\nfor (const point of {points}) {{\n"
        f"  const found = formulas(...point.map((x) => {wrap}));\n"
        f"  for (const [name, v] of Object.entries(found)) (rows[name] ??= []).push({plain});\n}}\n"
        "console.log(JSON.stringify(rows));\n"
    )
    assert node(code) == by_numbers(every_kind)


def test_a_grid_is_every_point(every_kind):
    heights, widths, strides = range(1, 60, 7), list(range(1, 40, 3)), np.array([1, 2, 3, 7])
    axes = {"H": Axis(0, heights), "W": Axis(1, widths), "s": Axis(2, strides)}
    grid = Grid((len(heights), len(widths), len(strides)), axes)
    for name, values in by_numbers(every_kind).items():
        assert np.broadcast_to(grid.of(every_kind[name]), grid.shape).reshape(-1).tolist() == values
    assert grid.scaled(every_kind["half"])[1] == 2


def test_a_grid_beyond_64_bits_is_exact():
    size = Context().symbol("H")
    grid = Grid((2,), {"H": Axis(0, [10**9, 3 * 10**10])})
    assert grid.of(size * size * (size + 1)).tolist() == [10**18 * (10**9 + 1), 9 * 10**20 * (3 * 10**10 + 1)]


def test_symbols_that_share_a_dimension():
    context = Context()
    height, width = context.symbol("H"), context.symbol("W")
    grid = Grid((3,), {"H": Axis(0, [2, 3, 5]), "W": Axis(0, [7, 11, 13])})
    assert grid.of(height * width + height).tolist() == [2 * 8, 3 * 12, 5 * 14]


SHORT = {
    "a": (1, Fraction(7, 10)),
    "b": (10, Fraction(7, 10)),
    "c": (100, Fraction(57, 100)),
    "d": (3, Fraction(13, 3)),
}
"""Multiples of a letter and scales: all fall short somewhere below 5,000, c at 100 * 0.57 = 56.99999999999999."""


@pytest.mark.parametrize("language", ["numpy", "shifting", "javascript", "bigint"])
def test_products_of_doubles(language):
    """As PyTorch computes them: math.floor(n * s) in Python, and the same in every language."""
    size = Context().symbol("H")
    formulas = {name: scaled(times * size, scale) for name, (times, scale) in SHORT.items()}
    wanted = {n: [math.floor(k * h * float(s)) for h in range(1, 5000)] for n, (k, s) in SHORT.items()}
    assert all(wanted[n] != [k * h * s // 1 for h in range(1, 5000)] for n, (k, s) in SHORT.items())
    if language in ("numpy", "shifting"):
        scope = {}
        exec(source(formulas, language), scope)  # noqa: S102
        found = {name: value.tolist() for name, value in scope["formulas"](np.arange(1, 5000)).items()}
    else:
        number, plain = ("BigInt(h)", "Number(v)") if language == "bigint" else ("h", "v")
        found = node(
            source(formulas, language) + "const rows = {};\nfor (let h = 1; h < 5000; h++)\n"
            f"  for (const [n, v] of Object.entries(formulas({number}))) (rows[n] ??= []).push({plain});\n"
            "console.log(JSON.stringify(rows));\n"
        )
    assert found == wanted


def test_shared_parts_are_written_once():
    size = Context().symbol("H")
    half = ceil_div(size, 2)
    text = source({"a": half * half + half, "b": 3 * half * half})
    assert text.count("// 2") == 1


def test_names_that_mean_something_else():
    context = Context()
    text = source(
        {"new": context.symbol("new") * context.symbol("t1") * ceil_div(context.symbol("t1"), 3)}, "javascript"
    )
    assert "function formulas(new_, t1)" in text
    assert "const t1_ = Math.floor((t1 + 2) / 3);" in text


def test_fractions_are_refused():
    context = Context()
    width = context.symbol("w", Domain(min=0, integer=False))
    with pytest.raises(UsageError, match="w is not a whole number"):
        source({"channels": floor_div(64 * width, 1)})
    with pytest.raises(UsageError, match="is not a whole number"):
        source({"channels": maximum(context.symbol("H") / 2, 3)})


def test_compiled_takes_pythons_integers():
    size = Context().symbol("H")
    assert compiled(maximum(size, 7) * size)(10**20) == 10**40
    assert compiled(7)() == 7
