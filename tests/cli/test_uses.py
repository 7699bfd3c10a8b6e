"""The examples that `--help` ends with are command lines that the program takes."""

from __future__ import annotations

import shlex

import pytest
import typer
from typer.testing import CliRunner

from cnnplan.cli import COMMANDS, app
from cnnplan.cli.uses import USES

LINES = [line for lines in USES.values() for line in lines]


def test_every_command_has_some():
    assert set(USES) == set(COMMANDS)
    for name, lines in USES.items():
        shown = CliRunner().invoke(app, [name, "--help"]).stdout
        assert all(f"  {line}\n" in shown for line in lines), name


@pytest.mark.parametrize("line", LINES)
def test_its_options_are_those_of_the_command(line):
    """It is read, not run; a line fits a terminal of 60 to 66 columns."""
    program, name, *words = shlex.split(line)
    words = words[: words.index(">")] if ">" in words else words
    command = typer.main.get_command(app).get_command(None, name)
    command.make_context(name, words)
    assert program == "cnnplan"
    assert len(line) <= 64


@pytest.mark.parametrize(
    "line", [line for name in ("report", "diff", "sweep", "solve", "explain") for line in USES[name][:1]]
)
def test_the_first_ones_run(line, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, shlex.split(line)[1:])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("report resnet", "the example of that name is example:resnet"),
        ("report example:unet --set H=304 W=320", "W=320 is no file: each value has its own --set, --set W=320"),
    ],
)
def test_slips_are_answered_with_what_was_meant(line, told):
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == 2
    assert told in result.stderr
