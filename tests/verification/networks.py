"""What the tests of verification verify: a small network, the head of others, and a cost that is wrong."""

from __future__ import annotations

from cnnplan.cost import Cost

HEAD = "cnnplan: 1\nname: t\nsymbols: {{N: 1, {}}}\n{}\nlayers:\n"
NET = """\
cnnplan: 1
name: halves
symbols: {N: 1, H: 8, W: 8}
input: [N, 2, H, W]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
    name: wide
  - max_pool: {kernel_size: 2}
  - relu
  - conv_transpose: {out_channels: 3, kernel_size: 2, stride: 2}
    name: doubled
  - concat:
    from: [wide, doubled]
  - flatten
  - linear: {out_features: 5}
"""


def broken_cost(_self, _shapes, _output):
    return Cost(compares=0)
