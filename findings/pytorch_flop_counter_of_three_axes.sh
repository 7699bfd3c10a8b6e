#!/usr/bin/env bash
# Attention over three axes in PyTorch's own FLOP counter: is it still free since 2.14?
#
# FlopCounterMode has no formula for the fused attention kernel of the processor, so that over four axes, (N, heads, L, E),
# attention counts 0. Over three axes PyTorch 2.13 took two batched products, which are counted. PyTorch 2.14 puts an axis
# of 1 in front and takes the fused kernel: the same call on the same arrays counts nothing, and no word is said.
#
# Seen on 2026-11-29 with torch 2.13.0 and 2.14.1 on the processor, float32, queries, keys and values of one shape:
#   2.13.0: (3, 5, 8) 2400, (1, 3, 5, 8) 0, (1, 1, 3, 5, 8) 2400
#   2.14.1: (3, 5, 8) 0,    (1, 3, 5, 8) 0, (1, 1, 3, 5, 8) 2400
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/count.py" <<'PYTHON'
import sys

import torch
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

counts = []
for shape in ((3, 5, 8), (1, 3, 5, 8), (1, 1, 3, 5, 8)):
    x = torch.zeros(shape)
    with FlopCounterMode(display=False) as counter:
        scaled_dot_product_attention(x, x, x)
    counts.append(counter.get_total_flops())
print(torch.__version__, counts)
raise SystemExit(0 if counts == [*map(int, sys.argv[1:])] else 1)
PYTHON
for version in 2.13.0 2.14.1; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet "torch==$version" numpy==2.4.2
done
"$folder/2.13.0/bin/python" "$folder/count.py" 2400 0 2400
"$folder/2.14.1/bin/python" "$folder/count.py" 0 0 2400
