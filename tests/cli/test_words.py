"""Words that are read as they stand mean what typer reads in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.core import TyperCommand
from typer.testing import CliRunner

from cnnplan.cli import words


def _twice(text: str) -> str:
    if text == "bad":
        raise typer.BadParameter("not that one")
    return text * 2


def command(
    places: Annotated[list[Path], typer.Argument()],
    name: Annotated[str, typer.Option("--name", "-n")] = "usual",
    twice: Annotated[str, typer.Option(callback=_twice)] = "once",
    file: Annotated[Path | None, typer.Option()] = None,
    several: Annotated[list[str], typer.Option("--several")] = [],  # noqa: B006 - how typer says "none"
    flag: Annotated[bool, typer.Option("--flag")] = False,  # noqa: FBT002 - a flag
    number: Annotated[int | None, typer.Option(min=3)] = None,
    needed: Annotated[str, typer.Option()] = ...,  # type: ignore[assignment]  # how typer says "must be given"
) -> None:
    typer.echo(repr((places, name, twice, file, several, flag, number, needed)))


def run(cls: Any, arguments: list[str]) -> tuple[int, str]:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(cls=cls)(command)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


LINES = {
    "here": "(['here'], 'usual', 'onceonce', None, [], False, None, 'x')",
    "here there -n other --twice more --file here": (
        "(['here', 'there'], 'other', 'moremore', 'here', [], False, None, 'x')"
    ),
    "here --several a=1 --several b --flag --number 7": (
        "(['here'], 'usual', 'onceonce', None, ['a=1', 'b'], True, 7, 'x')"
    ),
}


@pytest.mark.parametrize("line", LINES)
def test_values(line):
    told = LINES[line].replace("'here'", repr(Path("here"))).replace("'there'", repr(Path("there")))
    arguments = [*line.split(), "--needed", "x"]
    assert run(words.Command, arguments) == run(TyperCommand, arguments) == (0, f"{told}\n")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("here", "Missing option '--needed'"),
        ("--needed x", "Missing argument"),
        ("here --needed x --number 2", "Invalid value for '--number'"),
        ("here --needed x --number two", "Invalid value for '--number'"),
        ("here --needed x --twice bad", "Invalid value for '--twice': not that one"),
        ("here --needed x --nam", "No such option"),
        ("here --needed x --name", "requires an argument"),
    ],
)
def test_refusals(line, cause):
    code, told = run(words.Command, line.split())
    assert (code, told) == run(TyperCommand, line.split())
    assert code == 2
    assert cause in told


def test_a_file_that_may_not_be_read_is_for_typer_to_refuse(tmp_path, monkeypatch):
    (tmp_path / "secret").touch()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may read everything
    code, told = run(words.Command, [str(tmp_path / "secret"), "--needed", "x"])
    assert code == 2
    assert "is not readable" in told


def test_help():
    assert run(words.Command, ["--help"]) == run(TyperCommand, ["--help"])
