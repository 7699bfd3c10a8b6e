#!/usr/bin/env bash
# Pooling in ceil mode, exported by torch.export for every size: at which sizes does the program run?
#
# A max pooling of 2 with stride 2, padding 1 and ceil_mode, exported at a height of 16 with Dim.AUTO, has the shape
# (h + 1)//2 + 1 and the range of sizes [2, infinity] in `range_constraints`: nothing there says that it is for even
# heights alone. At an odd height, where PyTorch's module drops the window that would start in the padding, the program
# raises AssertionError: the size that it was exported at decided which. Exported at 17 it is for odd heights alone.
#
# Seen on 2026-11-30 with torch 2.14.1 on the processor: exported at 16 it runs at 2, 4, .. 40, exported at 17 at 3, 5, .. 41,
# and both say VR[2, int_oo]. The module runs at all of them.
# Exits with 1 if any of that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.2
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import torch

pool = torch.nn.MaxPool2d(2, 2, padding=1, ceil_mode=True)


def runs(height):
    axis = torch.export.Dim.AUTO
    program = torch.export.export(pool, (torch.zeros(1, 1, height, 4),), dynamic_shapes=({2: axis},))
    there = []
    for h in range(2, 42):
        try:
            program.module()(torch.zeros(1, 1, h, 4))
        except AssertionError:
            continue
        there.append(h)
    return [str(each) for each in program.range_constraints.values()], there


seen = [runs(16), runs(17)]
for ranges, there in seen:
    print(torch.__version__, ranges, there)
shapes = [tuple(pool(torch.zeros(1, 1, h, 4)).shape)[2] for h in (16, 17, 18)]
print(shapes)
claimed = ["VR[2, int_oo]"]
same = seen == [(claimed, [*range(2, 42, 2)]), (claimed, [*range(3, 42, 2)])] and shapes == [9, 9, 10]
raise SystemExit(0 if same else 1)
PYTHON
