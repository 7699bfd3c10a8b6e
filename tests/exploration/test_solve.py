"""Answers in whole numbers: known ones, brute force, and 'none' with what excludes it."""

from __future__ import annotations

from itertools import pairwise, product
from math import prod

import pytest

import cnnplan
from cnnplan.exploration import Window, chains, mapping
from cnnplan.exploration.extremes import largest
from cnnplan.exploration.trends import Trends
from cnnplan.exploration.windows import general, mapped, steps
from cnnplan.sizes import Context, ceil_div, maximum, minimum

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


def test_the_windows_that_map_a_size_to_another():
    found = mapping(224, 112)
    assert found.family == "111*s - 224 <= 2*p - d*(k - 1) - 1 <= 112*s - 225"
    wanted = [
        (k, s, p, 1) for k, s, p in product(range(1, 8), range(1, 5), range(4)) if (224 + 2 * p - k) // s + 1 == 112
    ]
    assert [*map(tuple, found.windows)] == wanted
    for window in (Window(*case) for case in product(range(1, 8), range(1, 5), range(4), (1, 2))):
        low, middle, high = (eval(part, dict(zip("kspd", window, strict=True))) for part in found.family.split(" <= "))  # noqa: S307
        assert (low <= middle <= high) == (steps(224, window) == 112)


LETTERS = [
    # formula, the same of a number, what it asks of a window
    ("ceil(H/2)", lambda n: -(-n // 2), "s == 2 and 2*p - d*(k - 1) == 0"),
    ("floor(H/2)", lambda n: n // 2, "s == 2 and 2*p - d*(k - 1) == -1"),
    ("H", lambda n: n, "s == 1 and 2*p - d*(k - 1) == 0"),
    ("H - 4", lambda n: n - 4, "s == 1 and 2*p - d*(k - 1) == -4"),
    ("floor((H - 3)/2) + 2", lambda n: (n + 1) // 2, "s == 2 and 2*p - d*(k - 1) == 0"),
    ("2*H", lambda n: 2 * n, "no window does it: each gives floor((H + b)/s)"),
]


@pytest.mark.parametrize(("formula", "of", "family"), LETTERS, ids=[formula for formula, _, _ in LETTERS])
def test_the_windows_that_map_every_size(formula, of, family):
    ranges = {"k": range(1, 6), "s": range(1, 4), "p": range(4), "d": (1, 2)}
    found = general("H", formula, ranges)
    every = [Window(*each) for each in product(*ranges.values()) if each[0] > 1 or each[3] == 1]
    assert list(found.windows) == [each for each in every if all(steps(n, each) == of(n) for n in range(12, 60))]
    assert found.family == family


def test_map_as_the_command_line_writes_it():
    text = mapped("224:7", 5, {"k": "3", "s": "1,2", "p": "1"})
    assert text.splitlines()[0] == "1 of 2^5 chains map 224 to 7, with k 3, s 1, 2, p 1, d 1"
    assert text.splitlines()[-1] == "  kernel_size 3, stride 2, padding 1"
    assert mapped("10:50", 1, {}).splitlines()[1].startswith("none with")


KEEPING = [Window(k, 1, p, d) for k in (1, 3, 5, 7) for d in (1, 2) for p in range(4)]


def test_chains_are_counted_as_if_each_was_tried():
    assert len(KEEPING) == 32
    by_force = sum(through(9, chain) == 9 for chain in product(KEEPING, repeat=3))
    count, one = chains(9, 9, KEEPING, 3)
    assert count == by_force
    assert through(9, one) == 9


def through(size, chain):
    for window in chain:
        size = steps(size, window) if size else 0
    return size


def test_sixteen_layers_of_thirty_two_choices(effort):
    with effort() as done:
        count, one = chains(56, 56, KEEPING, 16)
    assert done.calls < 200_000
    assert count == 22_564_014_006_182_208_662_726
    assert through(56, one) == 56


def stack(layers):
    """A spec of that many convolutions, each with a kernel and padding of its own."""
    symbols = "".join(
        f"  k{i}: {{default: 3, choices: [1, 3, 5, 7]}}\n  p{i}: {{default: 1, min: 0, max: 7}}\n"
        for i in range(layers)
    )
    convs = "".join(
        f"  - conv: {{out_channels: 5, kernel_size: [k{i}, 1], padding: [p{i}, 0]}}\n" for i in range(layers)
    )
    return f"cnnplan: 1\nname: stack\nsymbols:\n  N: 1\n  H: 56\n  W: 3\n{symbols}input: [N, 3, H, W]\nlayers:\n{convs}"


def asked(layers, size=56):
    names = [f"{letter}{i}" for i in range(layers) for letter in "kp"]
    return {"for_": names, "where": f'shape("conv{layers}")[2] == {size}', "H": size}


def test_designs_that_are_too_many_to_try_are_counted_by_layer_and_size():
    answer = cnnplan.solve(stack(16), **asked(16))
    windows = [Window(k, 1, p) for k in (1, 3, 5, 7) for p in range(8)]
    assert answer.designs == 32**16
    assert answer.solutions == chains(56, 56, windows, 16)[0] > 10**20
    plan = cnnplan.load(stack(16), **answer.rows[0])
    assert plan.at()["conv16"].shape[2] == 56


def test_counting_and_trying_agree(monkeypatch):
    tried = cnnplan.solve(stack(2), **asked(2, 7))
    monkeypatch.setattr("cnnplan.exploration.solving.MOST_TRIED", 0)
    assert cnnplan.solve(stack(2), **asked(2, 7)).solutions == tried.solutions > 0


JOINED = """\
cnnplan: 1
name: joined
symbols:
  N: 1
  H: 6
  W: 5
  a: {default: 1, choices: [1, 2, 3]}
  b: {default: 1, choices: [1, 2, 3]}
  p: {default: 0, choices: [0, 1, 2]}
input: [N, 4, H, W]
layers:
  - branches:
      join: add
      paths:
        - - conv: {out_channels: 4 * a, kernel_size: 3, stride: a, padding: p}
        - - conv: {out_channels: 4 * b, kernel_size: [1, 3], stride: b, padding: [0, p]}
  - conv: {out_channels: 7, kernel_size: 3, padding: 1}
"""


def test_counting_knows_joins(monkeypatch):
    question = {"for_": ("a", "b", "p"), "where": 'shape("conv3")[2] >= 1'}
    tried = cnnplan.solve(JOINED, **question)
    monkeypatch.setattr("cnnplan.exploration.solving.MOST_TRIED", 0)
    counted = cnnplan.solve(JOINED, **question)
    assert (
        counted.solutions == tried.solutions == sum(legal(*case) for case in product((1, 2, 3), (1, 2, 3), (0, 1, 2)))
    )
    with pytest.raises(cnnplan.UsageError, match="ask for shapes"):
        cnnplan.solve(JOINED, **{**question, "where": "macs < 10"})


ONES = """\
cnnplan: 1
name: ones
symbols: {N: 1, H: 6, W: 5, k: {default: 1, choices: [1, 3, 6]}, l: {default: 1, choices: [1, 3, 6]}}
input: [N, 4, H, W]
layers:
  - branches:
      join: add
      paths:
        - - conv: {out_channels: 7, kernel_size: [k, 1]}
        - - conv: {out_channels: 7, kernel_size: [l, 1]}
"""


def test_counting_does_not_repeat_what_happens_to_be_one(monkeypatch):
    question = {"for_": ("k", "l"), "where": 'shape("add1")[2] >= 1'}
    assert cnnplan.solve(ONES, **question).solutions == 3
    monkeypatch.setattr("cnnplan.exploration.solving.MOST_TRIED", 0)
    assert cnnplan.solve(ONES, **question).solutions == 3


def legal(a, b, p):
    above = [((n + 2 * p - 3) // a + 1, (n + 2 * q - k) // b + 1) for n, k, q in ((6, 1, 0), (5, 3, p))]
    return a == b and all(left == right for left, right in above) and prod(x for pair in above for x in pair) > 0


def test_the_largest_of_what_holds_up_to_somewhere():
    for edge in range(3, 40):
        assert largest(lambda n, edge=edge: n <= edge, 3, 2**60) == edge
    assert largest(lambda _: True, 3, 17) == 17


def test_trends_are_proved_from_the_form():
    context = Context()
    height, kernel, stride = (context.symbol(name) for name in "hks")
    trends = Trends("h", lambda size: size.at({"h": 5, "k": 3, "s": 2}))
    assert trends.of(ceil_div(height, 2) * kernel + 7) == 1
    assert trends.of(1000 - 3 * height * height) == -1
    assert trends.of(kernel * 9) == 0
    assert trends.of(height % 3) is None
    assert trends.of(maximum(height, 2 * kernel)) == 1
    assert trends.of((height - 3) * (height - 3)) == 1  # at 5 and above neither factor is negative
    assert trends.of((height - 9) * (height - 9)) is None
    assert Trends("s", lambda _: 1).of((height + 4) // stride) == -1


def test_no_trend_is_told_that_is_none():
    """Every product and sum of two, against values: what is said to grow never falls, what stays stays."""
    context = Context()
    h = context.symbol("h")
    parts = [h, 10 - h, 14 - h, h // 3 - 2, -h, h - 4, 9 - h // 2, ceil_div(h, 4), h * h - 20 * h, 3 + 0 * h]
    parts += [minimum(20 - h, 9), minimum(25 - h, 8), maximum(h, 7)]
    trends = Trends("h", lambda size: size.at({"h": 1}))
    known = set()
    for left, right in product(parts, repeat=2):
        for count in (left * right, left + right, left * right - right, left * right * h):
            trend = trends.of(count)
            values = [count if isinstance(count, int) else count.at({"h": value}) for value in range(1, 60)]
            pairs = list(pairwise(values))
            truth = {
                None: True,
                1: all(before <= after for before, after in pairs),
                -1: all(before >= after for before, after in pairs),
                0: len(set(values)) == 1,
            }
            assert truth[trend], (str(count), trend)
            known.add(trend)
    assert known == {None, 0, 1, -1}
