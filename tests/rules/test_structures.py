"""Promises of networks that are not one: `a if c else b`, and ranges that decide what is built."""

from __future__ import annotations

import pytest

from cnnplan.configuration import Configuration
from cnnplan.rules import check

RANGE = """\
cnnplan: 1
symbols: {N: 1, H: {default: 16, min: 8, max: 40}, d: {default: 2, min: 1, max: 5}, s: {default: 1, choices: [1, 2]}}
input: [N, 3, H, 50]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
    name: c
  - max_pool: {kernel_size: 2}
    when: H > 20
    name: p
  - conv: {out_channels: 8 * s, kernel_size: 3, padding: 1}
    repeat: d
    name: r
  - conv: {out_channels: 6, kernel_size: 1}
    when: s == 2
    name: q
expect:
  - PROMISE
"""


def told(promise, text=RANGE):
    """What is said of one promise: broken, unproved, or nothing."""
    found = check(text.replace("PROMISE", promise), Configuration(select=("CNN301", "CNN303")))
    return [(finding.rule, finding.message) for finding in found if finding.rule != "CNN019"]


KEPT = [
    'shape("c")[2] == H',
    'shape("p")[2] == (H if H <= 20 else H // 2)',
    'shape("p")[2] == H // 2 if H > 20 else shape("p")[2] == H',
    'shape("p")[2] >= 8',
    'shape("p")[2] <= 20',
    'shape("r")[1] == 8 * s',
    "r.params == (8 * s * 36 + 8 * s) + (d - 1) * (8 * s * 8 * s * 9 + 8 * s)",
    '(shape("p")[2] == H) if H < 21 else (shape("p")[2] < H if H < 30 else shape("p")[2] > 14)',
    """{at: {H: 30}, that: 'shape("p")[2] == 15'}""",
    "{at: {d: 3}, that: r.params == (8 * s * 36 + 8 * s) + 2 * (8 * s * 8 * s * 9 + 8 * s)}",
    "params >= 10",
]
BROKEN = [
    ('shape("p")[2] == H', "with H = 21"),
    ('shape("p")[2] == H if H <= 20 else shape("p")[2] == 999', "H"),
    ('shape("p")[2] == (H if H <= 19 else H // 2)', "not at H = 20"),
    ('shape("p")[2] <= 19', "not at H = 20"),
    ("r.params <= 3000 + 0 * d", "r.params"),
    ("""{at: {H: 30}, that: 'shape("p")[2] == 30'}""", "15"),
]


@pytest.mark.parametrize("promise", KEPT)
def test_what_holds_in_every_structure_is_kept(promise):
    assert told(f"'{promise}'" if not promise.startswith("{") else promise) == []


@pytest.mark.parametrize(("promise", "words"), BROKEN, ids=[promise for promise, _ in BROKEN])
def test_what_fails_in_one_structure_is_broken(promise, words):
    ((rule, message),) = told(f"'{promise}'" if not promise.startswith("{") else promise)
    assert rule == "CNN301"
    assert words in message


def test_structures_without_end_leave_a_promise_undecided_and_say_which():
    text = RANGE.replace("d: {default: 2, min: 1, max: 5}", "d: {default: 2, min: 1}")
    ((rule, message),) = told("'shape(\"r\")[1] == 8 * s'", text)
    assert rule == "CNN303"
    assert "d >= " in message
    (note,) = [each for each in check(text.replace("PROMISE", "params >= 1")) if each.rule == "CNN019"]
    assert note.severity == "note"
    assert "d >= " in note.message


def test_an_error_in_another_structure_of_a_range_is_found():
    text = RANGE.replace("kernel_size: 2}", "kernel_size: 25}").replace("PROMISE", "params >= 1")
    found = [finding.message for finding in check(text)]
    assert any("kernel_size (=25) spans 25 of axis 2" in message for message in found)
