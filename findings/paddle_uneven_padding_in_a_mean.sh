#!/usr/bin/env bash
# avg_pool with more padding at the end than in front, in PaddlePaddle: what is divided by?
#
# With exclusive=False padding counts, and a window of 3 is divided by 3. PaddlePaddle counts as much padding at the end as
# there is in front: with padding [0, 1] the last window is divided by 2, with [1, 1] by 3.
#
# Seen on 2026-11-29 with paddlepaddle 3.3.1 on the processor, six ones along an axis, kernel 3, stride 2: the last mean is 1
# with padding [0, 1], where 2 / 3 is right, and PyTorch's after a pad.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet paddlepaddle==3.3.1 numpy==2.4.2
"$folder/venv/bin/python" - <<'PYTHON'
import paddle
from paddle.nn.functional import avg_pool2d, pad

x = paddle.ones([1, 1, 6, 1])
options = {"kernel_size": [3, 1], "stride": [2, 1], "exclusive": False}
found = avg_pool2d(x, padding=[0, 1, 0, 0], **options).flatten().tolist()
right = avg_pool2d(pad(x, [0, 0, 0, 1]), **options).flatten().tolist()
print("padding [0, 1]", found, "after a pad", right)
raise SystemExit(0 if found == [1.0, 1.0, 1.0] and abs(right[2] - 2 / 3) < 1e-6 else 1)
PYTHON
