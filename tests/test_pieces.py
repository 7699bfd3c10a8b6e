"""Pieces of tensors and windows on inputs, against indices that are tried one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import ceil, floor

import pytest

from cnnplan.ops.links import Link
from cnnplan.receptive_field.pieces import Part, image
from cnnplan.receptive_field.windows import Window, union

LINKS = [
    # what index i looks at: (jump * i + first) / per to (jump * i + last) / per, of blocks of indices
    Link(2), Link(2, 1, -1, 1), Link(2, 2, -1, 1), Link(2, 3, 0, 3), Link(2, 2, 0, 0), Link(2, 5, -2, 0),
    Link(1, 2, 0, 1, block=3), Link(1, 3, 0, 2, block=2),
    Link(2, 1, -1, 0, 2), Link(2, 3, -1, 2, 4), Link(2, 4, -2, 3, 3),
]  # fmt: skip
TAKEN = 24


def looked_at(link, index):
    step = index // link.block
    low, high = (Fraction(link.jump * step + end) / link.per for end in (link.first, link.last))
    return set(range(ceil(low), floor(high) + 1))


@pytest.mark.parametrize("link", LINKS)
def test_the_image_of_a_part_is_what_looks_at_it(link):
    extent = next(n for n in range(200) if min(looked_at(link, n), default=0) >= TAKEN)
    for start in range(TAKEN):
        for stop in range(start + 1, TAKEN + 1):
            found = image(Part(1, start, stop), link, TAKEN, extent)
            truth = [index for index in range(extent) if looked_at(link, index) & set(range(start, stop))]
            if not truth:
                assert found is None or link.per > 1 or link.jump > link.last - link.first + 1
                continue
            assert found.axis == link.axis
            assert (found.start <= truth[0], truth[-1] < found.stop) == (True, True)
            if link.per == 1:
                assert (found.start, found.stop) == (truth[0], truth[-1] + 1), (link, start, stop)


WINDOWS = [
    Window(axis, jump, first, last, phases, cut)
    for axis, jump, (first, last), phases, cut in product(
        (2, 3), (1, 2), ((-1, 1), (0, 4), (-3, 0)), (1, 2), (False, True)
    )
]


def test_windows_are_joined_in_any_order():
    """The union of two holds both, and knows of whatever one of them left out."""
    for one, other in product(WINDOWS, repeat=2):
        found = one.joined(other)
        assert found == other.joined(one)
        assert union((one,), (other,)) == (found if one != other else one,)
        if found is None:
            assert (one.axis, one.jump) != (other.axis, other.jump)
            continue
        assert (found.first, found.last) == (min(one.first, other.first), max(one.last, other.last))
        assert (found.cut, found.phases) == (one.cut or other.cut, max(one.phases, other.phases))


@pytest.mark.parametrize("extent", [1, 4, 7])
def test_a_window_is_whole_where_it_has_every_element(extent):
    for first, last in product(range(-2, 3), range(-2, 9)):
        window = Window(None, 0, first, last)
        assert window.whole(extent) is (set(range(extent)) <= set(range(first, last + 1)))
