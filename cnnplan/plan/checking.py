"""The errors of a spec, for every structure that its choices make."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any

from cnnplan.errors import SpecError
from cnnplan.graph import build
from cnnplan.spec import load_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cnnplan.findings import Finding
    from cnnplan.spec import Spec

__all__ = ["check", "structures"]

MOST_STRUCTURES = 64
"""Combinations of structural choices that `check` plans one by one."""


def check(source: str | Path) -> list[Finding]:
    """Every error of a file or a text, for every structure that its choices make.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        spec = load_spec(source, partial=True)
    except SpecError as error:
        return list(error.findings)
    found: dict[Any, Finding] = {}
    for values in structures(spec):
        for finding in build(spec, values).findings:
            found.setdefault((finding.rule, finding.place, finding.message), finding)
    return list(found.values())


def structures(spec: Spec) -> Iterator[dict[str, Any]]:
    """The defaults first, then every other combination of the choices that structure rests on, up to a limit."""
    first = build(spec)
    yield {}
    names = sorted({name for condition in first.structure for name in condition.symbols if spec.symbols[name].choices})
    options = [list((spec.symbols[name].choices or {}).values()) for name in names]
    for case in islice(product(*options), MOST_STRUCTURES):
        yield dict(zip(names, case, strict=True))
