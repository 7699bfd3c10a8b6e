"""The README against the program: its console blocks are run and their output compared, its YAML is checked."""

from __future__ import annotations

import doctest
import re
import tomllib

import pytest

import cnnplan
from cnnplan.findings import Severity
from tests.console import README, ROOT, blocks, sessions

TEXT = README.read_text(encoding="utf-8")
SESSIONS = [pytest.param(*session, id=session[0]) for session in sessions(TEXT)]


@pytest.mark.parametrize(("command", "output"), SESSIONS)
def test_a_command_prints_what_the_readme_says(shell, command, output, request):
    printed = shell(command, ROOT)
    if request.config.getoption("--refresh"):
        text = README.read_text(encoding="utf-8")
        README.write_text(text.replace(f"$ {command}\n{output}", f"$ {command}\n{printed}"), encoding="utf-8")
    else:
        assert printed == output


@pytest.mark.parametrize("block", blocks(TEXT, "yaml"))
def test_a_spec_of_the_readme_is_legal(block):
    assert [finding for finding in cnnplan.check(block) if finding.severity is not Severity.NOTE] == []


def test_the_python_of_the_readme(monkeypatch):
    monkeypatch.chdir(ROOT)
    tests = doctest.DocTestParser().get_doctest("".join(blocks(TEXT, "pycon")), {}, "README", str(README), 0)
    assert tests.examples
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(tests).failed == 0


def test_the_floors_are_those_that_are_held():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    held = [room for floor in layers for room in floor.split(" | ") if room not in ("__main__", "lazy", "release")]
    rows = re.findall(r"^\| (`.*`) \|", README.read_text(encoding="utf-8").partition("## The house")[2], re.MULTILINE)
    told = [room for row in rows for room in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == sorted(held)


def test_one_command_reports_and_one_tests():
    report, test = (block.strip() for block in blocks(TEXT, "sh"))
    assert report.endswith("cnnplan report specs/resnet.yaml")
    assert "pytest" in test
    assert "\n" not in report + test


def test_it_is_a_tour_and_no_manual():
    assert len(TEXT.splitlines()) <= 250
