"""Blocks whose own entries are what they were, after an edit of a block that they call.

Where the blocks that are called give what they gave, all other layers of their caller are as they were: their numbers
alone may be others. So the caller is not unrolled again, it is put together of the layers that it had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph.fragments import NO_PARTS, Call, Fragment, call_of
from cnnplan.graph.parts import draft_of, tensor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.graph.parts import Form, Tensor

__all__ = ["is_plain", "relinked"]


def is_plain(fragment: Fragment) -> bool:
    """Whether a block is no more than its layers: no outputs by name, shared weights, decisions or errors."""
    return fragment.parts is NO_PARTS and not (fragment.decisions or fragment.is_sharing or fragment.is_faulty)


def relinked(old: Fragment, instead: Mapping[Fragment, Fragment]) -> Fragment | None:
    """A block with others in the place of those that it calls; None where these do not give the same.

    Args:
        old: the block as it was; it is plain, and has one input.
        instead: what stands in the place of each block that it calls.
    """
    if not all(before is after or _gives_the_same(before, after) for before, after in instead.items()):
        return None
    ends = {before: _numbers(before, after) for before, after in instead.items()}
    new, number, moved = Fragment(), 0, dict[int | None, int | None]({None: None, -1: -1})
    try:
        for item in old.items:
            start, reads = new.size, tuple(map(moved.__getitem__, item.inputs))
            if isinstance(item, Call):
                before = item.fragment
                new.hold(call_of((item.name, start, instead[before], reads, *item[4:])))
                for then, now in ends[before]:
                    moved[number + then] = start + now
                number += before.size
            else:
                new.put(draft_of((item.name, reads, *item[2:])))
                moved[number] = start
                number += 1
        new.outputs = tuple([tensor_of((moved[ref], form)) for ref, form in old.outputs])
        new.names = {n: tuple([tensor_of((moved[ref], form)) for ref, form in each]) for n, each in old.names.items()}
    except KeyError:  # somebody reads a layer inside of a block
        return None
    new.verbs |= old.verbs
    return new


def _gives_the_same(before: Fragment, after: Fragment) -> bool:
    """Whether whoever calls a block sees no difference, but for the numbers of layers."""
    return is_plain(after) and [_seen(tensor) for tensor in before.outputs] == [_seen(end) for end in after.outputs]


def _seen(tensor: Tensor) -> tuple[int | None, Form | None]:
    """What a caller sees of an output: what it is like, and which input it is, if it is one."""
    return None if tensor.ref is None or tensor.ref >= 0 else tensor.ref, tensor.form


def _numbers(before: Fragment, after: Fragment) -> list[tuple[int, int]]:
    """The numbers that layers have within a block whose outputs they are, then and now."""
    ends = zip(before.outputs, after.outputs, strict=True)
    return [(then.ref, now.ref) for then, now in ends if then.ref is not None and now.ref is not None and now.ref >= 0]
