#!/usr/bin/env bash
# A pooling window that is larger than its input, in ONNX: how long is the output?
#
# The operators' text says floor((n + pads - kernel) / stride + 1): for n = 2, kernel 3, stride 3 that is
# floor(2/3) = 0, and PyTorch refuses such a layer. onnx's shape inference and onnxruntime divide whole numbers as C
# does, towards zero: (2 - 3) / 3 is 0, plus 1 is 1. They give one window that hangs over the edge, and pool what is
# there; onnx's own reference evaluator gives none. So a recogniser whose export ends in such a pool runs at heights
# at which the network that it was made from does not.
#
# Seen on 2026-11-29 with onnx 1.23.2 and onnxruntime 1.32.0:
#   inference 1, onnxruntime 1 with the values [5, 6, 7, 8], reference evaluator 0
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3, 1], strides=[3, 1])
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 2, 4])
y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
graph = helper.make_graph([node], "pool", [x], [y])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
image = np.arange(1, 9, dtype=np.float32).reshape(1, 1, 2, 4)

shape = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph.output[0].type.tensor_type.shape
inferred = [dim.dim_value for dim in shape.dim]
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
(ran,) = session.run(None, {"x": image})
(reference,) = ReferenceEvaluator(model).run(None, {"x": image})
print("the formula gives", (2 - 3) // 3 + 1)
print("onnx's inference", inferred)
print("onnxruntime", ran.shape, ran.ravel())
print("onnx's reference evaluator", reference.shape)
same = inferred == [1, 1, 1, 4] and ran.ravel().tolist() == [5, 6, 7, 8] and reference.shape == (1, 1, 0, 4)
raise SystemExit(0 if same else 1)
PYTHON
