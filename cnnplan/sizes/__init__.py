"""The arithmetic of sizes: exact integer functions of symbols that stay readable, and the conditions on them.

Plain ints are legal everywhere. What is symbolic is made by a Context and kept in a normal form, so that nested floors
collapse as they arise and equal sizes are one object. sympy is the currency outside (`.expr`), never inside.
"""

from __future__ import annotations

from cnnplan.sizes.algebra import combine
from cnnplan.sizes.atoms import Domain, Number
from cnnplan.sizes.conditions import FALSE, TRUE, Chosen, Comparison, Condition, Membership, every
from cnnplan.sizes.context import Context
from cnnplan.sizes.decisions import chosen, divides, eq, ge, gt, is_whole, le, lt, ne
from cnnplan.sizes.evaluation import evaluate
from cnnplan.sizes.functions import (
    absolute,
    ceil,
    ceil_div,
    exact_div,
    floor,
    floor_div,
    gcd,
    make_divisible,
    maximum,
    minimum,
    prod,
    quotient,
    round_half_even,
    total,
)
from cnnplan.sizes.linear import Size
from cnnplan.sizes.polynomials import Count, Extent, Shape
from cnnplan.sizes.sets import IntegerSet
from cnnplan.sizes.substitution import substitute

__all__ = [
    "FALSE",
    "TRUE",
    "Chosen",
    "Comparison",
    "Condition",
    "Context",
    "Count",
    "Domain",
    "Extent",
    "IntegerSet",
    "Membership",
    "Number",
    "Shape",
    "Size",
    "absolute",
    "ceil",
    "ceil_div",
    "chosen",
    "combine",
    "divides",
    "eq",
    "evaluate",
    "every",
    "exact_div",
    "floor",
    "floor_div",
    "gcd",
    "ge",
    "gt",
    "is_whole",
    "le",
    "lt",
    "make_divisible",
    "maximum",
    "minimum",
    "ne",
    "prod",
    "quotient",
    "round_half_even",
    "substitute",
    "total",
]
