"""How many layers of each kind a network has, without a look at each of them: what stands often is looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph.parts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph.fragments import Fragment

__all__ = ["census"]


def census(network: Fragment) -> Mapping[Facts, int]:
    """How many layers of each kind are in a fragment and in the blocks that it calls, in the order in which they stand.

    The blocks that it calls itself are counted for themselves, since they stay when it is edited.
    """
    if network.kinds is None:
        kinds: dict[Facts, int] = {}
        for each, times in network.contents.items():
            if isinstance(each, Facts):
                kinds[each] = kinds.get(each, 0) + times
                continue
            each.kinds = each.kinds or _counted(each)
            for facts, count in each.kinds.items():
                kinds[facts] = kinds.get(facts, 0) + count * times
        network.kinds = kinds
    return network.kinds


def _counted(block: Fragment) -> dict[Facts, int]:
    """The same of a block; what it calls is counted where all that calls it was."""
    kinds: dict[Facts, int] = {}
    copies: dict[Fragment, int] = {}
    _find(block, kinds, copies)
    copies[block] = 1
    for fragment in reversed(copies):
        times = copies[fragment]
        for each, count in (fragment.kinds or fragment.contents).items():
            if isinstance(each, Facts):
                kinds[each] += count * times
            else:
                copies[each] += count * times
    return kinds


def _find(fragment: Fragment, kinds: dict[Facts, int], copies: dict[Fragment, int]) -> None:
    """Put the kinds in the order in which they stand, and a fragment behind all that it calls; none is counted yet."""
    for each in fragment.kinds or fragment.contents:
        if isinstance(each, Facts):
            kinds.setdefault(each, 0)
        elif each not in copies:
            _find(each, kinds, copies)
    copies[fragment] = 0
