"""Networks of windows and tokens: no condition that others imply, and totals that fit on a line."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnplan

HERE = Path(__file__).parent


def test_swin_is_legal_for_every_multiple_of_32_and_its_macs_are_one_line():
    plan = cnnplan.load(HERE / "swin.yaml")
    assert plan.conditions == ()
    assert plan.params == 28_265_032  # torchvision's 28,288,354 less the tables of relative positions
    assert plan.at().macs == 4_490_566_656
    assert len(str(plan.macs)) < 200
    assert "ceil(H/224)*ceil(W/224)" in str(plan.macs)


def test_swin_of_any_size_needs_nothing():
    text = (HERE / "swin.yaml").read_text("utf-8").replace("multiple_of: 32", "min: 32")
    plan = cnnplan.load(text)
    assert plan.conditions == ()
    assert len(str(plan.macs)) < 400
    assert plan.at(H=232, W=257).macs == cnnplan.load(text, H=232, W=257).at().macs


def test_mobilevit_needs_even_features_and_says_so_in_two_lines():
    plan = cnnplan.load(HERE / "mobilevit.yaml")
    assert list(map(str, plan.conditions)) == ["H % 16 not in 1..8", "W % 16 not in 1..8"]


@pytest.mark.parametrize("default", [224, 448])
def test_declared_multiples_leave_nothing_of_mobilevit(default):
    text = (HERE / "mobilevit.yaml").read_text("utf-8")
    text = text.replace("H: 256", f"H: {{default: {default}, multiple_of: 16}}")
    text = text.replace("W: 320", "W: {default: 320, multiple_of: 16}")
    assert cnnplan.load(text).conditions == ()
    assert [each for each in cnnplan.check(text) if each.rule == "CNN305"] == []
