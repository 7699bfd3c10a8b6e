"""Terminals that are narrower than what there is to say: no number is cut, no word is broken."""

from __future__ import annotations

import re

import pytest

import cnnplan
from cnnplan.report.fitting import fitted, flowing

SPECS = ["lenet5", "resnet", "unet", "transformer/swin_t", "googlenet"]


@pytest.mark.parametrize("width", [60, 70, 80, 120])
@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize(
    "options",
    [{}, {"memory": True}, {"sharing": True}, {"top": 7}, {"columns": ("name", "op", "in", "out", "params", "macs")}],
    ids=["usual", "memory", "sharing", "top", "columns"],
)
def test_every_number_is_whole_and_every_name_too(specs, spec, width, options):
    """What a terminal of 400 columns says stands in the narrow table too: each number, and each part of a name."""
    plan = cnnplan.load(specs / f"{spec}.yaml")
    narrow, wide = (cnnplan.render(plan, width=each, depth=2, **options) for each in (width, 400))
    assert max(map(len, narrow.splitlines())) <= width
    assert numbers(wide) - numbers(narrow) == set()
    assert parts(wide) - parts(narrow) == set()


def numbers(text):
    return set(re.findall(r"\d[\d,]{4,}\d", text))


def parts(text):
    table = text.partition("\n\n")[2].partition("\n\n")[0]
    return set(re.findall(r"[a-z]{4,}\d*", table)) - {"layer", "formula"}


def test_a_line_goes_on_under_what_it_goes_on_with():
    assert fitted("net.yaml:7:5: error: sizes differ", 24) == "net.yaml:7:5: error:\n  sizes differ"
    assert fitted("CNN201  a window is large", 20) == "CNN201  a window is\n        large"
    assert fitted("  hint: a longer word", 16) == "  hint: a longer\n    word"


def test_colors_take_no_room_and_excerpts_stay_as_they_are():
    red = "\x1b[1;31merror\x1b[0m: of four words"
    assert fitted(red, 20) == red
    assert fitted("     7 |   - conv: {out_channels: 8}", 20) == "     7 |   - conv: {out_channels: 8}"


def test_paragraphs_flow_and_code_and_rows_do_not():
    words, items = (" ".join([word] * 19) for word in ("words", "items"))
    page = f"{words}\ngoes on.\n\n```yaml\n{'a: ' * 40}\nb: 1\n```\n\n* {items}\n  goes on.\n"
    shown = flowing(page, 50).split("\n")
    assert shown[:4] == [*[" ".join(["words"] * 8)] * 2, "words words words goes on.", ""]
    assert "b: 1" in shown
    assert shown[-2] == "  items items items goes on."
    rows = f"CNN201  one  {'word ' * 20}\nCNN202  two  word"
    assert flowing(rows, 400) == rows
