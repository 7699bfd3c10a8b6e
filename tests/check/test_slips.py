"""Plausible slips in the networks of the project: the first message leads to the line that is to be mended.

`line` is where the slip was made; the message stands there, or in a block that is called from there. Where a number is
legal where it stands and fails further on, the message says what must hold before it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan import check
from cnnplan.report.findings import render_findings

HERE = Path(__file__).parent / "slips"
SLIPS = [
    # the spec, the line of the slip, words of the first message or its hint
    ("channels_off_by_a_factor", 43, "128 meets 256 on axis 1"),
    ("comma_in_an_unquoted_expression", 52, '"make_divisible(24 * 1.1, 8)"'),
    ("field_of_a_record_misspelt", 46, "did you mean depths?"),
    ("flatten_forgotten", 31, "put a flatten before it"),
    ("groups_of_the_wrong_width", 41, "groups (=32) does not divide the 144"),
    ("kernel_for_stride", 29, "needs H >= 48"),
    ("layer_one_level_too_deep", 64, "further to the right than the one above"),
    ("misspelt_argument", 20, "did you mean kernel_size?"),
    ("padding_in_one_branch", 21, "H meets H - 2 on axis 2"),
    ("skip_from_the_wrong_level", 52, "floor(H/2) meets 2*floor(H/8)"),
    ("stride_missing_in_shortcut", 43, "ceil(H/8) meets ceil(H/4)"),
    ("wiring_indented_too_far", 40, "repeat stands one level too deep"),
]


@pytest.mark.parametrize(("name", "line", "words"), SLIPS, ids=[name for name, *_ in SLIPS])
def test_the_first_message_leads_to_the_line(name, line, words, monkeypatch):
    monkeypatch.chdir(HERE)
    first = check(Path(f"{name}.yaml"))[0]
    assert line in {first.location.line, *(caller.line for caller in first.called_from)}
    assert words in f"{first.message} {first.hint}"


@pytest.mark.parametrize("name", [name for name, *_ in SLIPS])
def test_what_is_said(name, monkeypatch, expected):
    monkeypatch.chdir(HERE)
    expected(render_findings(check(Path(f"{name}.yaml"))), f"{name}.txt")


def test_every_slip_is_in_the_table():
    assert {file.stem for file in HERE.glob("*.yaml")} == {name for name, *_ in SLIPS}
