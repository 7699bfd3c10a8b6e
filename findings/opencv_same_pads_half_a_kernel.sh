#!/usr/bin/env bash
# auto_pad SAME_UPPER with a stride, in OpenCV 5: where does the first window start?
#
# ONNX, as TensorFlow, pads only what is missing: 8 elements, kernel 3, stride 2 lack one, which comes at the end, so that
# the first window is elements 0 to 2. OpenCV 4.14 does that, OpenCV 5.0 pads (kernel - 1) // 2 in front whatever the size:
# its first window is the padding and elements 0 and 1. The size is right; a network brought over from TensorFlow sees
# everything one pixel off.
#
# Seen on 2026-11-29 with opencv-python-headless 5.0.0.93 and 4.14.0.94: a Conv that gives the first tap of each window of
# 1 2 3 4 5 6 7 8 gives 0 2 4 6 in OpenCV 5, 1 3 5 7 in OpenCV 4.14.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/first_taps.py" <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model(nodes, shape, weights=(), opset=18):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b", "c", "d"])
    constants = [numpy_helper.from_array(array, name) for name, array in weights]
    graph = helper.make_graph(nodes, "layer", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


import cv2

weight = np.array([1, 0, 0], dtype=np.float32).reshape(1, 1, 3, 1)
node = helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[3, 1], strides=[2, 1], auto_pad="SAME_UPPER")
text = model([node], [1, 1, 8, 1], [("w", weight)]).SerializeToString()
network = cv2.dnn.readNetFromONNX(np.frombuffer(text, np.uint8))
network.setInput(np.arange(1, 9, dtype=np.float32).reshape(1, 1, 8, 1))
found = network.forward().ravel().tolist()
print("OpenCV", cv2.__version__, found)
expected = [0, 2, 4, 6] if cv2.__version__.startswith("5") else [1, 3, 5, 7]
raise SystemExit(0 if found == expected else 1)
PYTHON
for version in 4.14.0.94 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet onnx==1.23.2 numpy "opencv-python-headless==$version"
  "$folder/$version/bin/python" "$folder/first_taps.py"
done
