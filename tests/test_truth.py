"""The specs against what the same networks are in PyTorch: every layer with weights, and the totals, to the unit.

`truth/` holds figures read off torchvision's models: see `model` and `source` in each file. A layer is compared with
the layer at the same place among those with a contraction, in written order.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

import cnnplan

TRUTH = Path(__file__).parent / "truth"
SPECS = Path(__file__).parents[1] / "specs"
FAMILIES = {
    "resnet": ("resnet18", "resnet34", "resnet50", "resnet152"),
    "vgg": ("vgg11", "vgg16", "vgg16_bn", "vgg19"),
}
ALONE = ("lenet5", "alexnet", "googlenet", "mobilenet_v2", "unet", "densenet121")
NETWORKS = [
    *((member, family) for family, members in FAMILIES.items() for member in members),
    *((alone, alone) for alone in ALONE),
]
CONTRACTIONS = {"conv": "conv2d", "conv_transpose": "conv_transpose2d", "linear": "linear"}


@cache
def truth(network):
    return json.loads((TRUTH / f"{network}.json").read_text())


@cache
def symbolic(network, spec):
    return cnnplan.load(SPECS / f"{spec}.yaml", **variant(network, spec))


def variant(network, spec):
    return {"variant": network} if network != spec else {}


def values(size):
    batch, _, height, width = map(int, size.split("x"))
    return {"N": batch, "H": height, "W": width}


def at(extent, point):
    return extent if isinstance(extent, int) else extent.at(point)


def row(op, shape, params, macs):
    return (op, tuple(shape), params, macs)


def true_rows(network):
    layers = (layer for layer in truth(network)["layers"] if layer["op"] in CONTRACTIONS.values())
    return [row(layer["op"], layer["output"], layer["params"], layer["macs"]) for layer in layers]


def planned_rows(plan, point):
    """The layers with a contraction, at these values."""
    nodes = (node for node in plan.nodes.values() if node.op.verb in CONTRACTIONS)
    return [
        row(
            CONTRACTIONS[node.op.verb], (at(e, point) for e in node.shape), at(node.params, point), at(node.macs, point)
        )
        for node in nodes
    ]


def true_totals(network):
    known = truth(network)
    totals = [("params", None, known["params"]), ("buffers", None, known["buffers"])]
    for size, figures in known["at"].items():
        totals += [("macs", size, figures["macs"]), ("output", size, figures.get("output"))]
    return [total for total in totals if total[2] is not None]


def planned_total(plan, what, size, default):
    point = values(size or default)
    if what != "output":
        return at(getattr(plan, what), point)
    (shape,) = plan.outputs.values()
    return [at(extent, point) for extent in shape]


def differences(network, plan):
    """Where a plan is not what the network is: figure, truth, prediction."""
    default = "x".join(map(str, truth(network)["input"]))
    found = [
        (what, size, figure, planned_total(plan, what, size, default))
        for what, size, figure in true_totals(network)
        if planned_total(plan, what, size, default) != figure
    ]
    wanted, got = true_rows(network), planned_rows(plan, values(default))
    found += [pair for pair in zip(wanted, got, strict=False) if pair[0] != pair[1]]
    return found if len(wanted) == len(got) else [*found, ("layers", len(wanted), len(got))]


def record(node):
    return node.name, node.op, node.inputs, node.shape, node.params, node.buffers, node.cost


def evaluated(node, point):
    shape = tuple(at(extent, point) for extent in node.shape)
    counts = (at(node.params, point), at(node.buffers, point))
    return node.name, node.inputs, shape, *counts, at(node.macs, point), at(node.flops, point)


@pytest.mark.parametrize(("network", "spec"), NETWORKS)
def test_every_layer_and_every_total(network, spec):
    assert differences(network, symbolic(network, spec)) == []


@pytest.mark.parametrize(("network", "spec"), NETWORKS)
def test_symbols_evaluated_and_ints_agree(network, spec):
    plan = symbolic(network, spec)
    for size in truth(network)["at"]:
        point = values(size)
        ints = plan.at(**point)
        letters = [evaluated(node, point) for node in plan.nodes.values()]
        assert [evaluated(node, {}) for node in ints.nodes.values()] == letters
        assert (ints.params, ints.buffers) == (at(plan.params, point), at(plan.buffers, point))
        assert (ints.macs, ints.flops) == (at(plan.macs, point), at(plan.flops, point))


def test_resnet101_has_its_published_size():
    """No truth file; 44,549,160 parameters are torchvision's."""
    plan = cnnplan.load(SPECS / "resnet.yaml", variant="resnet101")
    assert plan.params == 44_549_160


def test_the_totals_of_resnet152_are_six_terms():
    macs = symbolic("resnet152", "resnet").macs
    assert str(macs).count(" + ") == 5
    assert at(macs, {"N": 1, "H": 224, "W": 224}) == 11_513_626_624


def test_the_last_map_of_resnet50():
    assert [str(extent) for extent in symbolic("resnet50", "resnet")["layer4"].shape] == [
        "N",
        "2048",
        "ceil(H/32)",
        "ceil(W/32)",
    ]


MUTATIONS = [
    # network, spec, before, after: each changes one stride, one width or one group count
    ("resnet50", "resnet", "kernel_size: 7, stride: 2", "kernel_size: 7, stride: 1"),
    ("resnet18", "resnet", 'depths[0]", stride: 1', 'depths[0]", stride: 2'),
    ("resnet34", "resnet", "stage: {width: 256", "stage: {width: 255"),
    ("vgg16", "vgg", "linear: {out_features: 1000}", "linear: {out_features: 1001}"),
    ("vgg16_bn", "vgg", "stage: {width: 128", "stage: {width: 136"),
    ("alexnet", "alexnet", "kernel_size: 11, stride: 4", "kernel_size: 11, stride: 3"),
    ("googlenet", "googlenet", "threes: 208", "threes: 204"),
    ("googlenet", "googlenet", "kernel_size: 7, stride: 2", "kernel_size: 7, stride: 1"),
    ("mobilenet_v2", "mobilenet_v2", "groups: in_channels}", "groups: in_channels // 2}"),
    ("mobilenet_v2", "mobilenet_v2", "depth: 4, stride: 2", "depth: 4, stride: 1"),
    ("densenet121", "densenet121", "growth: 32", "growth: 31"),
    ("unet", "unet", "up: {width: 256}", "up: {width: 248}"),
    ("lenet5", "lenet5", "width: 16", "width: 15"),
]


@pytest.mark.parametrize(("network", "spec", "before", "after"), MUTATIONS)
def test_a_changed_spec_is_found_out(network, spec, before, after):
    text = (SPECS / f"{spec}.yaml").read_text()
    assert text.count(before) >= 1
    plan = cnnplan.load(text.replace(before, after, 1), **variant(network, spec))
    assert differences(network, plan) != []


def test_the_truth_is_as_it_was_read():
    sums = dict(reversed(line.split()) for line in (TRUTH / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {file.name for file in TRUTH.glob("*.json")}
    for name, digest in sums.items():
        assert hashlib.sha256((TRUTH / name).read_bytes()).hexdigest() == digest
