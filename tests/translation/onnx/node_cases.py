"""ONNX's own cases for its operators: which come out as they say, which are refused and why.

    python -m tests.translation.onnx.node_cases

Those whose data are float32 and whose operators are all read. Of each case the first input is what comes in (all of
them where an operator computes with several), and what says how (axes, shapes, pads) are tensors of the file. Needs
the `onnx` package.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import onnx

from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import load
from cnnplan.translation.onnx.operators import FAMILIES

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


def judged(path):
    """Of each case its name, its operator, and what `told` says of it."""
    for name, model, inputs, outputs in cases():
        op = model.graph.node[0].op_type
        yield name, op, told(path, model, inputs, outputs)


def main():
    with tempfile.TemporaryDirectory() as folder:
        every = [*judged(Path(folder) / "case.onnx")]
    refused = [(name, op, found) for name, op, found in every if isinstance(found, str)]
    wrong = [name for name, _, found in every if found is False]
    say(f"{sum(found is True for *_, found in every)} passed, {len(refused)} refused, {len(wrong)} wrong {wrong or ''}")
    for op, count in sorted(Counter(op for _, op, _ in every).items()):
        passed = sum(each == op and found is True for _, each, found in every)
        say(f"{op:28} {passed:4} of {count:4}")
    for (op, reason), count in Counter((op, short(found)) for _, op, found in refused).most_common():
        say(f"{count:4} {op}: {reason}")


def short(reason):
    """A message without its file and node."""
    return re.sub(r"^.*?error: ", "", reason.splitlines()[0])


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


if __name__ == "__main__":
    main()
