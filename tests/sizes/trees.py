"""Formulas as trees, to be worked out twice: with sizes, and with Python's own integers."""

from __future__ import annotations

import math
import operator

from hypothesis import strategies as st

from cnnplan import sizes

SYMBOLS = ("H", "W", "s")
DIVISORS = (1, 2, 3, 4, 5, 6, 7, 9, 12)

BY_SIZES = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": sizes.floor_div,
    "%": operator.mod,
    "ceil": sizes.ceil_div,
    "max": sizes.maximum,
    "min": sizes.minimum,
    "gcd": sizes.gcd,
}
BY_INTEGERS = BY_SIZES | {
    "//": operator.floordiv,
    "ceil": lambda a, b: -(-a // b),
    "max": max,
    "min": min,
    "gcd": math.gcd,
}


def trees(symbols=SYMBOLS, depth=6):
    """Formulas over these symbols, nested this deep; divisors are positive."""
    leaf = st.one_of(st.sampled_from(symbols), st.sampled_from(symbols), st.integers(-9, 9))
    divisor = st.one_of(st.sampled_from(DIVISORS), st.sampled_from(DIVISORS), st.sampled_from(symbols))
    tree = leaf
    for _ in range(depth):
        tree = st.one_of(
            leaf,
            st.tuples(st.sampled_from(["+", "-", "max", "min"]), tree, tree),
            st.tuples(st.sampled_from(["//", "//", "ceil", "%"]), tree, divisor),
            st.tuples(st.just("gcd"), tree, st.sampled_from(DIVISORS)),
            st.tuples(st.just("*"), tree, st.one_of(st.integers(-6, 6), leaf)),
        )
    return tree


def worked_out(tree, symbols, functions=BY_SIZES):
    """The value of a formula, with these values of its symbols."""
    if isinstance(tree, str):
        return symbols[tree]
    if isinstance(tree, int):
        return tree
    name, left, right = tree
    return functions[name](worked_out(left, symbols, functions), worked_out(right, symbols, functions))


def at(value, point):
    """A number or a count at a point."""
    return value.at(point) if isinstance(value, sizes.Count) else value


def fresh(*names, domain=None):
    """New symbols of one context, by name."""
    context = sizes.Context()
    return {name: context.symbol(name, domain) for name in names or SYMBOLS}
