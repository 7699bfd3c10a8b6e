"""What written source asks of the sizes of its input, whole."""

from __future__ import annotations

import cnnplan
from cnnplan.exporting import torch as source

CHOSEN = """cnnplan: 1
name: chosen
symbols: {N: 2, H: 21, W: 26}
input: [N, 3, H, W]
layers:
  - {conv: {out_channels: 5, kernel_size: 3}}
  - {relu: {}, when: H <= 31 and W <= 33}
  - {sigmoid: {}, when: H <= 11 and W <= 12}
"""


def test_what_is_decided_by_two_sizes_together_is_asked_of_both():
    assert [str(each) for each in cnnplan.load(CHOSEN).structure] == [
        "H <= 31 and W <= 33",
        "not (H <= 11 and W <= 12)",
    ]
    asks = """
        if not (h <= 31 and w <= 33):
            raise ValueError(
                f"needs h <= 31 and w <= 33, got {h} and {w}: pad or crop x"
            )
        if h <= 11 and w <= 12:
            raise ValueError(
                f"needs not (h <= 11 and w <= 12), got {h} and {w}: pad or crop x"
            )
        if h < 3:
            raise ValueError(f"needs h >= 3, got {h}: pad or enlarge x")
"""
    assert asks in source(CHOSEN)
