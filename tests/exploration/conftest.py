"""Specs that the tests of the design space share."""

from __future__ import annotations

import pytest

BOTTLENECK = """\
cnnplan: 1
name: bottleneck
symbols: {N: 2, H: 13, W: 11, width: 16, stride: {default: 1, choices: [1, 2]}}
input: [N, 64, H, W]
layers:
  - branches:
      join: add
      paths:
        - - conv: {out_channels: width, kernel_size: 1}
          - conv: {out_channels: width, kernel_size: 3, stride: stride, padding: 1}
          - conv: {out_channels: 4 * width, kernel_size: 1}
        - - conv: {out_channels: 4 * width, kernel_size: 1, stride: stride}
            when: stride != 1 or in_channels != 4 * width
"""
"""A residual block whose projection disappears at width 16 and stride 1."""

CHOICES = """\
cnnplan: 1
name: choices
description: Every kind of choice at once.
symbols:
  N: 1
  H: 17
  W: 19
  width: {default: 1, choices: [0.5, 1, 1.33]}
  kernel: {default: 3, choices: [1, 3, 5]}
  padding: {default: same, choices: [same, valid, 1]}
  act: {default: relu, choices: [relu, gelu]}
  depth: {default: 1, choices: [1, 2]}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: floor(24 * width), kernel_size: kernel, padding: padding}
    repeat: depth
  - act
  - max_pool: {kernel_size: 2}
"""


@pytest.fixture
def bottleneck():
    return BOTTLENECK


@pytest.fixture
def choices():
    return CHOICES
