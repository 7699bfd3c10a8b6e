"""The specs against what the same networks are in PyTorch: every layer with weights, and the totals, to the unit.

`truth/` holds figures read off the models of torchvision and timm: see `model` and `source` in each file. A layer is
compared with the layer at the same place among those with a contraction, in written order.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

import cnnplan

TRUTH = Path(__file__).parent / "truth"
SPECS = Path(__file__).parents[1] / "specs"
FAMILIES = {
    "resnet": ("resnet18", "resnet34", "resnet50", "resnet152"),
    "resnet/resnext": ("resnext50_32x4d", "wide_resnet50_2"),
    "resnet/regnet": ("regnet_x_400mf", "regnet_y_400mf"),
    "vgg": ("vgg11", "vgg16", "vgg16_bn", "vgg19"),
    "mobile/mobilenet_v3": ("mobilenet_v3_large", "mobilenet_v3_small"),
    "mobile/efficientnet": ("efficientnet_b0",),
    "mobile/shufflenet_v2": ("shufflenet_v2_x1_0",),
    "mobile/squeezenet": ("squeezenet1_0", "squeezenet1_1"),
    "transformer/convnext": ("convnext_tiny",),
    "transformer/vit": ("vit_b_16",),
}
"""Specs with a symbol `variant`, and its choices."""

ALONE = {
    **{name: name for name in ("lenet5", "alexnet", "googlenet", "mobilenet_v2", "unet", "unet_valid_paper")},
    "densenet121": "densenet121",
    "densenet201": "densenet/densenet201",
    "seresnet50": "resnet/seresnet50",
    "darknet53": "resnet/darknet53",
    "repvgg_a0": "resnet/repvgg_a0",
    "fcn_resnet50": "resnet/fcn_resnet50",
    "deeplabv3_resnet50": "resnet/deeplabv3_resnet50",
    "inception_v3": "inception/inception_v3",
    "inception_v4": "inception/inception_v4",
    "xception41": "inception/xception41",
    "mobilenetv1_100": "mobile/mobilenet_v1",
    "mnasnet1_0": "mobile/mnasnet",
    "tf_efficientnet_b0": "mobile/tf_efficientnet_b0",
    "efficientnet_v2_s": "mobile/efficientnet_v2_s",
}
"""Networks that are a spec as it is."""

NETWORKS = [
    *((member, family) for family, members in FAMILIES.items() for member in members),
    *ALONE.items(),
]
CONTRACTIONS = {
    "conv": "conv2d",
    "conv_transpose": "conv_transpose2d",
    "linear": "linear",
    "multi_head_attention": "multi_head_attention_forward",
}


@cache
def truth(network):
    return json.loads((TRUTH / f"{network}.json").read_text())


@cache
def symbolic(network, spec):
    return cnnplan.load(SPECS / f"{spec}.yaml", **variant(network, spec))


def variant(network, spec):
    return {"variant": network} if spec in FAMILIES else {}


def values(size):
    batch, _, height, width = map(int, size.split("x"))
    return {"N": batch, "H": height, "W": width}


def at(extent, point):
    return extent if isinstance(extent, int) else extent.at(point)


def row(op, shape, params, macs):
    return (op, tuple(shape), params, macs)


def batch_first(layer):
    """PyTorch's attention puts the batch second."""
    first, second, *rest = layer["output"]
    return [second, first, *rest] if layer["op"] == "multi_head_attention_forward" else layer["output"]


def true_rows(network):
    layers = (layer for layer in truth(network)["layers"] if layer["op"] in CONTRACTIONS.values())
    return [row(layer["op"], batch_first(layer), layer["params"], layer["macs"]) for layer in layers]


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
    point = plan.values | values(size or default)
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
    wanted, got = true_rows(network), planned_rows(plan, plan.values | values(default))
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
        point = plan.values | values(size)
        ints = plan.at(**values(size))
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
    ("mobilenet_v2", "mobilenet_v2", "groups: expanded", "groups: expanded // 2"),
    ("mobilenet_v2", "mobilenet_v2", "depth: 4, stride: 2", "depth: 4, stride: 1"),
    ("seresnet50", "resnet/seresnet50", "reduction: 16", "reduction: 15"),
    ("deeplabv3_resnet50", "resnet/deeplabv3_resnet50", "kernel_size: 3, dilation: 12", "kernel_size: 1, dilation: 12"),
    ("regnet_y_400mf", "resnet/regnet", "group_width: 8", "group_width: 4"),
    ("shufflenet_v2_x1_0", "mobile/shufflenet_v2", "[3, 7, 3]", "[3, 6, 3]"),
    ("convnext_tiny", "transformer/convnext", "groups: width", "groups: width // 2"),
    ("vit_b_16", "transformer/vit", "depth: 12, heads: 12, params: 86", "depth: 11, heads: 12, params: 86"),
    ("inception_v4", "inception/inception_v4", "kernel_size: [1, 7]", "kernel_size: [1, 5]"),
    ("xception41", "inception/xception41", "widths: [728, 1024, 1024]", "widths: [728, 1000, 1024]"),
    ("densenet121", "densenet121", "growth: 32", "growth: 31"),
    ("unet", "unet", "up: {width: 256}", "up: {width: 248}"),
    ("lenet5", "lenet5", "width: 16", "width: 15"),
]


@pytest.mark.parametrize(("network", "spec", "before", "after"), MUTATIONS)
def test_a_changed_spec_is_found_out(network, spec, before, after, tmp_path):
    copy = shutil.copytree(SPECS, tmp_path / "specs")
    own = copy / f"{spec}.yaml"
    files = [own, *(own.parent / name for name in re.findall(r"^include: \[(.*)]$", own.read_text(), re.MULTILINE))]
    changed = next(file for file in files if before in file.read_text())
    changed.write_text(changed.read_text().replace(before, after, 1))
    assert differences(network, cnnplan.load(own, **variant(network, spec))) != []


def test_every_network_of_the_truth_is_compared():
    assert len(NETWORKS) == 40
    assert {network for network, _ in NETWORKS} == {file.stem for file in TRUTH.glob("*.json")}


def test_the_truth_is_as_it_was_read():
    sums = dict(reversed(line.split()) for line in (TRUTH / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {file.name for file in TRUTH.glob("*.json")}
    for name, digest in sums.items():
        assert hashlib.sha256((TRUTH / name).read_bytes()).hexdigest() == digest
