"""The table: whole outputs in files, and what must hold of every one."""

from __future__ import annotations

import re

import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.report.figures import Numbers, Row, add
from cnnplan.report.tree import lines

CASES = [
    # spec, width, bindings
    ("lenet5", 80, {}),
    ("lenet5", 132, {}),
    ("inception_module", 80, {}),
    ("inception_module", 80, {"H": 28, "W": 35}),
    ("unet", 80, {}),
    ("two_conv", 80, {"stride": 2}),
    ("resnet", 80, {"variant": "resnet18"}),
]


def named(spec, width, bindings):
    return "-".join([spec, str(width), *(f"{name}{value}" for name, value in bindings.items())]) + ".txt"


@pytest.mark.parametrize(("spec", "width", "bindings"), CASES)
def test_a_whole_table(specs, expected, spec, width, bindings):
    plan = cnnplan.load((specs / f"{spec}.yaml").read_text(), **bindings)
    text = cnnplan.render(plan, width=width)
    assert max(map(len, text.splitlines())) <= width
    expected(text, named(spec, width, bindings))


def test_color_changes_nothing_but_color(specs):
    plan = cnnplan.load(specs / "lenet5.yaml")
    colored = cnnplan.render(plan, color=True)
    assert "\x1b[" in colored
    plain = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in plain.splitlines()] == cnnplan.render(plan).splitlines()


def test_a_format_that_does_not_exist(specs):
    with pytest.raises(UsageError, match="no format 'pdf': choose one of table, json"):
        cnnplan.render(cnnplan.load(specs / "lenet5.yaml"), "pdf")


def row(name, op, params, macs):
    return Row(name, op, (), [], [], Numbers(params, 0, macs, 2 * macs), 1)


def test_a_tree_has_headings_with_sums():
    rows = [row("stem.conv1", "conv", 5, 70), row("fc", "linear", 3, 20), row("a.b.conv1", "conv", 2, 30)]
    shown = [(line.depth, line.label, line.numbers.params, line.numbers.macs) for line in lines(rows)]
    assert shown == [
        (0, "stem", 5, 70),
        (1, "conv1", 5, 70),
        (0, "fc (linear)", 3, 20),
        (0, "a", 2, 30),
        (1, "b", 2, 30),
        (2, "conv1", 2, 30),
    ]


def test_scopes_that_begin_alike_are_not_the_same():
    rows = [row("a.b.conv1", "conv", 2, 30), row("c.b.conv1", "conv", 7, 11), row("c.b.conv2", "conv", 1, 13)]
    shown = [(line.depth, line.label, line.numbers.params) for line in lines(rows) if line.heading]
    assert shown == [(0, "a", 2), (1, "b", 2), (0, "c", 8), (1, "b", 8)]


def test_a_sum_with_a_term_that_is_not_known_is_not_known():
    assert add([4, 5]) == 9
    assert add([4, None]) is None
    assert add([]) == 0
