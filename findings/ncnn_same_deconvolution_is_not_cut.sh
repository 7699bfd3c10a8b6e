#!/usr/bin/env bash
# A deconvolution with SAME padding, in ncnn: is anything taken off?
#
# ncnn's Deconvolution knows the padding -233, SAME_UPPER, as Convolution does. For a convolution it gives ceil(n / stride);
# of a deconvolution it takes nothing off: the output is (n - 1) * stride + kernel, as with no padding at all.
#
# Seen on 2026-11-29 with ncnn 1.0.20261020: 5 elements, kernel 3, stride 2 give 11 with pad -233 and 11 without; n * stride
# would be 10.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ncnn==1.0.20261020 numpy
"$folder/venv/bin/python" - <<'PYTHON'
import tempfile
from pathlib import Path

import ncnn
import numpy as np


def size(pad):
    folder = Path(tempfile.mkdtemp())
    layer = f"Deconvolution layer 1 1 in0 out0 0=1 1=3 11=3 3=2 13=2 4={pad} 5=0 6=9"
    (folder / "net.param").write_text(f"7767517\n2 2\nInput in0 0 1 in0\n{layer}\n")
    (folder / "net.bin").write_bytes(bytes(4) + np.ones(9, "<f4").tobytes())
    net = ncnn.Net()
    assert net.load_param(str(folder / "net.param")) == 0
    assert net.load_model(str(folder / "net.bin")) == 0
    extractor = net.create_extractor()
    extractor.input("in0", ncnn.Mat(np.ones((1, 5, 5), np.float32)).clone())
    return np.array(extractor.extract("out0")[1]).shape[-1]


found = size(-233), size(0)
print("with SAME_UPPER", found[0], "without padding", found[1])
raise SystemExit(0 if found == (11, 11) else 1)
PYTHON
