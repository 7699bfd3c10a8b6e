"""A report as a list: chosen columns, the greatest first, blocks as sums; on the terminal and as CSV."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.report.columns import COLUMNS

SPEC = """\
cnnplan: 1
name: pair
symbols: {N: 2, H: 9, W: 7}
input: [N, 3, H, W]
blocks:
  unit:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3, padding: 1, bias: false}
      - relu
layers:
  - unit: {width: 4}
    name: first
  - unit: {width: 6}
    name: second
  - conv: {out_channels: 5, kernel_size: [1, 3]}
"""
# first.conv1: 4*3*9 = 108 weights, at 2*9*7 = 126 places 13,608 MACs; second.conv1: 6*4*9 = 216, 27,216;
# conv1: 5*6*3 + 5 = 95, at 2*9*5 = 90 places 8,100; in all 48,924.


def rows(**options):
    return list(csv.reader(StringIO(cnnplan.render(cnnplan.load(SPEC), "csv", **options))))


def test_the_greatest_first():
    assert rows(columns=("name", "macs"), sort="macs", top=2) == [
        ["name", "macs"],
        ["second.conv1", "27216"],
        ["first.conv1", "13608"],
    ]


def test_the_least_first():
    assert [row[0] for row in rows(columns=("name",), sort="-params", top=4)] == [
        *("name", "first.relu1", "second.relu1", "conv1", "first.conv1")
    ]


def test_blocks_as_sums():
    assert rows(columns=("name", "op", "kernel", "params", "macs", "out"), depth=1) == [
        ["name", "op", "kernel", "params", "macs", "out"],
        ["first", "", "", "108", "13608", "2, 4, 9, 7"],
        ["second", "", "", "216", "27216", "2, 6, 9, 7"],
        ["conv1", "conv", "(1, 3)", "95", "8100", "2, 5, 9, 5"],
    ]


def test_shares_are_of_the_whole():
    shares = [float(share) for (share,) in rows(columns=("share",))[1:]]
    assert shares == pytest.approx([13608 / 48924, 0, 27216 / 48924, 0, 8100 / 48924])


def test_a_list_on_a_terminal():
    text = cnnplan.render(cnnplan.load(SPEC), columns=("name", "kernel", "in", "macs", "share"), sort="macs", top=2)
    assert text.splitlines()[2:5] == [
        "layer        kernel input        MACs share",
        "second.conv1 3      2, 4, 9, 7 27,216 55.6%",
        "first.conv1  3      2, 3, 9, 7 13,608 27.8%",
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_word_is_broken(specs, width):
    plan = cnnplan.load(specs / "resnet.yaml")
    text = cnnplan.render(plan, columns=("name", "op", "out", "params"), depth=1, width=width)
    assert {"global_avg_pool1", "global_avg_pool"} <= set(text.split())


def test_receptive_fields_in_the_order_of_their_sizes():
    """A convolution of 3 looks at 3, the second at 5, one of 1 x 3 behind them at 5 and 7; one of 5 x 7 at 9 and 11."""
    found = rows(columns=["name", "field"], sort="field")
    assert found[1:] == [
        ["conv1", "5x7"],
        ["second.conv1", "5x5"],
        ["second.relu1", "5x5"],
        ["first.conv1", "3x3"],
        ["first.relu1", "3x3"],
    ]
    wide = cnnplan.load(SPEC.replace("kernel_size: [1, 3]", "kernel_size: [7, 5], padding: [3, 2]"))
    text = cnnplan.render(wide, "csv", columns=["name", "field"], sort="field", top=1)
    assert list(csv.reader(StringIO(text)))[1] == ["conv1", "11x9"]  # before 5x5, whatever letters say
    assert [row[1] for row in rows(columns=["name", "field"], depth=1)][1:] == ["3x3", "5x5", "5x7"]


def test_a_list_with_memory_has_what_a_table_with_memory_has():
    text = cnnplan.render(cnnplan.load(SPEC), "table", memory=True, sort="macs", top=1)
    head, line = text.splitlines()[2:4]
    assert head.split()[-3:] == ["live", "bytes", "field"]
    assert line.split()[-1] == "5x5"


def test_a_column_that_is_not_there():
    with pytest.raises(UsageError, match="there is no column receptive_field; did you mean field"):
        rows(columns=("receptive_field",))
    with pytest.raises(UsageError, match="there is no column parms; did you mean params"):
        rows(columns=("parms",))


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_has_a_value(name):
    assert len(rows(columns=(name,))) == 6


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_sorts(name):
    """Numbers the greatest first, texts from a to z; a `-` turns the order of both; what has none comes last."""
    _, *up = rows(columns=(name, "name"), sort=name)
    _, *down = rows(columns=(name, "name"), sort=f"-{name}")
    known = [[value for value, _ in side if value] for side in (up, down)]
    assert [*map(bool, (value for value, _ in up))] == sorted((bool(value) for value, _ in up), reverse=True)
    if COLUMNS[name].order is None:
        key = float if all(value.replace(".", "").isdigit() for value in known[0]) else str
        assert known[0] == sorted(known[0], key=key, reverse=key is float)
        assert known[1] == sorted(known[1], key=key, reverse=key is not float)
    assert sorted(known[0]) == sorted(known[1])


def test_arguments_sort_by_their_greatest_number():
    sizes = (3, 11, "[2, 9]", 1)
    layers = "".join(f"  - conv: {{out_channels: 4, kernel_size: {size}, padding: 5}}\n" for size in sizes)
    plan = cnnplan.load(f"cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n{layers}  - relu\n")
    text = cnnplan.render(plan, "csv", columns=("name", "kernel"), sort="kernel")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["conv2", "conv3", "conv1", "conv4", "relu1"]


def test_long_formulas_of_totals_are_cut_and_written_out_when_asked_for():
    layers = "".join(f"  - conv: {{out_channels: {n}, kernel_size: {n % 5 + 2}, stride: 1}}\n" for n in range(3, 40))
    plan = cnnplan.load(f"cnnplan: 1\nsymbols: {{N: 1, H: 224, W: 200}}\ninput: [N, 3, H, W]\nlayers:\n{layers}")
    short, whole = (" ".join(cnnplan.render(plan, formulas=formulas).split()) for formulas in (False, True))
    assert f"({len(str(plan.macs)):,} characters, --formulas writes it out)" in short
    assert str(plan.macs) in whole
