"""`cnnplan diff`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.exits import CLEAN, FINDINGS, exit_codes, say
from cnnplan.cli.options import Output, Settings, bound
from cnnplan.cli.output import put
from cnnplan.errors import SpecError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.comparison import Comparison
    from cnnplan.plan import Plan

__all__ = ["diff"]

Specs = Annotated[list[Path], typer.Argument(metavar="A B", help="Two specs; with --against, one or more.")]
Against = Annotated[str, typer.Option(metavar="REV", help="Compare with the same files in this revision of git.")]
Format = Annotated[str, typer.Option("--format", "-f", metavar="text|markdown|json", help="How to write it.")]
FailIf = Annotated[list[str], typer.Option(metavar="LIMIT", help='What a change may not do: "macs > +5%".')]
Root = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where included files may come from.")]


def diff(  # noqa: PLR0913, PLR0917 - options
    specs: Specs,
    against: Against = "",
    format: Format = "text",  # noqa: A002 - the option's name
    fail_if: FailIf = [],  # noqa: B006 - how typer says "none"
    settings: Settings = [],  # noqa: B006
    root: Root = None,
    output: Output = None,
) -> None:
    """Print what is different between two networks, layer by layer and in all."""
    with exit_codes():
        from cnnplan.comparison.limits import limit  # noqa: PLC0415
        from cnnplan.report.comparison import render_comparisons  # noqa: PLC0415

        limits = [limit(text) for text in fail_if]
        render_comparisons((), format)
        found = list(_compared(specs, against, bound(settings), root))
        put(render_comparisons(found, format), output)
        broken = [(each, one) for one in found for each in limits if each.broken(one)]
        for each, one in broken:
            say(f"{one.names[1]}: {each.text}")
        raise typer.Exit(FINDINGS if broken else CLEAN)


def _compared(specs: Sequence[Path], against: str, values: dict[str, Any], root: Path | None) -> Iterator[Comparison]:
    from cnnplan.comparison import diff as compare  # noqa: PLC0415

    if not against:
        if len(specs) != 2:  # noqa: PLR2004 - before and after
            raise UsageError("diff takes two specs, or --against REV and any number of them")
        plans = [_plan(spec, values, root) for spec in specs]
        yield compare(plans[0], plans[1])
        return
    for spec in specs:
        before = _before(spec, against, values)
        if before is None:
            say(f"{spec}: there is no such file at {against}: it is new")
        else:
            yield compare(before, _plan(spec, values, root), (f"{spec}@{against}", str(spec)))


def _plan(file: Path, values: dict[str, Any], root: Path | None) -> Plan:
    from cnnplan.plan import plan_spec  # noqa: PLC0415
    from cnnplan.spec import load_spec  # noqa: PLC0415

    spec = load_spec(file, root)
    return plan_spec(spec, {name: value for name, value in values.items() if name in spec.symbols})


def _before(file: Path, revision: str, values: dict[str, Any]) -> Plan | None:
    """The plan of a file as it was."""
    from cnnplan.comparison.revisions import at_revision  # noqa: PLC0415

    with at_revision(file, revision) as found:
        if found is None:
            return None
        copy, root = found
        try:
            return _plan(copy, values, root)
        except SpecError as error:
            raise SpecError([_renamed(finding, root, revision) for finding in error.findings]) from None


def _renamed(finding: Any, root: Path, revision: str) -> Any:
    """A finding in a copy, as one in the revision."""
    if finding.location is None:
        return finding
    path = Path(finding.location.file)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return replace(finding, location=replace(finding.location, file=f"{name}@{revision}"), called_from=())
