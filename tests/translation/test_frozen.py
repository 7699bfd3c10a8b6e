"""What is frozen is frozen in the source that is written, and in the module that is read."""

from __future__ import annotations

import importlib.util
import sys

import pytest

import cnnplan
from cnnplan.exporting import onnx as written
from cnnplan.exporting import torch as source
from cnnplan.plan import load
from tests.translation.onnx.test_writing import FROZEN

HELD = """cnnplan: 1
name: t
symbols: {N: 2, H: 9, W: 12}
input: [N, 3, H, W]
blocks:
  unit:
    layers: [{conv: {out_channels: 5, kernel_size: 3}}, batch_norm]
layers:
  - {conv: {out_channels: 3, kernel_size: 1}, name: stem}
  - {unit: {}, repeat: 2, name: held, trainable: false}
  - {unit: {}, name: free}
"""

CHOSEN = """
symbols: {N: 2, H: 9, W: 12, act: {default: relu, choices: [relu, silu]}}
"""


def module(text, tmp_path):
    """The network of a text, on the meta device."""
    torch = pytest.importorskip("torch")
    file = tmp_path / "held.py"
    file.write_text(text)
    found = importlib.util.spec_from_file_location("held", file)
    made = importlib.util.module_from_spec(found)
    sys.modules["held"] = made
    found.loader.exec_module(made)
    with torch.device("meta"):
        return made.T().eval()


def test_a_module_is_told_that_nothing_of_it_is_trained():
    made = source(HELD)
    assert "        self.held.requires_grad_(False)\n\n    def forward" in made
    assert made.count("requires_grad_") == 1


def test_few_modules_are_named_and_many_in_a_loop():
    made = source(FROZEN, H=9, W=12)
    assert 'for name in ("stem", "held", "place", "steps", "first"):' in made
    assert "            self.get_submodule(name).requires_grad_(False)\n" in made


@pytest.mark.parametrize("text", [HELD, HELD.replace("\nsymbols: {N: 2, H: 9, W: 12}\n", CHOSEN)])
def test_a_written_module_is_frozen_as_the_spec(text, tmp_path):
    """Where symbols choose, it is written at the values of today."""
    network = module(source(text), tmp_path)
    plan = load(text)
    assert sum(p.numel() for p in network.parameters() if not p.requires_grad) == plan.frozen > 0
    again = cnnplan.load(network, dims="N,3,H,W")
    assert (again.params, again.frozen) == (plan.params, plan.frozen)


def test_layers_that_are_known_as_a_whole_and_numbers_on_their_own_are_frozen_too(tmp_path):
    network = module(source(FROZEN, H=9, W=12), tmp_path)
    plan = load(FROZEN).at(H=9, W=12)
    assert cnnplan.load(network, dims="2,3,9,12").frozen == plan.frozen


def test_a_frozen_import_is_frozen_in_its_source(tmp_path):
    path = tmp_path / "t.onnx"
    path.write_bytes(written(HELD, weights="none"))
    network = module(source(path), tmp_path)
    assert sum(p.numel() for p in network.parameters() if not p.requires_grad) == load(HELD).frozen
