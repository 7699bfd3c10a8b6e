"""Comparisons of sizes: the conditions that networks lead to, and random pairs against brute force."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from cnnplan.errors import Inconclusive
from cnnplan.sizes import (
    FALSE,
    TRUE,
    Context,
    Domain,
    Membership,
    ceil_div,
    chosen,
    divides,
    eq,
    every,
    floor,
    floor_div,
    ge,
    gt,
    is_whole,
    le,
    lt,
    maximum,
    ne,
)
from tests.sizes.trees import DIVISORS, at, worked_out


def height(**domain):
    return Context().symbol("H", Domain(**domain) if domain else None)


def skips(size, down, up, levels):
    """The join at each level, on the way back up to it."""
    joined = [size]
    for _ in range(levels):
        joined.append(down(joined[-1]))
    return [eq(up(low), high) for high, low in pairwise(joined)]


def halved(n):
    return n // 2


def strided(n):
    return (n + 1) // 2


def doubled(n):
    return 2 * n


def unet(size, levels):
    return every(skips(size, halved, doubled, levels))


def pyramid(size):
    return every(skips(strided(strided(size)), strided, doubled, 3))


def shortcuts(size, pool):
    stages = [strided(size)]
    for _ in range(4):
        stages.append(strided(stages[-1]))
    return every(eq(strided(n), pool(n)) for n in stages[:-1])


def thirds(size):
    bounds = [ge(size // 3, 1), ge(size // 9, 1)]
    return every([*bounds, *skips(size, lambda n: n // 3, lambda n: 3 * n, 2)])


NETWORKS = [
    (lambda n: unet(n, 4), "H % 16 == 0"),
    (lambda n: unet(n, 5), "H % 32 == 0"),
    (lambda n: unet(n, 6), "H % 64 == 0"),
    (pyramid, "H % 32 in {0, 29, 30, 31}"),
    (lambda n: shortcuts(n, halved), "H % 32 in {0, 31}"),
    (lambda n: shortcuts(n, lambda m: ceil_div(m, 2)), "always"),
    (lambda n: every(skips(n, strided, doubled, 3)), "H % 8 == 0"),
    (thirds, "H % 9 == 0"),
    (lambda n: eq(2 * strided(n), 3 * (n // 3)), "H % 6 == 0"),
    (lambda n: eq(strided(n), ceil_div(n, 3)), "H in {1, 2, 4}"),
    (lambda n: ge((n - 29) // 4 + 1, 1), "H >= 29"),
    (lambda n: lt(n // 3, 1000), "H <= 2999"),
    (lambda n: ne(n % 4, 2), "H % 4 != 2"),
    (lambda n: ~divides(3, n), "H % 3 != 0"),
    (lambda n: divides(4, 2 * n) | divides(3, n), "H % 6 in {0, 2, 3, 4}"),
    (lambda n: is_whole(n / 6), "H % 6 == 0"),
    (lambda n: le(n, 10**9), "H <= 1000000000"),
    (lambda n: gt(3 * (n // 3), 10**9), "H >= 1000000002"),
    (lambda n: eq(n, 10**9) | eq(n, 7), "H in {7, 1000000000}"),
    (lambda n: every([le(n, 10**9), divides(16, n)]), "H <= 1000000000 and H % 16 == 0"),
    (lambda n: every([ge(n, 10**9), divides(16, n)]), "H % 16 == 0, H >= 999999985"),
]


@pytest.mark.parametrize(("network", "text"), NETWORKS, ids=[text for _, text in NETWORKS])
def test_the_condition_in_its_simplest_form(network, text):
    assert str(network(height())) == text


DECLARED = [
    # domain, condition, what is left of it
    ({"multiple_of": 16}, lambda n: unet(n, 4), "always"),
    ({"multiple_of": 32}, pyramid, "always"),
    ({"max": 15}, lambda n: unet(n, 4), "never"),
    ({"min": 32, "max": 63}, lambda n: ge((n - 29) // 4 + 1, 1), "always"),
    ({"min": 10**7, "max": 10**9}, lambda n: ge(n, 29), "always"),
    ({"min": 1, "max": 28}, lambda n: ge(n, 29), "never"),
    ({"min": 0}, lambda n: ge(n, 1), "H >= 1"),
    ({"min": -5}, lambda n: ge(n, 1), "H >= 1"),
    ({"choices": (16, 32, 48)}, lambda n: unet(n, 4), "always"),
    ({"choices": (16, 24, 48)}, lambda n: unet(n, 4), "H != 24"),
    ({"choices": (16, 24, 48)}, lambda n: ~unet(n, 4), "H == 24"),
    ({"choices": (8, 24, 48)}, lambda n: ~unet(n, 4), "H != 48"),
    ({"choices": (8, 24)}, lambda n: unet(n, 4), "never"),
    ({"min": Fraction(13, 2), "max": 9}, lambda n: ge(n, 7), "always"),
]


@pytest.mark.parametrize(("domain", "network", "text"), DECLARED)
def test_a_declaration_decides(domain, network, text):
    assert str(network(height(**domain))) == text


DOMAINS = [
    Domain(),
    Domain(min=0),
    Domain(min=-20),
    Domain(min=None),
    Domain(min=3, max=200),
    Domain(multiple_of=4),
    Domain(min=10, max=300, multiple_of=6),
    Domain(choices=(3, 5, 8, 13, 40)),
]


def random_tree(rng, depth):
    if depth == 0:
        return rng.choice(["H", "H", "H", rng.randint(-9, 9)])
    name = rng.choice(["+", "-", "*", "//", "//", "//", "%", "ceil", "max", "min", "gcd"])
    left = random_tree(rng, depth - 1)
    if name == "*":
        return (name, left, rng.randint(-6, 6))
    right = rng.choice(DIVISORS) if name in ("//", "%", "ceil", "gcd") else random_tree(rng, rng.randint(0, depth - 1))
    return (name, left, right)


def by_integers(operate):
    return [
        (eq, lambda a, b: a == b),
        (ge, lambda a, b: a >= b),
        (lt, lambda a, b: a < b),
        (ne, lambda a, b: a != b),
        (lambda a, b: divides(b, a), lambda a, b: a % b == 0),
    ][operate]


@pytest.mark.parametrize("seed", range(16))
def test_decisions_against_brute_force(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    for i in range(50):
        domain = rng.choice(DOMAINS)
        symbols = {"H": Context().symbol("H", domain)}
        compare, holds = by_integers(i % 5)
        left = worked_out(random_tree(rng, rng.randint(1, 4)), symbols)
        right = rng.choice(DIVISORS) if i % 5 == 4 else worked_out(random_tree(rng, rng.randint(0, 3)), symbols)
        condition = compare(left, right)
        low = -60 if domain.low is None else int(domain.low)
        points = [{"H": h} for h in range(low, low + 150) if h in domain]
        truth = [holds(at(left, point), at(right, point)) for point in points]
        assert [condition.holds(point) for point in points] == truth, (left, right, condition)
        assert [(~condition).holds(point) for point in points] == [not true for true in truth]
        if condition.verdict is not None:
            assert set(truth) == {condition.verdict}


@pytest.mark.parametrize("seed", range(5))
def test_intersections_against_brute_force(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(30):
        symbols = {"H": height()}
        sizes = [worked_out(random_tree(rng, rng.randint(1, 3)), symbols) for _ in range(6)]
        conditions = [ge(sizes[0], sizes[1]), ne(sizes[2], sizes[3]), divides(6, sizes[4] + sizes[5])]
        everything, anything = every(conditions), conditions[0] | conditions[1] | conditions[2]
        for h in range(1, 120):
            held = [condition.holds({"H": h}) for condition in conditions]
            assert everything.holds({"H": h}) == all(held)
            assert anything.holds({"H": h}) == any(held)


def test_several_symbols_are_decided_where_it_can_be_done():
    context = Context()
    h, w = context.symbol("H"), context.symbol("W")
    s = context.symbol("s", Domain(choices=(1, 2, 4)))
    assert ge(h + w, 2) is TRUE
    assert eq(2 * h + 4 * w, 3) is FALSE
    assert eq(h * w, w * h) is TRUE
    assert divides(4, 8 * h * w) is TRUE
    assert divides(s, 8) is TRUE
    assert divides(w, h * w) is TRUE
    assert str(divides(s, 6)) == "s != 4"
    assert ge(h // s, 0) is TRUE
    assert eq((h * s) // s, h) is TRUE
    assert eq(ceil_div(4 * h, s) * s, 4 * h) is TRUE


OPEN = [
    (lambda h, w: eq(2 * h, 2 * w), "H == W"),
    (lambda h, w: ge(h // 2, w // 2), "H >= 2*floor(W/2)"),
    (lambda h, w: ge((h - w) // 4 + 1, 1), "H >= W"),
    (lt, "H < W"),
    (lambda h, w: divides(w, h), "H % W == 0"),
    (lambda h, w: divides(3, h + w), "(H + W) % 3 == 0"),
    (lambda h, w: ~eq(h, 2 * w), "H != 2*W"),
    (lambda h, w: every([eq(h, w), divides(8, h), eq(h, w), ge(w, 9)]), "H == W and H % 8 == 0 and W >= 9"),
]


@pytest.mark.parametrize(("condition", "text"), OPEN, ids=[text for _, text in OPEN])
def test_what_stays_open_is_shown(condition, text):
    context = Context()
    found = condition(context.symbol("H"), context.symbol("W"))
    assert str(found) == text
    assert found.verdict is None
    assert found.symbols == {"H", "W"}
    with pytest.raises(Inconclusive, match="cannot decide"):
        bool(found)


def test_a_width_that_is_a_fraction():
    w = Context().symbol("w", Domain(choices=(Fraction(1, 2), 1, Fraction(133, 100)), integer=False))
    condition = eq(2 * floor(512 * w), floor(1024 * w))
    assert condition.verdict is None
    assert [condition.holds({"w": choice}) for choice in (Fraction(1, 2), 1, Fraction(133, 100))] == [True, True, False]
    assert eq(2 * floor(100 * w), floor(200 * w)).verdict is True
    assert ge(8 * w, 4).verdict is True


def test_python_comparisons():
    h = height(min=4)
    assert h >= 4
    assert h > 3
    assert not h < 4
    assert not h <= 3
    assert h
    with pytest.raises(Inconclusive):
        bool(h < 9)


def test_a_choice_by_name():
    condition = chosen("variant", "resnet50")
    assert str(condition) == "variant == resnet50"
    assert str(~condition) == "variant != resnet50"
    assert condition.holds({"variant": "resnet50"})
    assert not (~condition).holds({"variant": "resnet50"})


def test_equal_sets_are_equal_conditions():
    h = height()
    assert divides(4, 2 * h) == divides(2, h)
    assert hash(divides(4, 2 * h)) == hash(divides(2, h))
    long = [Membership(h.context, "H", divides(97, h).members.intersection((~divides(89, h)).members))]
    assert long[0] != divides(97, h)


LONG = 2**21
"""A period that is too long for a table."""


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        # 2**21 * floor(H / 2**21) is at most H
        (lambda h: eq(LONG * (h // LONG), h + 1), "never"),
        (lambda h: ge(h, LONG * (h // LONG)), "always"),
        (lambda h: ge(h // 2, 1024 * (h // 2048)), "always"),
        (lambda h: ge(h // 2048 * 3, h // 4096 * 6), "always"),
        # 3 * floor(H/4) - floor(H/2) at H = 12, 14, 16, 18, 20: 3, 2, 4, 3, 5
        (lambda h: ge(h // 4 * 3 - h // 2, 3), "H in {12, 13} or H >= 16"),
        (lambda h: ge(3, h // 4 * 3 - h // 2), "H <= 15 or H in {18, 19}"),
        (lambda h: eq(h // 4 * 3, h // 2 + 3), "H in {12, 13, 18, 19}"),
        # H // 2**16 is 0; 1, and then 0 >= 1 fails; 2 or more
        (lambda h: ge(h // 2**17 * 3, h // 2**16), "H <= 65535 or H >= 131072"),
    ],
)
def test_two_lines_decide_what_no_table_holds(condition, text):
    assert str(condition(height())) == text


def test_long_periods_are_left_open():
    h = height()
    condition = eq(2**21 * (h // 2**21), h)
    assert condition.verdict is None
    assert condition.holds({"H": 2**22})
    assert not condition.holds({"H": 2**22 + 1})
    assert unet(h, 16).holds({"H": 2**16})
    bounded = height(min=1, max=5000)
    assert str(eq(2**21 * (bounded // 2**21), bounded)) == "never"
    assert str(eq(maximum(bounded // 2, bounded // 3 + 9), bounded // 2)) == "H == 50 or 52 <= H <= 5000"


def test_a_range_that_no_computer_counts_stays_open():
    h = Context().symbol("H", Domain(min=1))
    assert str(eq(floor_div(h, 10**25), 1)) == "floor(H/10000000000000000000000000) == 1"
    assert str(ge(floor_div(h, 10**25), 5)) == "H >= 50000000000000000000000000"
