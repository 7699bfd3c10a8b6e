"""Nodes that are alike become what the first of them became, each with its own inputs; what differs is asked anew."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.plan import load
from cnnplan.translation.onnx import translator
from tests.translation.onnx.building import INT64, info, model, node, tensor

X = info("x", ["N", 4, "H", "W"])


@pytest.fixture
def asked(monkeypatch):
    """The operators whose rules are asked, in order."""
    found = []

    def rule(domain, op):
        found.append(op)
        return original(domain, op)

    original = translator.rule
    monkeypatch.setattr(translator, "rule", rule)
    return found


def planned(path, nodes, tensors=(), given=X, opset=17):
    path.write_bytes(model(nodes, [given], [info("y", None)], tensors, opset=opset))
    return load(path)


def both(path, nodes, tensors):
    """A network with two outputs, y and z."""
    path.write_bytes(model(nodes, [X], [info("y", None), info("z", None)], tensors))
    return load(path)


def chain(op, count, *inputs, **attributes):
    """Nodes of an operator one after the other, each with inputs of its own."""
    names = ["x", *(f"v{i}" for i in range(1, count)), "y"]
    return [
        node(op, [names[i], *(name.format(i) for name in inputs)], [names[i + 1]], f"/{i}/{op}", **attributes)
        for i in range(count)
    ]


def test_convolutions_that_are_alike_have_weights_of_their_own(tmp_path, asked):
    weights = [tensor(f"conv{i}.weight", [4, 4, 3, 3], [i + 0.5] * 144) for i in range(3)]
    nodes = chain("Conv", 3, "conv{}.weight", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    plan = planned(tmp_path / "net.onnx", nodes, weights)
    assert asked == ["Conv"]
    assert [layer.origin for layer in plan] == ["conv0", "conv1", "conv2"]
    assert [layer.params for layer in plan] == [144] * 3
    kept = plan.spec.weights()
    assert [kept[f"conv{i}.weight"].flat[0] for i in range(3)] == [0.5, 1.5, 2.5]


def test_matrices_that_are_turned_are_turned_each(tmp_path, asked):
    weights = [tensor(f"fc{i}.weight", [3, 3], [i + n / 8 for n in range(9)]) for i in range(3)]
    nodes = chain("MatMul", 3, "fc{}.weight")
    plan = planned(tmp_path / "net.onnx", nodes, weights, info("x", ["N", 5, 3]))
    assert asked == ["MatMul"]
    kept = plan.spec.weights()
    for i in range(3):
        wanted = np.array([i + n / 8 for n in range(9)]).reshape(3, 3).T
        assert np.array_equal(kept[f"fc{i}.weight"], wanted)


@pytest.mark.parametrize(("bounds", "count"), [([6, 6, 6], 1), ([6, 5, 6], 2)], ids=["alike", "unlike"])
def test_known_elements_are_what_a_layer_is_made_of(tmp_path, asked, bounds, count):
    tensors = [tensor("low", [], [0.25]), *(tensor(f"high{i}", [], [n]) for i, n in enumerate(bounds))]
    plan = planned(tmp_path / "net.onnx", chain("Clip", 3, "low", "high{}"), tensors)
    assert len(asked) == count
    assert [layer.op.max for layer in plan] == bounds


def test_attributes_are_what_a_layer_is_made_of(tmp_path, asked):
    nodes = [
        node("Elu", ["x"], ["a"], alpha=0.5),
        node("Elu", ["a"], ["b"], alpha=0.25),
        node("Elu", ["b"], ["y"], alpha=0.5),
    ]
    plan = planned(tmp_path / "net.onnx", nodes)
    assert len(asked) == 2
    assert [float(layer.op.alpha) for layer in plan] == [0.5, 0.25, 0.5]


def test_factors_that_look_like_weights_are_looked_into(tmp_path):
    tensors = [tensor(f"scales{i}", [4], [1, 1, n, n]) for i, n in enumerate((2, 3))]
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    nodes = [node("Resize", ["x", "", f"scales{i}"], [name], **how) for i, name in enumerate("yz")]
    assert [str(layer.shape[2]) for layer in both(tmp_path / "net.onnx", nodes, tensors)] == ["2*H", "3*H"]


def test_the_order_of_what_is_read_is_kept(tmp_path, asked):
    nodes = [
        node("Relu", ["x"], ["a"]), node("Tanh", ["x"], ["b"]),
        node("Sub", ["a", "b"], ["c"]), node("Sub", ["b", "a"], ["d"]), node("Sub", ["c", "d"], ["y"]),
    ]  # fmt: skip
    plan = planned(tmp_path / "net.onnx", nodes)
    assert asked == ["Relu", "Tanh", "Sub"]
    read = [layer.inputs for layer in plan][2:]
    assert read == [("a_Relu", "b_Tanh"), ("b_Tanh", "a_Relu"), ("c_Sub", "d_Sub")]


def test_the_same_whole_numbers_reshape_alike(tmp_path, asked):
    tensors = [tensor(f"shape{i}", [3], [0, 4, -1], INT64) for i in range(2)]
    nodes = [node("Reshape", ["x", f"shape{i}"], [name]) for i, name in enumerate("yz")]
    plan = both(tmp_path / "net.onnx", nodes, tensors)
    assert [[*map(str, layer.shape)] for layer in plan] == [["N", "4", "H*W"]] * 2
    assert asked == ["Reshape"]


def test_what_reads_one_thing_twice_is_no_example_for_what_reads_two(tmp_path):
    nodes = [
        node("Relu", ["x"], ["a"]), node("Tanh", ["x"], ["b"]),
        node("Mul", ["a", "a"], ["c"]), node("Mul", ["a", "b"], ["d"]), node("Mul", ["c", "d"], ["y"]),
    ]  # fmt: skip
    plan = planned(tmp_path / "net.onnx", nodes)
    assert [layer.inputs for layer in plan][2:] == [("a_Relu", "a_Relu"), ("a_Relu", "b_Tanh"), ("c_Mul", "d_Mul")]
