"""Texts that are being written: no keystroke ends the server, and what is known stays known up to where it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from cnnplan.lsp.session import Session
from tests.lsp.editor import Editor

ROOT = Path(__file__).parents[2]
SPECS = ("specs/lenet5.yaml", "specs/unet.yaml", "specs/resnet.yaml")
SLIPS = sorted((ROOT / "tests/check/slips").glob("*.yaml"))

NET = """\
cnnplan: 1
symbols: {N: 2, H: 34, W: 40}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 4, kernel_size: 3}
  - conv: {out_channels: 5, kernel_size: 3}
  - max_pool: {kernel_size: 2}
  - conv: {out_channels: 7, kernel_size: 1}
"""
SHAPES = {5: "2 x 4 x 32 x 38", 6: "2 x 5 x 30 x 36", 7: "2 x 5 x 15 x 18", 8: "2 x 7 x 15 x 18"}


def shapes(editor):
    return {line: hint.partition(" · ")[0] for line, hint in editor.hints("net.yaml").items()}


BROKEN = [
    # what is written instead of a piece, the lines whose shapes are known
    ("{out_channels: 5, kernel_size: 3}", "{out_channels: 5, kern", (5,)),
    ("{out_channels: 5, kernel_size: 3}", "{out_channels: 5, kernel_size: [3", (5,)),
    ("{out_channels: 5, kernel_size: 3}", "{out_channels: max(5, kernel_size: 3}", (5,)),
    ("{out_channels: 5, kernel_size: 3}", '{out_channels: "5, kernel_size: 3}', (5,)),
    ("{out_channels: 5, kernel_size: 3}", "{out_channels: 5, kernel_size: 3}\n    na", (5,)),
    ("{out_channels: 5, kernel_size: 3}", "{out_channels: 5, kernel_size: 3}}", (5,)),
    ("conv: {out_channels: 5, kernel_size: 3}", "con", (5,)),
    ("  - conv: {out_channels: 5, kernel_size: 3}", "  -", (5,)),
    ("  - conv: {out_channels: 5, kernel_size: 3}", "  - conv: {out_channels: 5, kernel_size: 3", (5,)),
    ("layers:\n", "inclu\nlayers:\n", (6, 7, 8, 9)),
    ("layers:\n", "include: [\nlayers:\n", (6, 7, 8, 9)),
    ("H: 34, W: 40}", "H: 34, W: 40, K: {defau", (5, 6, 7, 8)),
    ("H: 34, W: 40}", "H: 34, W: 40, K: {defau: 3}}", (5, 6, 7, 8)),
]


@pytest.fixture(scope="module")
def typing(tmp_path_factory):
    opened = Editor(tmp_path_factory.mktemp("typing"))
    yield opened
    assert opened.close() == 0
    assert opened.logged == []


@pytest.mark.parametrize(("old", "new", "lines"), BROKEN)
def test_shapes_are_known_up_to_where_it_breaks(typing, old, new, lines):
    (typing.type if typing.versions else typing.open)("net.yaml", NET)
    assert shapes(typing) == SHAPES
    assert NET.count(old) == 1
    typing.published.clear()
    typing.type("net.yaml", NET.replace(old, new))
    assert typing.settled("net.yaml", bool)
    more = new.count("\n") - old.count("\n")
    known = [line for line, text in shapes(typing).items() if "?" not in text]
    assert [line for line in known if line in lines] == list(lines)
    if not more:
        assert {line: text for line, text in shapes(typing).items() if "?" not in text} == {
            line: text for line, text in SHAPES.items() if line in lines
        }


def everything(editor, name, line, column):
    """Ask whatever can be asked at a place."""
    editor.at("hover", types.HoverParams, name, line, column)
    editor.at("completion", types.CompletionParams, name, line, column)
    editor.at("signature_help", types.SignatureHelpParams, name, line, column)
    editor.at("definition", types.DefinitionParams, name, line, column)
    context = types.ReferenceContext(include_declaration=True)
    editor.at("references", types.ReferenceParams, name, line, column, context=context)
    editor.at("prepare_rename", types.PrepareRenameParams, name, line, column)
    editor.of("document_symbol", types.DocumentSymbolParams, name)
    editor.of("folding_range", types.FoldingRangeParams, name)
    editor.of("document_link", types.DocumentLinkParams, name)
    editor.of("code_lens", types.CodeLensParams, name)
    editor.of("semantic_tokens_full", types.SemanticTokensParams, name)
    return editor.hints(name)


def typed(editor, text, places):
    """Type a text, and ask everything at these places; what is behind the cursor is not there yet."""
    editor.open("typed.cnnplan.yaml", "")
    for place in places:
        begun = text[:place]
        editor.type("typed.cnnplan.yaml", begun)
        line, column = begun.count("\n"), len(begun) - begun.rfind("\n") - 1
        everything(editor, "typed.cnnplan.yaml", line, column)
    editor.type("typed.cnnplan.yaml", text)
    return editor.hints("typed.cnnplan.yaml")


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_is_typed_from_its_first_letter(editor, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    hints = typed(editor, text, range(3, len(text), 41))
    assert len(hints) >= 10
    assert editor.logged == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_a_spec_is_typed_letter_by_letter(editor, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert typed(editor, text, range(len(text))) == typed_at_once(editor, text)


def typed_at_once(editor, text):
    editor.open("once.cnnplan.yaml", text)
    return editor.hints("once.cnnplan.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_letters_are_deleted_anywhere(editor, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    editor.open("typed.cnnplan.yaml", text)
    for place in range(len(text)):
        editor.type("typed.cnnplan.yaml", text[:place] + text[place + 1 :])
        line, column = text.count("\n", 0, place), place - text.rfind("\n", 0, place) - 1
        everything(editor, "typed.cnnplan.yaml", line, column)
    assert editor.logged == []


@pytest.mark.parametrize("file", SLIPS, ids=[file.stem for file in SLIPS])
def test_slips_are_told_and_all_else_answers(typing, file):
    text = file.read_text(encoding="utf-8")
    name = f"{file.stem}.yaml"
    typing.open(name, text)
    assert typing.settled(name, bool)
    for line in range(0, text.count("\n"), 5):
        everything(typing, name, line, 8)


HOSTILE = [
    "",
    "\n\n\n",
    "\ufeffcnnplan: 1\n",
    "cnnplan: 1\r\nlayers:\r\n  - relu\r\n",
    "- " * 500,
    "{" * 500,
    "[" * 3_000,
    "a: " * 300,
    "'",
    '"\\',
    "a: |\n",
    "a: &x [*x]\n<<: *x\n",
    "layers:\n" + "  - relu\n" * 3_000,
    "\0\1\2",
    "\u2028a: 1\u2028b: 2\x0c\n",
    "cnnplan: 1\nblocks: {a: {layers: [b]}, b: {layers: [a]}}\ninput: [1]\nlayers: [a]\n",
    "cnnplan: 1\ninput: [1, 2, 3]\nlayers:\n  - sequence: [relu]\n    repeat: 999999999\n",
    "layers: 3\nblocks: 4\nsymbols: []\ninclude: {a: b}\nexpect: x\n",
    "cnnplan: 1\nsymbols: {N: " + "9" * 5_000 + "}\ninput: [N]\nlayers: [relu]\n",
]


def test_hostile_texts_are_answered(editor):
    for number, text in enumerate(HOSTILE):
        name = f"hostile{number}.cnnplan.yaml"
        editor.open(name, text)
        assert len(editor.diagnostics(name)) <= 250
        everything(editor, name, 0, 0)
        everything(editor, name, 2, 5)
        everything(editor, name, 9_999, 9_999)
    assert editor.logged == []


def test_a_text_that_takes_long_waits_until_nobody_types():
    session = Session()
    first = session.put("file:///net.cnnplan.yaml", NET)
    assert first.analysis.findings == ()
    quick = session.put(first.uri, NET.replace("out_channels: 7", "out_channels: 8"))
    assert not quick.postpone()
    assert quick.analysis.plan.params == 4 * 28 + 5 * 37 + 8 * 6
    quick.seconds = 10.0
    slow = session.put(first.uri, NET.replace("out_channels: 7", "out_channels: 9"))
    assert slow.postpone()
    assert (slow.analysis.is_earlier, slow.analysis.plan.params) == (True, 345)
    slow.settle()
    assert (slow.analysis.is_earlier, slow.analysis.plan.params) == (False, 4 * 28 + 5 * 37 + 9 * 6)
