"""The garbage collector waits while something large is built, and is as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from cnnplan.collector import uncollected


@uncollected
def is_on(fault=None):
    if fault:
        raise fault
    return gc.isenabled()


@pytest.mark.parametrize("before", [True, False])
def test_it_waits_and_is_as_it_was(before):
    try:
        (gc.enable if before else gc.disable)()
        assert not is_on()
        assert gc.isenabled() == before
        with pytest.raises(ValueError, match="of its own"):
            is_on(ValueError("of its own"))
        assert gc.isenabled() == before
    finally:
        gc.enable()


def test_one_within_another_does_not_wake_it():
    assert not uncollected(lambda: (is_on(), gc.isenabled())[1])()
    assert gc.isenabled()
