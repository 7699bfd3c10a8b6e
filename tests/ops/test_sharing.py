"""What sharing saves: parameters, the weights if none were shared, and if everything were connected."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnplan
from cnnplan.ops import OPERATORS

SPECS = Path(__file__).parents[2] / "specs"

# LeCun et al. (1998), II.B, with their numbers where they give them: connections of C1 122,304; of C5 48,120;
# parameters of F6 10,164. Their C3 reads a part of the channels only: 151,600 connections, 1,516 parameters.
LENET = [
    ("c1.conv1", 156, 28 * 28 * 6 * (25 + 1), (32 * 32 + 1) * 4_704),
    ("c3.conv1", 2_416, 10 * 10 * 16 * (150 + 1), (6 * 14 * 14 + 1) * 1_600),
    ("c5.conv1", 48_120, 48_120, 48_120),
    ("f6", 10_164, 10_164, 10_164),
    ("digits", 850, 850, 850),
]

# operator, arguments, shape of the input: connections, dense
LITERAL = [
    (
        "conv",
        {"out_channels": 6, "kernel_size": 3, "groups": 2, "bias": False},
        (7, 4, 5, 8),
        3 * 6 * 6 * 18,
        160 * 108,
    ),
    ("conv_transpose", {"out_channels": 3, "kernel_size": 2, "stride": 2}, (7, 2, 4, 5), 40 * 12 + 240, 41 * 240),
    ("linear", {"out_features": 9}, (7, 5, 4), 5 * (4 * 9 + 9), 20 * 45 + 45),
    ("locally_connected", {"out_channels": 6, "kernel_size": 5}, (7, 1, 32, 28), 28 * 24 * 6 * 26, 897 * 4_032),
    ("rnn", {"hidden_size": 5}, (7, 6, 3), 6 * (15 + 25 + 10), 18 * 30 + 30),
    ("lstm", {"hidden_size": 5, "bidirectional": True}, (7, 6, 3), 6 * 2 * 4 * (15 + 25 + 10), 18 * 60 + 60),
    ("multi_head_attention", {"num_heads": 2}, (7, 5, 4), 4 * 5 * (16 + 4), 4 * (400 + 20)),
    ("embedding", {"num_embeddings": 11, "embedding_dim": 3}, (7, 5), 5 * 33, 55 * 15),
    ("batch_norm", {}, (7, 3, 4, 5), 2 * 60, 2 * 60),
    ("batch_norm", {"affine": False}, (7, 3, 4, 5), 0, 0),
    ("prelu", {}, (7, 3, 4, 5), 60, 60),
    ("scale", {}, (7, 3, 4, 5), 60, 60),
    ("relu", {}, (7, 3, 4, 5), 0, 0),
]


def twins(verb, args, shape):
    op = OPERATORS[verb](**args)
    output = op.output(shape)
    return op.connections((shape,), output), op.dense((shape,), output)


@pytest.mark.parametrize(("name", "params", "connections", "dense"), LENET)
def test_lenet(name, params, connections, dense):
    layer = cnnplan.load(SPECS / "lenet5.yaml").at()[name]
    assert (layer.params, layer.connections, layer.dense) == (params, connections, dense)


def test_totals_are_sums():
    plan = cnnplan.load(SPECS / "lenet5.yaml").at()
    assert (plan.params, plan.connections, plan.dense) == tuple(sum(row[at] for row in LENET) for at in (1, 2, 3))


@pytest.mark.parametrize(("verb", "args", "shape", "connections", "dense"), LITERAL)
def test_worked_by_hand(verb, args, shape, connections, dense):
    assert twins(verb, args, shape) == (connections, dense)


def test_a_parameter_is_shared_with_nothing():
    op = OPERATORS["parameter"](shape=(1, 5, 7))
    assert op.connections((), (1, 5, 7)) == op.dense((), (1, 5, 7)) == 35


def test_the_locally_connected_twin_has_as_many_weights():
    shape, args = (7, 3, 12, 9), {"out_channels": 5, "kernel_size": 3, "stride": 2, "padding": 1}
    twin = OPERATORS["locally_connected"](**args)
    weights = sum(_elements(weight.shape) for weight in twin.weights(shape).values())
    assert twins("conv", args, shape)[0] == weights == twins("locally_connected", args, shape)[0]


def test_formulas():
    plan = cnnplan.load(SPECS / "lenet5.yaml")
    assert str(plan["c1.conv1"].connections) == "156*(H - 4)*(W - 4)"


def test_layers_that_share_are_counted_each():
    text = """
cnnplan: 1
name: twice
input: [1, 4, 6, 5]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1, bias: false}
    repeat: 3
    share: true
"""
    plan = cnnplan.load(text)
    assert (plan.params, plan.connections) == (144, 3 * 144 * 30)


def _elements(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count
