"""What layers are called where they come from: joined through blocks and groups, counted through copies."""

from __future__ import annotations

import pytest

from cnnplan import rules
from cnnplan.plan import load
from cnnplan.spec.origins import together

SPEC = """
cnnplan: 1
input: [1, 3, 8, 8]
blocks:
  unit:
    args: {kernel: 3}
    layers:
      - conv: {out_channels: 3, kernel_size: kernel, padding: same}
        origin: conv{kernel}
      - relu
layers:
  - unit:
    repeat: {i: 2}
    origin: layer1.{i + 1}
  - sequence:
      - relu:
        origin: /Relu
      - unit: {kernel: 5}
      - unit: {kernel: 1}
        origin: last
    origin: tail
  - sigmoid
"""


def test_origins_are_joined():
    assert {node.name: node.origin for node in load(SPEC)} == {
        "unit1.conv1": "layer1.1.conv3",
        "unit1.relu1": "",
        "unit2.conv1": "layer1.2.conv3",
        "unit2.relu1": "",
        "relu1": "tail/Relu",
        "unit3.conv1": "tail.conv5",
        "unit3.relu1": "",
        "unit4.conv1": "tail.last.conv1",
        "unit4.relu1": "",
        "sigmoid1": "",
    }


@pytest.mark.parametrize(
    ("outer", "inner", "origin"),
    [("", "a", "a"), ("a", "", "a"), ("a", "b", "a.b"), ("a/", "b", "a/b"), ("a", "/b", "a/b"), ("a:", ":b", "a::b")],
)
def test_a_dot_stands_where_neither_brings_a_mark(outer, inner, origin):
    assert together(outer, inner) == origin


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ("{k}", "2:27: error: relu1: unknown name k"),
        ("[1]", "2:27: error: relu1: origin must be text"),
        ("{1 / 0}", "2:27: error: relu1: "),
    ],
)
def test_faults_are_found(origin, message):
    text = f"cnnplan: 1\nlayers: [{{relu: , origin: '{origin}'}}]\ninput: [1, 3]\n".replace("'[1]'", "[1]")
    assert any(message in str(finding) for finding in rules.check(text))
