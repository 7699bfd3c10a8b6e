"""Nodes that mean more than is understood: the whole message, and its operator named once."""

from __future__ import annotations

import pytest

from cnnplan.errors import SpecError
from cnnplan.plan import load
from tests.translation.onnx.building import INT64, info, model, node, tensor

X = info("x", ["N", 3, "H", "W"])
TENSORS = [
    tensor("table", [2, 3], [1, 2, 3, 4, 5, 6]),
    tensor("one", [], [1], INT64),
    tensor("zero", [1], [0], INT64),
    tensor("below", [1], [-3], INT64),
    tensor("eight", [1], [8], INT64),
]

SHAPE = [node("Shape", ["x"], ["s"]), node("Sub", ["zero", "s"], ["less"])]

CASES = {
    "an attribute of no version": (
        [node("Relu", ["x"], ["y"], slope=0.1)],
        "/y/Relu (Relu): attribute slope",
    ),
    "of two nodes": (
        [*(node("Relu", ["x"], [name], slope=0.1) for name in "ab"), node("Add", ["a", "b"], ["y"])],
        "/a/Relu (Relu): attribute slope (2 nodes: /b/Relu (Relu))",
    ),
    "attributes": (
        [node("Softmax", ["x"], ["y"], axis=1, heads=3, causal=1)],
        "/y/Softmax (Softmax): attribute causal, heads",
    ),
    "attention to neighbours": (
        [node("Attention", ["x", "x", "x"], ["y"], left_window_size=2)],
        "/y/Attention (Attention): left_window_size 2",
    ),
    "a sum that leaves itself out": (
        [node("CumSum", ["table", "one"], ["t"], exclusive=1), node("Mul", ["x", "t"], ["y"])],
        "/t/CumSum (CumSum): exclusive 1",
    ),
    "a sum from behind": (
        [node("CumSum", ["table", "one"], ["t"], reverse=1), node("Mul", ["x", "t"], ["y"])],
        "/t/CumSum (CumSum): reverse 1",
    ),
    "a remainder that may be negative": (
        [*SHAPE, node("Mod", ["less", "eight"], ["m"], fmod=1), node("Expand", ["x", "m"], ["y"])],
        "/m/Mod (Mod): fmod 1 of what may be negative",
    ),
    "what only constants may be": (
        [node("EyeLike", ["x"], ["e"]), node("CumSum", ["x", "one"], ["y"])],
        "/y/CumSum (CumSum): a running sum of what a layer gives",
    ),
    "the sign of what comes in": (
        [node("Sign", ["x"], ["y"])],
        "/y/Sign (Sign): it is understood of constants alone, and this is what a layer gives",
    ),
    "an operator": (
        [node("Det", ["x"], ["y"])],
        "/y/Det (Det): it is not understood",
    ),
    "an operator of another world": (
        [node("Det", ["x"], ["y"], domain="com.example")],
        "/y/Det (Det): the operator com.example.Det is not understood",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_whole_message(tmp_path, case):
    nodes, message = CASES[case]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, [X], [info("y", None)], TENSORS, opset=23))
    with pytest.raises(SpecError) as error:
        load(path)
    assert str(error.value).splitlines() == [f"{path}: error: {message} [CNN031]"]


def test_a_remainder_of_sizes_is_the_same_either_way(tmp_path):
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Mod", ["s", "eight"], ["m"], fmod=1),
        node("Slice", ["m", "two", "four"], ["behind"]),
        node("Concat", ["front", "behind"], ["pads"], axis=0),
        node("Pad", ["x", "pads"], ["z"]),
    ]
    tensors = [*TENSORS, tensor("two", [1], [2], INT64), tensor("four", [1], [4], INT64)]
    tensors.append(tensor("front", [6], [0] * 6, INT64))
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, [X], [info("z", None)], tensors))
    assert [*load(path).at(N=1, H=21, W=19).outputs.values()] == [(1, 3, 26, 22)]


def test_an_output_that_nothing_gives(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(model([node("Relu", ["x"], ["y"])], [X], [info("y", None), info("z", None)]))
    with pytest.raises(SpecError) as error:
        load(path)
    assert str(error.value) == f"{path}: error: z: an output: it reads z, which nothing before it gives [CNN031]"
