"""A part of a tensor that is assigned, as exporters write it: a ScatterND whose indices are a grid of ranges."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import load
from tests.translation.onnx.building import INT64, info, model, node, tensor


def whole(name, *values):
    return tensor(name, [len(values)], [*values], INT64)


def scalar(name, value):
    return tensor(name, [], [value], INT64)


TENSORS = [
    *(scalar(f"n{n}", n) for n in (0, 1, 2)),
    *(whole(f"v{n}", n) for n in (-1, 0, 1)),
    whole("end", 2**63 - 1),
    whole("down3", -1, 1, 1),
    whole("down2", -1, 1),
    whole("v2", 2),
    tensor("rows", [2, 1], [1, 0], INT64),
]


def counted(axis, start):
    """The places of an axis from one on."""
    return [
        node("Gather", ["s", f"n{axis}"], [f"size{axis}"], axis=0),
        node("Range", ["n0", f"size{axis}", "n1"], [f"all{axis}"]),
        node("Slice", [f"all{axis}", f"v{start}", "end", "v0"], [f"r{axis}"]),
    ]


def grid(*starts):
    """The indices of a part of the first three axes."""
    nodes = [node("Shape", ["x"], ["s"]), *(each for axis, start in enumerate(starts) for each in counted(axis, start))]
    nodes += [node("Reshape", ["r0", "down3"], ["a0"]), node("Reshape", ["r1", "down2"], ["a1"])]
    nodes += [
        node("Add", ["a0", "a1"], ["sum01"]),
        node("Add", ["sum01", "r2"], ["sum"]),
        node("Shape", ["sum"], ["box"]),
    ]
    for axis, name in enumerate(("a0", "a1", "r2")):
        nodes += [node("Expand", [name, "box"], [f"e{axis}"]), node("Unsqueeze", [f"e{axis}", "v-1"], [f"u{axis}"])]
    return [*nodes, node("Concat", ["u0", "u1", "u2"], ["i"], axis=-1)]


@pytest.fixture
def read(tmp_path):
    def written(nodes, shape):
        path = tmp_path / "net.onnx"
        path.write_bytes(model(nodes, [info("x", shape)], [info("y", None)], TENSORS))
        return load(path)

    return written


@pytest.mark.parametrize("shape", [["N", "H", "W", 5], ["N", 3, 4, 5]])
@pytest.mark.parametrize("start", [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1)])
def test_a_part_that_is_assigned(read, shape, start):
    """y = x; y[:, a:, b:] = -x[:, a:, b:]"""
    cut = [
        node("Slice", ["x", f"v{start[1]}", "end", "v1"], ["c1"]),
        node("Slice", ["c1", f"v{start[2]}", "end", "v2"], ["c2"]),
        node("Neg", ["c2"], ["u"]),
    ]
    nodes = [*grid(*start), *cut, node("ScatterND", ["x", "i", "u"], ["y"])]
    plan = read(nodes, shape)
    x = np.arange(120, dtype="float32").reshape(2, 3, 4, 5)
    values = {name: n for name, n in zip("NHW", (2, 3, 4), strict=True) if name in plan.spec.symbols}
    (y,) = execute(plan.graph, values=values, inputs={"input": x}).outputs.values()
    expected = x.copy()
    expected[:, start[1] :, start[2] :] *= -1
    np.testing.assert_array_equal(y, expected)
    some = [f"{name} >= 2" for name, first in zip("NHW", start, strict=True) if first and name in values]
    assert [*map(str, plan.conditions)] == some


def test_a_part_of_a_constant_stays_a_constant(read):
    """Masks of shifted windows are made like that, where height and width are symbols."""
    nodes = [
        *grid(0, 1, 1),
        node("ConstantOfShape", ["s"], ["zeros"]),
        node("Slice", ["zeros", "v1", "end", "v1"], ["z1"]),
        node("Slice", ["z1", "v1", "end", "v2"], ["z2"]),
        node("Exp", ["z2"], ["ones"]),
        node("ScatterND", ["zeros", "i", "ones"], ["mask"]),
        node("Add", ["x", "mask"], ["y"]),
    ]
    plan = read(nodes, ["N", "H", "W", 5])
    assert [layer.op.verb for layer in plan] == ["constant", "add"]
    x = np.zeros((2, 3, 4, 5), "float32")
    (y,) = execute(plan.graph, values={"N": 2, "H": 3, "W": 4}, inputs={"input": x}).outputs.values()
    expected = x.copy()
    expected[:, 1:, 1:] = 1
    np.testing.assert_array_equal(y, expected)


def test_rows_in_any_order_are_refused(read):
    nodes = [node("Slice", ["x", "v0", "v2", "v0"], ["u"]), node("ScatterND", ["x", "rows", "u"], ["y"])]
    with pytest.raises(SpecError, match="ScatterND into what a layer gives, but for a part of it"):
        read(nodes, [4, 3])
