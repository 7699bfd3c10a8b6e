"""Quantized graphs: they compute with what their whole numbers stand for, and say in which types they keep what.

One product worked out by hand in every form that files have: x = [0.9, -0.4] rounds to [1, -0.5] (steps of 0.5 around
3), the weight stands for [[.1, .2, .3], [.4, .5, .6]], and the result [-.1, -.05, 0] is 2 steps, 1 and 0 of 0.05.
"""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import load
from tests.translation.onnx.building import FLOAT, INT4, INT8, INT32, UINT8, info, model, node, tensor

X = info("x", ["N", 2])
Y = info("y", None)
INPUT = np.array([[0.9, -0.4]], "float32")
RESULT = [[-0.1, -0.05, 0]]

SCALES = [
    tensor("xs", [], [0.5]),
    tensor("xz", [], [3], UINT8),
    tensor("w", [2, 3], [1, 2, 3, 4, 5, 6], INT8),
    tensor("ws", [], [0.1]),
    tensor("wz", [], [0], INT8),
    tensor("ys", [], [0.05]),
    tensor("yz", [], [10], UINT8),
]
QDQ = [
    node("QuantizeLinear", ["x", "xs", "xz"], ["xq"]),
    node("DequantizeLinear", ["xq", "xs", "xz"], ["xd"]),
    node("DequantizeLinear", ["w", "ws", "wz"], ["wd"]),
    node("MatMul", ["xd", "wd"], ["p"]),
    node("QuantizeLinear", ["p", "ys", "yz"], ["pq"]),
    node("DequantizeLinear", ["pq", "ys", "yz"], ["y"]),
]
QLINEAR = [
    node("QuantizeLinear", ["x", "xs", "xz"], ["xq"]),
    node("QLinearMatMul", ["xq", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["yq"]),
    node("Reshape", ["yq", "shape"], ["yr"]),
    node("DequantizeLinear", ["yr", "ys", "yz"], ["y"]),
]
SHAPE = tensor("shape", [2], [-1, 3], 7)
RUNTIME = [
    node("QuantizeLinear", ["x", "xs", "xz"], ["xq"]),
    node("QGemm", ["xq", "xs", "xz", "w", "ws", "wz", "", "ys", "yz"], ["yq"], domain="com.microsoft"),
    node("DequantizeLinear", ["yq", "ys", "yz"], ["y"], domain="com.microsoft"),
]


@pytest.fixture
def read(tmp_path):
    def plan(*args, **options):
        path = tmp_path / "net.onnx"
        path.write_bytes(model(*args, **options))
        return load(path)

    return plan


def run(plan, x):
    (y,) = execute(plan.graph, values={"N": len(x)}, inputs=dict.fromkeys(plan.inputs, x)).outputs.values()
    return y


@pytest.mark.parametrize("nodes", [QDQ, QLINEAR, RUNTIME], ids=["qdq", "qlinear", "runtime"])
def test_the_same_product_in_every_form(read, nodes):
    plan = read(nodes, [X], [Y], [*SCALES, SHAPE], domains=["com.microsoft"])
    assert [layer.op.verb for layer in plan if layer.op.verb != "reshape"] == [
        "fake_quantize",
        "linear",
        "fake_quantize",
    ]
    np.testing.assert_allclose(run(plan, INPUT), RESULT, atol=1e-7)
    assert str(plan.macs) == "6*N"
    assert plan.params == 6
    assert plan.spec.description == ("Weights: 6 int8 (8 bits). Activations: 2 layers round to uint8 (8 bits).")


def test_a_scale_that_is_worked_out_as_the_network_runs(read):
    """Steps of 0.01: [0, 2.55] are 0 and 255 of them; the weight less 1 is [[0, 1, 2], [3, 4, 5]] tenths."""
    nodes = [
        node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        node("MatMulInteger", ["xq", "w", "xz", "one"], ["acc"]),
        node("Cast", ["acc"], ["sum"], to=FLOAT),
        node("Mul", ["xs", "ws"], ["s"]),
        node("Mul", ["sum", "s"], ["y"]),
    ]
    plan = read(nodes, [X], [Y], [*SCALES, tensor("one", [], [1], INT8)])
    assert [layer.op.verb for layer in plan] == ["fake_quantize", "linear", "multiply"]
    np.testing.assert_allclose(run(plan, np.array([[0, 2.55]], "float32")), [[0.765, 1.02, 1.275]], rtol=1e-6)


def test_a_convolution_with_a_scale_for_each_of_its_channels(read):
    """Of 3, 2 times (0.5 and 0.25) plus a bias of 4 steps of 0.5 * 0.5 and 0.5 * 0.25: 3 + 1 and 1.5 + 0.5."""
    nodes = [node("QLinearConv", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], ["y"])]
    tensors = [
        tensor("xs", [], [0.5]), tensor("xz", [], [1], UINT8), tensor("w", [2, 1, 1, 1], [2, 2], INT8),
        tensor("ws", [2], [0.5, 0.25]), tensor("wz", [2], [0, 0], INT8), tensor("ys", [], [0.5]),
        tensor("yz", [], [0], UINT8), tensor("b", [2], [4, 4], INT32),
    ]  # fmt: skip
    plan = read(nodes, [info("x", ["N", 1, 1, 1], UINT8)], [info("y", None, UINT8)], tensors)
    np.testing.assert_allclose(run(plan, np.array([[[[7]]]])), [[[[4]], [[2]]]])
    assert plan.spec.description.startswith("Weights: 2 int32 (32 bits), 2 int8 (8 bits). ")


def test_weights_of_four_bits_stand_two_in_a_byte(read):
    """The low half first, negative from 8 on: 0xE1 is 1 and -2."""
    nodes = [node("DequantizeLinear", ["w", "s"], ["wd"]), node("MatMul", ["x", "wd"], ["y"])]
    plan = read(nodes, [X], [Y], [tensor("w", [2, 1], [0xE1], INT4), tensor("s", [], [0.5])])
    np.testing.assert_allclose(run(plan, np.array([[10, 100]])), [[5 - 100]])
    assert plan.spec.description == "Weights: 2 int4 (4 bits)."


def test_weights_in_blocks_with_a_scale_each(read):
    """MatMulNBits: two rows of 16 nibbles less 8, all of them 9 (1) or 7 (-1), in a block with its scale."""
    nodes = [node("MatMulNBits", ["x", "w", "s"], ["y"], domain="com.microsoft", K=16, N=2, bits=4, block_size=16)]
    tensors = [tensor("w", [2, 1, 8], [0x99] * 8 + [0x77] * 8, UINT8), tensor("s", [2], [0.5, 0.25])]
    plan = read(nodes, [info("x", ["N", 16])], [Y], tensors, domains=["com.microsoft"])
    np.testing.assert_allclose(run(plan, np.ones((1, 16))), [[8, -4]])
    assert plan.params == 32
    assert plan.spec.description == "Weights: 32 uint4 (4 bits)."
    assert plan.memory.weights == 16
    (layer,) = plan
    assert str(layer.storage) == "uint4 / -"


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]), node("DequantizeLinear", ["q", "ys", "yz"], ["y"])],
            "whole numbers that are taken for others than they were made for",
        ),
        (
            [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]), node("Add", ["q", "q"], ["y"])],
            "arithmetic on the whole numbers of a quantized tensor",
        ),
        (
            [
                node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
                node("QuantizeLinear", ["x", "ys", "yz"], ["r"]),
                node("Concat", ["q", "r"], ["y"], axis=1),
            ],
            "quantized tensors whose whole numbers stand for different steps",
        ),
        (
            [
                node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
                node("MatMulInteger", ["q", "w", "z"], ["a"]),
                node("Relu", ["a"], ["y"]),
            ],
            "arithmetic on the whole numbers of a quantized tensor",
        ),
        (
            [
                node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
                node("MatMulInteger", ["q", "w", "z"], ["a"]),
                node("Cast", ["a"], ["c"], to=FLOAT),
                node("DynamicQuantizeLinear", ["x"], ["q2", "s2", "z2"]),
                node("Mul", ["c", "s2"], ["y"]),
            ],
            "times a scale that is not theirs",
        ),
    ],
)
def test_what_would_be_other_numbers_is_refused(read, nodes, message):
    with pytest.raises(SpecError, match=message):
        read(nodes, [X], [Y], SCALES)


def test_pixels_that_come_as_whole_numbers_are_computed_with(read):
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        node("Cast", ["t"], ["c"], to=FLOAT),
        node("Mul", ["c", "f"], ["y"]),
    ]
    plan = read(nodes, [info("x", ["N", "H", "W", 3], UINT8)], [Y], [tensor("f", [], [0.5])])
    assert [layer.op.verb for layer in plan] == ["permute", "multiply"]


def test_whether_something_is_so_becomes_a_number(read):
    nodes = [node("Greater", ["x", "f"], ["b"]), node("Cast", ["b"], ["y"], to=FLOAT)]
    plan = read(nodes, [X], [Y], [tensor("f", [], [0.5])])
    np.testing.assert_array_equal(run(plan, INPUT), [[1, 0]])
