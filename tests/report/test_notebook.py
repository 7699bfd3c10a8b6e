"""What a notebook shows of a plan."""

from __future__ import annotations

import pytest

import cnnplan
from cnnplan.errors import UsageError


@pytest.fixture
def plan(specs):
    return cnnplan.load(specs / "lenet5.yaml")


def test_a_plan_is_a_table_with_formulas(plan):
    shown = plan._repr_html_()
    assert "<caption>lenet5 at N = 1, H = 32, W = 32</caption>" in shown
    assert "416,520" in shown
    assert "<math>" in shown
    assert "H &gt;= 32" in shown


def test_a_plan_at_numbers_is_one_too(plan):
    assert "416,520" in plan.at()._repr_html_()


def test_a_picture_is_a_page_with_that_part_only(plan):
    picture = plan.plot("pyramid", "memory")
    assert 'id="pyramid"' in picture.page
    assert 'id="memory"' in picture.page
    assert 'id="source"' not in picture.page
    assert picture._repr_html_().startswith("<iframe ")


def test_a_picture_of_a_plan_at_numbers_keeps_its_sliders(plan):
    assert '"value":"40"' in plan.at(H=40).plot().page.replace(" ", "")


def test_a_picture_that_does_not_exist(plan):
    with pytest.raises(UsageError, match="no picture 'pie': choose among pyramid, bars"):
        plan.plot("pie")
