"""How a text is built, asked of a real server: what folds, its outline, the color of its words, where they stand."""

from __future__ import annotations

from lsprotocol import types

from tests.lsp.network import NET, put


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
