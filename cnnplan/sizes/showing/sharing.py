"""Parts of a formula that stand in it more than once, so that they can be written once.

Deep formulas share their parts: 3*x/2 is x + floor((x + 1)/2), so that x stands in it twice, and 24 halvings and
triplings would be a text of gigabytes. Such parts have a name, `where x17 = ...`; the text is as long as what it tells.
"""

from __future__ import annotations

from functools import reduce
from itertools import compress
from operator import or_
from typing import TYPE_CHECKING, Any

from cnnplan.sizes.forms.rationals import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.sizes.forms.analysis import Forms
    from cnnplan.sizes.forms.atoms import Atom
    from cnnplan.sizes.forms.linear import Size

__all__ = ["is_wide", "name_of", "shared"]

WIDEST = 600
"""Symbols, functions and terms of a formula that is written without names for its parts."""

LIGHTEST = 8
"""What a part has of them at least, to have a name."""


def is_wide(value: Any) -> bool:
    """Whether a number or a count is long when it is written without names for its parts."""
    return not is_number(value) and value.weight > WIDEST


def shared(*values: Any) -> list[Atom]:
    """The parts that stand more than once in these values, what stands in others first."""
    counts = [value for value in values if not is_number(value)]
    if not counts:
        return []
    context = counts[0].context
    once, twice = _used(context, reduce(or_, [count.reach for count in counts]))
    for count in counts:
        parts, repeated = _marked(_atoms(count))
        twice |= once & parts | repeated
        once |= parts
    return _listed(context, twice)


def _used(context: Forms, reach: int) -> tuple[int, int]:
    """Which of some atoms stand in others of them, and which more than once: bits, the same for many formulas."""
    known, key = context.memo, ("used", reach)
    if key not in known:
        once = twice = 0
        for atom in _of(context, reach):
            parts, repeated = _inside(atom)
            twice |= once & parts | repeated
            once |= parts
        known[key] = once, twice
    return known[key]  # type: ignore[no-any-return]


def _listed(context: Forms, bits: int) -> list[Atom]:
    """Of some atoms those that are worth a name, what stands in others first."""
    known, key = context.memo, ("listed", bits)
    if key not in known:
        known[key] = sorted((atom for atom in _of(context, bits) if atom.weight >= LIGHTEST), key=_depth)
    return known[key]  # type: ignore[no-any-return]


def _of(context: Forms, bits: int) -> list[Atom]:
    """The atoms of a context that the bits of a number stand for."""
    return [*compress(context.atoms.values(), map(int, reversed(f"{bits:b}")))]


def _inside(atom: Atom) -> tuple[int, int]:
    """What an atom is made of directly, and what of it stands there more than once: bits."""
    known, key = atom.context.memo, ("inside", atom)
    if key not in known:
        known[key] = _marked(part for arg in atom.args for part in _atoms(arg))
    return known[key]  # type: ignore[no-any-return]


def _marked(parts: Iterable[tuple[Atom, int]]) -> tuple[int, int]:
    """Atoms and how often they stand somewhere as bits: those that do, and those that do more than once."""
    once = twice = 0
    for atom, times in parts:
        bit = 1 << atom.index
        twice |= bit if times > 1 else once & bit
        once |= bit
    return once, twice


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
