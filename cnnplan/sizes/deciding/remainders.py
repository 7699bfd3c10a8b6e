"""Which remainders a polynomial leaves: they repeat, so that a few values tell all of them."""

from __future__ import annotations

from itertools import product
from math import lcm, prod
from typing import TYPE_CHECKING

from cnnplan.lazy import has_numpy, np
from cnnplan.sizes.deciding.periods import period
from cnnplan.sizes.forms.rationals import Number, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.sizes.forms.polynomials import Count

__all__ = ["remainders"]

MOST_VALUES = 20_000
"""Values that are computed to know all remainders."""


def remainders(value: Count, divisor: int) -> tuple[dict[str, int], list[int]] | None:
    """After how many values of each symbol the remainders repeat, and the remainders at the first of them.

    Values are counted from the least one, in units of what they are multiples of. None where there are too many, or
    a symbol has no least value, is no whole number, or is divided by another.
    """
    lengths = {name: _length(value, name, divisor) for name in sorted(value.symbols)}
    known = {name: length for name, length in lengths.items() if length}
    if len(known) < len(lengths) or prod(known.values()) > MOST_VALUES or not all(map(_whole, _numbers(value))):
        return None
    domains = {name: value.context.domain(name) for name in known}
    columns = {
        name: [(int(domain.low or 0) // domain.scale + place) * domain.scale for place in range(known[name])]
        for name, domain in domains.items()
    }
    if not has_numpy():
        return known, [value.at(dict(zip(known, point, strict=True))) % divisor for point in product(*columns.values())]
    grid = np.meshgrid(*columns.values(), indexing="ij")
    points = {name: places.reshape(-1) for name, places in zip(known, grid, strict=True)}
    return known, np.asarray(value.at(points) % divisor).tolist()


def _length(value: Count, name: str, divisor: int) -> int | None:
    """After how many values of one symbol the remainders repeat; None where that is not known."""
    domain = value.context.domain(name)
    if not domain.integer or domain.low is None or domain.choices is not None:
        return None
    length = 1
    for size in {size for monomial in value.products for size in monomial} | {value.rest}:
        if is_number(size) or name not in size.symbols:
            continue
        parts = [period(atom.context.size(((atom, 1),), 0)) for atom, _ in size.terms if name in atom.symbols]
        if any(atom.symbols != {name} for atom, _ in size.terms if name in atom.symbols) or None in parts:
            return None
        length = lcm(length, *(found[0] for found in parts if found))
    return length * divisor


def _numbers(value: Count) -> Iterator[Number]:
    yield from value.products.values()
    for size in [size for monomial in value.products for size in monomial] + [value.rest]:
        if is_number(size):
            yield size
        else:
            yield from (size.const, *(coef for _, coef in size.terms))


def _whole(number: Number) -> bool:
    return number.denominator == 1
