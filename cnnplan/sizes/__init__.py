"""The arithmetic of sizes: exact integer functions of symbols that stay readable, and the conditions on them.

Plain ints are legal everywhere. What is symbolic is made by a Context and kept in a normal form, so that nested floors
collapse as they arise and equal sizes are one object. sympy is the currency outside (`.expr`), never inside.

What it rests on, for integers a, b, c, e, f with c and f above 0:

* A layer is one floor. A window of span K, s apart, over n elements and P of padding, gives
  `floor((n + P - K) / s) + 1 = floor((n + e) / s)` with `e = P - K + s`; the 1 stays inside.
* Floors compose: `floor((floor((a*H + b) / c) + e) / f) = floor((a*H + b + c*e) / (c*f))`, also where c, e and f are
  symbols. A chain of layers stays one floor of the input, and its numbers are the receptive field and the jump.
* A common factor leaves: `floor((g*a*H + b) / (g*c)) = floor((a*H + floor(b/g)) / c)`. With a and c coprime the triple
  (a, b, c) is determined by the function, so that equal sizes look alike.
* Counts are sums of products of sizes that are never multiplied out: `N * ceil(H/2) * ceil(W/2)`. A total has as many
  terms as a network has resolutions.
* A size of one symbol repeats with a slope: `f(H + P) = f(H) + Q`. Sums, multiples, floors, remainders and gcds with a
  number keep that, and maxima of equal slopes. So a comparison of two of them is decided by P values, or by fewer: a
  floor is less than 1 below its fraction, so that each size runs between two lines, and only between these is there
  doubt. What several symbols say is decided by bounds, by divisors, letter by letter, or stays open: nothing is
  guessed.
* At a join the condition is kept and the first branch goes on: the intersection of all of them is exact, since at the
  first join that would fail all before it hold.

The rooms, each above the one before it (import-linter holds that): `forms` (numbers and normal forms), `deciding`
(comparisons), `evaluating` (numbers in place of symbols, code), `showing` (text, LaTeX, MathML, sympy), and on top of
them the `context` of one analysis. Their own first lines say what stands in them.
"""

from __future__ import annotations

from cnnplan.sizes.assumptions import follows
from cnnplan.sizes.context import Context
from cnnplan.sizes.deciding.conditions import FALSE, TRUE, Chosen, Comparison, Condition, Membership, every
from cnnplan.sizes.deciding.decisions import chosen, eq, ge, gt, le, lt, ne
from cnnplan.sizes.deciding.divisibility import divides, is_whole
from cnnplan.sizes.deciding.sets import IntegerSet
from cnnplan.sizes.evaluating.evaluation import evaluate
from cnnplan.sizes.evaluating.substitution import substitute
from cnnplan.sizes.forms.algebra import combine
from cnnplan.sizes.forms.analysis import Forms
from cnnplan.sizes.forms.domains import Domain
from cnnplan.sizes.forms.functions import (
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
    scaled,
    total,
)
from cnnplan.sizes.forms.linear import Size
from cnnplan.sizes.forms.polynomials import Count, Extent, Shape
from cnnplan.sizes.forms.rationals import Number

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
    "Forms",
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
    "follows",
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
    "scaled",
    "substitute",
    "total",
]
