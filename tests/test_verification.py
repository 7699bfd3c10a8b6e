"""Verification: green where predictions are right, red where one is not, at bindings that find faults."""

from __future__ import annotations

import json
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np
import pytest

from cnnplan.cost import Cost
from cnnplan.errors import SpecError, UsageError
from cnnplan.memory.liveness import Liveness
from cnnplan.ops.convolution import Conv
from cnnplan.ops.links import Link
from cnnplan.ops.pooling import MaxPool
from cnnplan.ops.rectifiers import Relu
from cnnplan.ops.selection import Concat
from cnnplan.plan import plan_spec
from cnnplan.report.verified import render, render_json
from cnnplan.spec import load_spec
from cnnplan.verification import verify
from cnnplan.verification.choice import Choice, structures
from cnnplan.verification.results import Verification

FOLDER = Path(__file__).parents[1] / "specs"
SPECS = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.yaml") if path.stem != "blocks")
OPAQUE = {"language/mamba_130m.yaml"}
QUICK = [
    ("lenet5", {}),
    ("two_conv", {"stride": 2}),
    ("inception_module", {}),
    ("mobilenet_v2", {"N": 2, "H": 33, "W": 20}),
]

HEAD = "cnnplan: 1\nname: t\nsymbols: {{N: 1, {}}}\n{}\nlayers:\n"
NET = """\
cnnplan: 1
name: halves
symbols: {N: 1, H: 8, W: 8}
input: [N, 2, H, W]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
    name: wide
  - max_pool: {kernel_size: 2}
  - relu
  - conv_transpose: {out_channels: 3, kernel_size: 2, stride: 2}
    name: doubled
  - concat:
    from: [wide, doubled]
  - flatten
  - linear: {out_features: 5}
"""


@pytest.mark.parametrize(("name", "values"), QUICK)
def test_predictions_are_right(specs, name, values):
    found = verify(specs / f"{name}.yaml", **values)
    assert found.ok, found.mismatches[:5]
    assert found.comparisons > 300


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_predictions_are_right_in_every_network(name):
    if name in OPAQUE:
        with pytest.raises(UsageError, match=r"layer1.scan is opaque: .* nobody can run it"):
            verify(FOLDER / name, seconds=inf)
        return
    found = verify(FOLDER / name, seconds=inf)
    assert found.ok, found.mismatches[:5]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet", "googlenet", "densenet121", "mobilenet_v2"])
def test_predictions_are_right_at_full_size(specs, name):
    told = {"variant": "resnet50"} if name == "resnet" else {}
    found = verify(specs / f"{name}.yaml", H=224, W=224, seconds=inf, **told)
    assert found.ok, found.mismatches[:5]


OWN = [
    # layers whose own arithmetic gives a NaN of drawn data
    "- conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - sqrt",
    "- conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - pow: {exponent: 0.5}\n  - max_pool: {kernel_size: 2}",
    "- relu:\n    name: a\n  - divide:\n    from: [a, a]\n  - conv: {out_channels: 2, kernel_size: 3}",
    # zeros by zeros, whatever is drawn
    "- subtract:\n    from: [input, input]\n    name: a\n  - divide:\n    from: [a, a]\n  - avg_pool: {kernel_size: 2}",
]


@pytest.mark.parametrize("layers", OWN)
def test_a_nan_of_the_networks_own_is_no_mismatch(layers):
    found = verify(f"cnnplan: 1\nname: t\nsymbols: {{N: 1, H: 8, W: 9}}\ninput: [N, 3, H, W]\nlayers:\n  {layers}\n")
    assert found.ok, found.mismatches
    assert found.scores["receptive field"].comparisons


def test_what_a_slice_left_out_is_not_reached():
    row = "  - slice: {dim: 2, start: %s, end: %s}\n    from: input\n  - reshape: {shape: [N, 5, W]}\n    name: %s\n"
    text = "cnnplan: 1\nname: t\nsymbols: {N: 1, W: 6}\ninput: [N, 5, 8, W]\nlayers:\n"
    found = verify(text + row % (0, 1, "a") + row % (5, 6, "b") + "  - add:\n    from: [a, b]\n")
    assert found.ok, found.mismatches


def test_time_is_bounded_and_what_is_left_out_is_told():
    found = verify(NET, seconds=0)
    assert found.bindings == 1
    assert found.omitted
    assert found.summary.endswith(f"all agree; {len(found.omitted)} runs were left out for want of time")
    assert f"left out: {found.omitted[0]}" in render(found)


def test_what_was_done_in_one_line():
    found = verify(NET)
    assert found.ok
    assert found.summary.startswith("halves: ")
    assert (
        f"{found.bindings} bindings, {found.layers} layers run, {found.comparisons:,} comparisons: all agree"
        in found.summary
    )
    assert {
        "shape",
        "parameters",
        "buffers",
        "live bytes",
        "macs",
        "peak bytes",
        "receptive field",
    } <= found.scores.keys()
    assert found.scores["forbidden sizes"].comparisons >= 4


def broken_cost(_self, _shapes, _output):
    return Cost(compares=0)


def broken_output(self, x):
    return (x[0], self.out_channels, x[2], x[3] + 1)


def broken_weights(self, x):
    found = dict(Conv.__dict__["weights_as_they_are"](self, x))
    return {"weight": found["weight"]._replace(shape=(self.out_channels, x[1], 3, 2)), "bias": found["bias"]}


def broken_link(_self, _operand, dim, *_shapes):
    return Link(dim, 2, 0, 2) if dim > 1 else Link(dim)


def lenient_concat(_self, *arrays):
    sizes = [min(extents) for extents in zip(*(array.shape for array in arrays), strict=True)]
    return np.concatenate([array[:, :, : sizes[2], : sizes[3]] for array in arrays], axis=1)


FAULTS = [
    # where, what is put there, which quantity tells
    (Relu, "cost", broken_cost, "compares"),
    (Conv, "weights", broken_weights, "runs"),
    (MaxPool, "link", broken_link, "receptive field"),
    (Concat, "run", lenient_concat, "forbidden sizes"),
    (Liveness, "in_place", lambda _self, _node: False, "live bytes"),
    (Relu, "run", lambda _self, x, **_: x.copy(), "live bytes"),
    (Relu, "run", lambda _self, x, **_: np.maximum(x, np.float64(0)).astype("float64"), "type"),
    (MaxPool, "run", lambda _self, x: x[:, :, ::2, ::2].copy(), "compares"),
    (MaxPool, "run", lambda _self, x: np.maximum(x[:, :, ::2, ::2], x[:, :, ::2, ::2]), "receptive field"),
]


@pytest.mark.parametrize(("room", "name", "fault", "quantity"), FAULTS)
def test_a_fault_is_found(monkeypatch, room, name, fault, quantity):
    if room is Conv:
        monkeypatch.setattr(Conv, "weights_as_they_are", Conv.weights, raising=False)
    monkeypatch.setattr(room, name, fault)
    found = verify(NET)
    assert not found.ok
    assert quantity in {mismatch.quantity for mismatch in found.mismatches}
    assert "do not agree" in found.summary


def test_a_wrong_shape_is_found(monkeypatch):
    # a network that nothing else in it contradicts: the prediction is wrong from end to end
    monkeypatch.setattr(Conv, "output", broken_output)
    found = verify(
        HEAD.format("H: 8, W: 9", "input: [N, 2, H, W]") + "  - conv: {out_channels: 4, kernel_size: 3, padding: 1}\n"
    )
    assert {mismatch.quantity for mismatch in found.mismatches} >= {"shape", "macs", "live bytes", "outputs"}
    assert found.mismatches[0].predicted[3] == found.mismatches[0].measured[3] + 1


def test_a_spec_that_is_not_legal():
    with pytest.raises(SpecError):
        verify(NET.replace("kernel_size: 3", "kernel_size: 13"))


def test_values_that_are_told():
    found = verify(NET, N=3, H=6, W=4)
    assert {(case.at["N"], case.at["H"], case.at["W"]) for case in found.cases} == {(3, 6, 4)}
    with pytest.raises(SpecError, match="H % 2 == 0"):
        verify(NET, H=7)


def test_a_run_that_needs_too_much():
    with pytest.raises(UsageError, match="10 bytes"):
        verify(NET, limit=10)


def chosen(name, specs, **told):
    spec = load_spec(specs / f"{name}.yaml")
    return Choice(plan_spec(spec, told), told)


def test_bindings_of_resnet(specs):
    bindings = chosen("resnet", specs, variant="resnet18").bindings()
    assert all(values["N"] > 1 for values in bindings)
    assert all(len(set(values.values())) == len(values) for values in bindings)
    heights = {values["H"] for values in bindings}
    assert min(heights) == 1
    assert {h % 32 for h in heights} == {0, 1, 17, 31}


@pytest.mark.parametrize(("name", "length"), [("resnet", 32), ("unet", 16), ("mobilenet_v2", 32)])
def test_every_size_leaves_the_remainders_that_tell(specs, name, length):
    """Each symbol takes them, also where it gives way to another that has the same value."""
    told = {"variant": "resnet18"} if name == "resnet" else {}
    choice = chosen(name, specs, **told)
    bindings = choice.bindings()
    for symbol in ("H", "W"):
        found = {values[symbol] % length for values in bindings}
        asked = {0, 1, length // 2 + 1, length - 1}
        possible = {value % length for value in range(1, 40 * length) if choice.legal({**bindings[0], symbol: value})}
        assert asked & possible <= found, (symbol, found)


def test_many_sizes_leave_the_remainders_that_tell():
    """More of them than there are values to go round: where two are alike one gives way by a whole period."""
    names = "ABCDEF"
    inputs = f"inputs: {{x: [N, 3, {', '.join(names[:3])}], y: [N, 3, {', '.join(names[3:])}]}}"
    text = HEAD.format(", ".join(f"{name}: 16" for name in names), inputs)
    for name in "xy":
        text += f"  - max_pool: {{kernel_size: 4}}\n    from: {name}\n    name: {name}4\n"
    choice = Choice(plan_spec(load_spec(f"{text}outputs: [x4, y4]\n")), {})
    bindings = choice.bindings()
    for name in names:
        assert {values[name] % 4 for values in bindings} >= {0, 1, 3}, name
    assert all(len({values[name] for name in names}) == len(names) for values in bindings)


def test_nothing_compared_is_nothing_shown():
    found = Verification("t")
    assert not found.ok
    found.compare("shape", "conv1", {}, (1, 2), (1, 2))
    assert found.ok
    found.compare("shape", "conv1", {}, (1, 2), (2, 1))
    assert not found.ok
    assert found.summary == "t: 0 bindings, 0 layers run, 2 comparisons: 1 do not agree"


def test_no_two_symbols_are_alike(specs):
    bindings = chosen("two_conv", specs, stride=2, padding=1).bindings()
    assert len(bindings) > 3
    assert all(len({values[name] for name in ("N", "H", "W", "stride")}) == 4 for values in bindings)


def test_bindings_keep_the_conditions(specs):
    bindings = chosen("unet", specs).bindings()
    assert len(bindings) > 1
    assert all(values["H"] % 16 == values["W"] % 16 == 0 for values in bindings)
    assert min(values["H"] for values in bindings) == 16


def test_sizes_that_are_forbidden(specs):
    cases = list(chosen("unet", specs).forbidden())
    assert len({tuple(case.items()) for case in cases}) == 6
    assert all(values["H"] % 16 or values["W"] % 16 for values in cases)


def test_conditions_on_two_symbols():
    text = HEAD.format("H: 4, W: 5", "inputs: {a: [N, 2, H], b: [N, 2, W - 1]}") + "  - concat:\n    from: [a, b]\n"
    found = verify(text)
    assert found.ok, found.mismatches
    assert found.scores["forbidden sizes"].comparisons
    assert all(case.at["W"] == case.at["H"] + 1 for case in found.cases if case.purpose == "sizes")


def test_all_combinations_of_choices_or_each_choice_once():
    symbols = ", ".join(f"s{i}: {{default: 1, choices: [1, 2, 3]}}" for i in range(4))
    spec = load_spec(f"cnnplan: 1\nname: t\nsymbols: {{N: 1, {symbols}}}\ninput: [N, 2]\nlayers:\n  - relu\n")
    assert len(structures(spec, {"s0": 1, "s1": 1})) == 9
    many = structures(spec, {})
    assert len(many) == 9
    assert {(name, value) for case in many for name, value in case.items()} == {
        (f"s{i}", v) for i in range(4) for v in (1, 2, 3)
    }


def test_progress_is_told():
    told = []
    verify(NET, progress=lambda done, total, text: told.append((done, total, text)))
    assert [done for done, _, _ in told] == list(range(told[0][1]))
    assert all(one[1] == other[1] for one, other in pairwise(told))
    assert any("forbidden" in text for _, _, text in told)


def test_the_table_and_the_document(monkeypatch):
    good = verify(NET)
    assert render(good).splitlines()[-1] == good.summary
    assert "differ" not in render(good)
    monkeypatch.setattr(Relu, "cost", broken_cost)
    bad = verify(NET)
    assert "relu1: compares at N = 2" in render(bad)
    (document, other) = json.loads(render_json([good, bad]))
    assert (document["ok"], document["mismatches"], other["ok"]) == (True, [], False)
    assert document["quantities"]["macs"]["predicted"] == document["quantities"]["macs"]["measured"] > 0
    assert other["mismatches"][0]["quantity"] == "compares"


@pytest.fixture
def run(python, tmp_path):
    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "bad.yaml").write_text(NET.replace("kernel_size: 3", "kernel_size: 13"))

    def cnnplan_(*arguments):
        return python("-m", "cnnplan", "verify", *arguments, cwd=tmp_path)

    return cnnplan_


def test_the_command(run):
    ran = run("net.yaml")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.rstrip().endswith("all agree")
    (document,) = json.loads(run("net.yaml", "--format", "json", "--set", "H=6", "--set", "W=4").stdout)
    assert document["ok"]
    assert {run_["at"]["H"] for run_ in document["runs"]} == {6}


EXITS = [
    (["bad.yaml"], 1, "bad.yaml:6"),
    (["missing.yaml"], 2, "missing.yaml"),
    (["net.yaml", "--set", "Q=3"], 2, "Q"),
    (["net.yaml", "--memory", "1KiB"], 2, "1 KiB"),
    (["net.yaml", "--memory", "much"], 2, "4GiB"),
    (["net.yaml", "--format", "pdf"], 2, "table, json"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), EXITS)
def test_exit_codes(run, arguments, code, said):
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert said in ran.stderr


def test_a_folder_with_a_library(run, tmp_path):
    folder = tmp_path / "designs"
    folder.mkdir()
    (folder / "net.yaml").write_text(NET)
    (folder / "blocks.yaml").write_text("cnnplan: 1\nblocks:\n  act:\n    layers:\n      - relu\n")
    ran = run("designs", "--set", "H=6", "--set", "W=4")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("all agree") == 1
    assert run("designs/blocks.yaml").returncode == 2


def test_other_structures_are_run_at_fewer_sizes(specs):
    found = verify(specs / "two_conv.yaml")
    runs = {}
    for case in found.cases:
        if case.purpose == "sizes":
            choice = (case.at["stride"], case.at["padding"])
            runs[choice] = runs.get(choice, 0) + 1
    assert runs == {(1, 0): 4, (1, 1): 2, (2, 0): 2, (2, 1): 2}


def test_integers_keep_their_type():
    found = verify(
        "cnnplan: 1\nname: words\nsymbols: {N: 2, T: 9}\ninput: {shape: [N, T], dtype: int64, below: 7}\n"
        "layers:\n  - identity\n  - slice: {dim: 1, start: 1, end: 6}\n"
        "  - embedding: {num_embeddings: 7, embedding_dim: 3}\n"
    )
    assert found.ok, found.mismatches


def test_a_size_of_which_one_value_alone_is_legal(tmp_path):
    """A table of weights that has 13 columns asks for W == 13: looking for a second value of W has an end."""
    path = tmp_path / "t.yaml"
    path.write_text(
        HEAD.format("H: {default: 10, min: 7}, W: 13", "input: [N, 6, H, W]")
        + "  - {parameter: {shape: [8, 13]}, name: table}\n"
        + "  - {linear: {out_features: 8}, from: [input, table]}\n"
    )
    bindings = Choice(plan_spec(load_spec(path)), {}).bindings()
    assert {values["W"] for values in bindings} == {13}
    assert len({values["H"] for values in bindings}) > 1
