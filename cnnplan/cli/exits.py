"""How a command ends: what went wrong as a message and an exit code."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from cnnplan.cli.terminal import colored, fitting
from cnnplan.errors import CnnplanError, SpecError
from cnnplan.findings import Severity
from cnnplan.report.findings.text import lines
from cnnplan.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.findings import Finding

__all__ = ["CLEAN", "COULD_NOT_RUN", "FINDINGS", "complain", "exit_code", "exit_codes", "say"]

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2


@contextmanager
def exit_codes() -> Iterator[None]:
    """What went wrong as a message and an exit code; a fault of the program itself too, without a traceback."""
    try:
        yield
    except SpecError as error:
        complain(error.findings)
        raise typer.Exit(FINDINGS) from None
    except (typer.Exit, BrokenPipeError):
        raise
    except (CnnplanError, OSError, MemoryError, RecursionError) as error:
        say(str(error) or type(error).__name__)
        raise typer.Exit(COULD_NOT_RUN) from None
    except Exception as error:  # noqa: BLE001 - the last door
        say(f"internal error, please report it: {type(error).__name__}: {error}")
        raise typer.Exit(COULD_NOT_RUN) from None


def complain(findings: Iterable[Finding]) -> None:
    """Findings on stderr, beside an answer that went elsewhere."""
    color = colored(sys.stderr)
    for finding in findings:
        for line in lines(finding, color=color):
            typer.echo(fitting(line, sys.stderr), err=True, color=color)


def say(text: str) -> None:
    """A message of the program itself."""
    typer.echo(fitting(f"cnnplan: {printable(text)}", sys.stderr), err=True)


def exit_code(findings: Iterable[Finding]) -> int:
    """Whether there is an error among the findings."""
    return FINDINGS if any(finding.severity is Severity.ERROR for finding in findings) else CLEAN
