"""`cnnplan report`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.completion import words_of
from cnnplan.cli.exits import CLEAN, complain, exit_code, exit_codes, say
from cnnplan.cli.options import Convention, Output, Settings, bound, reads, words
from cnnplan.cli.output import put
from cnnplan.cli.terminal import colored, width
from cnnplan.cli.watching import watching
from cnnplan.errors import SpecError, UsageError
from cnnplan.report import RENDERERS

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["report"]

TOGETHER = "html"
"""The format that shows several networks side by side, and all that the rules find."""

VERIFIED = ("html", "md")
"""The formats that show what a run says."""

MACS = "macs"
"""The column that the first lines go by where none is named."""

COUNTED = ("table", "json")
"""The formats that show what another tool counts."""

Specs = Annotated[list[Path], typer.Argument(metavar="SPEC...", help="The YAML file of a network; several for html.")]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help=f"How to write it: {', '.join(RENDERERS)}.",
        autocompletion=words_of(RENDERERS),
    ),
]
Depth = Annotated[
    int | None, typer.Option(min=1, metavar="LEVELS", help="Show so many levels of blocks, the rest as sums.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Report again whenever a file changes.")]
Columns = Annotated[
    str, typer.Option(metavar="NAME,...", help="A list with these columns: name,op,kernel,in,out,params,macs,share ...")
]
Top = Annotated[int | None, typer.Option(min=1, metavar="LINES", help="The first so many, by --by or by MACs.")]
By = Annotated[str, typer.Option("--by", "--sort", metavar="COLUMN", help="Greatest first; -COLUMN: least first.")]
Formulas = Annotated[bool, typer.Option("--formulas", help="Write out long formulas of the totals.")]
Sharing = Annotated[bool, typer.Option("--sharing", help="With the weights there would be if none were shared.")]
Verify = Annotated[bool, typer.Option("--verify", help="Run it too, and show whether it agrees: html and md.")]
Training = Annotated[bool, typer.Option("--training", help="With what a step of training takes.")]
Optimizer = Annotated[str, typer.Option("--optimizer", metavar="sgd|momentum|adam", help="Of --training.")]
Mixed = Annotated[bool, typer.Option("--mixed", help="Of --training: in mixed precision.")]
Memory = Annotated[bool, typer.Option("--memory", help="With the bytes alive at each layer, and receptive fields.")]


@reads
def report(  # noqa: PLR0913, PLR0917 - the options of a command
    specs: Specs,
    format: Format = "table",  # noqa: A002 - the option's name
    output: Output = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    depth: Depth = None,
    watch: Watch = False,  # noqa: FBT002 - a flag
    memory: Memory = False,  # noqa: FBT002 - a flag
    training: Training = False,  # noqa: FBT002 - a flag
    optimizer: Optimizer = "sgd",
    mixed: Mixed = False,  # noqa: FBT002 - a flag
    sharing: Sharing = False,  # noqa: FBT002 - a flag
    convention: Convention = "",
    verify: Verify = False,  # noqa: FBT002 - a flag
    columns: Columns = "",
    top: Top = None,
    by: By = "",
    formulas: Formulas = False,  # noqa: FBT002 - a flag
) -> None:
    """Print what every layer of a network is and costs."""
    known: dict[str, Any] = {
        "depth": depth,
        "memory": memory,
        "training": (optimizer, mixed) if training else None,
        "sharing": sharing,
        "convention": convention,
        "formulas": formulas,
    }
    known |= {"columns": words(columns), "top": top, "sort": by or (MACS if top else "")}
    options = {name: value for name, value in known.items() if value}
    with exit_codes():
        if verify and format not in VERIFIED:
            raise UsageError(f"--verify is shown by {' and '.join(VERIFIED)}; cnnplan verify prints it by itself")
        if convention and format not in COUNTED:
            raise UsageError(f"--convention is shown by {' and '.join(COUNTED)}; cnnplan explain convention prints it")
        if watch:
            watching(specs, lambda: _watched(specs, format, output, settings, options, verify))
        raise typer.Exit(_report(specs, format, output, settings, options, verify))


def _watched(*arguments: Any) -> int:
    """Report; what cannot be read just now is said and waited for."""
    try:
        return _report(*arguments)
    except SpecError as error:
        complain(error.findings)
    except UsageError as error:
        say(str(error))
    return CLEAN


def _report(  # noqa: PLR0913, PLR0917 - the options of the command
    specs: list[Path],
    format: str,  # noqa: A002 - the option's name
    output: Path | None,
    settings: list[str],
    options: dict[str, Any],
    verify: bool,  # noqa: FBT001 - handed on
) -> int:
    """Write the report; the exit code that its findings ask for."""
    from cnnplan.plan import plan_spec  # noqa: PLC0415
    from cnnplan.report import Report  # noqa: PLC0415
    from cnnplan.translation import load_spec  # noqa: PLC0415

    stray = next((str(spec) for spec in specs if "=" in str(spec) and not spec.exists()), "")
    if stray:
        raise UsageError(f"{stray} is no file: each value has its own --set, --set {stray}")
    if len(specs) > 1 and format != TOGETHER:
        raise UsageError(f"the format {format} shows one network: --format {TOGETHER} compares several")
    loaded = [load_spec(spec, partial=True) for spec in specs]
    values = bound(settings)
    given = [{n: v for n, v in values.items() if len(loaded) == 1 or n in spec.symbols} for spec in loaded]
    plans = [plan_spec(spec, at, partial=True) for spec, at in zip(loaded, given, strict=True)]
    tool = options.get("convention", "")
    reports = (Report.of(plan, tool) for plan in plans)
    made, *others = [
        _judged(report, spec, at, format, verify) for report, spec, at in zip(reports, specs, given, strict=True)
    ]
    options = {name: value for name, value in options.items() if name != "convention"}
    text = _rendered(made, format, output, options | ({"others": others} if others else {}))
    put(text, output, color=format == "table" and colored(sys.stdout))
    findings = [finding for plan in plans for finding in plan.findings]
    if output or format != "table":
        complain(findings)
    return exit_code(findings)


def _judged(made: Report, spec: Path, at: dict[str, Any], format: str, verify: bool) -> Report:  # noqa: A002, FBT001
    """The report with what the rules find, where the format shows it, and with a run, if it is asked for."""
    if not made.complete:
        return made
    if format == TOGETHER:
        from cnnplan.rules import check  # noqa: PLC0415

        made = replace(made, findings=tuple(check(spec)))
    if verify:
        from cnnplan.verification import verify as run  # noqa: PLC0415

        made = replace(made, verification=run(spec, **at))
    return made


def _rendered(made: Any, format: str, output: Path | None, options: dict[str, Any]) -> Any:  # noqa: A002
    """The text of a report, a table as wide as the terminal that it goes to."""
    from cnnplan.report import render  # noqa: PLC0415

    if format == "table":
        color = output is None and colored(sys.stdout)
        options = {**options, "width": width(), "color": color, "fit": output is None and sys.stdout.isatty()}
    return render(made, format, **options)
