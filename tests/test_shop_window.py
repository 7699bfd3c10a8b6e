"""`import cnnplan` costs nothing and shows everything."""

from __future__ import annotations

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
