"""Many specs judged on all cores; what is found comes in the order of the specs."""

from __future__ import annotations

import os
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import SpecError, UsageError
from cnnplan.translation.options import is_told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cnnplan.configuration import Configuration
    from cnnplan.findings import Finding

__all__ = ["Judged", "cores", "judged"]

MANY = 16
"""Specs from which on more than one process is worth its start."""


class Judged(NamedTuple):
    """One spec judged.

    Args:
        path: the spec.
        findings: what was found.
        sources: the texts that it was read from, by file.
        unread: why it could not be read, "" where it could.
        seconds: how long that took.
    """

    path: Path
    findings: Sequence[Finding] = ()
    sources: Mapping[str, str] = {}
    unread: str = ""
    seconds: float = 0.0


def judged(paths: Sequence[Path], wanted: Configuration, values: Mapping[str, Any]) -> Iterator[Judged]:
    """What is found in each spec, in their order; by ourselves where readers are told something."""
    workers = cores()
    if len(paths) < MANY or workers == 1 or is_told():
        yield from (_judged(path, wanted, values) for path in paths)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - one spec needs none

    import cnnplan.rules.judgement  # noqa: F401, PLC0415 - once, for all that are forked from here

    with ProcessPoolExecutor(min(workers, len(paths))) as pool:
        size = max(1, len(paths) // (8 * workers))
        yield from pool.map(_judged, paths, [wanted] * len(paths), [values] * len(paths), chunksize=size)


def cores() -> int:
    """How many there are for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _judged(path: Path, wanted: Configuration, values: Mapping[str, Any]) -> Judged:
    begun = perf_counter()
    return _found(path, wanted, values)._replace(seconds=perf_counter() - begun)


def _found(path: Path, wanted: Configuration, values: Mapping[str, Any]) -> Judged:
    from cnnplan.rules import check  # noqa: PLC0415 - who remembers all of them judges none
    from cnnplan.translation import load_spec  # noqa: PLC0415

    try:
        spec = load_spec(path, wanted.root, partial=True)
        return Judged(path, check(spec, wanted, **values), {} if spec.remarks else spec.sources)
    except SpecError as error:
        return Judged(path, error.findings)
    except UsageError as error:
        return Judged(path, unread=str(error))
