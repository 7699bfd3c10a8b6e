"""Numbers under a name: a block, a group and the copies of a repeat have their own sums, and the shape of their end."""

from __future__ import annotations

import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.exploration import solve
from cnnplan.exploration.explaining import explain

TEXT = """\
cnnplan: 1
name: t
symbols: {N: 1, H: 20, W: 24, tail: false}
input: [N, 3, H, W]
blocks:
  cell:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3, padding: 1}
      - batch_norm
      - relu
layers:
  - conv: {out_channels: 4, kernel_size: 3, stride: 2}
    name: stem
  - cell: {width: 6}
    repeat: 2
    name: body
  - sequence:
      - max_pool: {kernel_size: 2}
      - cell: {width: 8}
    name: head
  - cell: {width: 9}
    when: tail
    name: tail_cell
"""
# params of a 3x3 convolution from c to d channels with bias and batch norm: 9 c d + 3 d
SUMS = {
    # name: layers, params, buffers, shape at 20x24, first, last
    "stem": (1, 9 * 3 * 4 + 4, 0, (1, 4, 9, 11), "stem", "stem"),
    "body": (6, 9 * 24 + 18 + 9 * 36 + 18, 24, (1, 6, 9, 11), "body.0.conv1", "body.1.relu1"),
    "body.0": (3, 9 * 24 + 18, 12, (1, 6, 9, 11), "body.0.conv1", "body.0.relu1"),
    "head": (4, 9 * 48 + 24, 16, (1, 8, 4, 5), "head.max_pool1", "head.cell1.relu1"),
    "head.cell1": (3, 9 * 48 + 24, 16, (1, 8, 4, 5), "head.cell1.conv1", "head.cell1.relu1"),
}


@pytest.mark.parametrize("name", SUMS)
def test_a_block_has_its_own_sums(name):
    layers, params, buffers, shape, first, last = SUMS[name]
    plan = cnnplan.load(TEXT)
    for found in (plan[name], plan.at()[name]):
        assert (found.params, found.buffers) == (params, buffers)
        inside = plan.inside(name)
        assert [inside[0].name, inside[-1].name, len(inside)] == [first, last, layers]
        assert found.name == name
    at = plan.at()[name]
    assert at.shape == shape
    assert at.macs == sum(node.macs for node in plan.at().inside(name))
    assert at.flops == sum(node.flops for node in plan.at().inside(name)) == at.cost.flops
    assert at.receptive_field == plan.at()[last].receptive_field
    assert at.memory.weights == 4 * (params + buffers)
    assert at.memory.live == max(node.memory.live for node in plan.at().inside(name))


def test_a_block_that_is_off_has_nothing_and_gives_what_came_in():
    block = cnnplan.load(TEXT)["tail_cell"]
    assert (len(block), block.params, block.macs, block.span) == (0, 0, 0, None)
    assert block.shape == cnnplan.load(TEXT)["head"].shape
    text = "cnnplan: 1\nname: t\ninput: [1, 3, 8]\nlayers:\n"
    text += "  - sequence: [relu]\n    when: false\n    name: off\n  - relu\n"
    assert cnnplan.load(text)["off"].shape == (1, 3, 8)


def test_a_block_is_explained():
    told = explain(cnnplan.load(TEXT), "head")
    assert told.startswith("head: 4 layers, head.max_pool1 to head.cell1.relu1\n")
    assert "parameters = 456\n" in told
    assert "head.cell1.conv1" in told
    assert "0 layers: it is off, and gives head.cell1.relu1" in explain(cnnplan.load(TEXT), "tail_cell")


def test_questions_know_layers_and_blocks(tmp_path):
    tcn = """\
cnnplan: 1
name: t
symbols: {N: 1, T: 100, k: 3}
input: [N, 1, T]
blocks:
  causal:
    args: {d: required, k: required}
    layers:
      - conv: {out_channels: 8, kernel_size: k, dilation: d, padding: "[[(k - 1) * d, 0]]"}
layers:
  - causal: {d: 2 ** i, k: k}
    repeat: {i: 5}
    name: tcn
"""
    (tmp_path / "t.yaml").write_text(tcn)
    # 1 + (k - 1) * (1 + 2 + 4 + 8 + 16) >= 1000, of one convolution each
    assert solve(tmp_path / "t.yaml", min="k", where="tcn.receptive_field[0] >= 1000").value == 34
    assert solve(tmp_path / "t.yaml", min="k", where="tcn.params >= 10_000").value == 38
    with pytest.raises(UsageError, match="did you mean tcn"):
        solve(tmp_path / "t.yaml", min="k", where="tnc.params >= 10_000")
