"""Parts of a formula that stand in it more than once, so that they can be written once.

Deep formulas share their parts: 3*x/2 is x + floor((x + 1)/2), so that x stands in it twice, and 24 halvings and
triplings would be a text of gigabytes. Such parts have a name, `where x17 = ...`; the text is as long as what it tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.atoms import Atom
from cnnplan.sizes.forms.rationals import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.sizes.forms.linear import Size

__all__ = ["bits", "is_wide", "name_of", "shared"]

WIDEST = 600
"""Symbols, functions and terms of a formula that is written without names for its parts."""

LIGHTEST = 8
"""What a part has of them at least, to have a name."""


def is_wide(value: Any) -> bool:
    """Whether a number or a count is long when it is written without names for its parts."""
    return not is_number(value) and value.weight > WIDEST


def shared(*values: Any) -> list[Atom]:
    """The parts that stand more than once in these values, what stands in others first."""
    uses: dict[Atom, int] = {}
    left = [part for value in values for part in _atoms(value)]
    while left:
        atom, times = left.pop()
        if atom in uses:
            uses[atom] += times
        else:
            uses[atom] = times
            left += _inside(atom)
    return sorted((atom for atom, times in uses.items() if times > 1 and atom.weight >= LIGHTEST), key=_depth)


def _inside(atom: Atom) -> list[tuple[Atom, int]]:
    """What an atom is made of directly, and how often; many formulas of one analysis have it in them."""
    known, key = atom.context.memo, ("inside", atom)
    if key not in known:
        known[key] = [part for arg in atom.args for part in _atoms(arg)]
    return known[key]  # type: ignore[no-any-return]


def bits(*values: Atom | Size, inside: bool = True) -> int:
    """Atoms as the bits of a number: those given and those of sizes, and what they are made of, however deep."""
    found = 0
    for value in values:
        for atom in (value,) if isinstance(value, Atom) else (atom for atom, _ in value.terms):
            found |= _deep(atom) if inside else 1 << atom.index
    return found


def _deep(atom: Atom) -> int:
    """The bits of an atom and of what it is made of; what is inside of others comes first."""
    known = atom.context.memo
    left = [atom]
    while left:
        last = left[-1]
        below = [part for part, _ in _inside(last)]
        missing = [part for part in below if ("bits", part) not in known]
        left += missing
        if not missing:
            found = 1 << last.index
            for part in below:
                found |= known["bits", part]
            known["bits", left.pop()] = found
    return known["bits", atom]  # type: ignore[no-any-return]


def _atoms(value: Any) -> Iterator[tuple[Atom, int]]:
    """What a value is made of directly, and how often; nothing of a name, which is what a symbol is made of."""
    if isinstance(value, str) or is_number(value):
        return
    sizes: dict[Size, int] = {}
    for monomial in value.products:
        for size in monomial:
            sizes[size] = sizes.get(size, 0) + 1
    if not is_number(value.rest):
        sizes[value.rest] = sizes.get(value.rest, 0) + 1
    for size, times in sizes.items():
        for atom, _ in size.terms:
            yield atom, times


def _depth(atom: Atom) -> tuple[int, int]:
    return atom.depth, atom.index


def name_of(atom: Atom) -> str:
    """What a part is called: the same in all formulas of one analysis."""
    name = f"x{atom.index}"
    while ("symbol", name) in atom.context.atoms:
        name += "_"
    return name
