"""Every feature, asked of a real server; ^ in a text is the cursor, and no part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, edited

if TYPE_CHECKING:
    from collections.abc import Iterator

NET = """\
cnnplan: 1
symbols:
  N: 2
  H: {default: 34, min: 16, description: height of the image}
  W: 40
input: [N, 3, H, W]
blocks:
  unit:
    args: {width: required, stride: 1}
    layers:
      - conv: {out_channels: width, kernel_size: 3, stride: stride, padding: 1, bias: false}
      - relu
layers:
  - unit: {width: 8}
    name: stem
  - sequence:
      - unit: {width: 8 + i}
        repeat: {i: 3}
    name: body
  - max_pool: {kernel_size: 2}
  - concat:
    from: [max_pool1, prev]
  - conv: {out_channels: 5, kernel_size: 1}
    name: classes
    when: W > 3
expect:
  - shape("classes")[1] == 5
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Editor]:
    opened = Editor(tmp_path_factory.mktemp("folder"))
    yield opened
    assert opened.close() == 0
    assert opened.logged == []


def put(editor, text, name="net.yaml"):
    """Open a text, or type it; the position of the cursor in it."""
    before, mark, after = text.partition("^")
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    (editor.type if name in editor.versions else editor.open)(name, before + after if mark else text)
    return line, column


def after(old, new):
    """The network with a piece replaced."""
    assert NET.count(old) == 1
    return NET.replace(old, new)


def test_shapes_and_costs_stand_beside_every_entry(shared):
    put(shared, NET)
    assert shared.hints("net.yaml") == {
        # weights: 3 * 8 * 9 of the stem, then 8 * (8 + 9) * 9 and 9 * 10 * 9; MACs: each at 2 * 34 * 40 positions
        11: "4 times: 2 x 8 x 34 x 40 ... 2 x 10 x 34 x 40 · 2.25 k params · 6.12 M MACs",
        12: "4 times: 2 x 8 x 34 x 40 ... 2 x 10 x 34 x 40 · 95.2 k FLOPs",
        14: "2 x 8 x 34 x 40 · 216 params · 588 k MACs",
        16: "2 x 10 x 34 x 40 · 2.03 k params · 5.53 M MACs",
        17: "3 times: 2 x 8 x 34 x 40 ... 2 x 10 x 34 x 40 · 2.03 k params · 5.53 M MACs",
        20: "2 x 10 x 17 x 20 · 20.4 k FLOPs",
        21: "2 x 20 x 17 x 20",
        23: "2 x 5 x 17 x 20 · 105 params · 68 k MACs",
    }


HOVERS = [
    ("- ^unit: {width: 8}\n    name: stem", ("unit: {width, stride: 1}", "N, 8, H, W", "parameters 216", "3 x 3")),
    ("  - m^ax_pool", ("max_pool: {kernel_size", "floor(H/2)", "receptive field 10 x 10")),
    ("kernel_size: 3, str^ide: stride", ("`stride` of `conv`: default `1`", "Distance between windows")),
    ("stride: s^tride,", ("argument of `unit`: default `1`",)),
    ("[N, 3, ^H, W]", ("symbol `H` = 34", "min 16", "height of the image")),
    ("  ^W: 40", ("symbol `W` = 40", "nothing is claimed", "W >= 2")),
    ("8 + ^i}", ("counts the copies",)),
    ("from: [^max_pool1,", ("layer `max_pool1`", "floor(W/2)")),
    ('shape("cl^asses")', ("layer `classes`", "N, 5, floor(H/2)")),
    ("^shape(", ("shape(",)),
    ("    wh^en: W", ("`when`: where this is false",)),
    ("^symbols:", ("`symbols`: what may vary",)),
    ("  - ^sequence:", ("Entries in a row", "N, 10, H, W")),
]


@pytest.mark.parametrize(("piece", "words"), HOVERS)
def test_hover_says_what_it_is_and_its_numbers(shared, piece, words):
    line, column = put(shared, after(piece.replace("^", ""), piece))
    found = shared.at("hover", types.HoverParams, "net.yaml", line, column)
    assert [word for word in words if word not in found.contents.value] == []


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


def test_blocks_and_entries_fold(shared):
    put(shared, NET)
    found = shared.of("folding_range", types.FoldingRangeParams, "net.yaml")
    assert {(each.start_line, each.end_line) for each in found} == {
        *((1, 4), (6, 11), (7, 11), (9, 11), (12, 24)),
        *((13, 14), (15, 18), (16, 17), (20, 21), (22, 24), (25, 26)),
    }


def test_the_outline_names_what_there_is(shared):
    put(shared, NET)

    def told(symbols):
        return [
            (each.name, each.detail, told(each.children)) if each.children else (each.name, each.detail)
            for each in symbols
        ]

    top = {each[0]: each[2] for each in told(shared.of("document_symbol", types.DocumentSymbolParams, "net.yaml"))}
    assert top == {
        "symbols": [("N", None), ("H", None), ("W", None)],
        "blocks": [
            (
                "unit",
                None,
                [("width", None), ("stride", None), ("conv", "2 x 8 x 34 x 40"), ("relu", "2 x 8 x 34 x 40")],
            )
        ],
        "layers": [
            ("stem", "unit 2 x 8 x 34 x 40"),
            ("body", "sequence 2 x 10 x 34 x 40", [("unit", "2 x 8 x 34 x 40")]),
            ("max_pool", "2 x 10 x 17 x 20"),
            ("concat", "2 x 20 x 17 x 20"),
            ("classes", "conv 2 x 5 x 17 x 20"),
        ],
        "expect": [('shape("classes")[1] == 5', None)],
    }


def test_lenses_tell_the_whole(shared):
    put(shared, NET)
    found = shared.of("code_lens", types.CodeLensParams, "net.yaml")
    assert [(each.range.start.line, each.command.title) for each in found] == [
        (12, "2.35 k params · 6.19 M MACs  at N = 2, H = 34, W = 40"),
        (12, "exists where W >= 2"),
        (7, "called 4 times · 2.25 k params · 6.12 M MACs"),
    ]


def test_words_have_the_color_of_what_they_mean(shared):
    put(shared, NET)
    legend = shared.told.capabilities.semantic_tokens_provider.legend
    data = shared.of("semantic_tokens_full", types.SemanticTokensParams, "net.yaml").data
    lines, line, column, found = NET.split("\n"), 0, 0, {}
    for down, right, length, kind, modifiers in zip(*[iter(data)] * 5, strict=True):
        line, column = line + down, right + (column if down == 0 else 0)
        word = lines[line][column : column + length]
        found.setdefault((legend.token_types[kind], word), []).append(modifiers)
    assert found["class", "unit"] == [1, 0, 0]
    assert found["parameter", "width"] == [1, 0, 0, 0]
    assert found["variable", "i"] == [0, 1]
    assert found["namespace", "classes"] == [1, 0]
    assert found["method", "shape"] == [0]
    assert found["operator", "+"] == [0]
    assert ("number", "5") in found


def test_columns_are_those_of_utf_16(shared):
    text = "cnnplan: 1\nname: '\U0001f600'\nsymbols: {'N': 1, \U0001f600: 2}\ninput: [N, 3, 8, 9]\nlayers: [rleu]\n"
    shared.published.clear()
    put(shared, text)
    found = shared.settled("net.yaml", lambda told: any(each.code == "CNN017" for each in told))
    (named,) = [each for each in found if each.code == "CNN017"]
    # the emoji stands 18 characters from the left and is two units wide
    assert (named.range.start.line, named.range.start.character, named.range.end.character) == (2, 18, 20)


def test_an_editor_without_snippets_gets_plain_text(tmp_path):
    plain = Editor(tmp_path, snippets=False)
    line, column = put(plain, "cnnplan: 1\nlayers:\n  - conv^")
    items = plain.at("completion", types.CompletionParams, "net.yaml", line, column).items
    assert (
        next(item.text_edit.new_text for item in items if item.label == "conv")
        == "conv: {kernel_size: , out_channels: }"
    )
    assert plain.close() == 0
