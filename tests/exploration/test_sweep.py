"""A sweep is every design planned by itself, only faster: the same figures, whatever the structure."""

from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest

import cnnplan
from cnnplan.exploration import design
from cnnplan.exploration.design import stream
from cnnplan.exploration.selection import Selection
from cnnplan.exploration.sorting import length, stacked
from cnnplan.exploration.space import Space
from cnnplan.exploration.sweeping import Sweeper
from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec, load_text

FIGURES = ("params", "buffers", "macs", "flops")


def by_itself(spec, **values):
    """The figures of one design from a plan of numbers; None where it is not legal."""
    try:
        plan = plan_spec(spec, values, symbolic=False)
    except cnnplan.SpecError:
        return None
    (shape,) = plan.outputs.values()
    return (*shape, *(getattr(plan, name) for name in FIGURES), plan.memory.inference)


def rows(swept):
    """The same figures of every design of a sweep, and the values of its symbols."""
    names = [name for name in swept if name.startswith("output[")] + [*FIGURES, "memory"]
    for i in range(swept.rows):
        yield tuple(swept[name][i].item() for name in names) if swept["legal"][i] else None


def test_a_projection_that_disappears_is_planned_apart(bottleneck):
    spec = load_spec(bottleneck)
    swept = cnnplan.sweep(bottleneck, width="8:24", stride=[1, 2])
    alone = [by_itself(spec, width=width, stride=stride) for width in range(8, 25) for stride in (1, 2)]
    assert list(rows(swept)) == alone
    projection = {width: 64 * 4 * width + 4 * width for width in (15, 16)}
    params = dict(zip(swept["width"][::2].tolist(), swept["params"][::2].tolist(), strict=True))
    assert params[16] - params[15] == (64 * 16 + 16 + 9 * 16**2 + 16 + 64 * 16 + 64) - (
        64 * 15 + 15 + 9 * 15**2 + 15 + 60 * 15 + 60 + projection[15]
    )


def test_every_kind_of_choice_is_planned_or_computed(choices):
    spec = load_spec(choices)
    swept = cnnplan.sweep(choices, H=[1, 2, 17], N=[1, 3])
    options = [list(spec.symbols[name].choices) for name in ("width", "kernel", "padding", "act", "depth")]
    cases = product([1, 3], [1, 2, 17], *options)
    names = ("N", "H", "width", "kernel", "padding", "act", "depth")
    alone = [by_itself(spec, **dict(zip(names, case, strict=True))) for case in cases]
    assert list(rows(swept)) == alone
    assert None in alone
    assert swept.rows == 2 * 3 * 3 * 3 * 3 * 2 * 2


def test_structures_are_planned_once(choices):
    sweeper = Sweeper(load_spec(choices), {"H": "1:20", "W": "1:9"})
    for box in sweeper.space.slabs(5000):
        sweeper.slab(box)
    assert len(sweeper.structures.plans) == 3 * 2 * 2  # paddings, activations, depths


def test_a_family_of_networks(specs):
    swept = cnnplan.sweep(specs / "resnet.yaml", H="160:224:32", W="H", variant="resnet18,resnet50")
    assert swept["variant"].tolist() == ["resnet18", "resnet50"] * 3
    assert swept["H"].tolist() == swept["W"].tolist() == [160, 160, 192, 192, 224, 224]
    assert swept["macs"].tolist()[-2:] == [1_814_073_344, 4_089_184_256]
    assert swept["params"].tolist()[:2] == [11_689_512, 25_557_032]


@pytest.mark.parametrize("points", [7, 100, 10_000])
def test_slabs_of_any_size_give_the_same_rows(choices, points):
    sweeper = Sweeper(load_spec(choices), {"H": "7:8", "W": "5:5"}, "macs < 20k")
    whole = sweeper.slab(sweeper.space.whole())
    parts = [sweeper.slab(box) for box in sweeper.space.slabs(points)]
    for name, column in whole.items():
        assert np.concatenate([part[name] for part in parts]).tolist() == column.tolist()
    assert 0 < len(whole["legal"]) < sweeper.space.size


WHERE = [
    # question, the same in Python
    ("macs <= 50k and params > 100", lambda row: row["macs"] <= 50_000 and row["params"] > 100),
    ("H % 3 == 1 or W == 5", lambda row: row["H"] % 3 == 1 or row["W"] == 5),
    ("not macs > 30k", lambda row: row["macs"] <= 30_000),
    ("macs != 20 * params", lambda row: row["macs"] != 20 * row["params"]),
    ('shape("max_pool1")[3] == 3', lambda row: row["output[3]"] == 3),
    ('act == "gelu" and flops % 2 == 0', lambda row: row["act"] == "gelu" and row["flops"] % 2 == 0),
    ("width * H >= 6.65", lambda row: 100 * round(100 * row["width"]) * row["H"] >= 66_500),
    ("memory < 4KiB", lambda row: row["memory"] < 4096),
]


@pytest.mark.parametrize(("question", "meaning"), WHERE, ids=[question for question, _ in WHERE])
def test_where(choices, question, meaning):
    given = {"H": "3:9", "W": "5:7"}
    every = cnnplan.sweep(choices, **given)
    wanted = [
        row for row in zip(*every.values(), strict=True) if row[-1] and meaning(dict(zip(every, row, strict=True)))
    ]
    kept = cnnplan.sweep(choices, **given, where=question)
    assert list(zip(*kept.values(), strict=True)) == wanted
    assert 0 < kept.rows < every.rows


def test_only_what_is_legal_is_asked(choices):
    every = cnnplan.sweep(choices, H="3:9")
    assert cnnplan.sweep(choices, H="3:9", where="legal").rows == every["legal"].sum() < every.rows


def test_more_than_fits_into_64_bits_is_exact(specs):
    swept = cnnplan.sweep(specs / "resnet.yaml", variant="resnet18", N=[10**9, 3 * 10**9], H=2**15, W=2**15)
    plan = cnnplan.load(specs / "resnet.yaml", variant="resnet18")
    assert swept["macs"].tolist() == [plan.at(N=n, H=2**15, W=2**15).macs for n in (10**9, 3 * 10**9)]
    assert max(swept["macs"].tolist()) > 2**63


def test_memory_is_bounded(specs):
    made = stream(specs / "resnet.yaml", {"variant": "resnet18", "H": "1:1000", "W": "1:2000"}, where="macs < 2M")
    tracemalloc.start()
    kept = sum(len(part["legal"]) for part in made.parts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.points == 2_000_000
    assert kept == 0
    assert peak < 16e6  # all points in one column would take as much


def test_a_space_of_a_hundred_million_points_starts_at_once(specs):
    made = stream(specs / "resnet.yaml", {"variant": "resnet18", "H": "1:10000", "W": "1:10000"})
    assert made.points == 10**8
    assert len(next(made.parts)["macs"]) < 1_000_000


def test_columns_as_a_frame(choices):
    pandas = pytest.importorskip("pandas")
    frame = cnnplan.sweep(choices, H=[1, 17]).to_pandas()
    assert frame["macs"].isna().tolist() == (~frame["legal"]).tolist()
    assert isinstance(frame, pandas.DataFrame)


USAGE = [
    # values, question and the rest, what is said
    ({"Q": 3}, "no symbol Q"),
    ({"H": "wide"}, "must be a number"),
    ({"H": "9:3"}, "from the lesser to the greater"),
    ({"H": 0}, "outside its declared domain"),
    ({"H": 1.33}, r"H \(=1.33\) is outside its declared domain"),
    ({"width": [0.7]}, "one of"),
    ({"W": "H", "H": "W"}, "values of its own"),
    ({"where": "macs <= "}, "cannot read"),
    (
        {"where": "speed > 3"},
        "unknown name speed; known are params, buffers, macs, flops, memory, training_memory,",
    ),
    ({"where": "macs < 1M and speed > 3"}, "unknown name speed"),
    ({"where": "mcas > 3"}, "unknown name mcas; did you mean macs"),
    ({"where": "macs"}, "must be true or false"),
    ({"where": 'shape("conv9")[2] == 3'}, "has no layer conv9"),
    ({"sort": "speed"}, "no column speed"),
    ({"pareto": ("params", "speed")}, "no column speed"),
    ({"H": "1:10000000", "W": "1:1000000000"}, "too many"),
]


@pytest.mark.parametrize(("given", "said"), USAGE, ids=[said for _, said in USAGE])
def test_what_makes_no_sense(choices, given, said):
    with pytest.raises(cnnplan.UsageError, match=said):
        cnnplan.sweep(choices, **given)


RANGES = [
    ("3", [3]),
    ("3,8,5", [3, 8, 5]),
    ("4:9", [4, 5, 6, 7, 8, 9]),
    ("128:320:64", [128, 192, 256, 320]),
    ("1:6:2,20", [1, 3, 5, 20]),
    ([5, 5, 7], [5, 7]),
    (range(2, 9, 3), [2, 5, 8]),
    (np.arange(3, 5), [3, 4]),
]


@pytest.mark.parametrize(("written", "values"), RANGES)
def test_how_values_are_written(choices, written, values):
    assert list(Space(load_spec(choices), {"H": written}).axes["H"].values) == values


@pytest.mark.parametrize(
    "options", [{"where": "macs < 900M"}, {"limit": 7, "sort": "-macs"}, {"pareto": ("params", "-macs")}]
)
def test_processes_give_the_same_rows_in_the_same_order(specs, monkeypatch, options):
    monkeypatch.setattr(design, "MANY", 1)
    given = {"H": "1:300", "W": "1:300:2", "variant": "resnet18,resnet50"}
    where = options.get("where")
    selection = Selection(**{name: value for name, value in options.items() if name != "where"})

    def rows(processes):
        made = stream(specs / "resnet.yaml", given, where=where, selection=selection, processes=processes)
        return stacked([part for part in made.parts if length(part)])

    one, two = rows(1), rows(2)
    assert one.keys() == two.keys()
    assert all(one[name].tolist() == two[name].tolist() for name in one)


def test_several_decisions_on_one_symbol_are_all_kept():
    """Where layers come and go at thresholds of one symbol, each value is planned in the structure that it has."""
    spec = "cnnplan: 1\nname: t\nsymbols: {N: 2, H: 24, W: 21}\ninput: [N, 3, H, W]\nlayers:\n"
    for width, least in ((5, 11), (6, 17), (7, 26), (8, 33)):
        spec += f"  - conv: {{out_channels: {width}, kernel_size: 3, padding: 1}}\n"
        spec += f"    when: H >= {least} and H < {least + 14}\n"
    spec += "  - conv: {out_channels: 4, kernel_size: 1}\n"
    swept = cnnplan.sweep(spec, H="8:50", W=[9, 21])
    alone = [by_itself(load_text(spec, None), H=height, W=width) for height in range(8, 51) for width in (9, 21)]
    assert list(rows(swept)) == alone
    assert len({figures[4] for figures in alone}) > 5


def test_decisions_on_symbols_that_go_together_are_all_kept():
    """W is H: what is decided on either is decided of the same value."""
    spec = "cnnplan: 1\nname: t\nsymbols: {N: 2, H: 24, W: 21}\ninput: [N, 3, H, W]\nlayers:\n"
    for width, when in ((5, "H >= 11"), (6, "W < 35"), (7, "H < 29"), (8, "W >= 19")):
        spec += f"  - conv: {{out_channels: {width}, kernel_size: 3, padding: 1}}\n    when: {when}\n"
    swept = cnnplan.sweep(f"{spec}  - relu\n", H="8:50", W="H")
    alone = [by_itself(load_text(f"{spec}  - relu\n", None), H=height, W=height) for height in range(8, 51)]
    assert list(rows(swept)) == alone
    assert len({figures[4] for figures in alone}) == 5
