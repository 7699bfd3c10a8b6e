"""What `explain` prints, whole; and that the numbers in it are those of the plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnnplan
from cnnplan.exploration.derivation import facts
from cnnplan.exploration.explaining import explain, operator
from cnnplan.ops import OPERATORS

TOPICS = [
    # spec, topic, the file of what is printed
    ("resnet", "layer2.bottleneck1.conv_bn2.conv1", "convolution.txt"),
    ("resnet", "max_pool1", "pooling.txt"),
    ("resnet", "layer3.bottleneck1.add1", "join.txt"),
    ("resnet", "fc", "linear.txt"),
    ("resnet", "H", "height.txt"),
    ("unet", "up1.doubled", "transposed.txt"),
    ("unet", "", "conditions.txt"),
    ("googlenet", "max_pool1", "ceiling.txt"),
    ("resnet", "", "structure.txt"),
]


@pytest.mark.parametrize(("spec", "topic", "file"), TOPICS)
def test_what_is_explained(specs, expected, spec, topic, file):
    expected(explain(cnnplan.load(specs / f"{spec}.yaml"), topic), file)


def test_layers_that_cost_less_with_more_of_a_symbol_do_not_grow_with_it(specs):
    told = explain(cnnplan.load(specs / "two_conv.yaml"), "stride")
    assert "3 layers cost less with more stride, 100.0% of the MACs" in told
    assert "grow" not in told


def test_a_layer_that_is_misspelt(specs):
    with pytest.raises(cnnplan.UsageError, match=r"no layer and no symbol layer1.bottelneck1; did you mean layer1.b"):
        explain(cnnplan.load(specs / "resnet.yaml"), "layer1.bottelneck1")


def test_a_condition_is_explained_by_the_layer_that_asks_for_it_alone():
    explained = explain(cnnplan.load(Path(__file__).parents[1] / "conditions" / "width.yaml")).splitlines()
    layers = [line.split(":")[0] for line in explained if line.startswith("  ") and ": " in line]
    assert layers == ["  add1", "  conv1", "  conv2"]


SIZES = {"inception_module": {"H": 28, "W": 30}}
"""Of specs that have no default sizes."""


@pytest.mark.parametrize("spec", ["resnet", "unet", "googlenet", "mobilenet_v2", "lenet5", "inception_module"])
def test_every_layer_can_be_explained(specs, spec):
    plan = cnnplan.load(specs / f"{spec}.yaml", **SIZES.get(spec, {}))
    for node in plan:
        text = explain(plan, node.name)
        assert text.startswith(f"{node.name}: {node.op.verb}\n")
        at = plan.at(**SIZES.get(spec, {}))[node.name]
        assert " x ".join(map(str, at.shape)) in text
        if at.macs:
            assert f"{at.macs:,}" in text


@pytest.mark.parametrize("verb", OPERATORS)
def test_every_operator_is_documented(verb):
    text = operator(verb)
    assert text.startswith(f"{verb}: ")
    assert {"Output", "Cost", "Source"} <= facts(OPERATORS[verb]).keys()
    for name in OPERATORS[verb].model_fields:
        assert re.search(rf"^  {name}: (required|default )", text, re.MULTILINE)


def test_conv_as_a_manual_page(expected):
    expected(operator("conv"), "conv.txt")


def test_what_there_is_not(specs):
    plan = cnnplan.load(specs / "lenet5.yaml")
    with pytest.raises(cnnplan.UsageError, match=r"no layer and no symbol conv; layers like it: c1\.conv1"):
        explain(plan, "conv")
    with pytest.raises(cnnplan.UsageError, match="no operator convolution"):
        operator("convolution")
