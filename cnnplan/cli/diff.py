"""`cnnplan diff`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli import files
from cnnplan.cli.exits import CLEAN, FINDINGS, exit_codes, say
from cnnplan.cli.options import Output, Root, Settings, bound, reads
from cnnplan.cli.output import put
from cnnplan.errors import SpecError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.comparison import Comparison
    from cnnplan.plan import Plan

__all__ = ["diff"]

TEXT = "text"
"""The format that people read in a terminal."""

PAIR = 2
"""Before and after."""

Values = tuple[dict[str, Any], dict[str, Any]]
"""The values of symbols before, and after."""

Specs = Annotated[
    list[Path],
    typer.Argument(metavar="A [B]", help="Two specs; one with --set-after; with --against, any number, and folders."),
]
Before = Annotated[list[str], typer.Option("--set-before", metavar="SYMBOL=VALUE", help="As --set, before only.")]
After = Annotated[list[str], typer.Option("--set-after", metavar="SYMBOL=VALUE", help="As --set, after only.")]
Against = Annotated[str, typer.Option(metavar="REV", help="Compare with the same files in this revision of git.")]
Format = Annotated[str, typer.Option("--format", "-f", metavar="text|markdown|json", help="How to write it.")]
FailIf = Annotated[list[str], typer.Option(metavar="LIMIT", help='What a change may not do: "macs > +5%".')]


@reads
def diff(  # noqa: PLR0913, PLR0917 - options
    specs: Specs,
    against: Against = "",
    format: Format = "text",  # noqa: A002 - the option's name
    fail_if: FailIf = [],  # noqa: B006 - how typer says "none"
    settings: Settings = [],  # noqa: B006
    set_before: Before = [],  # noqa: B006
    set_after: After = [],  # noqa: B006
    root: Root = None,
    output: Output = None,
) -> None:
    """Print what is different between two networks, layer by layer and in all."""
    with exit_codes():
        from cnnplan.comparison.limits import limit  # noqa: PLC0415
        from cnnplan.report.comparison import render_comparisons  # noqa: PLC0415

        limits = [limit(text) for text in fail_if]
        render_comparisons((), format)
        both = bound(settings)
        found = list(_compared(specs, against, ({**both, **bound(set_before)}, {**both, **bound(set_after)}), root))
        put(render_comparisons(found, format), output, fit=format == TEXT)
        broken = [(each, one) for one in found for each in limits if each.broken(one)]
        for each, one in broken:
            say(f"{one.names[1]}: {each.text}")
        raise typer.Exit(FINDINGS if broken else CLEAN)


def _compared(specs: Sequence[Path], against: str, values: Values, root: Path | None) -> Iterator[Comparison]:
    from cnnplan.comparison import diff as compare  # noqa: PLC0415

    before, after = values
    if not against:
        if not 1 <= len(specs) <= PAIR or (len(specs) == 1 and before == after):
            raise UsageError(
                "diff takes two specs, one with --set-before or --set-after, or --against REV and any number of them"
            )
        first, last = specs[0], specs[-1]
        names = (
            _examples(first, last) if first != last else (_called(first, before, after), _called(last, after, before))
        )
        yield compare(_plan(first, before, root), _plan(last, after, root), names)
        return
    for spec in _networks(specs, root):
        plan = _before(spec, against, before)
        if plan is None:
            say(f"{spec}: there is no such file at {against}: it is new")
        else:
            yield compare(plan, _plan(spec, after, root), (f"{spec}@{against}", str(spec)))


def _networks(paths: Sequence[Path], root: Path | None) -> Iterator[Path]:
    """The files, and those below the folders that hold a network, and not blocks for others to include."""
    from cnnplan.translation import load_spec  # noqa: PLC0415

    for path in paths:
        if path.is_dir():
            yield from (spec for spec in files.specs([path]) if not load_spec(spec, root).is_library)
        else:
            yield path


def _examples(before: Path, after: Path) -> tuple[str, str]:
    """The names of examples, as they were asked for; "" for any other file, whose plan knows what it is called."""
    from cnnplan.spec.examples import PREFIX  # noqa: PLC0415

    first, last = (str(spec) if str(spec).startswith(PREFIX) else "" for spec in (before, after))
    return first, last


def _called(spec: Path, values: dict[str, Any], other: dict[str, Any]) -> str:
    """A spec with the values that the other of a pair does not have."""
    own = [f"{name}={value}" for name, value in values.items() if other.get(name) != value]
    return f"{spec} ({', '.join(own) or 'defaults'})"


def _plan(file: Path, values: dict[str, Any], root: Path | None) -> Plan:
    from cnnplan.plan import plan_spec  # noqa: PLC0415
    from cnnplan.translation import load_spec  # noqa: PLC0415

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
