"""Parts of a formula that stand in it more than once, so that they can be written once.

Deep formulas share their parts: 3*x/2 is x + floor((x + 1)/2), so that x stands in it twice, and 24 halvings and
triplings would be a text of gigabytes. Such parts have a name, `where x17 = ...`; the text is as long as what it tells.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.atoms import Atom, Number

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_wide", "name_of", "shared"]

WIDEST = 600
"""Symbols, functions and terms of a formula that is written without names for its parts."""

LIGHTEST = 8
"""What a part has of them at least, to have a name."""


def is_wide(value: Any) -> bool:
    """Whether a number or a count is long when it is written without names for its parts."""
    return not isinstance(value, Number) and value.weight > WIDEST


def shared(*values: Any) -> list[Atom]:
    """The parts that stand more than once in these values, what stands in others first."""
    found: list[Atom] = []
    uses: Counter[Atom] = Counter()
    left: list[tuple[Any, bool]] = [(value, False) for value in reversed(values)]
    while left:
        part, is_done = left.pop()
        if is_done:
            found.append(part)
            continue
        for atom, times in _atoms(part):
            uses[atom] += times
            if uses[atom] == times:
                left.append((atom, True))
                left += [(arg, False) for arg in atom.args if not isinstance(arg, Number)]
    return sorted((atom for atom in found if uses[atom] > 1 and atom.weight >= LIGHTEST), key=_depth)


def _atoms(value: Any) -> Iterator[tuple[Atom, int]]:
    """What a value is made of directly, and how often; nothing of a name, which is what a symbol is made of."""
    if isinstance(value, Number | str):
        return
    sizes = Counter([size for monomial in value.products for size in monomial])
    if not isinstance(value.rest, Number):
        sizes[value.rest] += 1
    for size, times in sizes.items():
        yield from ((atom, times) for atom, _ in size.terms)


def _depth(atom: Atom) -> tuple[int, int]:
    return atom.depth, atom.index


def name_of(atom: Atom) -> str:
    """What a part is called: the same in all formulas of one analysis."""
    name = f"x{atom.index}"
    while ("symbol", name) in atom.context.atoms:
        name += "_"
    return name
