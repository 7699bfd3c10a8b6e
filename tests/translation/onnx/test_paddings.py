"""Paddings that a file computes from its sizes: told by the layer's own input, so that blocks are found."""

from __future__ import annotations

import pytest
import yaml

from cnnplan.conversion import convert, figures
from cnnplan.plan import load
from tests.translation.onnx.building import INT64, info, model, node, tensor

X = info("x", ["N", 2, "H", "W"])
NUMBERS = {"two": 2, "three": 3, "seven": 7, "eight": 8}
TENSORS = [
    *(tensor(name, [1], [value], INT64) for name, value in NUMBERS.items()),
    *(tensor(f"{value}.0", [1], [value]) for value in (0, 1, 2, 3, 5)),
    tensor("front", [2], [0, 0], INT64),
    tensor("w3", [2, 2, 3, 3]),
    tensor("w5", [2, 2, 5, 5]),
    tensor("least", [], [float("-inf")]),
]


def same(x, y, kernel):
    """TensorFlow's padding of both axes for a stride of 2, in decimals, the larger half behind.

    (ceil(n / 2) - 1) * 2 + kernel - n, and not less than nothing.
    """
    steps = [node("Shape", [x], [f"{y}.s"])]
    for axis, place in (("h", "two"), ("w", "three")):
        at = f"{y}.{axis}"
        steps += [
            node("Gather", [f"{y}.s", place], [f"{at}.i"]),
            node("Cast", [f"{at}.i"], [f"{at}.n"], to=1),
            node("Div", [f"{at}.n", "2.0"], [f"{at}.half"]),
            node("Ceil", [f"{at}.half"], [f"{at}.steps"]),
            node("Sub", [f"{at}.steps", "1.0"], [f"{at}.moves"]),
            node("Mul", [f"{at}.moves", "2.0"], [f"{at}.last"]),
            node("Add", [f"{at}.last", kernel], [f"{at}.end"]),
            node("Sub", [f"{at}.end", f"{at}.n"], [f"{at}.over"]),
            node("Clip", [f"{at}.over", "0.0"], [f"{at}.total"]),
        ]
    for axis in ("w", "h"):
        at = f"{y}.{axis}"
        steps += [
            node("Div", [f"{at}.total", "2.0"], [f"{at}.share"]),
            node("Cast", [f"{at}.share"], [f"{at}.before"], to=7),
            node("Cast", [f"{at}.before"], [f"{at}.start"], to=1),
            node("Sub", [f"{at}.total", f"{at}.start"], [f"{at}.rest"]),
            node("Cast", [f"{at}.rest"], [f"{at}.after"], to=7),
        ]
    sides = ["front", f"{y}.h.before", f"{y}.w.before", "front", f"{y}.h.after", f"{y}.w.after"]
    return [*steps, node("Concat", sides, [f"{y}.pads"], axis=0)]


def multiple(x, y, of):
    """What is missing at a multiple, behind both axes: as windows of attention want it."""
    steps = [node("Shape", [x], [f"{y}.s"])]
    for axis, place in (("h", "two"), ("w", "three")):
        at = f"{y}.{axis}"
        steps += [
            node("Gather", [f"{y}.s", place], [f"{at}.n"]),
            node("Mod", [f"{at}.n", of], [f"{at}.over"]),
            node("Sub", [of, f"{at}.over"], [f"{at}.short"]),
            node("Mod", [f"{at}.short", of], [f"{at}.after"]),
        ]
    return [*steps, node("Concat", ["front", "front", "front", f"{y}.h.after", f"{y}.w.after"], [f"{y}.pads"], axis=0)]


CASES = {
    "three": (same, "3.0", [["in_shape[2] % 2", 1], ["in_shape[3] % 2", 1]]),
    "five": (same, "5.0", [["in_shape[2] % 2 + 1", 2], ["in_shape[3] % 2 + 1", 2]]),
    "two": (same, "2.0", [[0, "in_shape[2] % 2"], [0, "in_shape[3] % 2"]]),
    "windows of seven": (multiple, "seven", [[0, "-in_shape[2] % 7"], [0, "-in_shape[3] % 7"]]),
    "windows of eight": (multiple, "eight", [[0, "-in_shape[2] % 8"], [0, "-in_shape[3] % 8"]]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_padding_is_told_by_the_input_of_its_layer(tmp_path, case):
    padded, number, wanted = CASES[case]
    nodes = [*padded("x", "y", number), node("Pad", ["x", "y.pads"], ["y"])]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, [X], [info("y", None)], TENSORS))
    (layer,) = yaml.safe_load(convert(path, flat=True))["layers"]
    assert layer["pad"] == {"padding": wanted}


def test_what_is_written_says_the_same_in_the_same_words(tmp_path):
    nodes = [
        *same("x", "a", "3.0"),
        node("Pad", ["x", "a.pads"], ["a"]),
        node("Conv", ["a", "w3"], ["b"], strides=[2, 2]),
        *same("b", "c", "5.0"),
        node("Pad", ["b", "c.pads"], ["c"]),
        node("Conv", ["c", "w5"], ["d"], strides=[2, 2]),
        *same("d", "e", "3.0"),
        node("Pad", ["d", "e.pads", "least"], ["e"]),
        node("MaxPool", ["e"], ["f"], kernel_shape=[3, 3], strides=[2, 2]),
    ]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, [X], [info("f", None)], TENSORS))
    text = convert(path)
    assert "value: -.inf" in text
    assert figures(load(text)) == figures(load(path))
    assert [*load(path).at(N=3, H=37, W=50).outputs.values()] == [(3, 2, 5, 7)]
