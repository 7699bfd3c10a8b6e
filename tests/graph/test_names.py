"""What every layer is called: hand-worked from the rules of the language, one small network a rule."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnnplan

HEAD = """
cnnplan: 1
name: small
symbols: {N: 2, H: 20, W: 28}
input: [N, 3, H, W]
"""


def names(body: str) -> list[str]:
    return list(cnnplan.load(HEAD + dedent(body)).nodes)


CASES = {
    "unnamed entries are counted by verb, named and switched-off ones too": (
        """
        layers:
          - conv: {out_channels: 4, kernel_size: 3}
          - relu
          - conv: {out_channels: 5, kernel_size: 3}
            name: second
          - conv: {out_channels: 6, kernel_size: 3}
            when: false
          - conv: {out_channels: 7, kernel_size: 3}
          - relu
        """,
        ["conv1", "relu1", "second", "conv4", "relu2"],
    ),
    "a block is a scope": (
        """
        blocks:
          unit:
            layers:
              - conv: {out_channels: 4, kernel_size: 3}
              - relu
        layers:
          - unit
          - unit:
            name: last
        """,
        ["unit1.conv1", "unit1.relu1", "last.conv1", "last.relu1"],
    ),
    "the copies of an unnamed repeat are counted like entries written out": (
        """
        layers:
          - relu
          - relu:
            repeat: 2
          - relu
        """,
        ["relu1", "relu2", "relu3", "relu4"],
    ),
    "the copies of a named repeat are its parts": (
        """
        layers:
          - sequence:
              - conv: {out_channels: 4 + i, kernel_size: 1}
              - relu
            name: stack
            repeat: {i: 2}
          - relu:
            name: act
            repeat: 2
        """,
        ["stack.0.conv1", "stack.0.relu1", "stack.1.conv1", "stack.1.relu1", "act.0", "act.1"],
    ),
    "branches, sequences and paths without a name add no level": (
        """
        layers:
          - branches:
              paths:
                - - conv: {out_channels: 4, kernel_size: 1}
                - - sequence:
                      - conv: {out_channels: 5, kernel_size: 1}
                      - relu
          - relu
        """,
        ["conv1", "conv2", "relu1", "concat1", "relu2"],
    ),
    "named branches and named paths are scopes": (
        """
        layers:
          - branches:
              paths:
                - name: left
                  layers: [{conv: {out_channels: 4, kernel_size: 1}}]
                - [{conv: {out_channels: 5, kernel_size: 1}}]
            name: mix
        """,
        ["mix.left.conv1", "mix.conv1", "mix.concat1"],
    ),
    "a verb that is a value counts as what it is": (
        """
        blocks:
          unit:
            args: {act: required}
            layers: [act, {act: {}}]
        layers:
          - unit: {act: silu}
          - unit: {act: relu}
        """,
        ["unit1.silu1", "unit1.silu2", "unit2.relu1", "unit2.relu2"],
    ),
    "nothing repeated no times": (
        """
        layers:
          - relu
          - conv: {out_channels: 4, kernel_size: 3}
            name: nothing
            repeat: 0
          - sigmoid
        """,
        ["relu1", "sigmoid1"],
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_names(rule):
    body, expected = CASES[rule]
    assert names(body) == expected


def test_resnet_50_has_the_names_of_its_blocks(specs):
    plan = cnnplan.load(specs / "resnet.yaml")
    assert "layer1.bottleneck3.conv_bn2.conv1" in plan.nodes
    assert plan.end("layer4") == "layer4.bottleneck3.relu3"
    assert plan.end("layer2.bottleneck1") == "layer2.bottleneck1.relu3"
    assert plan.end("layer1.bottleneck3.conv_bn2") == "layer1.bottleneck3.conv_bn2.batch_norm1"
    with pytest.raises(KeyError, match="resnet has no layer layer5; did you mean layer"):
        plan["layer5"]
    assert repr(plan) == "Plan('resnet', layers=175, params=25557032)"
