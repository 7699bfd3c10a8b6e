"""Slips as they are made by hand: the first message leads to the line, and says the way out.

What is said of each stands whole in `slips/said.txt`; running this file writes it anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml

from cnnplan.report.findings import render_findings
from cnnplan.rules import check
from cnnplan.translation.options import telling

SLIPS = Path(__file__).parent / "slips"
NET = (SLIPS / "net.yaml").read_text(encoding="utf-8")
CASES = {case["slip"]: case for case in yaml.safe_load((SLIPS / "cases.yaml").read_text(encoding="utf-8"))}
SAID = SLIPS / "said.txt"
ELSEWHERE = {"no number of classes", "the upsampling forgotten", "a layer that nothing reads"}
"""What is not there is told of what misses it."""


def slipped(case):
    """The file with the slip, and the line in which it stands."""
    text = NET
    for right, wrong in case["instead"].items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    pairs = zip(NET.splitlines(), text.splitlines(), strict=False)
    return text, next(number for number, (old, new) in enumerate(pairs, 1) if old != new)


def said(case, folder):
    """What is found, as it is printed, with the name of the file alone."""
    file = Path(folder) / "net.yaml"
    file.write_text(slipped(case)[0], encoding="utf-8")
    with telling({"scale": case["scale"]} if "scale" in case else {}):
        found = [finding for finding in check(file) if finding.severity != "note"]
    return found, render_findings(found, "text", files=[str(file)]).replace(f"{folder}/", "")


def expected():
    """What is to be said, by slip."""
    parts = SAID.read_text(encoding="utf-8").split("### ")[1:]
    return {name: text.strip() for name, text in (part.split("\n", 1) for part in parts)}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name, tmp_path):
    assert said(CASES[name], tmp_path)[1].strip() == expected()[name]


@pytest.mark.parametrize("name", sorted(set(CASES) - ELSEWHERE))
def test_the_first_message_leads_to_the_line(name, tmp_path):
    case = CASES[name]
    where = said(case, tmp_path)[0][0].location
    lines = slipped(case)[0].splitlines()
    assert lines[where.line - 1] not in NET.splitlines()


def test_the_file_without_a_slip(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(NET, encoding="utf-8")
    assert [str(finding) for finding in check(file) if finding.severity != "note"] == []


def write():
    """Write down what is said."""
    texts = []
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            texts.append(f"### {name}\n{said(case, folder)[1].strip()}\n")
    SAID.write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    write()
