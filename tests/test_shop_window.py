"""`import cnnplan` costs nothing and shows everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

import cnnplan


def test_the_table_of_rooms_is_the_public_surface():
    assert sorted(chain(*cnnplan.ROOMS.values())) == sorted(cnnplan.__all__) == dir(cnnplan)


@pytest.mark.parametrize("name", cnnplan.__all__)
def test_every_name_is_there(name):
    assert getattr(cnnplan, name) is getattr(cnnplan, name)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="laod"):
        cnnplan.laod  # noqa: B018 - the access is the test


def test_importing_imports_no_room(python):
    code = "import sys, cnnplan; print([name for name in sys.modules if name.startswith('cnnplan.')])"
    assert python("-c", code).stdout == "[]\n"


def test_a_program_of_a_user_does_what_its_types_say(python):
    # 4*27 weights and 4 of bias; at 2*11*7 places 4*27 MACs, 4 adds for the bias, 4 comparisons of relu
    macs, weights = 154 * 108, 112
    total = weights + macs + (2 * macs + 154 * 4 + 154 * 4)
    assert python("tests/program.py").stdout == f"{total} ['conv1', 'relu1'] 0 3 True True\n"


def test_any_thread_loads_and_checks(specs):
    """Whichever imports the rooms first: what the main thread has set is not seen in the others."""
    calls = [lambda: cnnplan.load(specs / "lenet5.yaml").params, lambda: cnnplan.check(specs / "lenet5.yaml")]
    with ThreadPoolExecutor(2) as threads:
        for call in calls:
            said = [threads.submit(call) for _ in range(4)]
            assert [str(each.result()) for each in said] == [str(call())] * 4
