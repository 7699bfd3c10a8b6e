"""Exports of real networks against PyTorch: multiply-adds and output at every size, from one symbolic plan each.

The figures were measured in PyTorch 2.13 with torchvision 0.28 and timm 1.0.31. The exporter folded batch norms into
convolutions unless the name says that they were kept: of the two weights per channel one stays, as a bias, or none
where the convolution had one before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan.errors import OutsideConditions
from cnnplan.plan import load

GRAPHS = Path(__file__).parent / "graphs"
USUAL, ODD, MULTIPLE = (1, 224, 224), (2, 257, 289), (2, 288, 352)

TRUTH = {
    "alexnet": (61_100_840, 0, {USUAL: 714_188_480}),
    "alexnet_dynamo": (61_100_840, 0, {USUAL: 714_188_480, ODD: None, MULTIPLE: None}),
    "dla34": (15_742_104, 7_744, {USUAL: 3_060_043_776, ODD: None, MULTIPLE: 12_364_029_952}),
    "googlenet": (6_624_904, 7_280, {USUAL: 1_498_376_192, ODD: 4_407_566_720, MULTIPLE: 6_052_573_184}),
    "hrnet_w18_small": (13_187_464, 15_856, {USUAL: 1_601_508_352, ODD: None, MULTIPLE: 6_467_221_504}),
    "mobilenet_v3_large": (5_483_032, 12_200, {USUAL: 216_589_760, ODD: 706_425_392, MULTIPLE: 867_003_520}),
    "resnet18": (11_689_512, 4_800, {USUAL: 1_814_073_344, ODD: 5_897_355_648, MULTIPLE: 7_329_292_288}),
    "resnet50": (25_557_032, 26_560, {USUAL: 4_089_184_256, ODD: 13_310_648_704, MULTIPLE: 16_519_462_912}),
    "resnet50_bn_kept": (25_557_032, 0, {USUAL: 4_089_184_256, ODD: 13_310_648_704, MULTIPLE: 16_519_462_912}),
    "squeezenet1_0": (1_248_424, 0, {USUAL: 818_924_576, ODD: 2_466_880_768, MULTIPLE: 3_388_969_024}),
    "vgg16_bn": (138_365_992, 8_448, {USUAL: 15_470_264_320}),
}
"""Parameters and those that were folded, and multiply-adds by size; None where the file cannot run."""


@pytest.fixture(scope="module")
def plans():
    return {name: load(GRAPHS / f"{name}.onnx") for name in TRUTH}


@pytest.mark.parametrize("name", TRUTH)
def test_parameters_are_pytorchs(plans, name):
    params, folded, _ = TRUTH[name]
    assert plans[name].params == params - folded
    assert plans[name].buffers == (53_120 if name.endswith("bn_kept") else 0)


def bound(plan, size):
    """The values of the symbols of an input of these sizes."""
    (shape,) = plan.inputs.values()
    pairs = zip((shape[0], *shape[2:]), size, strict=True)
    return {str(extent): n for extent, n in pairs if not isinstance(extent, int)}


@pytest.mark.parametrize(("name", "size"), [(name, size) for name, (_, _, sizes) in TRUTH.items() for size in sizes])
def test_figures_are_pytorchs_at_every_size(plans, name, size):
    macs = TRUTH[name][2][size]
    values = bound(plans[name], size)
    if macs is None:
        with pytest.raises(OutsideConditions):
            plans[name].at(**values)
        return
    plan = plans[name].at(**values)
    assert plan.macs == macs
    assert [*plan.outputs.values()] == [(size[0], 1000)]


CONDITIONS = {
    "dla34": ["H % 32 in {0, 31}", "W % 32 in {0, 31}"],
    "hrnet_w18_small": ["H % 32 in {0, 29, 30, 31}", "W % 32 in {0, 29, 30, 31}"],
    "squeezenet1_0": ["H >= 21", "W >= 21"],
    "resnet50": [],
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_say_which_sizes_it_takes(plans, name):
    assert [*map(str, plans[name].conditions)] == CONDITIONS[name]


def test_a_size_that_the_exporter_baked_in_is_found_at_its_layer(plans):
    """`flatten` was written for 6 x 6 places: at other sizes the classifier does not fit."""
    with pytest.raises(OutsideConditions, match=r"node_linear_fit.*9216"):
        plans["alexnet_dynamo"].at(N=1, s53=256, s0=256)


def test_layers_know_the_module_that_they_come_from(plans):
    origins = {node.origin: node.op.verb for node in plans["resnet50_bn_kept"]}
    assert origins["layer1.0.conv1"] == "conv"
    assert origins["layer1.0.bn1"] == "batch_norm"
    assert origins["layer4.2.Add"] == "add"
    assert origins["fc"] == "linear"
