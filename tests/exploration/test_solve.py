"""Answers in whole numbers: known ones, brute force, and 'none' with what excludes it."""

from __future__ import annotations

import pytest

import cnnplan

RESNET = [
    # question, the answer as it is printed
    (
        {"max": "H", "where": "macs <= 1G", "W": "H"},
        "H = W = 100: macs = 997,450,496; 101 gives macs = 1,010,934,464",
    ),
    (
        {"max": "H", "where": "macs <= 1G and H % 32 == 0", "W": "H"},
        "H = W = 96: macs = 752,746,496; 128 gives macs = 1,336,623,104",
    ),
    (
        {"max": "H", "where": "macs <= 1G", "W": "H", "H": "32:512:32"},
        "H = W = 96: macs = 752,746,496; 128 gives macs = 1,336,623,104",
    ),
    ({"min": "H", "where": "macs > 1G", "W": "H"}, "H = W = 101: macs = 1,010,934,464; 100 gives macs = 997,450,496"),
    (
        {"max": "N", "where": "memory <= 24GiB"},
        "N = 3552: memory = 25,766,862,496; 3553 gives memory = 25,774,087,840",
    ),
    ({"max": "H", "where": "macs <= 1k", "W": "H"}, "none: already H = W = 1 gives macs = 25,502,912"),
    ({"max": "H", "where": "macs <= 1k", "W": "H", "H": "32:64"}, "none: already H = 32 gives macs = 85,458,944"),
    (
        {"max": "H", "where": "macs < 1010934464", "W": "H"},
        "H = W = 100: macs = 997,450,496; 101 gives macs = 1,010,934,464",
    ),
    ({"max": "H", "where": "N == 2", "W": "H"}, "none: N == 2 does not hold"),
]


@pytest.mark.parametrize(("asked", "answer"), RESNET, ids=[asked["where"] for asked, _ in RESNET])
def test_resnet50(specs, asked, answer):
    assert str(cnnplan.solve(specs / "resnet.yaml", **asked)) == answer


def test_the_largest_batch_is_that_of_the_memory_room(specs):
    plan = cnnplan.load(specs / "resnet.yaml")
    answer = cnnplan.solve(specs / "resnet.yaml", max="N", where="memory <= 24GiB")
    assert answer.value == plan.memory.largest_batch(24 * 2**30).at(plan.values)


UNET = [
    (
        {"max": "H", "where": "macs <= 100G", "W": "H"},
        "H = W = 368: macs = 99,542,056,960; 384 gives macs = 108,386,058,240",
    ),
    (
        {"min": "H", "where": "macs >= 100G", "W": "H"},
        "H = W = 384: macs = 108,386,058,240; 368 gives macs = 99,542,056,960",
    ),
    (
        {"max": "H", "where": "H % 16 == 3", "W": 32},
        "none: no H has H % 16 == 0 (asked for by up1.concat1) and H % 16 == 3",
    ),
]


@pytest.mark.parametrize(("asked", "answer"), UNET)
def test_unet(specs, asked, answer):
    assert str(cnnplan.solve(specs / "unet.yaml", **asked)) == answer


@pytest.mark.parametrize("budget", [1, 40_000, 55_555, 1_000_000, 9_000_000])
@pytest.mark.parametrize("question", ["macs <= {} and H % 3 != 1", "macs <= {} and macs % 5 != 0 and H < 300"])
def test_the_greatest_by_brute_force(bottleneck, budget, question):
    where = question.format(budget)
    every = cnnplan.sweep(bottleneck, H="1:300", stride=1, where=where)
    wanted = max(every["H"].tolist(), default=None)
    ranged = {"H": "1:300"} if "macs %" in where else {}
    assert cnnplan.solve(bottleneck, max="H", where=where, **ranged).value == wanted


def test_what_nothing_bounds(specs):
    with pytest.raises(cnnplan.UsageError, match="nothing in the question bounds it"):
        cnnplan.solve(specs / "resnet.yaml", max="H", where="macs >= 1G")
    with pytest.raises(cnnplan.UsageError, match="give H a range"):
        cnnplan.solve(specs / "resnet.yaml", max="H", where="macs % 7 == 3 and H < 10**9")


def test_a_structure_that_depends_on_the_answer(bottleneck):
    with pytest.raises(cnnplan.UsageError, match="the structure depends on width"):
        cnnplan.solve(bottleneck, max="width", where="macs <= 10M")
    answer = cnnplan.solve(bottleneck, max="width", where="params <= 4500", width="1:64")
    every = cnnplan.sweep(bottleneck, width="1:64", stride=1, where="params <= 4500")
    assert answer.value == every["width"].max() == 16
    assert answer.beyond == (17, {"params": 64 * 17 + 17 + 9 * 17**2 + 17 + 17 * 68 + 68 + 64 * 68 + 68})


TWO = """\
cnnplan: 1
name: two
symbols: {N: 1, H: 13, W: 17, s: 1, p: {default: 0, min: 0, max: 9}}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - conv: {out_channels: 8, kernel_size: 3, stride: s, padding: p}
"""


def test_all_strides_and_paddings_that_give_a_size():
    answer = cnnplan.solve(TWO, for_=("s", "p"), where='shape("conv2")[2] == 7')
    wanted = [(s, p) for s in range(1, 17) for p in range(10) if (13 + 2 * p - 3) // s + 1 == 7]
    assert [(row["s"], row["p"]) for row in answer.rows] == wanted
    assert answer.solutions == len(wanted)
    assert answer.formula == "6*s <= 2*p + 10 <= 7*s - 1"
    assert all(6 * s <= 2 * p + 10 <= 7 * s - 1 for s, p in wanted)


NONE = [
    ('shape("conv2")[2] == 99', 'shape("conv2")[2] == 99 holds for no legal design'),
    (
        'shape("conv2")[2] == 7 and s == 1',
        'each part of shape("conv2")[2] == 7 and s == 1 holds for some design, all of them for none',
    ),
    ("params < 7", "params < 7 holds for no legal design"),
]


@pytest.mark.parametrize(("where", "reason"), NONE)
def test_no_stride_does_it(where, reason):
    answer = cnnplan.solve(TWO, for_=("s", "p"), where=where)
    assert (answer.solutions, answer.reason) == (0, f"{reason}; further on: --set s=17:64")


GROWING = """\
cnnplan: 1
name: growing
symbols: {N: 1, H: {default: 28, min: 4}, k: 3, p: {default: 0, min: 0, max: 1}}
input: [N, 1, H]
layers:
  - conv: {out_channels: 2, kernel_size: k, stride: 2, padding: p}
  - conv: {out_channels: 2, kernel_size: k, stride: 2, padding: p}
"""


def test_where_nothing_bounds_a_symbol_its_default_is_among_those_looked_at():
    family = cnnplan.solve(GROWING, for_=("H",), p=1, where='shape("conv2")[2] == 7')
    assert [row["H"] for row in family.rows] == [25, 26, 27, 28]


def test_what_was_not_looked_at_is_said():
    family = cnnplan.solve(GROWING, for_=("H", "p"), where='shape("conv2")[2] == 90')
    assert str(family).endswith("holds for no legal design; further on: --set H=57:224")
    assert cnnplan.solve(GROWING, for_=("H",), p=1, H="57:400", where='shape("conv2")[2] == 90').solutions == 4


def test_the_next_value_may_not_be_legal():
    answer = cnnplan.solve(GROWING, max="k", where="params >= 1")
    assert answer.value == 10
    assert "; 11 is not legal (conv2: kernel_size (=k) spans k of axis 2" in str(answer)


def test_no_design_is_legal():
    answer = cnnplan.solve(TWO.replace("H: 13", "H: 3"), for_=("s",), where="macs > 0", H=1, W=1, p=1)
    assert answer.solutions == 16
    assert answer.formula == ""
    spec = TWO.replace("kernel_size: 3, stride", "kernel_size: 7, stride")
    answer = cnnplan.solve(spec, for_=("s",), where="macs > 0", H=2, W=2, p=1)
    assert answer.solutions == 0
    assert answer.reason.startswith("conv2: kernel_size (=7)")
