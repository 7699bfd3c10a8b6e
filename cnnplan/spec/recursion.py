"""Blocks that call themselves, directly or by way of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["cycles"]


def cycles(calls: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, ...]]:
    """One chain of calls, `a b a`, for every call that closes a circle; without recursion, and each block once."""
    done: set[str] = set()
    for start in calls:
        chain = [start]
        pending = [iter(calls[start])] if start not in done else []
        while pending:
            callee = next(pending[-1], None)
            if callee is None:
                pending.pop()
                done.add(chain.pop())
            elif callee in chain:
                yield (*chain[chain.index(callee) :], callee)
            elif callee in calls and callee not in done:
                chain.append(callee)
                pending.append(iter(calls[callee]))
