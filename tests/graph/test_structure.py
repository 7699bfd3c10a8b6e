"""What decides the structure of a network is decided where it can be, at the values where not, and is then kept."""

from __future__ import annotations

import pytest

import cnnplan

STRUCTURE = """
cnnplan: 1
name: small
symbols:
  N: 1
  H: 16
  width: {default: 32, choices: [16, 24, 32]}
input: [N, 16, H, H]
layers:
  - branches:
      join: add
      paths:
        - [{conv: {out_channels: width, kernel_size: 1}}]
        - when: width != 16
          layers: [{conv: {out_channels: width, kernel_size: 1, bias: false}}]
        - when: width == 16
          layers: []
"""


@pytest.mark.parametrize(("width", "params"), [(16, 272), (24, 24 * 33), (32, 32 * 33)])
def test_structure_is_decided_at_the_value_and_kept(width, params):
    plan = cnnplan.load(STRUCTURE, width=width)
    assert plan.at().params == params
    assert [str(condition) for condition in plan.structure] == ["width == 16" if width == 16 else "width != 16"]


def test_a_plan_answers_only_inside_its_structure():
    plan = cnnplan.load(STRUCTURE)
    assert str(plan.params) == "33*width"
    assert [plan.at(width=width).params for width in (16, 24, 32)] == [272, 792, 1056]


@pytest.mark.parametrize("decided", ["H >= 1", "2 * H > H", "in_channels == 16"])
def test_what_holds_for_all_declared_values_is_no_decision(decided):
    plan = cnnplan.load(STRUCTURE.replace("width != 16", decided).replace("width == 16", "false"))
    assert plan.structure == ()
