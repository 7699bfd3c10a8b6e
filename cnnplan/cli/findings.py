"""The findings of many files: those that are known to be clean are not looked at, the others by several workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.cli.exits import CLEAN, COULD_NOT_RUN, say
from cnnplan.cli.files import is_foreign, specs
from cnnplan.cli.workers import Judged, judged
from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cnnplan.cli.cache import Cache
    from cnnplan.configuration import Configuration
    from cnnplan.findings import Finding

    Fit = Callable[[Path], list[Finding]]

__all__ = ["found"]


def found(  # noqa: PLR0913, PLR0917 - handed on
    paths: Iterable[Path],
    wanted: Configuration,
    values: Mapping[str, Any],
    fit: Fit | None = None,
    cache: Cache | None = None,
    times: dict[str, float] | None = None,
) -> tuple[list[str], list[Finding], int]:
    """The files, their findings, and the exit code for those that could not be read; `times` takes the seconds."""
    every = list(specs(paths))
    clean = {path for path in every if cache and not fit and cache.clean(path)}
    told = iter(_told([path for path in every if path not in clean], wanted, values))
    files: list[str] = []
    findings: list[Finding] = []
    code = CLEAN
    for path in every:
        each = Judged(path) if path in clean else next(told)
        try:
            findings += _fitting(each, fit)
            files.append(str(path))
            if times is not None:
                times[str(path)] = each.seconds
        except UsageError as error:
            say(str(error))
            code = COULD_NOT_RUN
        if cache and path not in clean and not (each.findings or each.unread) and not is_foreign(path):
            # what is said of a foreign file rests on options, too
            cache.remember(path, each.sources)
    return files, findings, code


def _told(paths: Sequence[Path], wanted: Configuration, values: Mapping[str, Any]) -> Iterator[Judged]:
    """What is found in each."""
    if paths:
        from cnnplan.rules import followed  # noqa: PLC0415

        followed(wanted)
    return judged(paths, wanted, values)


def _fitting(each: Judged, fit: Fit | None) -> Iterator[Finding]:
    """What was found in a spec, and where that is no error, what its weights say."""
    from cnnplan.findings import Severity  # noqa: PLC0415

    if each.unread:
        raise UsageError(each.unread)
    yield from each.findings
    if fit and not any(finding.severity is Severity.ERROR for finding in each.findings):
        yield from fit(each.path)
