#!/usr/bin/env bash
# ConvTranspose with output_shape, in OpenCV: is the size the one that is asked for?
#
# The attribute output_shape says what comes out, and the padding follows from it. onnxruntime gives that size; OpenCV 4.14
# gives the one without it, silently, so that what is joined with it does not fit.
#
# Seen on 2026-11-29 with opencv-python-headless 4.14.0.94 and onnxruntime 1.32.0: 4 x 4, kernel 3, stride 2, output_shape
# [8, 8]: onnxruntime (1, 1, 8, 8), OpenCV (1, 1, 9, 9).
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.2 opencv-python-headless==4.14.0.94
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model(nodes, shape, weights=(), opset=18):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b", "c", "d"])
    constants = [numpy_helper.from_array(array, name) for name, array in weights]
    graph = helper.make_graph(nodes, "layer", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


import cv2
import onnxruntime

attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "output_shape": [8, 8]}
node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], **attributes)
text = model([node], [1, 1, 4, 4], [("w", np.ones((1, 1, 3, 3), np.float32))]).SerializeToString()
image = np.ones((1, 1, 4, 4), np.float32)
network = cv2.dnn.readNetFromONNX(np.frombuffer(text, np.uint8))
network.setInput(image)
there = network.forward().shape
ran = onnxruntime.InferenceSession(text, providers=["CPUExecutionProvider"]).run(None, {"x": image})[0].shape
print("OpenCV", there, "onnxruntime", ran)
raise SystemExit(0 if there == (1, 1, 9, 9) and ran == (1, 1, 8, 8) else 1)
PYTHON
