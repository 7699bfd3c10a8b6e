#!/usr/bin/env bash
# Ceil mode with padding, in OpenVINO: do its two poolings agree about the last window?
#
# PyTorch drops a last window that would start in the padding, and ONNX's operators say the same from opset 22 on. OpenVINO
# reads AveragePool so, and MaxPool not: its output is a row longer, and holds the least float there. A network whose
# branches pool in both ways does not join any more.
#
# Seen on 2026-11-29 with OpenVINO 2026.4.1, opset 22, 7 elements, kernel 3, stride 3, padding 1, ceil_mode:
#   MaxPool (1, 1, 3, 1) of 7 x 1 and AveragePool (1, 1, 3, 1); of 5 elements MaxPool 3 with -3.4e38, AveragePool 2
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet openvino==2026.4.1 onnx==1.23.2 numpy==2.4.2
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model(nodes, shape, weights=(), opset=18):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b", "c", "d"])
    constants = [numpy_helper.from_array(array, name) for name, array in weights]
    graph = helper.make_graph(nodes, "layer", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


import openvino


def run(kind, n):
    attributes = {"kernel_shape": [3, 1], "strides": [3, 1], "pads": [1, 0, 1, 0], "ceil_mode": 1}
    node = helper.make_node(kind, ["x"], ["y"], **attributes)
    read = openvino.Core().read_model(model([node], [1, 1, n, 1], opset=22).SerializeToString())
    image = np.arange(1, n + 1, dtype=np.float32).reshape(1, 1, n, 1)
    return openvino.Core().compile_model(read, "CPU")([image])[0]


found = {(kind, n): run(kind, n) for kind in ("MaxPool", "AveragePool") for n in (5, 7)}
for (kind, n), y in found.items():
    print(kind, "of", n, y.shape, y.ravel())
sizes = {key: y.shape[2] for key, y in found.items()}
expected = {("MaxPool", 5): 3, ("AveragePool", 5): 2, ("MaxPool", 7): 3, ("AveragePool", 7): 3}
raise SystemExit(0 if sizes == expected and found["MaxPool", 5].min() < -1e38 else 1)
PYTHON
