"""Declared beside reached: the weights of all layers, and of those that an output depends on."""

from __future__ import annotations

import json

import pytest

import cnnplan
from cnnplan.report import render

HEAD = """
cnnplan: 1
symbols: {N: 1, H: 20, W: 17}
input: [N, 3, H, W]
layers:
  - {conv: {out_channels: 4, kernel_size: 3, padding: 1}, name: stem}          # 4 * 27 + 4 = 112
  - {conv: {out_channels: 5, kernel_size: 3}, name: side}                      # 5 * 36 + 5 = 185
  - {conv: {out_channels: 7, kernel_size: 1}, name: main, from: stem}          # 7 * 4 + 7 = 35
"""
SHARED = """
  - {conv: {out_channels: 5, kernel_size: 3}, name: again, from: stem, share: side}
"""
SIZE = """
  - {crop: , from: [main, side], name: cut}
"""

CASES = [
    # text, params, declared, reached
    (HEAD, 332, 332, 147),
    (HEAD + "outputs: [main]", 147, 332, 147),
    (HEAD + "outputs: [side]", 297, 332, 297),
    (HEAD + "outputs: [main, side]", 332, 332, 332),
    (HEAD + SHARED + "outputs: [again]", 297, 332, 297),
    (HEAD + SHARED + "outputs: [main]", 147, 332, 147),
    (HEAD + SHARED + "outputs: [main, again]", 332, 332, 332),
    (HEAD + SIZE + "outputs: [cut]", 332, 332, 147),
]


@pytest.mark.parametrize(("text", "params", "declared", "reached"), CASES)
def test_the_three_counts(text, params, declared, reached):
    plan = cnnplan.load(text)
    assert (plan.params, plan.declared, plan.reached) == (params, declared, reached)
    there = plan.at(H=9, W=8)
    assert (there.params, there.declared, there.reached) == (params, declared, reached)


def test_a_count_of_letters_stays_one_and_has_a_number():
    text = HEAD.replace("H: 20", "H: 20, c: 5").replace("out_channels: 5", "out_channels: c") + "outputs: [main]"
    plan = cnnplan.load(text)
    assert (str(plan.declared), str(plan.reached)) == ("37*c + 147", "147")
    assert plan.at(c=9).declared == 37 * 9 + 147


def test_they_are_shown_where_they_differ(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(HEAD + "outputs: [main]\nexpect: [declared == 332, reached == params]")
    report = cnnplan.check(file)
    assert not [finding for finding in report if finding.severity == "error"]
    shown = render(cnnplan.load(file), "table")
    assert "parameters   147\n             332 declared, 147 reached\n" in shown
    totals = json.loads(render(cnnplan.load(file), "json"))["totals"]
    assert (totals["params"], totals["declared"], totals["reached"]) == (147, 332, 147)
    file.write_text(HEAD + "outputs: [main, side]")
    assert "declared" not in render(cnnplan.load(file), "table")
    assert "declared" not in json.loads(render(cnnplan.load(file), "json"))["totals"]
