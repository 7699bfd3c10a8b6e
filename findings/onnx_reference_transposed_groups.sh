#!/usr/bin/env bash
# ConvTranspose in groups, in onnx's reference evaluator: does it run?
#
# A transposed convolution of 4 channels in 2 groups is legal ONNX, onnx's inference gives its shape and onnxruntime runs it.
# The reference evaluator raises a ValueError about a reshape.
#
# Seen on 2026-11-29 with onnx 1.23.2 and onnxruntime 1.32.0: inference (1, 6, 9, 11), onnxruntime the same, reference
# "cannot reshape array of size ...".
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


import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], kernel_shape=[3, 3], strides=[2, 2], group=2)
weight = np.ones((4, 3, 3, 3), np.float32)
written = model([node], [1, 4, 4, 5], [("w", weight)])
x = np.ones((1, 4, 4, 5), np.float32)
shape = onnx.shape_inference.infer_shapes(written).graph.output[0].type.tensor_type.shape
inferred = tuple(dim.dim_value for dim in shape.dim)
session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
ran = session.run(None, {"x": x})[0].shape
try:
    told = str(ReferenceEvaluator(written).run(None, {"x": x})[0].shape)
except ValueError as error:
    told = str(error)
print("inference", inferred, "onnxruntime", ran, "reference", told)
raise SystemExit(0 if inferred == ran == (1, 6, 9, 11) and "reshape" in told else 1)
PYTHON
