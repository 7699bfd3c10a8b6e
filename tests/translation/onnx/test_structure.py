"""What a file decides by sizes: one structure is taken, and what it rests on is a condition of the plan."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.conversion import convert
from cnnplan.errors import OutsideConditions, UsageError
from cnnplan.executor import execute
from cnnplan.plan import load
from tests.translation.onnx.building import INT64, graph, info, model, node, tensor

X = info("x", ["N", 3, "H", "W"])
HEIGHT = [node("Shape", ["x"], ["s"]), node("Gather", ["s", "two"], ["h"])]
TENSORS = [
    tensor("two", [], [2], INT64),
    tensor("limit", [], [100], INT64),
    tensor("one", [], [1], INT64),
    tensor("yes", [4], [1, 3, 16, 20], INT64),
    tensor("axes", [1], [2], INT64),
]


@pytest.fixture
def path(tmp_path):
    def written(*args, **options):
        found = tmp_path / "net.onnx"
        found.write_bytes(model(*args, **options))
        return found

    return written


def branch(op, *reads):
    return graph([node(op, [*reads], [f"y{op}"])], [f"y{op}"])


def chosen(compare, right, then, otherwise):
    return [
        *HEIGHT,
        node(compare, ["h", right], ["when"]),
        node("If", ["when"], ["y"], then_branch=then, else_branch=otherwise),
        node("Sigmoid", ["y"], ["z"]),
    ]


CASES = [
    # large maps take the branch for large maps, and small ones are outside of what is answered
    ("Greater", "limit", branch("Relu", "x"), branch("Tanh", "x"), "relu", ["H >= 101"], 101, 100),
    ("Less", "limit", branch("Relu", "x"), branch("Tanh", "x"), "tanh", ["H >= 100"], 100, 99),
    # PyTorch's squeeze of an axis that may have one element
    ("Equal", "one", branch("Squeeze", "x", "axes"), branch("Identity", "x"), None, ["H >= 2"], 2, 1),
]


@pytest.mark.parametrize(("compare", "right", "then", "other", "verb", "conditions", "inside", "outside"), CASES)
def test_a_branch_by_a_size_is_a_condition(path, compare, right, then, other, verb, conditions, inside, outside):
    nodes = chosen(compare, right, then, other)
    plan = load(path(nodes, [X], [info("z", None)], TENSORS))
    assert [layer.op.verb for layer in plan] == [each for each in ("require", verb, "sigmoid") if each]
    assert [*map(str, plan.conditions)] == conditions
    assert [*plan.at(N=2, H=inside, W=7).outputs.values()] == [(2, 3, inside, 7)]
    with pytest.raises(OutsideConditions):
        plan.at(N=2, H=outside, W=7)


def test_a_size_that_is_chosen_by_a_size(path):
    """Where in shape arithmetic: an extent of 1 is meant to be repeated, as in expand(-1, ...)."""
    nodes = [
        *HEIGHT,
        node("Equal", ["h", "one"], ["when"]),
        node("Where", ["when", "limit", "h"], ["rows"]),
        node("Unsqueeze", ["rows", "zero"], ["row"]),
        node("Concat", ["front", "row"], ["shape"], axis=0),
        node("Reshape", ["x", "shape"], ["y"]),
    ]
    tensors = [*TENSORS, tensor("zero", [1], [0], INT64), tensor("front", [2], [0, -1], INT64)]
    plan = load(path(nodes, [X], [info("y", None)], tensors))
    assert [*map(str, plan.conditions)] == ["H >= 2"]
    assert [*plan.at(N=2, H=5, W=7).outputs.values()] == [(2, 21, 5)]


def test_the_condition_is_written_and_read_again(path):
    nodes = [
        *HEIGHT,
        node("Mod", ["h", "eight"], ["rest"]),
        node("Less", ["rest", "three"], ["when"]),
        node("If", ["when"], ["y"], then_branch=branch("Relu", "x"), else_branch=branch("Tanh", "x")),
    ]
    tensors = [*TENSORS, tensor("eight", [], [8], INT64), tensor("three", [], [3], INT64)]
    file = path(nodes, [X], [info("y", None)], tensors)
    assert [*map(str, load(file).conditions)] == ["H % 8 < 3"]
    assert [*map(str, load(convert(file)).conditions)] == ["H % 8 < 3"]


def test_constants_that_depend_on_sizes_are_made_as_it_runs(path):
    """A ramp over the rows, 0 to H - 1, is added to each: what position tables are made of."""
    nodes = [
        *HEIGHT,
        node("Range", ["nought", "h", "step"], ["ramp"]),
        node("Cast", ["ramp"], ["decimals"], to=1),
        node("Reshape", ["decimals", "column"], ["rows"]),
        node("Add", ["x", "rows"], ["y"]),
    ]
    tensors = [
        *TENSORS,
        tensor("nought", [], [0], INT64),
        tensor("step", [], [1], INT64),
        tensor("column", [3], [1, -1, 1], INT64),
    ]
    plan = load(path(nodes, [X], [info("y", None)], tensors))
    x = np.zeros((1, 3, 4, 2), "float32")
    (y,) = execute(plan.graph, values={"N": 1, "H": 4, "W": 2}, inputs={"input": x}).outputs.values()
    np.testing.assert_array_equal(y, np.broadcast_to([[0], [1], [2], [3]], x.shape))
    with pytest.raises(UsageError, match="no value for H, on which a constant of the file depends"):
        [*plan.spec.weights().values()]


ROLLS = {
    # an exporter that knows the extent writes it as the end
    "to its end": (9, 3, 9, ["roll"], (2, 3, 9, 8)),
    "past its end": (9, 3, 12, ["roll"], (2, 3, 9, 8)),
    "of a free extent": ("H", 3, 9, ["slice", "slice", "concat"], (2, 3, 9, 8)),
    "not to its end": (9, 3, 7, ["slice", "slice", "concat"], (2, 3, 7, 8)),
}


@pytest.mark.parametrize("case", ROLLS)
def test_the_end_of_an_axis_before_its_beginning_is_a_roll(path, case):
    height, start, end, verbs, shape = ROLLS[case]
    tensors = [*TENSORS, tensor("start", [1], [start], INT64), tensor("end", [1], [end], INT64)]
    tensors.append(tensor("nought", [1], [0], INT64))
    nodes = [
        node("Slice", ["x", "start", "end", "axes"], ["behind"]),
        node("Slice", ["x", "nought", "start", "axes"], ["before"]),
        node("Concat", ["behind", "before"], ["y"], axis=2),
    ]
    plan = load(path(nodes, [info("x", [2, 3, height, 8])], [info("y", None)], tensors))
    assert [layer.op.verb for layer in plan] == verbs
    values = {"H": 9} if height == "H" else {}
    x = np.arange(2 * 3 * 9 * 8, dtype="float32").reshape(2, 3, 9, 8)
    (y,) = execute(plan.graph, values=values, inputs={"input": x}).outputs.values()
    np.testing.assert_array_equal(y, np.concatenate([x[:, :, start:end], x[:, :, :start]], 2))
    assert y.shape == shape


PARTS = {
    "a slice": (["one", "three", "one", "one"], "Slice", {}, [2, 5, 3], "MatMul", (2, 5, 2), 2 * 5 * 3 * 2),
    "an element": (["row"], "Gather", {"axis": 0}, [2, 5, 7], "Mul", (2, 5, 7), 0),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_of_a_weight_leaves_the_rest_of_it_trained(path, case):
    reads, op, more, extents, last, shape, macs = PARTS[case]
    tensors = [tensor(name, [1], [value], INT64) for name, value in (("one", 1), ("three", 3))]
    tensors += [tensor("row", [], [1], INT64), tensor("w", [3, 7], [0.5 + i for i in range(21)])]
    nodes = [node(op, ["w", *reads], ["part"], **more), node(last, ["x", "part"], ["y"])]
    plan = load(path(nodes, [info("x", extents)], [info("y", None)], tensors))
    assert (plan.params, plan.buffers, plan.macs, [*plan][-1].shape) == (21, 0, macs, shape)
    x = np.arange(2 * 5 * extents[-1], dtype="float32").reshape(extents)
    (y,) = execute(plan.graph, inputs={"input": x}).outputs.values()
    w = np.array([0.5 + i for i in range(21)], "float32").reshape(3, 7)
    np.testing.assert_allclose(y, x @ w[:, 1:3] if op == "Slice" else x * w[1], rtol=1e-6)
