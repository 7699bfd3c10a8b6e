"""Strides, kernels, paddings, dilations, groups and channels as symbols: one plan, equal to a plan for each value."""

from __future__ import annotations

import re
from itertools import product

import pytest

import cnnplan
from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec

TEXT = """
cnnplan: 1
name: symbolic
symbols:
  H: 61
  W: 83
  k: 3
  s: 2
  p: {default: 0, min: 0}
  d: 1
  g: 2
  c: 12
input: [3, 6, H, W]
layers:
  - conv: {out_channels: c, kernel_size: k, stride: s, padding: p, dilation: d}
  - conv: {out_channels: 2 * c, kernel_size: k, dilation: d, groups: g}
  - conv: {out_channels: c, kernel_size: [k, 2], padding: [[0, p], [1, 0]]}
  - max_pool: {kernel_size: k, stride: s}
  - conv_transpose: {out_channels: g, kernel_size: k, stride: s, padding: p, groups: g}
"""


@pytest.fixture(scope="module")
def plan():
    return cnnplan.load(TEXT)


CASES = list(product([1, 2, 3], [1, 2, 3], [0, 1], [1, 2], [1, 2, 3], [6, 12]))


@pytest.mark.parametrize(("k", "s", "p", "d", "g", "c"), CASES[::7])
def test_one_plan_is_all_plans(plan, k, s, p, d, g, c):
    values = {"k": k, "s": s, "p": p, "d": d, "g": g, "c": c}
    at = plan.at(**values)
    ints = plan_spec(load_spec(TEXT), values, symbolic=False)
    assert [node.shape for node in at] == [node.shape for node in ints]
    assert (at.params, at.macs, at.flops) == (ints.params, ints.macs, ints.flops)


def test_the_first_size_is_the_rule(plan):
    assert str(plan["conv1"].shape[2]) == "floor((-(k - 1)*d + H + 2*p - 1)/s) + 1"


def test_what_must_hold_is_kept(plan):
    conditions = [str(condition) for condition in plan.conditions]
    assert "2*c % g == 0" in conditions
    assert "c % g == 0" in conditions


def test_totals_name_the_symbols(plan):
    assert {"k", "c", "g"} <= plan.params.symbols
    assert {"H", "W", "k", "s", "p", "d", "c"} <= plan.macs.symbols


DEEP = """
cnnplan: 1
name: deep
symbols: {N: 1, H: 64, W: 48, k: 3, s: 1, p: 1}
input: [N, 5, H, W]
layers:
  - branches:
      join: add
      paths:
        - - conv: {out_channels: 7, kernel_size: k, stride: s, padding: p}
            repeat: 60
        - - conv: {out_channels: 7, kernel_size: k, stride: s, padding: p}
            repeat: 59
"""


def test_a_deep_design_in_letters_is_told_briefly_and_its_joins_with_a_witness():
    plan = cnnplan.load(DEEP)
    assert plan.at().outputs == {"add1": (1, 7, 64, 48)}
    *_, join, _ = plan.causes
    assert join.layer == "add1"
    assert re.search(r"fails at H = \d+, k = \d+, p = \d+, s = \d+$", str(join).partition(";")[0])
    found = {name: int(value) for name, value in re.findall(r"(\w+) = (\d+)", join.fails)}
    assert not join.condition.holds(found)
    table = cnnplan.render(plan)
    assert "characters, see --format json)" in table
    assert "more: see --format json" in table
    assert len(table) < 200_000
