"""The specs of today's designs against PyTorch: parameters, buffers, MACs and outputs, to the unit, at three sizes.

`figures.json` holds what `measure.py` read off the networks; where PyTorch is there, the small ones are measured anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import cnnplan

FILE = Path(__file__).with_name("figures.json")
SPECS = {file.stem: file for file in (Path(__file__).parents[2] / "specs").rglob("*.yaml")}
FIGURES = json.loads(FILE.read_text(encoding="utf-8"))
CASES = [pytest.param(name, i, id=f"{name}-{i}") for name, known in FIGURES.items() for i in range(len(known["at"]))]
LONGEST = {"hrnet_w18": 90, "swin_t": 80, "wavenet": 45}
"""The most lines of a spec: what the constructs of the language are good for."""


@cache
def plan(name):
    return cnnplan.load(SPECS[name])


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_design_is_what_pytorch_has(name, case):
    truth = FIGURES[name]
    at = truth["at"][case]
    planned = plan(name).at(**at["sizes"])
    outputs = [list(shape) for shape in planned.outputs.values()]
    assert (planned.params, planned.buffers) == (truth["params"], truth["buffers"])
    assert (planned.macs, outputs) == (at["macs"], at["outputs"])


@pytest.mark.parametrize("name", FIGURES)
def test_three_sizes_and_odd_ones_where_there_are_any(name):
    sizes = [tuple(at["sizes"].values()) for at in FIGURES[name]["at"]]
    assert len(set(sizes)) == 3
    assert name in EVEN or any(size % 2 for at in sizes for size in at[1:] or at)


EVEN = {"dcgan", "nnunet_3d", "bifpn"}
"""Networks with no odd size but that of the batch."""


@pytest.mark.parametrize("name", LONGEST)
def test_a_design_is_as_short_as_it_can_be_said(name):
    assert len(SPECS[name].read_text(encoding="utf-8").splitlines()) <= LONGEST[name]


@pytest.mark.parametrize("name", ["bifpn", "dcgan", "two_tower", "wavenet"])
def test_the_figures_are_those_of_pytorch(name):
    pytest.importorskip("torch")
    from tests.designs.measure import measured  # noqa: PLC0415 - which wants torch

    assert measured(name) == FIGURES[name]
