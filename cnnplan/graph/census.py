"""How many layers of each kind a network has, without a look at each of them: what stands often is looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph.fragments import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Facts

__all__ = ["census"]


def census(network: Fragment) -> Mapping[Facts, int]:
    """How many layers of each kind are in a fragment and in the blocks that it calls, in the order in which they stand.

    The blocks that it calls itself are counted for themselves, since they stay when it is edited.
    """
    for fragment in (*network.calls, network):
        if fragment.kinds is None:
            fragment.kinds = _counted(fragment)
    assert network.kinds is not None  # noqa: S101 - just counted
    return network.kinds


def _counted(network: Fragment) -> dict[Facts, int]:
    kinds: dict[Facts, int] = {}
    copies: dict[Fragment, int] = {}
    _find(network, kinds, copies)
    copies[network] = 1
    for fragment in reversed(copies):
        times = copies[fragment]
        if fragment.kinds is not None:
            for facts, count in fragment.kinds.items():
                kinds[facts] += count * times
            continue
        for called, count in fragment.calls.items():
            copies[called] += count * times
        for item in fragment.items if fragment.has_layers else ():
            if not isinstance(item, Call) and item.facts is not None:
                kinds[item.facts] += times
    return kinds


def _find(fragment: Fragment, kinds: dict[Facts, int], copies: dict[Fragment, int]) -> None:
    """Put the kinds in the order in which they stand, and a fragment behind all that it calls; none is counted yet."""
    if fragment.kinds is not None:
        for facts in fragment.kinds:
            kinds.setdefault(facts, 0)
    elif not fragment.has_layers:
        for called in fragment.calls:
            if called not in copies:
                _find(called, kinds, copies)
    else:
        for item in fragment.items:
            if isinstance(item, Call):
                if item.fragment not in copies:
                    _find(item.fragment, kinds, copies)
            elif item.facts is not None:
                kinds.setdefault(item.facts, 0)
    copies[fragment] = 0
