"""`cnnplan check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from cnnplan.cli.exits import CLEAN, FINDINGS, complain, exit_codes, say
from cnnplan.cli.files import is_foreign, is_stdin
from cnnplan.cli.findings import found
from cnnplan.cli.options import Output, Paths, Root, Settings, bound, reads, words
from cnnplan.cli.output import put
from cnnplan.cli.terminal import colored
from cnnplan.cli.weights import Match, Names, Weights, held, matched
from cnnplan.errors import UsageError
from cnnplan.translation.options import is_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnnplan.cli.cache import Cache
    from cnnplan.cli.findings import Fit
    from cnnplan.configuration import Configuration
    from cnnplan.findings import Finding
    from cnnplan.repairs import Repair

__all__ = ["check"]

SARIF = "sarif"
FORMATS = "text|json|sarif|github|gitlab|junit"

Format = Annotated[str, typer.Option("--format", "-f", metavar=FORMATS, help="How to write the findings.")]
Select = Annotated[str, typer.Option(metavar="RULES", help="Follow these rules: CNN210,dead-layer,CNN3 or ALL.")]
Ignore = Annotated[str, typer.Option(metavar="RULES", help="Do not follow these rules.")]
Deploy = Annotated[
    str, typer.Option(metavar="RUNTIMES", help="Where it is to run: onnxruntime,openvino,opencv,... or ALL.")
]
FailOn = Annotated[str, typer.Option(metavar="error|warning|note|never", help="Exit with 1 from there on.")]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="A cnnplan.toml or pyproject.toml.")]
Baseline = Annotated[Path | None, typer.Option(metavar="FILE", help="Findings that are known and not told.")]
Update = Annotated[bool, typer.Option("--update-baseline", help="Write all findings to the baseline.")]
Watch = Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Look at specs that were clean and have not changed, too.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the findings only, not how many there are.")]
Fix = Annotated[bool, typer.Option("--fix", help="Mend what can be mended, in the files; what is proved alone.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show what --fix would change, and write nothing.")]
Unsafe = Annotated[bool, typer.Option("--unsafe-fixes", help="Mend what is legal too: warnings, and what is claimed.")]
Named = Annotated[str, typer.Option("--stdin-filename", metavar="FILE", help="Where the spec from stdin, -, belongs.")]
Statistics = Annotated[bool, typer.Option("--statistics", help="Print how often each rule found something, instead.")]


class Show(NamedTuple):
    """How findings are shown: a format, a file for them, and whether their number or a sum by rule stands for them."""

    format: str
    output: Path | None
    quiet: bool
    statistics: bool = False


@reads
def check(  # noqa: PLR0913, PLR0917 - options
    paths: Paths,
    format: Format = "text",  # noqa: A002 - the option's name
    output: Output = None,
    select: Select = "",
    ignore: Ignore = "",
    deploy: Deploy = "",
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
    fix: Fix = False,  # noqa: FBT002 - a flag
    diff: Diff = False,  # noqa: FBT002 - a flag
    unsafe_fixes: Unsafe = False,  # noqa: FBT002 - a flag
    stdin_filename: Named = "",
    statistics: Statistics = False,  # noqa: FBT002 - a flag
) -> None:
    """Print what is wrong with these specs, and what they do not keep of what they promise."""
    with exit_codes():
        if match:
            put(matched(paths, weights, settings, output), output)
            raise typer.Exit(CLEAN)
        lists = {"select": words(select), "ignore": words(ignore)}
        lists["deploy"] = words(deploy)
        wanted = _configuration(config, {**lists, "fail_on": fail_on, "root": root, "baseline": baseline})
        show = Show(format, output, quiet, statistics)
        values = bound(settings)
        piped = is_stdin(paths)
        if piped or diff:
            _once_only(
                "- is a spec from stdin" if piped else "--diff shows what would change",
                {"--watch": watch, "--update-baseline": update_baseline, "--weights": weights},
            )
        if stdin_filename and not piped:
            raise UsageError("--stdin-filename names a spec from stdin: give - in the place of files")
        if fix or diff or piped:
            _mend(paths, wanted, show, stdin_filename, values, fix=fix, diff=diff, unsafe=unsafe_fixes)
        if update_baseline:
            raise typer.Exit(_update(paths, wanted))
        fit = (lambda path: held(path, weights, settings, names)) if weights else None
        cache = None if no_cache or values or is_told() else _cache(wanted)
        if watch:
            from cnnplan.cli.watching import watching  # noqa: PLC0415

            watching(paths, lambda: _once(paths, wanted, show, values, fit, cache))
        raise typer.Exit(_once(paths, wanted, show, values, fit, cache))


def _cache(wanted: Configuration) -> Cache:
    from cnnplan.cli.cache import Cache  # noqa: PLC0415 - who looks at everything needs none

    return Cache(wanted)


def _once_only(why: str, options: Mapping[str, Any]) -> None:
    """Refuse what would be left undone without a word."""
    for option, given in options.items():
        if given:
            raise UsageError(f"{option} has no meaning here: {why}")


def _mend(  # noqa: PLR0913 - what was asked for
    paths: list[Path],
    wanted: Configuration,
    show: Show,
    name: str,
    values: Mapping[str, Any],
    *,
    fix: bool,
    diff: bool,
    unsafe: bool,
) -> None:
    """Mend the specs, or show how; what comes from stdin ends here, with its exit code."""
    from cnnplan.cli import fixing, stdin  # noqa: PLC0415 - who only checks files needs none
    from cnnplan.report.findings import Checked  # noqa: PLC0415

    if is_stdin(paths):
        if not (fix or diff):
            told = stdin.piped(name, wanted, values)
            raise typer.Exit(_told_of([str(told.path)], list(told.findings), wanted, show, {}))
        _once_only("what is mended is mended for every value", {"--set": values})
        code, left = stdin.mend(name, wanted, unsafe=unsafe, diff=diff)
        complain(left)
        failed = any(map(Checked((), (), wanted.fail_on).fails, left))
        raise typer.Exit(code or (FINDINGS if failed else CLEAN))
    if diff:
        raise typer.Exit(fixing.show(paths, wanted, unsafe=unsafe))
    fixing.fix(paths, wanted, unsafe=unsafe, quiet=show.quiet)


def _configuration(config: Path | None, options: dict[str, Any]) -> Configuration:
    from cnnplan.configuration import FAIL_ON, configuration  # noqa: PLC0415

    if options["fail_on"] and options["fail_on"] not in FAIL_ON:
        raise UsageError(f"--fail-on {options['fail_on']}: choose one of {', '.join(FAIL_ON)}")
    return configuration(config).over(**options)


def _once(  # noqa: PLR0913, PLR0917 - handed on
    paths: Iterable[Path],
    wanted: Configuration,
    show: Show,
    values: Mapping[str, Any],
    fit: Fit | None = None,
    cache: Cache | None = None,
) -> int:
    """Check once; the exit code that the findings ask for."""
    from cnnplan.report.findings import render_findings  # noqa: PLC0415

    render_findings((), show.format)
    times: dict[str, float] = {}
    files, findings, code = found(paths, wanted, values, fit, cache, times)
    return max(code, _told_of(files, findings, wanted, show, times))


def _told_of(
    files: list[str], findings: list[Finding], wanted: Configuration, show: Show, times: Mapping[str, float]
) -> int:
    """Tell what was found; the exit code that it asks for."""
    from cnnplan.report.findings import TEXT, Checked, render_findings  # noqa: PLC0415
    from cnnplan.report.findings.text import statistics, summary  # noqa: PLC0415

    if wanted.baseline:
        from cnnplan.rules.baseline import unknown  # noqa: PLC0415

        findings = unknown(findings, wanted.baseline)
    checked = Checked(tuple(files), tuple(findings), wanted.fail_on)
    color = show.output is None and colored(sys.stdout)
    if show.statistics:
        if show.format != TEXT:
            raise UsageError(f"--statistics is text, and -f {show.format} is not")
        put(statistics(checked), show.output, fit=True)
    else:
        more: dict[str, Any] = {"times": times, "repairs": _repairs(findings, wanted) if show.format == SARIF else ()}
        text = render_findings(findings, show.format, files=files, fail_on=wanted.fail_on, color=color, **more)
        put(text, show.output, color=color, fit=show.format == TEXT)
    if show.format == TEXT and files and not show.quiet:
        for line in _readings(files):
            typer.echo(line, err=True)
        typer.echo(summary(checked), err=True)
    return FINDINGS if any(map(checked.fails, findings)) else CLEAN


def _repairs(findings: Sequence[Finding], wanted: Configuration) -> list[Repair]:
    """What can be done about findings, for a format that carries it."""
    from cnnplan.repairs import repairs  # noqa: PLC0415

    specs = {Path(finding.called_from[-1].file if finding.called_from else finding.place.file) for finding in findings}
    own = (path for path in sorted(specs) if path.is_file() and not is_foreign(path))
    return [repair for path in own for repair in repairs(path, findings, configuration=wanted)]


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
    _, findings, code = found(paths, wanted, {})
    put(document(findings, wanted.baseline), wanted.baseline)
    say(f"{len(findings)} findings are known now, in {wanted.baseline}")
    return code
