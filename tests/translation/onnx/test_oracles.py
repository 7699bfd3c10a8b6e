"""ONNX's own cases for its operators: what is read computes what they say; what is not is refused with a reason.

Of each case the first input is what comes in, and all that say how (axes, shapes, pads) are tensors of the file.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import load
from cnnplan.translation.onnx.operators import FAMILIES

onnx = pytest.importorskip("onnx")
pytestmark = pytest.mark.slow

READ = {op for ops in FAMILIES.values() for op in ops}
PAIRS = {
    "Add",
    "Sub",
    "Mul",
    "Div",
    "MatMul",
    "Concat",
    "Sum",
    "Mean",
    "Einsum",
    "Max",
    "Min",
    "Where",
    "Conv",
    "Gather",
}
"""Operators whose other inputs come in too."""


def cases():
    """The cases of operators that are read whose data are numbers."""
    from onnx.backend.test.case.node import collect_testcases  # noqa: PLC0415 - it computes them all

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        every = collect_testcases(None)
    for case in every:
        if case.model is None or any(node.domain for node in case.model.graph.node):
            continue
        inputs, outputs = ([plain(each) for each in side] for side in case.data_sets[0])
        numbers = all(each is not None and each.dtype == np.float32 for each in (*inputs[:1], *outputs))
        whole = numbers and all(each is not None for each in inputs)
        if whole and {node.op_type for node in case.model.graph.node} <= READ:
            yield case.name, case.model, inputs, outputs


def plain(value):
    if isinstance(value, list | tuple) or value is None:
        return None
    return onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)


def test_operators_compute_what_onnx_says(tmp_path):
    passed, refused, wrong = [], [], []
    for name, model, inputs, outputs in cases():
        found = told(tmp_path / "case.onnx", model, inputs, outputs)
        (passed if found is True else wrong if found is False else refused).append((name, found))
    assert wrong == []
    assert len(passed) > 500
    assert all("CNN" in reason for _, reason in refused)


def told(path, model, inputs, outputs):
    """Whether a case comes out right; the reason where it is refused."""
    graph = model.graph
    pairs = graph.node[0].op_type in PAIRS and len(graph.node) == 1
    arrays = dict(zip([info.name for info in graph.input], inputs, strict=True))
    keep = [
        info for place, info in enumerate(graph.input) if place == 0 or (pairs and inputs[place].dtype == np.float32)
    ]
    for name in arrays.keys() - {info.name for info in keep}:
        graph.initializer.append(onnx.numpy_helper.from_array(arrays[name], name))
    del graph.input[:]
    graph.input.extend(keep)
    onnx.save(model, path)
    if any(0 in arrays[info.name].shape for info in keep):
        return "CNN: nothing comes in"
    try:
        plan = load(path)
    except SpecError as error:
        return str(error)
    given = dict(zip(plan.inputs, (arrays[info.name] for info in keep), strict=True))
    found = execute(plan.graph, inputs=given).outputs
    pairs = zip((found[name] for name in plan.graph.outputs), outputs, strict=True)
    return all(a.shape == b.shape and np.allclose(a, b, 1e-3, 1e-5, equal_nan=True) for a, b in pairs)
