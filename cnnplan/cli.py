"""The command line: commands and exit codes, nothing else.

Exit codes: 0 clean, 1 findings, 2 could not run. The answer goes to stdout, or to the file of -o; all else to stderr.
A room is imported by the command that needs it, since start-up is most of the time that `check` takes.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.errors import CnnplanError, SpecError, UsageError
from cnnplan.findings import Severity
from cnnplan.report.text import printable, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.findings import Finding

__all__ = ["app", "main"]

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2
SUFFIXES = {".yaml", ".yml"}

app = typer.Typer(
    help="The type checker and cost model of convolutional network designs.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)

Spec = Annotated[str, typer.Argument(metavar="SPEC", help="The YAML file of a network.")]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="YAML files, and folders of them.")]
Format = Annotated[str, typer.Option("--format", "-f", metavar="table|json", help="How to write it.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, all or nothing.")]
Settings = Annotated[list[str], typer.Option("--set", metavar="SYMBOL=VALUE", help="Give a symbol a value.")]


@app.command()
def report(
    spec: Spec,
    format: Format = "table",  # noqa: A002 - the option's name
    output: Output = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
) -> None:
    """Print what every layer of a network is and costs."""
    with _exit_codes():
        from cnnplan.plan import plan_spec  # noqa: PLC0415
        from cnnplan.report import Report  # noqa: PLC0415
        from cnnplan.spec import load_spec  # noqa: PLC0415

        made = Report.of(plan_spec(load_spec(Path(spec)), dict(map(_setting, settings)), partial=True))
        text = _rendered(made, format, output)
        _put(text, output)
        if output or format != "table":
            _complain(made.findings)
        raise typer.Exit(_exit_code(made.findings))


@app.command()
def check(paths: Paths) -> None:
    """Print every error of these specs."""
    with _exit_codes():
        raise typer.Exit(max(map(_check, _specs(paths)), default=CLEAN))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the spec language, for editors."""
    with _exit_codes():
        import json  # noqa: PLC0415

        from cnnplan.spec.schema import json_schema  # noqa: PLC0415

        typer.echo(json.dumps(json_schema(), indent=2))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams here
    app()


def _check(path: Path) -> int:
    """Print the findings of one file; the exit code they ask for."""
    import cnnplan  # noqa: PLC0415

    try:
        findings = cnnplan.check(path)
    except UsageError as error:
        _say(str(error))
        return COULD_NOT_RUN
    for finding in findings:
        typer.echo(told(finding))
    return _exit_code(findings)


def _specs(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and those below the folders."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not found:
            raise UsageError(f"{path}: there is no spec in this folder")
        yield from found


def _setting(text: str) -> tuple[str, Any]:
    """`H=320` as a name and a value: a whole number, a decimal as an exact fraction, or the name of a choice."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise UsageError(f"--set {text}: write SYMBOL=VALUE, as in --set H=320")
    with suppress(ValueError):
        return name, int(value)
    with suppress(ValueError, ZeroDivisionError):
        from fractions import Fraction  # noqa: PLC0415

        return name, Fraction(value)
    return name, value


def _rendered(made: Any, format: str, output: Path | None) -> str:  # noqa: A002 - the option's name
    """The text of a report, a table as wide as the terminal that it goes to."""
    from cnnplan.report import render  # noqa: PLC0415

    if format != "table":
        return render(made, format)
    color = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return render(made, format, width=shutil.get_terminal_size((80, 24)).columns, color=color)


def _put(text: str, output: Path | None) -> None:
    """The answer, where it was asked for; a file is whole or not there."""
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        _write(text, output.resolve())
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error


def _write(text: str, path: Path) -> None:
    """Write beside the file, then take its place; what is not a file, such as /dev/null, is written to."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a handle, not a path
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _exit_codes() -> Iterator[None]:
    """What went wrong as a message and an exit code; a fault of the program itself too, without a traceback."""
    try:
        yield
    except SpecError as error:
        _complain(error.findings)
        raise typer.Exit(FINDINGS) from None
    except (typer.Exit, BrokenPipeError):
        raise
    except (CnnplanError, OSError, MemoryError, RecursionError) as error:
        _say(str(error) or type(error).__name__)
        raise typer.Exit(COULD_NOT_RUN) from None
    except Exception as error:  # noqa: BLE001 - the last door
        _say(f"internal error, please report it: {type(error).__name__}: {error}")
        raise typer.Exit(COULD_NOT_RUN) from None


def _complain(findings: Iterable[Finding]) -> None:
    for finding in findings:
        typer.echo(told(finding), err=True)


def _say(text: str) -> None:
    typer.echo(f"cnnplan: {printable(text)}", err=True)


def _exit_code(findings: Iterable[Finding]) -> int:
    return FINDINGS if any(finding.severity is Severity.ERROR for finding in findings) else CLEAN
