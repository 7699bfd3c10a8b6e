"""What stands where in a text: on a text that is right what the parser says, on one that is half typed the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan.errors import SpecError
from cnnplan.lsp.layout import Layout, lines_of, slot_at
from cnnplan.lsp.roles import role
from cnnplan.spec.positions import positions
from cnnplan.spec.source import Source

ROOT = Path(__file__).parents[2]
TEXTS = [
    file
    for folder in ("specs", "tests/check", "tests/conditions", "tests/fuzz", "tests/graph", "tests/designs")
    for file in sorted((ROOT / folder).rglob("*.yaml"))
]


def parsed(file):
    """The places of keys and values by path, as the parser finds them; None of what is no YAML of ours."""
    try:
        source = Source(str(file), file.read_text(encoding="utf-8"))
    except (SpecError, UnicodeDecodeError):
        return None
    if source.faults.found:
        return None
    marks = positions(source._events())
    return {path: (key and (key.line, key.column), (value.line, value.column)) for path, (key, value) in marks.items()}


def test_the_parser_finds_the_same():
    compared = 0
    for file in TEXTS:
        expected = parsed(file)
        if expected is None:
            continue
        compared += 1
        items = Layout(lines_of(file.read_text(encoding="utf-8"))).items
        assert set(items) - {()} == set(expected) - {()}, file
        for path, (key, value) in expected.items():
            item = items.get(path)
            if path and isinstance(path[-1], str):
                quoted = (key[0], key[1] + 1)
                assert item.key[:2] in (key, quoted), (file, path)
            if path and item.value is not None:
                assert item.value[:2] == value, (file, path)
    assert compared > 100


SLOTS = [
    # the text before the cursor, the path, the kind of slot, what is there of it
    ("cnn", (), "key", "cnn"),
    ("cnnplan: 1\nsym", (), "key", "sym"),
    ("layers:\n  - ", ("layers", 0), "item", ""),
    ("layers:\n  - con", ("layers", 0), "item", "con"),
    ("layers:\n  - relu\n  - con", ("layers", 1), "item", "con"),
    ("layers:\n  - conv: {out_channels: 64, ker", ("layers", 0, "conv"), "key", "ker"),
    ("layers:\n  - conv: {out_channels: 64, padding: ", ("layers", 0, "conv", "padding"), "value", ""),
    ("layers:\n  - conv: {padding: max(a, b", ("layers", 0, "conv", "padding"), "value", "max(a, b"),
    ('layers:\n  - conv: {padding: "max(a, ', ("layers", 0, "conv", "padding"), "value", "max(a,"),
    ("layers:\n  - conv:\n      ", ("layers", 0, "conv"), "child", ""),
    ("layers:\n  - conv: {}\n    ", ("layers", 0), "key", ""),
    ("layers:\n  - conv: {}\n    fr", ("layers", 0), "key", "fr"),
    ("layers:\n  - conv: {}\n    from: [a, ", ("layers", 0, "from", 1), "value", ""),
    ("layers:\n  - conv: {}\n  ", ("layers",), "dash", ""),
    ("layers:\n  - conv: {\n      padding: 1,\n   ", ("layers", 0, "conv"), "key", ""),
    ("layers:\n  - conv: {padding: 1\n  - relu\n  - ", ("layers", 2), "item", ""),
    ("layers:\n  - branches:\n      paths:\n        - - con", ("layers", 0, "branches", "paths", 0, 0), "item", "con"),
    ("description: >-\n  conv: {", ("description",), "text", ""),
    ("layers:\n  - relu  # con", (), "comment", ""),
]


@pytest.mark.parametrize(("text", "path", "kind", "begun"), SLOTS)
def test_what_is_being_written(text, path, kind, begun):
    lines = lines_of(text)
    slot = slot_at(lines, len(lines) - 1, len(lines[-1]))
    assert (slot.kind, slot.text) == (kind, begun)
    assert slot.path == path or kind == "comment"


def test_a_bracket_that_is_not_closed_ends_where_the_next_entry_begins():
    text = "layers:\n  - conv: {out_channels: 4, kernel_size: [3\n  - relu\nexpect:\n  - params < 3\n"
    items = Layout(lines_of(text)).items
    assert items["layers", 0, "conv", "out_channels"].text == "4"
    assert items["layers", 1].text == "relu"
    assert items["expect", 0].text == "params < 3"


def test_what_is_wanted_where():
    conv = ("blocks", "unit", "layers", 0, "branches", "paths", 1, 0, "conv")
    assert role((*conv, "padding", 1)) == ("argument", "unit", conv[:-1], "conv")
    assert role(("layers", 3, "branches", "paths", 0, "layers", 2)).kind == "entry"
    assert role(("layers", 3, "branches", "join")).kind == "join"
    assert role(("layers", 3, "branches", "join", "concat")) == ("arguments", "", ("layers", 3), "concat")
    assert role(("expect", 0, "at", "H")).kind == "value"
    assert role(("no", "such", "place")).kind == "unknown"
