"""`cnnplan check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnplan.cli.cache import Cache
from cnnplan.cli.exits import CLEAN, COULD_NOT_RUN, FINDINGS, exit_codes, say
from cnnplan.cli.files import specs
from cnnplan.cli.options import Output, Paths, Settings, bound, reads, words
from cnnplan.cli.output import put
from cnnplan.cli.terminal import colored
from cnnplan.cli.weights import Match, Names, Weights, held, matched
from cnnplan.cli.workers import Judged, judged
from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cnnplan.configuration import Configuration
    from cnnplan.findings import Finding

    Fit = Callable[[Path], list[Finding]]

__all__ = ["check"]

FORMATS = "text|json|sarif|github|junit"

Format = Annotated[str, typer.Option("--format", "-f", metavar=FORMATS, help="How to write the findings.")]
Select = Annotated[str, typer.Option(metavar="RULES", help="Follow these rules: CNN210,dead-layer,CNN3 or ALL.")]
Ignore = Annotated[str, typer.Option(metavar="RULES", help="Do not follow these rules.")]
FailOn = Annotated[str, typer.Option(metavar="error|warning|note|never", help="Exit with 1 from there on.")]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="A cnnplan.toml or pyproject.toml.")]
Root = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where included files may come from.")]
Baseline = Annotated[Path | None, typer.Option(metavar="FILE", help="Findings that are known and not told.")]
Update = Annotated[bool, typer.Option("--update-baseline", help="Write all findings to the baseline.")]
Watch = Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Look at specs that were clean and have not changed, too.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the findings only, not how many there are.")]


@reads
def check(  # noqa: PLR0913, PLR0917 - options
    paths: Paths,
    format: Format = "text",  # noqa: A002 - the option's name
    output: Output = None,
    select: Select = "",
    ignore: Ignore = "",
    fail_on: FailOn = "",
    config: Config = None,
    root: Root = None,
    baseline: Baseline = None,
    update_baseline: Update = False,  # noqa: FBT002 - a flag
    watch: Watch = False,  # noqa: FBT002 - a flag
    quiet: Quiet = False,  # noqa: FBT002 - a flag
    weights: Weights = None,
    match: Match = False,  # noqa: FBT002 - a flag
    names: Names = None,
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    no_cache: NoCache = False,  # noqa: FBT002 - a flag
) -> None:
    """Print what is wrong with these specs, and what they do not keep of what they promise."""
    with exit_codes():
        if match:
            put(matched(paths, weights, settings, output), output)
            raise typer.Exit(CLEAN)
        lists = {"select": words(select), "ignore": words(ignore)}
        wanted = _configuration(config, {**lists, "fail_on": fail_on, "root": root, "baseline": baseline})
        if update_baseline:
            raise typer.Exit(_update(paths, wanted))
        fit = (lambda path: held(path, weights, settings, names)) if weights else None
        values = bound(settings)
        cache = None if no_cache or values else Cache(wanted)
        if watch:
            from cnnplan.cli.watching import watching  # noqa: PLC0415

            watching(paths, lambda: _once(paths, wanted, format, output, quiet, values, fit, cache))
        raise typer.Exit(_once(paths, wanted, format, output, quiet, values, fit, cache))


def _configuration(config: Path | None, options: dict[str, Any]) -> Configuration:
    from cnnplan.configuration import FAIL_ON, configuration  # noqa: PLC0415

    if options["fail_on"] and options["fail_on"] not in FAIL_ON:
        raise UsageError(f"--fail-on {options['fail_on']}: choose one of {', '.join(FAIL_ON)}")
    return configuration(config).over(**options)


def _once(  # noqa: PLR0913, PLR0917 - options
    paths: Iterable[Path],
    wanted: Configuration,
    format: str,  # noqa: A002 - the option's name
    output: Path | None,
    quiet: bool,  # noqa: FBT001 - handed on
    values: Mapping[str, Any],
    fit: Fit | None = None,
    cache: Cache | None = None,
) -> int:
    """Check once; the exit code that the findings ask for."""
    from cnnplan.report.findings import TEXT, Checked, render_findings  # noqa: PLC0415
    from cnnplan.report.findings.text import summary  # noqa: PLC0415
    from cnnplan.rules.baseline import unknown  # noqa: PLC0415

    render_findings((), format)
    files, findings, code = _found(paths, wanted, values, fit, cache)
    if wanted.baseline:
        findings = unknown(findings, wanted.baseline)
    color = output is None and colored(sys.stdout)
    put(render_findings(findings, format, files=files, fail_on=wanted.fail_on, color=color), output, color=color)
    if format == TEXT and files and not quiet:
        for line in _readings(files):
            typer.echo(line, err=True)
        typer.echo(summary(Checked(tuple(files), tuple(findings))), err=True)
    failed = any(map(Checked((), (), wanted.fail_on).fails, findings))
    return max(code, FINDINGS if failed else CLEAN)


def _readings(files: Iterable[str]) -> Iterator[str]:
    """What the files were taken for that are no specs of our own."""
    from cnnplan.translation import kind_of  # noqa: PLC0415

    for file in files:
        kind = kind_of(Path(file))
        if kind:
            yield f"{file}: taken for {kind}"


def _update(paths: Iterable[Path], wanted: Configuration) -> int:
    """Write down everything that is found, to be known from now on."""
    from cnnplan.rules.baseline import document  # noqa: PLC0415

    if not wanted.baseline:
        raise UsageError("--update-baseline needs --baseline FILE, or baseline in the configuration")
    _, findings, code = _found(paths, wanted, {})
    put(document(findings, wanted.baseline), wanted.baseline)
    say(f"{len(findings)} findings are known now, in {wanted.baseline}")
    return code


def _found(
    paths: Iterable[Path],
    wanted: Configuration,
    values: Mapping[str, Any],
    fit: Fit | None = None,
    cache: Cache | None = None,
) -> tuple[list[str], list[Finding], int]:
    """The files, their findings, and the exit code for those that could not be read."""
    every = list(specs(paths))
    clean = {path for path in every if cache and not fit and cache.clean(path)}
    told = iter(_told([path for path in every if path not in clean], wanted, values))
    files: list[str] = []
    findings: list[Finding] = []
    code = CLEAN
    for path in every:
        found = Judged(path) if path in clean else next(told)
        try:
            findings += _fitting(found, fit)
            files.append(str(path))
        except UsageError as error:
            say(str(error))
            code = COULD_NOT_RUN
        if cache and path not in clean and not (found.findings or found.unread) and not _is_foreign(path):
            cache.remember(path, found.sources)
    return files, findings, code


def _is_foreign(path: Path) -> bool:
    """Whether it is no spec of our own: what is said of it rests on options too."""
    from cnnplan.translation import kind_of  # noqa: PLC0415

    return kind_of(path) is not None


def _told(paths: Sequence[Path], wanted: Configuration, values: Mapping[str, Any]) -> Iterator[Judged]:
    """What is found in each."""
    if paths:
        from cnnplan.rules import followed  # noqa: PLC0415

        followed(wanted)
    return judged(paths, wanted, values)


def _fitting(found: Judged, fit: Fit | None) -> Iterator[Finding]:
    """What was found in a spec, and where that is no error, what its weights say."""
    from cnnplan.findings import Severity  # noqa: PLC0415

    if found.unread:
        raise UsageError(found.unread)
    yield from found.findings
    if fit and not any(finding.severity is Severity.ERROR for finding in found.findings):
        yield from fit(found.path)
