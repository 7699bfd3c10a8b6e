"""Completion and signature help, asked of a real server: what may stand at the cursor, and what it inserts."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, edited
from tests.lsp.network import NET, after, put

COMPLETIONS = [
    # what is being written, what must be offered, with what it inserts, what must not
    ("  - relu\n  - con^\n", {"conv": "conv: {kernel_size: $1, out_channels: $2}", "unit": "unit: {width: $1}"}, ()),
    ("  - relu\n  - ^\n", {"relu": "relu", "branches": "branches: {join: ${1:add}, paths: [[$2], [$3]]}"}, ("name",)),
    ("  - conv: {out_channels: 8, ^}\n", {"kernel_size": "kernel_size: ", "padding_mode": None}, ("out_channels",)),
    ("  - conv: {out_channels: 8, ker^\n", {"kernel_size": "kernel_size: "}, ("out_channels",)),
    ("  - conv:\n      out_channels: 8\n      ^\n", {"kernel_size": "kernel_size: "}, ("out_channels",)),
    ("  - conv: {padding: ^}\n", {"same": "same", "valid": "valid", "H": "H", "in_channels": None}, ("width",)),
    ("  - conv: {bias: ^}\n", {"true": "true", "false": "false"}, ()),
    ("  - conv: {out_channels: ^}\n", {"make_divisible": '"make_divisible($1)"', "floor": "floor($1)"}, ("same",)),
    ('  - conv: {out_channels: "max(2, ^"}\n', {"make_divisible": "make_divisible($1)", "N": "N"}, ()),
    ("  - unit: {^}\n", {"width": "width: ", "stride": "stride: "}, ("kernel_size",)),
    ("  - relu:\n    from: ^\n", {"stem": "stem", "body": "body", "max_pool1": None, "prev": None}, ("classes",)),
    ("  - relu:\n    from: [prev, s^]\n", {"stem": "stem"}, ("conv",)),
    ("  - relu:\n    ^\n", {"name": "name: ", "repeat": "repeat: ", "when": "when: "}, ("conv",)),
    ("  - relu:\n    when: ^\n", {"true": None, "W": None}, ()),
    ("  - branches: {join: ^}\n", {"add": "add", "concat": "concat", "none": "none"}, ("relu",)),
    ("  - branches:\n      ^\n", {"paths": "paths: ", "join": "join: "}, ()),
    ("  - branches:\n      paths:\n        - - re^\n", {"relu": "relu"}, ()),
]  # fmt: skip


@pytest.mark.parametrize(("piece", "offered", "absent"), COMPLETIONS)
def test_completion_offers_what_may_stand_there(shared, piece, offered, absent):
    line, column = put(
        shared, NET.replace("  - max_pool: {kernel_size: 2}\n", f"  - max_pool: {{kernel_size: 2}}\n{piece}")
    )
    items = shared.at("completion", types.CompletionParams, "net.yaml", line, column).items
    inserted = {item.label: item.text_edit.new_text for item in items}
    assert offered.keys() <= inserted.keys()
    assert {label: inserted[label] for label, text in offered.items() if text} == {
        k: v for k, v in offered.items() if v
    }
    assert inserted.keys() & set(absent) == set()


TOP = [
    ("^", {"cnnplan", "symbols", "layers", "expect"}),
    ("cnnplan: 1\nsymbols:\n  H: {def^", {"default", "multiple_of"}),
    ("cnnplan: 1\nblocks:\n  unit:\n    ^", {"args", "layers", "inputs", "outputs"}),
    ("cnnplan: 1\nblocks:\n  unit:\n    args: {width: r^", {"required"}),
    ("cnnplan: 1\nsymbols: {H: 3}\ninput: [N, ^", {"H"}),
    ("cnnplan: 1\ndtype: ^", {"float16", "int8"}),
    ("cnnplan: 1\nsymbols: {H: 3}\nlayers:\n  - relu\nexpect:\n  - mac^", {"macs", "params", "H"}),
    ("cnnplan: 1\nlayers:\n  - relu:\n    ignore: ^", {"dead-layer", "bias-before-normalization"}),
]


@pytest.mark.parametrize(("text", "offered"), TOP)
def test_completion_in_a_text_that_has_just_begun(shared, text, offered):
    line, column = put(shared, text)
    items = shared.at("completion", types.CompletionParams, "net.yaml", line, column).items
    assert offered <= {item.label for item in items}


def test_completion_replaces_what_is_there_and_leaves_the_rest(shared):
    line, column = put(shared, after("kernel_size: 1}", "ker^}"))
    items = shared.at("completion", types.CompletionParams, "net.yaml", line, column).items
    edit = next(item.text_edit for item in items if item.label == "kernel_size")
    assert edited(after("kernel_size: 1}", "ker}"), [edit]) == after("kernel_size: 1}", "kernel_size: }")


SIGNATURES = [
    ("  - conv: {out_channels: 8, stri^de: 2}\n", "conv(kernel_size, stride: 1", "stride: 1"),
    ("  - unit: {width: 8, st^}\n", "unit(width, stride: 1)", "stride: 1"),
    ('  - conv: {out_channels: "make_divisible(8, ^"}\n', "make_divisible(", None),
]


@pytest.mark.parametrize(("piece", "label", "active"), SIGNATURES)
def test_signature_help_follows_the_argument(shared, piece, label, active):
    line, column = put(shared, NET.replace("  - concat:\n", f"{piece}  - concat:\n"))
    found = shared.at("signature_help", types.SignatureHelpParams, "net.yaml", line, column)
    signature = found.signatures[found.active_signature]
    assert signature.label.startswith(label)
    named = signature.parameters[found.active_parameter].label
    assert named == active if active else found.active_parameter == 1


def test_an_editor_without_snippets_gets_plain_text(tmp_path):
    plain = Editor(tmp_path, snippets=False)
    line, column = put(plain, "cnnplan: 1\nlayers:\n  - conv^")
    items = plain.at("completion", types.CompletionParams, "net.yaml", line, column).items
    assert (
        next(item.text_edit.new_text for item in items if item.label == "conv")
        == "conv: {kernel_size: , out_channels: }"
    )
    assert plain.close() == 0
