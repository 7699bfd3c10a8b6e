"""What version 1 accepted before an operator or a keyword came, it accepts with the same meaning: names go first."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnnplan

HEAD = """
cnnplan: 1
symbols: {l2: 3}
input: [2, 4, 9, 7]
"""


def plan(body):
    return cnnplan.load(HEAD + dedent(body))


def test_a_block_is_called_like_a_newer_operator():
    found = plan(
        """
        blocks:
          stack:
            args: {depth: 2}
            layers: [{conv: {out_channels: depth, kernel_size: 1}}]
        layers: [{stack: {depth: 5}}]
        """
    )
    assert found["stack1.conv1"].shape == (2, 5, 9, 7)


def test_an_argument_holds_a_verb_and_is_called_like_a_newer_operator():
    found = plan(
        """
        blocks: {cell: {args: {clip: relu, gather: add}, layers: [clip, {branches: {join: gather, paths: [[], []]}}]}}
        layers: [cell]
        """
    )
    assert [node.op.verb for node in found.nodes.values()] == ["relu", "add"]


def test_a_symbol_is_called_like_a_newer_keyword():
    assert plan("layers: [{conv: {out_channels: l2, kernel_size: l2}}]").at()["conv1"].shape == (2, 3, 7, 5)
    with pytest.raises(cnnplan.SpecError, match=r"mode \(=l2\) must be one of sum"):
        plan("layers: [{reduce: {mode: l2}}]")
    assert plan("layers: [{reduce: {mode: '\"l2\"', dim: 1}}]")["reduce1"].shape == (2, 9, 7)


def test_a_newer_keyword_needs_no_quotes():
    assert plan("layers: [{reduce: {mode: l1, dim: [2, 3]}}]")["reduce1"].shape == (2, 4)
    assert plan("layers: [{compare: {mode: greater, value: 0}}]")["compare1"].shape == (2, 4, 9, 7)


def test_an_equation_is_a_text_or_a_name_that_holds_one():
    text = "layers: [{einsum: {equation: 'nchw -> nhw'}}]"
    assert plan(text)["einsum1"].shape == (2, 9, 7)
    text = """
    blocks: {sums: {args: {equation: '"nchw->nh"'}, layers: [{einsum: {equation: equation}}]}}
    layers: [sums]
    """
    assert plan(text)["sums1.einsum1"].shape == (2, 9)


def test_everything_newer_is_run_and_agrees(tmp_path):
    file = tmp_path / "newer.yaml"
    file.write_text(HEAD.replace("l2", "width") + dedent(EVERYTHING), encoding="utf-8")
    found = cnnplan.verify(file)
    assert found.ok, found.mismatches


EVERYTHING = """
layers:
  - multiply: {value: 1 / 8}
  - subtract: {value: 1, reverse: true}
  - reduce: {mode: l2, dim: 1, keepdim: true}
  - exp
  - roll: {shifts: [-3, 2], dims: [2, 3]}
  - pad: {padding: [[0, -2]], dims: [3]}
  - pad: {padding: [[1, 2]], dims: 1}
  - constant: {shape: [9, 5], dtype: int64, below: 9}
    name: table
  - gather: {dim: 2}
    from: [pad2, table]
  - einsum: {equation: "ncabd,ncabe->nabde"}
    from: [prev, prev]
  - clip: {min: 0}
  - compare: {mode: greater, value: 0.5}
  - where: {value: 0}
    from: [prev, clip1]
  - unsqueeze: {dim: 0}
  - squeeze: {dim: 0}
  - transpose: {dim0: 1, dim1: 2}
  - stack: {dim: 1}
    from: [prev, prev]
  - constant: {value: 0.5, shape: [1, 1, 1, 1, 1, 1]}
    name: half
  - add: {}
    from: [stack1, half]
  - parameter: {shape: [6, 5]}
    name: matrix
  - linear: {out_features: 6, bias: false}
    from: [add1, matrix]
"""
