#!/usr/bin/env bash
# Resize by 0.7, in ONNX: how long are 10 elements then?
#
# The operator's text says floor(10 * 0.7). The scale is stored as float32, which is a little less than 0.7. onnx's inference
# multiplies exactly and gives 6; onnxruntime multiplies in float32, which rounds up to 7.0, and gives 7. A file that carries
# what inference wrote contradicts what runs.
#
# Seen on 2026-11-29 with onnx 1.23.2 and onnxruntime 1.32.0: inference 6, onnxruntime 7, reference evaluator 6.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.2
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

node = helper.make_node("Resize", ["x", "", "s"], ["y"], mode="nearest", nearest_mode="floor",
                        coordinate_transformation_mode="asymmetric")
written = model([node], [1, 1, 10, 1], [("s", np.array([1, 1, 0.7, 1], dtype=np.float32))])
x = np.arange(10, dtype=np.float32).reshape(1, 1, 10, 1)
shape = onnx.shape_inference.infer_shapes(written, data_prop=True).graph.output[0].type.tensor_type.shape
inferred = shape.dim[2].dim_value
session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
ran = session.run(None, {"x": x})[0].shape[2]
reference = ReferenceEvaluator(written).run(None, {"x": x})[0].shape[2]
print("inference", inferred, "onnxruntime", ran, "reference", reference)
raise SystemExit(0 if (inferred, ran, reference) == (6, 7, 6) else 1)
PYTHON
