"""Networks that are compared at the same sizes: a file with numbers against letters, or with letters of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan import diff, load
from tests.comparison.test_comparison import BASE

ROOT = Path(__file__).parents[2]
GRAPHS = ROOT / "tests" / "translation" / "onnx" / "graphs"
FIXED = BASE.replace("symbols: {N: 1, H: 40, W: 64}\n", "").replace("[N, 3, H, W]", "[2, 3, 88, 72]")
UNSET = BASE.replace("symbols: {N: 1, H: 40, W: 64}\n", "symbols: {N: , H: , W: }\n")


@pytest.mark.parametrize(("left", "right"), [(FIXED, BASE), (BASE, FIXED)])
def test_letters_become_the_numbers_of_the_other(left, right):
    found = diff(load(left), load(right))
    assert found.same
    assert (
        found.totals["macs"].before
        == found.totals["macs"].after
        == 2 * (648 * 88 * 72 + 28_800 * 44 * 36 + 1_728 * 22 * 18)
    )


def test_a_fixed_size_that_is_not_legal_is_an_error():
    from cnnplan.errors import SpecError  # noqa: PLC0415

    with pytest.raises(SpecError, match="max_pool"):
        diff(load(FIXED.replace("88, 72", "2, 72").replace("max_pool: {kernel_size: 2}", "identity")), load(BASE))


@pytest.mark.parametrize(("left", "right"), [(UNSET, BASE), (BASE, UNSET)])
def test_a_value_that_one_has_is_the_others(left, right):
    found = diff(load(left), load(right))
    assert found.same
    assert (
        found.totals["macs"].before == found.totals["macs"].after == 648 * 40 * 64 + 28_800 * 20 * 32 + 1_728 * 10 * 16
    )


def test_an_export_is_the_design_but_for_what_was_folded():
    """ResNet-18: the exporter folded 20 batch norms into biases; that is all there is."""
    found = diff(load(GRAPHS / "resnet18.onnx"), load(ROOT / "specs" / "resnet.yaml", variant="resnet18"))
    assert found.operators == {"batch_norm": (0, 20)}
    assert found.totals["macs"].difference == 0
    assert found.totals["params"].difference == 4_800
    assert {name for pair in found.changed for name in pair.changes} == {"bias", "params"}
    assert found.conditions == ([], [])


def test_the_letters_of_an_exporter_take_the_names_of_the_other(tmp_path):
    from tests.translation.onnx.building import info, model, node, tensor  # noqa: PLC0415

    path = tmp_path / "net.onnx"
    nodes = [node("Conv", ["x", "w"], ["c"], name="/c", kernel_shape=[1, 1]), node("Relu", ["c"], ["y"], name="/r")]
    weights = [tensor("w", [5, 3, 1, 1], [0.5] * 15)]
    path.write_bytes(model(nodes, [info("x", ["s77", 3, "s0", "s1"])], [info("y", None)], weights))
    design = """\
cnnplan: 1
symbols: {N: 1, H: 40, W: 64}
input: [N, 3, H, W]
layers:
  - {conv: {out_channels: 5, kernel_size: 1, bias: false}, name: c}
  - {relu: , name: r}
"""
    for left, right in ((load(path), load(design)), (load(design), load(path))):
        found = diff(left, right)
        assert found.same
        assert found.outputs == (["(N, 5, H, W)"], ["(N, 5, H, W)"])
        assert found.totals["macs"].before == found.totals["macs"].after == 15 * 40 * 64
