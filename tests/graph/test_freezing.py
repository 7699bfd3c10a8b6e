"""Frozen weights: by an entry, by name, by pattern; counted apart from those that are trained."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnnplan
from cnnplan.findings import Severity

HEAD = """
cnnplan: 1
symbols: {N: 1, H: 20, W: 24}
input: [N, 3, H, W]
blocks:
  cell:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3, bias: false}
      - batch_norm
"""
PARTS = {"cell1": 4 * 27 + 2 * 4, "low": 5 * 36 + 2 * 5, "body": 6 * 5 + 6, "head": 2 * 6 + 2}
BODY = """
layers:
  - cell: {width: 4}
    trainable: FIRST
  - cell: {width: 5}
    name: low
  - sequence: [{conv: {out_channels: 6, kernel_size: 1}}]
    name: body
    trainable: THIRD
  - sequence: [{conv: {out_channels: 2, kernel_size: 1}}]
    name: head
"""


def plan(frozen="[]", first="true", third="true"):
    text = f"frozen: {frozen}\n{BODY}" if frozen != "[]" else BODY
    return cnnplan.load(dedent(HEAD + text).replace("FIRST", first).replace("THIRD", third))


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ({}, []),
        ({"first": "false"}, ["cell1"]),
        ({"third": "false"}, ["body"]),
        ({"first": "false", "third": "false"}, ["cell1", "body"]),
        ({"frozen": "[low]"}, ["low"]),
        ({"frozen": "low.*"}, ["low"]),
        ({"frozen": "[head.conv1, cell1]", "third": "false"}, ["cell1", "body", "head"]),
        ({"frozen": "['*']"}, ["cell1", "low", "body", "head"]),
    ],
)
def test_these_are_frozen(told, parts):
    found = plan(**told)
    assert found.params == sum(PARTS.values())
    assert found.frozen == sum(PARTS[part] for part in parts)


def test_a_pattern_means_layers_of_several_blocks():
    found = plan("['*.batch_norm1']")
    assert sorted(found.graph.frozen) == ["cell1.batch_norm1", "low.batch_norm1"]
    assert found.frozen == 8 + 10
    assert found.buffers == 18  # the statistics, frozen or not


def test_what_is_frozen_has_no_gradient_and_no_momentum():
    free, held = (plan(first=first).at().memory.training("adam") for first in ("true", "false"))
    assert held.weights == free.weights
    assert held.gradients == free.gradients - 4 * 116
    assert held.optimizer == free.optimizer - 2 * 4 * 116
    assert held.saved == free.saved


def test_who_has_the_weights_of_a_frozen_layer_is_frozen():
    text = """
    frozen: one
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
        name: one
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
        share: one
    """
    found = cnnplan.load(dedent(HEAD) + dedent(text))
    assert found.graph.frozen == {"one", "conv2"}
    assert found.frozen == found.params == 84


def errors(text):
    return [finding for finding in cnnplan.check(text) if finding.severity is Severity.ERROR]


def test_a_promise_may_speak_of_it():
    text = dedent(HEAD) + BODY.replace("FIRST", "false").replace("THIRD", "true")
    assert not [
        f
        for f in cnnplan.check(text + "expect: [frozen == 116, trained == params - 116]\n")
        if f.severity is Severity.ERROR
    ]
    assert [f.rule for f in cnnplan.check(text + "expect: [trained <= 200]\n") if f.severity is Severity.ERROR]


def test_a_name_of_nothing_is_an_error_with_what_was_meant():
    (finding,) = [
        f for f in cnnplan.check(dedent(HEAD) + "frozen: hed\n" + plan_body()) if f.severity is Severity.ERROR
    ]
    assert finding.message == "hed is no layer, block or group, and no pattern of one; did you mean head?"


def plan_body():
    return BODY.replace("FIRST", "true").replace("THIRD", "true")


def test_a_block_may_be_called_trainable():
    text = """
    cnnplan: 1
    input: [1, 3, 5, 7]
    blocks: {trainable: {layers: [relu]}}
    layers: [{trainable: {}}]
    """
    assert list(cnnplan.load(dedent(text)).nodes) == ["trainable1.relu1"]


DECLARED = """
cnnplan: 1
symbols: {N: 1, H: 20}
input: [N, 3, H, 24]
layers:
  - opaque: {shape: [N, 7, "in_shape[2] // 2", 24], macs: 10 * N * H, params: 11, buffers: 2, adds: 5}
    name: mine
  - relu
"""


def test_an_opaque_layer_is_counted_as_declared():
    found = cnnplan.load(DECLARED)
    assert (found.params, found.buffers, str(found.macs)) == (11, 2, "10*N*H")
    assert str(found["relu1"].shape[2]) == "floor(H/2)"
    assert found.at(H=22)["relu1"].shape == (1, 7, 11, 24)
    document = cnnplan.render(found, "json")
    assert document.count('"declared": true') == 1


def test_an_opaque_layer_is_not_run():
    with pytest.raises(cnnplan.UsageError, match="mine is opaque: what it gives is declared"):
        cnnplan.verify(DECLARED)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("{macs: 0}", "opaque needs the argument shape"),
        ("{shape: [1, 2]}", "opaque needs the argument macs"),
        ("{shape: [1, 2], macs: -1}", "macs (=-1) must be at least 0"),
        ("{shape: [1, 0], macs: 0}", "shape (=[1, 0]) must hold extents of at least 1"),
    ],
)
def test_what_is_not_declared_is_asked_for(args, message):
    text = f"cnnplan: 1\ninput: [1, 3]\nlayers: [{{opaque: {args}}}]\n"
    assert message in [finding.message for finding in cnnplan.check(text)]
