#!/usr/bin/env bash
# padding="SAME" with a dilation, in PaddlePaddle: is the convolution still dilated?
#
# paddle.nn.functional.conv2d with padding="SAME" and dilation=2 keeps the size by a convolution that is not dilated: its
# output is the one of dilation 1. With the same padding in numbers the dilation counts.
#
# Seen on 2026-11-29 with paddlepaddle 3.3.1 on the processor: SAME with dilation 2 equals SAME with dilation 1, and differs
# from padding 2 with dilation 2.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet paddlepaddle==3.3.1 numpy==2.4.2
"$folder/venv/bin/python" - <<'PYTHON'
import paddle
from paddle.nn.functional import conv2d

x = paddle.arange(35, dtype="float32").reshape([1, 1, 5, 7])
weight = paddle.arange(9, dtype="float32").reshape([1, 1, 3, 3])
same = {dilation: conv2d(x, weight, padding="SAME", dilation=dilation) for dilation in (1, 2)}
right = conv2d(x, weight, padding=2, dilation=2)
equal = bool(paddle.allclose(same[1], same[2]))
wrong = not bool(paddle.allclose(same[2], right))
print("SAME: dilation 2 is dilation 1:", equal, "and differs from padding 2:", wrong)
raise SystemExit(0 if equal and wrong else 1)
PYTHON
