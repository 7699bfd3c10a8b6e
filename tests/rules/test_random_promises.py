"""Promises of random networks: none kept that is false, none broken that is true, few undecided."""

from __future__ import annotations

import pytest

from tests.rules.random_promises import tally

MOST_UNDECIDED = 0.05


def held(seeds, number):
    """The share of undecided promises; what is wrong is an error."""
    found = tally(seeds, number)
    assert found.kept_false == []
    assert found.broken_true == []
    return found.undecided / found.promises


def test_promises_of_random_networks():
    assert held(range(8), 12) <= MOST_UNDECIDED


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 300, 20))
def test_five_thousand_promises(start):
    assert held(range(start, start + 20), 17) <= 2 * MOST_UNDECIDED
