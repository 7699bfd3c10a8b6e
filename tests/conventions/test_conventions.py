"""The numbers of other tools, as they were written down by `measure.py` where the tools are installed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import yaml

import cnnplan
from cnnplan.conventions import CONVENTIONS, convention
from cnnplan.errors import UsageError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = yaml.safe_load((HERE / "networks.yaml").read_text(encoding="utf-8"))
MEASURED = {tool: json.loads((HERE / f"{tool}.json").read_text(encoding="utf-8")) for tool in CONVENTIONS}

ROUNDED = {("thop", "vgg16_bn"): -1}
"""thop divides 2 x 3 by 7 x 7 in floating point, and truncates what is not quite whole."""

SMALL = """
cnnplan: 1
name: small
symbols: {H: 12, W: 10}
input: [2, 3, H, W]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
  - batch_norm
  - relu
  - conv_transpose: {out_channels: 6, kernel_size: 2, stride: 2}
  - avg_pool: {kernel_size: 4}
  - global_avg_pool
  - flatten
  - linear: {out_features: 5}
"""

MACS = 2 * (120 * 4 * 27 + 120 * 4 * 24 + 6 * 5)
"""120 positions of 4 filters of 27; 120 elements of 4 channels, each to 6 x 4; 6 features to 5."""

LINES = {
    # on what a tool knows nothing of upsampling and global pooling: fvcore only counts them of images
    "fvcore": {3: set(), 4: {"upsampling", "adaptive pooling"}, 5: set()},
}


@pytest.mark.parametrize("rank", [3, 4, 5])
def test_what_fvcore_counts_of_images_alone(rank):
    shape = ", ".join(["2", "3", "8", "6", "10"][:rank])
    text = f"cnnplan: 1\ninput: [{shape}]\nlayers:\n  - upsample: {{scale_factor: 2}}\n  - global_avg_pool\n"
    counted = cnnplan.load(text).counted("fvcore")
    assert {name for name, amount in counted.terms.items() if amount} == LINES["fvcore"][rank]


@pytest.mark.parametrize(
    ("query", "value", "total"),
    # FlopCounterMode of torch 2.13.0+cpu: two products of 3 x 5 x 5 x 8 and a flop for each multiply and add
    [((3, 5, 8), 8, 2400), ((1, 3, 5, 8), 8, 0), ((1, 1, 3, 5, 8), 8, 2400), ((1, 3, 5, 8), 7, 2 * 600 + 2 * 525)],
)
def test_what_torch_counts_of_attention(query, value, total):
    values = (*query[:-1], value)
    text = "cnnplan: 1\ninputs: {q: %s, v: %s}\nlayers:\n  - scaled_dot_product_attention:\n    from: [q, q, v]\n"
    assert cnnplan.load(text % ([*query], [*values])).counted("torch").total == total


@pytest.mark.parametrize("verb", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("tool", CONVENTIONS)
@pytest.mark.parametrize("more", ["", ", bidirectional: true", ", num_layers: 2", ", bias: false"])
def test_recurrent_layers_are_counted_cell_by_cell(verb, tool, more):
    """So many for each sample, step and cell: twice the steps are twice as much, twice the samples too."""
    text = "cnnplan: 1\ninput: [%s, %s, 7]\nlayers:\n  - " + f"{verb}: {{hidden_size: 5{more}}}\n"
    one, steps, samples = (cnnplan.load(text % shape).counted(tool) for shape in ((2, 3), (2, 6), (4, 3)))
    assert steps.total == samples.total == 2 * one.total


@pytest.mark.parametrize(("verb", "gates", "features"), [("rnn", 1, 1), ("gru", 3, 1 + 3 + 3), ("lstm", 4, 4 + 3 + 3)])
def test_calflops_adds_one_less_than_it_multiplies(verb, gates, features):
    """For each row of both weights, at each of 2 * 3 steps: 7 features come in, 5 are in the state."""
    plan = cnnplan.load(f"cnnplan: 1\ninput: [2, 3, 7]\nlayers:\n  - {verb}: {{hidden_size: 5}}\n")
    rows, steps = 5 * gates, 2 * 3
    products, adds, biases = rows * (7 + 5), rows * (6 + 4), 2 * rows
    assert plan.macs == steps * products
    assert plan.counted("calflops").total == steps * (products + adds + biases + 5 * features)


TERMS = {
    "torch": {"the add of each multiply-add": MACS},
    "fvcore": {"batch norm": 2 * 2 * 480, "adaptive pooling": 2 * 180},
    "thop": {
        "positions of the output": 2 * (480 * 6 * 4 * 4 - 120 * 4 * 24),
        "batch norm": 4 * 2 * 480,
        "pooling": 2 * 180,
        "adaptive pooling": 2 * (180 + 6),
    },
    "ptflops": {
        "biases": 2 * (480 + 480 * 6 + 5),
        "batch norm": 2 * 2 * 480,
        "activations": 2 * 480,
        "pooling": 2 * (480 * 6 + 180),
        "counted twice": 2 * (480 + 480 * 6 + 180),
    },
    "torchinfo": {
        "biases": 2 * (480 + 480 * 6 + 5),
        "batch norm": 2 * 8,
        "positions of the output": 2 * (4 * 6 * 4 * 480 - 120 * 4 * 24),
    },
    "calflops": {
        "the add of each multiply-add": MACS,
        "biases": 2 * (480 + 6 * 6 * 5),
        "batch norm": 2 * 2 * 480,
        "activations": 2 * 480,
        "pooling": 2 * (480 * 6 + 180),
    },
    "ultralytics": {
        "the add of each multiply-add": MACS,
        "batch norm": 2 * 4 * 2 * 480,
        "adaptive pooling": 2 * 2 * (180 + 6),
    },
    "pycls": {"biases, once a filter": 2 * (4 + 5), "not counted": -2 * 120 * 4 * 24},
}


@cache
def planned(name):
    case = CASES[name]
    return cnnplan.load(ROOT / case["spec"], **case["at"])


PAIRS = [(tool, name) for tool, found in MEASURED.items() for name, total in found["totals"].items() if total]


@pytest.mark.parametrize(("tool", "name"), PAIRS)
def test_what_the_tool_printed(tool, name):
    plan = planned(name)
    total = plan.counted(tool).total
    rounded = ROUNDED.get((tool, name), 0)
    assert total.at(plan.values) + rounded == MEASURED[tool]["totals"][name]


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_of_this_version(tool):
    assert MEASURED[tool]["version"].partition("+")[0] == convention(tool).version


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_terms_worked_by_hand(tool):
    counting = cnnplan.load(SMALL).at().counted(tool)
    assert counting.terms == {"MACs": MACS, **TERMS[tool]}
    assert counting.total == sum(counting.terms.values())


def test_a_layer_by_itself():
    counting = cnnplan.load(SMALL).at().counted("ptflops")
    assert counting.layer("relu1") == {"MACs": 0, "activations": 960, "counted twice": 960}


def test_a_formula_keeps_its_letters():
    plan = cnnplan.load(ROOT / "specs/resnet.yaml")
    total = plan.counted("thop").total
    assert total.symbols == {"N", "H", "W"}
    assert total.at({"N": 3, "H": 160, "W": 96}) == plan.at(N=3, H=160, W=96).counted("thop").total


def test_an_unknown_tool():
    with pytest.raises(UsageError, match="no convention flops: choose one of torch, fvcore"):
        cnnplan.load(SMALL).counted("flops")


def test_in_a_promise():
    at = "at: {H: 12, W: 10}"
    assert not broken(f"{{{at}, that: fvcore == macs + 1920 + 360}}, {{{at}, that: thop < torchinfo}}")
    (message,) = broken(f"{{{at}, that: fvcore < 40k}}")
    assert "fvcore is 51,300" in message


def broken(promises):
    """The messages about promises that are not kept."""
    found = cnnplan.check(f"{SMALL}expect: [{promises}]\n")
    return [finding.message for finding in found if "fvcore" in finding.message or "thop" in finding.message]


def test_a_column_of_a_sweep():
    found = cnnplan.sweep(ROOT / "specs/resnet.yaml", H="96,160", convention="pycls", variant="resnet18")
    plan = cnnplan.load(ROOT / "specs/resnet.yaml", variant="resnet18")
    assert [int(n) for n in found["pycls"]] == [plan.at(H=size).counted("pycls").total for size in (96, 160)]
