"""Figures beside the text, asked of a real server: hints at every entry, what a word is that is pointed at, lenses."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.network import NET, after, put


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


def test_lenses_tell_the_whole(shared):
    put(shared, NET)
    found = shared.of("code_lens", types.CodeLensParams, "net.yaml")
    assert [(each.range.start.line, each.command.title) for each in found] == [
        (12, "2.35 k params · 6.19 M MACs  at N = 2, H = 34, W = 40"),
        (12, "exists where W >= 2"),
        (7, "called 4 times · 2.25 k params · 6.12 M MACs"),
    ]
