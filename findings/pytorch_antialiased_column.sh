#!/usr/bin/env bash
# An image resized to one column with antialias, in PyTorch: are its rows still different?
#
# torch.nn.functional.interpolate with mode bilinear or bicubic and antialias=True works axis by axis, so that the column of
# a (21, 1) image is what the columns of (21, 3) give when they are joined. Where the new width is 1 and the height changes,
# every row of the output is the first one.
#
# Seen on 2026-11-29 with torch 2.14.1 on the processor, float32, of a 10 x 3 image with rows 0 1 2, 3 4 5, ...:
#   (10, 1) is 1 4 7 10 ... as it should be, (21, 1) is 1 1 1 1 ..., and in two steps 1 1.64 3.07 4.5 ...
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.2
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch.nn.functional import interpolate

image = torch.arange(30.0).reshape(1, 1, 10, 3)


def resized(x, size):
    return interpolate(x, size, mode="bilinear", antialias=True)


once = resized(image, (21, 1)).flatten()
twice = resized(resized(image, (21, 3)), (21, 1)).flatten()
same_height = resized(image, (10, 1)).flatten()
print("(21, 1)", [round(v, 2) for v in once.tolist()[:5]])
print("in two steps", [round(v, 2) for v in twice.tolist()[:5]])
print("(10, 1)", [round(v, 2) for v in same_height.tolist()[:5]])
as_seen = bool((once == 1).all()) and abs(twice[4].item() - 5.93) < 0.01 and abs(same_height[4].item() - 13) < 1e-3
raise SystemExit(0 if as_seen else 1)
PYTHON
