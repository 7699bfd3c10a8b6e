"""Specs that read well and make no network: every file of `bad/` beside all that is said about it.

`pytest --refresh` writes the answers anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnplan
from cnnplan.errors import SpecError

FILES = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_said(file, request, monkeypatch):
    monkeypatch.chdir(file.parent)
    lines = []
    for finding in cnnplan.check(file.name):
        lines.append(str(finding))
        lines += [f"    called from {place}" for place in finding.called_from]
        if finding.hint:
            lines.append(f"    {finding.hint}")
    text = "\n".join(lines) + "\n"
    answer = file.with_suffix(".txt")
    if request.config.getoption("--refresh"):
        answer.write_text(text, encoding="utf-8")
    assert text == answer.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_load_refuses_what_check_finds(file):
    with pytest.raises(SpecError):
        cnnplan.load(file)
