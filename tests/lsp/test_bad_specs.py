"""Twenty faults that a schema misses or cannot explain: the right diagnostic, under the words that are at fault."""

from __future__ import annotations

import jsonschema
import yaml
from lsprotocol import types

from cnnplan.spec.schema import json_schema
from tests.lsp.editor import edited

SPEC = """\
cnnplan: 1
symbols: {N: 2, H: {default: 34, min: 16}, W: 40}
input: [N, 3, H, W]
blocks:
  unit:
    args: {width: required, stride: 1}
    layers:
      - conv: {out_channels: width, kernel_size: 3, stride: stride, padding: 1}
      - relu
layers:
  - unit: {width: 8}
    name: stem
  - conv: {out_channels: 16, kernel_size: 3, padding: same}
  - branches:
      join: add
      paths:
        - []
        - - conv: {out_channels: 16, kernel_size: 1}
  - max_pool: {kernel_size: 2}
    name: pooled
  - conv: {out_channels: 10, kernel_size: 1}
expect:
  - params <= 5M
"""

FAULTS = [
    # what is written, what is written instead, what is underlined, the rule, words of the message
    ("      - relu", "      - rleu", "rleu", "CNN010", "did you mean relu?"),
    ("  - max_pool: {", "  - MaxPool2d: {", "MaxPool2d", "CNN010", "max_pool"),
    ("padding: same", "padding: smae", "smae", "CNN015", "did you mean same?"),
    ("padding: same", "padding: full", "full", "CNN015", "unknown name full"),
    ("padding: same", "padding: nearest", "nearest", "CNN013", "must be a number, a list, valid, same"),
    ("join: add", "join: ad", "ad", "CNN010", "did you mean add?"),
    ("join: add", "join: relu", "relu", "CNN016", "relu joins nothing"),
    ("- - conv: {out_channels: 16,", "- - conv: {out_channels: 12,", "branches", "CNN103", "16 meets 12 on axis 1"),
    ("    name: pooled", "    name: pooled\n    from: stme", "stme", "CNN015", "did you mean stem?"),
    ("kernel_size: 3, padding: same}", "kernel_size: 3}\n    from: pooled", "pooled", "CNN015", "does not come before"),
    ("unit: {width: 8}", "unit: {widht: 8}", "widht", "CNN011", "did you mean width?"),
    ("unit: {width: 8}", "unit:", "unit", "CNN012", "unit needs the argument width"),
    ("unit: {width: 8}", "unit: {width: 8, strides: 2}", "strides", "CNN011", "it is called stride here"),
    ("out_channels: width,", "out_channels: width *,", "width *", "CNN014", "cannot read the expression"),
    ("out_channels: width,", "out_channels: widht // 2,", "widht // 2", "CNN015", "did you mean width?"),
    ("padding: 1}", "padding: max(1, stride)}", "max(1", "CNN014", "the comma in max(1, stride)"),
    ("    name: stem", "    relu: {}\n    name: stem", "unit", "CNN016", "here are unit and relu"),
    ("params <= 5M", "parms <= 5M", "parms <= 5M", "CNN301", "did you mean params?"),
    ("params <= 5M", "params <= 1k", "params <= 1k", "CNN301", "params"),
    ("params <= 5M", 'shape("pooled") == [N, 16, 17, 20]', "shape", "CNN301", "shape"),
]


def pointed_at(text):
    """Where a schema finds something."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return []
    found = jsonschema.Draft202012Validator(json_schema()).iter_errors(data)
    return ["/".join(map(str, error.absolute_path)) for error in found]


def test_every_fault_is_told_where_it_is(editor):
    editor.open("net.yaml", SPEC)
    assert editor.diagnostics("net.yaml") == []
    wrong = []
    for number, (old, new, underlined, rule, words) in enumerate(FAULTS):
        text = SPEC.replace(old, new)
        assert text != SPEC
        editor.open(f"net{number}.yaml", text)
        found = editor.settled(f"net{number}.yaml", bool)[0]
        lines, span = text.split("\n"), found.range
        marked = lines[span.start.line][span.start.character : span.end.character]
        if not (marked.startswith(underlined) and found.code == rule and words in found.message):
            wrong.append((new, marked, found.code, found.message))
    assert wrong == []
    assert len(FAULTS) == 20


def test_a_schema_tells_none_of_them():
    told = {new: pointed_at(SPEC.replace(old, new)) for old, new, *_ in FAULTS}
    torn = "padding: max(1, stride)}"  # it sees a key "stride)" in the entry, and no expression
    assert {new: places for new, places in told.items() if places} == {torn: ["blocks/unit/layers/0"]}


MENDED = {
    "rleu": "write relu for rleu",
    "MaxPool2d": "write max_pool for MaxPool2d",
    "smae": "write same for smae",
    "join: ad": "write add for ad",
    "stme": "write stem for stme",
    "{widht: 8}": "write width for widht",
    "strides": "write stride for strides",
    "max(1, stride)": "quote max(1, stride)",
    "relu: {}": "begin relu with a dash",
}


def test_what_an_edit_mends_is_offered(editor):
    for number, (piece, title) in enumerate(MENDED.items()):
        text = next(SPEC.replace(old, new) for old, new, *_ in FAULTS if piece in new)
        name = f"net{number}.yaml"
        editor.open(name, text)
        found = editor.settled(name, bool)[0]
        document = types.TextDocumentIdentifier(editor.uri(name))
        params = types.CodeActionParams(document, found.range, types.CodeActionContext([found]))
        first = editor.ask("text_document_code_action_async", params)[0]
        assert first.title == title
        (edits,) = first.edit.changes.values()
        editor.type(name, edited(text, list(edits)))
        assert editor.settled(name, lambda told: not told) == []
