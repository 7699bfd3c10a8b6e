"""Random expressions of several letters: forms, bounds, letters put in first, and conditions, against plain Python."""

from __future__ import annotations

import pytest

from tests.sizes.expressions import decided, faults


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_forms_bounds_and_conditions_are_true(start):
    assert [fault for seed in range(start, start + 50) for fault in faults(seed)] == []


def test_a_product_that_comes_out_constant_is_decided():
    assert faults(5586) == []


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 20_000, 500))
def test_twenty_thousand_expressions(start):
    assert [fault for seed in range(start, start + 500) for fault in faults(seed, depth=4 - start % 1000 // 500)] == []


def test_most_conditions_are_decided_or_told_of_one_letter():
    found = [decided(seed) for seed in range(150)]
    assert sum(settled for settled, _ in found) / sum(asked for _, asked in found) > 0.7
