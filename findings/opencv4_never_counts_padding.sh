#!/usr/bin/env bash
# AveragePool with count_include_pad, in OpenCV 4.14: is padding in the mean?
#
# With count_include_pad = 1, which is PyTorch's default, a corner window of a 3 x 3 mean with padding 1 divides by 9. OpenCV
# 4.14 divides by the 4 elements that are there, whatever the attribute says; OpenCV 5.0 divides by 9. So an Inception's
# pooling branch gives other values at the border.
#
# Seen on 2026-11-29 with opencv-python-headless 4.14.0.94, an image of ones: the corner is 1 with count_include_pad 0 and 1,
# where 4 / 9 is right for 1.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 numpy==2.4.2 opencv-python-headless==4.14.0.94
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


def corner(counted):
    attributes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": counted}
    text = model([helper.make_node("AveragePool", ["x"], ["y"], **attributes)], [1, 1, 5, 7]).SerializeToString()
    network = cv2.dnn.readNetFromONNX(np.frombuffer(text, np.uint8))
    network.setInput(np.ones((1, 1, 5, 7), np.float32))
    return round(float(network.forward()[0, 0, 0, 0]), 4)


found = [corner(0), corner(1)]
print("OpenCV", cv2.__version__, "corner without and with padding counted", found)
raise SystemExit(0 if found == [1.0, 1.0] else 1)
PYTHON
