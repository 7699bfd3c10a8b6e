"""Files that want to do harm: cut off, damaged, endless. Every one is read or refused, and none takes long."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cnnplan.errors import CnnplanError
from cnnplan.plan import load
from cnnplan.translation.onnx.wire import message
from tests.translation.onnx.building import INT64, info, model, node, tensor
from tests.translation.onnx.mutations import mutated

GRAPH = Path(__file__).parent / "graphs" / "vgg16_bn.onnx"
X = info("x", ["N", 3, "H", "W"])


def survives(path, data):
    """Whether a file is a network; any other way to end than an error of ours is a fault."""
    path.write_bytes(data)
    try:
        load(path)
    except CnnplanError:
        return False
    return True


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.slow)])
def test_damaged_files_are_read_or_refused(tmp_path, count):
    rng = random.Random(count)  # noqa: S311 - nobody has to guess it
    data = GRAPH.read_bytes()
    for _ in range(count):
        survives(tmp_path / "net.onnx", mutated(data, rng))


def test_files_that_are_cut_off_are_refused(tmp_path):
    data = GRAPH.read_bytes()
    assert not any(survives(tmp_path / "net.onnx", data[:length]) for length in range(0, len(data) - 60, 97))


def deep(levels):
    """An If in an If."""
    graph = message([(1, node("Relu", ["x"], ["y"])), (12, info("y", None))])
    for _ in range(levels):
        branch = message([(1, "then_branch"), (6, graph), (20, 5)])
        inner = message([(1, "c"), (2, "y"), (4, "If"), (5, branch)])
        graph = message([(1, inner), (12, info("y", None))])
    return message([(1, "c"), (2, "y"), (4, "If"), (5, message([(1, "then_branch"), (6, graph), (20, 5)]))])


HOSTILE = {
    "empty": b"",
    "no graph": message([(1, 8)]),
    "cycle": model([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])], [X], [info("b", None)]),
    "a million inputs": model([node("Sum", ["x"] * 1_000_000, ["y"])], [X], [info("y", None)]),
    "endless extents": model([node("Add", ["x", "w"], ["y"])], [X], [info("y", None)], [tensor("w", [2**62])]),
    "many axes": model([node("Relu", ["x"], ["y"])], [info("x", [1] * 1000)], [info("y", None)]),
    "two of a name": model([node("Relu", ["x"], ["y"])], [X], [info("y", None)], [tensor("w", [1]), tensor("w", [2])]),
    "a shape of billions": model(
        [node("ConstantOfShape", ["s"], ["y"])], [X], [info("y", None)], [tensor("s", [1], [10**12], INT64)]
    ),
    "deep": model([deep(300)], [X], [info("y", None)], [tensor("c", [], [True], 9)]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_cost_little(tmp_path, name, effort):
    with effort() as done:
        survives(tmp_path / "net.onnx", HOSTILE[name])
    assert done.calls < 100_000 + 30 * len(HOSTILE[name])


def test_a_hundred_thousand_initializers_are_read(tmp_path):
    tensors = [tensor(f"w{n}", [3]) for n in range(100_000)]
    assert survives(tmp_path / "net.onnx", model([node("Relu", ["x"], ["y"])], [X], [info("y", None)], tensors))


@pytest.mark.parametrize("name", ["empty", "no graph", "cycle", "a million inputs", "two of a name"])
def test_what_is_no_network_is_refused(tmp_path, name):
    assert not survives(tmp_path / "net.onnx", HOSTILE[name])
