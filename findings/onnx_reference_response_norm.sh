#!/usr/bin/env bash
# LRN in onnx's reference evaluator: is it the operator's formula?
#
# The text of the operator: square_sum[n, c, ...] = sum of X[n, i, ...] ** 2 for i from max(0, c - floor((size - 1) / 2)) to
# min(C - 1, c + ceil((size - 1) / 2)), and Y = X / (bias + alpha / size * square_sum) ** beta. onnxruntime computes that. The
# reference evaluator, which others are tested against, gives other values where there are several channels.
#
# Seen on 2026-11-29 with onnx 1.23.2 and onnxruntime 1.32.0 on a (1, 6, 2, 3) input, size 3, alpha 0.5, beta 0.75: onnxruntime
# follows the formula to 1e-6, the reference evaluator is off by more than 1e-3.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model(nodes, shape, weights=(), opset=18):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b", "c", "d"])
    constants = [numpy_helper.from_array(array, name) for name, array in weights]
    graph = helper.make_graph(nodes, "layer", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


import onnxruntime
from onnx.reference import ReferenceEvaluator

size, alpha, beta = 3, 0.5, 0.75
written = model([helper.make_node("LRN", ["x"], ["y"], size=size, alpha=alpha, beta=beta, bias=1.0)], [1, 6, 2, 3])
x = (np.arange(36, dtype=np.float32).reshape(1, 6, 2, 3) - 12) / 12
sums = np.stack([(x[:, max(0, c - 1) : c + 2] ** 2).sum(axis=1) for c in range(6)], axis=1)
right = x / (1 + alpha / size * sums) ** beta
session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
ran = session.run(None, {"x": x})[0]
reference = ReferenceEvaluator(written).run(None, {"x": x})[0]
print("onnxruntime off by", np.abs(ran - right).max())
print("reference evaluator off by", np.abs(reference - right).max())
as_seen = np.abs(ran - right).max() < 1e-6 and np.abs(reference - right).max() > 1e-3
raise SystemExit(0 if as_seen else 1)
PYTHON
