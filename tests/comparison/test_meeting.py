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
    assert [found.count(kind) for kind in ("folded", "renamed")] == [20, len(found.changed) - 20]
    assert found.conditions == ([], [])


def test_a_width_that_is_a_letter_is_a_number_beside_a_file(tmp_path):
    """Six channels of a file are what a design of 3 * w has at w = 2, and not at w = 3."""
    from tests.translation.onnx.building import info, model, node, tensor  # noqa: PLC0415

    path = tmp_path / "net.onnx"
    weights = [tensor("w", [6, 3, 1, 1], [0.5] * 18)]
    nodes = [node("Conv", ["x", "w"], ["c"], name="/c", kernel_shape=[1, 1])]
    path.write_bytes(
        model(nodes, inputs=[info("x", ["N", 3, "H", "W"])], outputs=[info("c", ["N", 6, "H", "W"])], tensors=weights)
    )
    design = """\
cnnplan: 1
symbols: {N: 1, H: 40, W: 64, w: 2}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 3 * w, kernel_size: 1, bias: false}
"""
    for names in ((path, design), (design, path)):
        assert [pair.kind for pair in diff(*map(load, names)).pairs] == ["renamed"]
    assert [pair.kind for pair in diff(load(path), load(design, w=3)).pairs] == ["changed"]


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
