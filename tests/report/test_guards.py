"""Generated code refuses what its figures do not hold for: other structures, other than declared, not legal."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

import cnnplan

SPEC = """\
cnnplan: 1
name: net
symbols:
  N: 1
  H: {default: 64, min: 32, multiple_of: 8}
  W: 48
  e: {default: 2, min: 1, max: 6}
  w: {default: 8, choices: [8, 12]}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: w, kernel_size: 3, padding: 1, bias: false}
    repeat: e
  - branches:
      join: add
      paths:
        - []
        - - max_pool: {kernel_size: 8}
          - upsample: {scale_factor: 8}
    when: H > 40
"""
REFUSED = [
    ((1, 64, 48, 3, 8), "e == 2"),
    ((1, 66, 48, 2, 8), "H % 8 == 0"),
    ((1, 24, 48, 2, 8), "H % 8 == 0"),
    ((1, 40, 48, 2, 8), "H >= 41"),
    ((1, 64, 47, 2, 8), "W % 8 == 0"),
    ((1, 64, 48, 2, 9), "w in {8, 12}"),
    ((0, 64, 48, 2, 8), "N >= 1"),
]


@pytest.fixture(scope="module")
def function():
    scope = {}
    exec(cnnplan.render(cnnplan.load(SPEC), "numpy"), scope)  # noqa: S102 - source that was written by us
    return scope["net"]


def macs(batch, height, width, channels):
    return batch * height * width * channels * 9 * (3 + channels)


def test_what_holds_is_computed_also_for_arrays(function):
    assert function(2, 72, 56, 2, 12)["macs"] == macs(2, 72, 56, 12)
    heights = np.array([48, 56, 80])
    assert function(1, heights, 40, 2, 8)["macs"].tolist() == [macs(1, h, 40, 8) for h in heights.tolist()]


@pytest.mark.parametrize(("values", "needs"), REFUSED)
def test_what_does_not_hold_is_refused_unless_it_is_asked_for(function, values, needs):
    with pytest.raises(ValueError, match=needs.replace("{", r"\{")):
        function(*values)
    assert function(*values, check=False)["buffers"] == 0


def test_one_value_of_an_array_is_enough(function):
    with pytest.raises(ValueError, match="H % 8 == 0"):
        function(1, np.array([64, 65]), 48, 2, 8)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_javascript_refuses_the_same():
    code = cnnplan.render(cnnplan.load(SPEC), "javascript")
    calls = [
        f"try {{ net{values}; console.log('-'); }} catch (e) {{ console.log(e.message); }}" for values, _ in REFUSED
    ]
    calls.append("console.log(net(2, 72, 56, 2, 12).macs)")
    ran = subprocess.run(["node", "-e", code + "\n".join(calls)], capture_output=True, text=True, check=True)  # noqa: S603, S607
    *refused, computed = ran.stdout.splitlines()
    assert refused == [f"needs {needs}" for _, needs in REFUSED]
    assert int(computed) == macs(2, 72, 56, 12)
