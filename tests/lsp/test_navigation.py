"""Definitions, references and renaming, asked of a real server."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import edited
from tests.lsp.network import NET, after, put

DEFINITIONS = [
    ("  - ^unit: {width: 8}\n    name: stem", "unit", 7),
    ("{out_channels: w^idth,", "width", 8),
    ("width: 8 + ^i}", "i", 17),
    ("[N, 3, H, ^W]", "W", 4),
    ("[^max_pool1, prev]", "max_pool", 19),
    ('shape("^classes")', "classes", 23),
    ("  - unit: {w^idth: 8}\n", "width", 8),
]


@pytest.mark.parametrize(("piece", "word", "line"), DEFINITIONS)
def test_definition_leads_to_where_it_is_said(shared, piece, word, line):
    text = after(piece.replace("^", ""), piece)
    position = put(shared, text)
    (found,) = shared.at("definition", types.DefinitionParams, "net.yaml", *position)
    assert found.range.start.line == line
    lines = text.replace("^", "").split("\n")
    assert lines[line][found.range.start.character : found.range.end.character] == word


REFERENCES = [
    ("  ^unit:\n    args", [7, 13, 16]),
    ("args: {^width: required", [8, 10, 13, 16]),
    ("  ^W: 40", [4, 5, 24]),
    ("repeat: {^i: 3}", [16, 17]),
    ("    name: ^classes", [23, 26]),
]


@pytest.mark.parametrize(("piece", "lines"), REFERENCES)
def test_references_are_all_that_mean_the_same(shared, piece, lines):
    position = put(shared, after(piece.replace("^", ""), piece))
    context = types.ReferenceContext(include_declaration=True)
    found = shared.at("references", types.ReferenceParams, "net.yaml", *position, context=context)
    assert sorted(each.range.start.line for each in found) == lines
    marked = shared.at("document_highlight", types.DocumentHighlightParams, "net.yaml", *position)
    assert len(marked) == len(lines)


@pytest.mark.parametrize(("piece", "lines"), REFERENCES)
def test_a_renamed_network_is_the_same_network(shared, piece, lines):
    position = put(shared, after(piece.replace("^", ""), piece))
    before = shared.hints("net.yaml")
    assert shared.at("prepare_rename", types.PrepareRenameParams, "net.yaml", *position)
    found = shared.at("rename", types.RenameParams, "net.yaml", *position, new_name="another_name")
    (edits,) = found.changes.values()
    assert len(edits) == len(lines)
    shared.published.clear()
    put(shared, edited(NET, list(edits)))
    assert shared.diagnostics("net.yaml") == []
    assert shared.hints("net.yaml") == before


@pytest.mark.parametrize("name", ["conv", "two words", "same", "if"])
def test_a_name_that_nothing_may_have_is_refused(shared, name):
    position = put(shared, after("  unit:\n    args", "  ^unit:\n    args"))
    with pytest.raises(Exception, match=name):
        shared.at("rename", types.RenameParams, "net.yaml", *position, new_name=name)


def test_an_operator_is_not_renamed(shared):
    position = put(shared, after("      - relu", "      - r^elu"))
    assert shared.at("prepare_rename", types.PrepareRenameParams, "net.yaml", *position) is None
