"""Batch norms that a file has in the weights of the layer before."""

from __future__ import annotations

import json

import pytest

from cnnplan import diff, load
from cnnplan.report.comparison import render_comparisons

DESIGN = """\
cnnplan: 1
symbols: {N: 1, H: 40, W: 64}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 24, kernel_size: 3, padding: 1, bias: false}
  - batch_norm:
    name: norm
  - relu
  - conv: {out_channels: 10, kernel_size: 1}
    name: last
"""
FILE = """\
cnnplan: 1
symbols: {N: 1, H: 40, W: 64}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 24, kernel_size: 3, padding: 1}
    origin: stem.conv
  - relu:
    origin: stem.relu
  - conv: {out_channels: 10, kernel_size: 1}
    name: last
    origin: head
"""


def kinds(before, after):
    """What became of the layers, and the norms that are in others."""
    return [(pair.kind, pair.norm and pair.norm.name) for pair in diff(load(before), load(after)).pairs]


@pytest.mark.parametrize("both", [(DESIGN, FILE), (FILE, DESIGN)])
def test_a_norm_that_is_folded_is_told_at_its_layer(both):
    assert kinds(*both) == [("folded", "norm"), ("same", None), ("same", None)]


def test_a_layer_that_is_another_besides_says_both():
    changed = FILE.replace("kernel_size: 3, padding: 1}", "kernel_size: 5, padding: 2}")
    (first, *_) = diff(load(DESIGN), load(changed)).pairs
    assert (first.kind, first.norm.name) == ("changed", "norm")
    assert {*first.changes} == {"kernel_size", "padding", "params", "macs"}


UNFOLDED = [
    # what is another of the file, and why nothing is folded
    (("    origin: stem.conv\n", ""), "a design of one's own: the norm was taken out"),
    (("padding: 1}", "padding: 1, bias: false}"), "no bias to hold the shift"),
    (("    origin: stem.conv\n", "    origin: stem.conv\n  - batch_norm\n"), "the norm is there"),
]


@pytest.mark.parametrize(("edit", "why"), UNFOLDED, ids=[why for _, why in UNFOLDED])
def test_a_norm_that_is_not_folded_is_a_layer(edit, why):
    assert edit[0] in FILE
    found = kinds(DESIGN, FILE.replace(*edit))
    assert [norm for _, norm in found] == [None] * len(found), why


def test_a_layer_that_others_read_before_the_norm_cannot_have_it():
    read = DESIGN.replace("    name: last\n", "    name: last\n    from: conv1\n")
    other = FILE.replace("    name: last\n", "    name: last\n    from: conv1\n")
    assert ("removed", None) in kinds(read, other)


def test_formats_tell_it():
    comparison = diff(load(DESIGN), load(FILE), ("design", "file"))
    text = render_comparisons([comparison])
    assert "  layers: 1 folded\n  operators: batch_norm 1 -> 0\n  * conv1: norm (batch_norm) folded into it\n" in text
    assert "| folded | `conv1` | `norm (batch_norm) folded into it` |" in render_comparisons([comparison], "markdown")
    (layer,) = json.loads(render_comparisons([comparison], "json"))["comparisons"][0]["layers"]
    assert (layer["kind"], layer["norm"]["name"], layer["norm"]["params"]) == ("folded", "norm", 48)
    assert "changes" not in layer
