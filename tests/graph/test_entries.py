"""Layers by the entry that makes them: what it gives wherever it stands, and what all its copies cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan import load
from cnnplan.findings import Place
from cnnplan.sizes import combine

SPECS = Path(__file__).parents[2] / "specs"

NET = """\
cnnplan: 1
symbols: {N: 2, H: 34, W: 40}
input: [N, 3, H, W]
blocks:
  unit:
    args: {width: required}
    layers:
      - sequence:
          - conv: {out_channels: width, kernel_size: 3, padding: 1, bias: false}
          - relu
      - dropout:
        when: width > 9
layers:
  - unit: {width: 8}
    name: first
  - unit: {width: 8}
    repeat: 2
    share: true
  - unit: {width: 10}
  - max_pool: {kernel_size: 2}
  - relu:
    when: H > 99
"""


def told(entry):
    ends = {str(end[0][1]): times for end, times in entry.ends.items()}
    return ends, entry.params, entry.macs.at({"N": 2, "H": 34, "W": 40})


def test_an_entry_of_a_block_stands_wherever_the_block_is_called():
    plan = load(NET)
    found = {place.path: entry for place, entry in plan.entries.items()}
    # weights: 3 * 8 * 9 = 216, 8 * 8 * 9 = 576 once for two copies, 8 * 10 * 9 = 720; MACs: at 2 * 34 * 40 positions
    unit = found["blocks", "unit", "layers", 0]
    assert told(unit) == ({"8": 3, "10": 1}, 216 + 576 + 720, 2720 * (216 + 576 + 576 + 720))
    assert unit.copies == 4
    assert told(found["layers", 0]) == ({"8": 1}, 216, 2720 * 216)
    assert told(found["layers", 1]) == ({"8": 2}, 576, 2720 * 2 * 576)
    assert found["blocks", "unit", "layers", 1].copies == 1
    assert ("layers", 4) not in found
    assert combine((entry.params, 1) for path, entry in found.items() if len(path) == 2) == plan.params == 1512


@pytest.mark.parametrize("file", sorted(SPECS.rglob("*.yaml")), ids=lambda file: file.stem)
def test_the_entries_of_a_network_make_up_its_totals(file):
    if file.stem == "blocks":
        return
    plan = load(file)
    if plan.graph.omitted:
        return
    top = [entry for place, entry in plan.entries.items() if place.path[:1] == ("layers",) and len(place.path) == 2]
    assert Place(str(file), ("layers", 0)) in plan.entries
    assert combine((entry.params, 1) for entry in top) == plan.params
    assert combine((entry.macs, 1) for entry in top) == plan.macs
    assert combine((entry.flops, 1) for entry in top) == plan.flops
