"""One network for sizes at which a program decides otherwise, where what it does comes to the same.

Twins pads an image only where windows do not come out even. The program of an odd size, with its pads and cuts, is
the program of an even one, where these change nothing: then it stands for both, and what was decided is no condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.torch.made import depends
from cnnplan.translation.torch.merging import Merged, holds
from cnnplan.translation.torch.walking import Parted, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.translation.torch.calls import Recording
    from cnnplan.translation.torch.made import Guard

__all__ = ["widened"]


def widened(merged: Merged, own: Sequence[Recording], others: Sequence[Recording]) -> Merged | None:
    """What was made of two runs, if it stands for others too; None where it does not.

    Kept of the comparisons is what comes out alike in all of them: of any other both sides were seen.

    Args:
        merged: what was made of its own runs.
        own: these.
        others: those for which it may stand.
    """
    guards, optional = list(merged.guards), set(merged.optional)
    for run in others:
        walk = Walk(merged, run)
        try:
            walk.to_end()
            brought = [walk.brought(at, guard) for at, guard in run.guards]
        except (Parted, KeyError):
            return None
        if any(guard.escape and not walk.holds(guard) for _, guard in guards):
            return None
        guards = [each for each in guards if walk.holds(each[1])]
        for at, guard in brought:
            if not (depends(guard.left) or depends(guard.right)) or any(guard == known for _, known in guards):
                continue
            if all(holds(guard, each) for each in own):
                guards.append((at, guard))
            elif guard.escape:
                return None
        optional |= walk.missing
    return merged._replace(guards=_held(guards, merged, others), optional=frozenset(optional))


def _held(guards: list[tuple[int, Guard]], merged: Merged, others: Sequence[Recording]) -> list[tuple[int, Guard]]:
    """Those that hold in all runs, in order."""
    walks = [Walk(merged, run).to_end() for run in others]
    return sorted((each for each in guards if all(walk.holds(each[1]) for walk in walks)), key=lambda each: each[0])
