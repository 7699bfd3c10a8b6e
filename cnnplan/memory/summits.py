"""The greatest of many counts, with those left out that never are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Count, Size, ge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.sizes import Extent, Forms

__all__ = ["summits"]

FAR = 720_720**64
"""A value for every symbol at which counts are put in order; 256 halvings leave it whole, and so do 128 by 3."""

MOST_PROOFS = 5_000
"""Pairs of counts that are compared; a network that needs more of them keeps what is left."""

STEPS = (0, 1, 2, 6, 14, 60, FAR - 2)
"""How many values above the least the symbols are at which sizes are tried."""

Terms = dict[tuple[Any, ...], Any]


def summits(counts: Iterable[Extent]) -> tuple[Extent, ...]:
    """The counts whose maximum is the maximum of all, the greatest at large sizes first.

    A count is left out only where another is proved to be as great for all values of the symbols, so that the maximum
    is exact. What cannot be proved stays.
    """
    distinct = {_key(count): count for count in counts}
    kept: list[_Summit] = []
    left = iter(range(MOST_PROOFS))
    for summit in map(_Summit, sorted(distinct.values(), key=_far, reverse=True)):
        if not any(_covers(other, summit) for other, _ in zip(kept, left, strict=False)):
            kept.append(summit)
    return tuple(summit.count for summit in kept)


class _Summit:
    """A count that is compared with many others, with what is asked of it each time.

    Args:
        count: which it is.

    Attributes:
        samples: its values at a few values of the symbols.
        legal: whether all sizes in it are legal there.
    """

    def __init__(self, count: Any) -> None:
        self.count = count
        sizes = count.products.sizes if isinstance(count, Count) else ()
        self.samples = _samples(count)
        self.legal = [min(values) >= 0 for values in zip(*map(_samples, sizes), strict=True)] or [True] * len(STEPS)

    @cached_property
    def terms(self) -> Terms:
        """Products of sizes with their factors; the constant is the empty product."""
        count = self.count
        if not isinstance(count, Count):
            return {(): count} if count else {}
        terms = dict(count.products)
        if isinstance(count.rest, Size):
            content, size = count.rest.primitive
            terms[size,] = terms.get((size,), 0) + content
        elif count.rest:
            terms[()] = count.rest
        return terms

    @cached_property
    def takes_away(self) -> bool:
        """Whether a coefficient of it is negative."""
        return any(coef < 0 for coef in self.terms.values())


def _key(count: Any) -> Any:
    return (frozenset(count.products.items()), count.rest) if isinstance(count, Count) else count


def _far(count: Any) -> Any:
    """The value at FAR, computed once."""
    if not isinstance(count, Count):
        return count
    memo, key = count.context.memo, ("far", count)
    if key not in memo:
        memo[key] = count.at(dict.fromkeys(count.symbols, FAR), memo.setdefault(("far",), {}))
    return memo[key]


def _covers(great: _Summit, small: _Summit) -> bool:
    """Whether the terms of one can be dealt out so that they cover those of the other."""
    if _below(great, small) or great.takes_away or small.takes_away:
        return False
    supply, demand = great.terms.copy(), small.terms.copy()
    for monomial in list(demand):
        common = min(supply.get(monomial, 0), demand[monomial])
        if common:
            supply[monomial] -= common
            demand[monomial] -= common
    return all(_covered(supply, monomial, coef) for monomial, coef in demand.items())


def _covered(supply: Terms, monomial: tuple[Any, ...], coef: Any) -> bool:
    """Take what covers one term out of the supply; False where it does not suffice."""
    for other in supply:
        if not coef:
            break
        ratio = _ratio(other, monomial) if supply[other] else 0
        if ratio:
            taken = min(supply[other], -(-coef // ratio))
            supply[other] -= taken
            coef = max(0, coef - taken * ratio)
    return not coef


def _ratio(great: tuple[Any, ...], small: tuple[Any, ...]) -> int:
    """A number r such that one product is always at least r times the other; 0 where none is known."""
    left = list(great)
    ratio = 1
    for size in small:
        best = max(((_times(other, size), i) for i, other in enumerate(left)), default=(0, 0))
        if not best[0]:
            return 0
        ratio *= best[0]
        left.pop(best[1])
    return ratio if all(ge(size, 1).verdict for size in left) else 0


def _times(great: Size, small: Size) -> int:
    """The same for two sizes."""
    if great is small:
        return 1
    memo, key = great.context.memo, ("times", great, small)
    if key not in memo:
        guess = int(_far(great) // _far(small)) if _far(small) > 0 else 0
        memo[key] = next((r for r in dict.fromkeys((guess, 1)) if r > 0 and _at_least(great, r, small)), 0)
    return int(memo[key])


def _at_least(great: Size, ratio: int, small: Size) -> bool:
    """Whether one size is always at least a multiple of the other; most that are not fail at one of a few values."""
    fails = any(x < ratio * y for x, y in zip(_samples(great), _samples(small), strict=True))
    return not fails and bool(ge(great, ratio * small).verdict)


def _below(great: _Summit, small: _Summit) -> bool:
    """Whether one count is less than another at one of a few values at which all sizes in them are legal."""
    pairs = zip(great.samples, small.samples, great.legal, small.legal, strict=True)
    return any(x < y and first and second for x, y, first, second in pairs)


def _samples(count: Any) -> list[Any]:
    """The values at a few declared values of the symbols."""
    if not isinstance(count, Count):
        return [count] * len(STEPS)
    memo, key = count.context.memo, ("samples", count)
    if key not in memo:
        points = memo.setdefault(("points",), [({}, {}) for _ in STEPS])
        for i, (point, _) in enumerate(points):
            point.update((name, _sample(count.context, name, i)) for name in count.symbols - point.keys())
        memo[key] = [count.at(*point) for point in points]
    return memo[key]  # type: ignore[no-any-return]


def _sample(context: Forms, name: str, number: int) -> Any:
    """A declared value of a symbol; those of several symbols go up at different paces."""
    pace = context.order(name) % (len(STEPS) - 1) + 1
    return context.domain(name).sample(STEPS[number * pace % len(STEPS)])
