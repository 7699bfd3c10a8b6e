#!/usr/bin/env bash
# auto_pad with dilations, in onnxruntime: is the size kept?
#
# SAME_UPPER means as much padding as it takes for ceil(n / stride) windows. For a dilated MaxPool onnxruntime computes that
# padding as if the taps lay side by side, and then slides the dilated window: 16 elements become 12. onnx's inference says
# 16. A dilated Conv with auto_pad it refuses.
#
# Seen on 2026-11-29 with onnxruntime 1.32.0 and onnx 1.23.2: MaxPool of 16, kernel 3, dilation 3, SAME_UPPER gives 12;
# Conv with the same attributes "Dilation not supported for AutoPadType::SAME_UPPER or AutoPadType::SAME_LOWER."
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.2
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model(nodes, shape, weights=(), opset=18):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b", "c", "d"])
    constants = [numpy_helper.from_array(array, name) for name, array in weights]
    graph = helper.make_graph(nodes, "layer", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


import onnx
import onnxruntime

attributes = {"kernel_shape": [3, 1], "dilations": [3, 1], "auto_pad": "SAME_UPPER"}
image = np.arange(16, dtype=np.float32).reshape(1, 1, 16, 1)


def run(written):
    session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": image})[0].shape


pool = model([helper.make_node("MaxPool", ["x"], ["y"], **attributes)], [1, 1, 16, 1])
shape = onnx.shape_inference.infer_shapes(pool).graph.output[0].type.tensor_type.shape
inferred = [dim.dim_value for dim in shape.dim]
ran = run(pool)
print("inference", inferred, "onnxruntime", ran)
conv = helper.make_node("Conv", ["x", "w"], ["y"], **attributes)
try:
    run(model([conv], [1, 1, 16, 1], [("w", np.ones((1, 1, 3, 1), np.float32))]))
    refused = ""
except Exception as error:
    refused = str(error)
print("Conv:", refused[-100:])
raise SystemExit(0 if inferred[2] == 16 and ran[2] == 12 and "Dilation not supported" in refused else 1)
PYTHON
