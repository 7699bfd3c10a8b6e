"""A text in; the spec, the plan and the errors that can be had of it out, however much of it is half typed."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.configuration import Configuration, configuration
from cnnplan.errors import CnnplanError, SpecError, UsageError
from cnnplan.findings import Finding, Location, Place, Severity
from cnnplan.lsp.mending import without
from cnnplan.plan import Plan, plan_spec
from cnnplan.spec.reader import load_text, read_source
from cnnplan.spec.source import Source
from cnnplan.translation import load_spec
from cnnplan.translation.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.lsp.layout import Layout
    from cnnplan.spec import Spec
    from cnnplan.translation import Kind

__all__ = ["Analysis", "Text", "analysed", "kind_of_text", "read", "settings"]

TRIES = 4
"""How many entries are taken out of a text that cannot be read."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be read.

    Args:
        file: what places call it.
        text: what it holds.
        path: where it is saved, None where it is not.
        unsaved: the texts that stand in the place of included files, by the names that findings give these.
    """

    file: str
    text: str
    path: Path | None
    unsaved: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a text.

    Args:
        findings: its errors.
        plan: of the network as far as it can be read; None where nothing can.
        spec: as it was read, in part where it has errors.
        layout: of the text that the plan is of.
        is_earlier: whether the plan is of an earlier text, since nothing of this one can be planned.
    """

    findings: tuple[Finding, ...] = ()
    plan: Plan | None = None
    spec: Spec | None = None
    layout: Layout | None = None
    is_earlier: bool = False

    @property
    def sources(self) -> frozenset[str]:
        """The files that it was read from, normalized."""
        return frozenset(map(os.path.normpath, self.spec.sources)) if self.spec else frozenset()


def settings(path: Path | None) -> Configuration:
    """What the project of a file wants of its specs; the defaults where that cannot be read."""
    try:
        return configuration(start=path.parent) if path else Configuration()
    except CnnplanError:
        return Configuration()


def kind_of_text(text: str) -> Kind | None:
    """The kind of a text of another world; None of a spec, and of what nobody knows."""
    head = text[:65_536].encode(errors="replace")
    if any(line.lstrip(" {\"'").startswith("cnnplan") for line in text.splitlines()[:200]):
        return None
    return next((kind for kind in KINDS if kind.recognises(head)), None)


def read(text: Text, root: Path | None) -> Spec:
    """The spec of a text, in part where entries have errors.

    Raises:
        SpecError: nothing of it can be planned.
    """
    kind = kind_of_text(text.text)
    if kind is not None:
        return _foreign(text)
    if text.path is None:
        return read_source(Source(text.file, text.text), None, root, partial=True)
    return load_text(text.text, text.path, root, partial=True, texts=text.unsaved)


def _foreign(text: Text) -> Spec:
    """The spec of a text of another world, which is read from a copy of its own."""
    name = Path(text.path.name if text.path else "model.yaml").name
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, name)
        copy.write_text(text.text, encoding="utf-8")

        def home(location: Location) -> Location:
            return replace(location, file=text.file) if location.file == str(copy) else location

        try:
            spec = load_spec(copy, partial=True)
        except SpecError as error:
            raise SpecError([_moved(finding, str(copy), text.file) for finding in error.findings]) from None
        inner = spec.locator
        faults = tuple(_moved(finding, str(copy), text.file) for finding in spec.faults)
        remarks = tuple(_moved(finding, str(copy), text.file) for finding in spec.remarks)
        return replace(spec, locator=lambda place: home(inner(place)), faults=faults, remarks=remarks)


def _moved(finding: Finding, old: str, new: str) -> Finding:
    where, place = finding.location, finding.place
    if where is not None and where.file == old:
        where = replace(where, file=new)
    return replace(finding, location=where, place=place._replace(file=new) if place.file == old else place)


def analysed(text: Text, lines: Sequence[str], layout: Layout, before: Analysis | None, edited: int) -> Analysis:
    """What is known of a text.

    Args:
        text: the text.
        lines: its lines.
        layout: what stands where in it.
        before: what was known of the text before the last edit.
        edited: the line that was edited last, from 0.
    """
    root = settings(text.path).root
    known = before.plan if before is not None else None
    try:
        return _planned(text, root, layout, known)
    except SpecError as error:
        findings = error.findings
    except (UsageError, RecursionError) as error:
        place = Place(text.file)
        findings = (Finding("CNN001", Severity.ERROR, str(error), place, Location(text.file, 1, 1)),)
    mending = _Mending(text, lines, layout, root, known)
    part = mending.mended(findings, edited) if kind_of_text(text.text) is None else None
    if part is not None:
        return replace(part, findings=findings)
    if before is not None and before.plan is not None:
        return replace(before, findings=findings, is_earlier=True)
    return Analysis(findings)


def _planned(text: Text, root: Path | None, layout: Layout, known: Plan | None) -> Analysis:
    spec = read(text, root)
    if spec.is_library:
        return Analysis(spec.faults, None, spec, layout)
    plan = plan_spec(spec, partial=True, previous=known)
    return Analysis(plan.findings, plan, spec, layout)


@dataclass(frozen=True, slots=True)
class _Mending:
    """What can be had of a text that cannot be read as a whole.

    Args:
        text, lines, layout: the text.
        root: where included files may come from.
        known: a plan of an earlier text.
    """

    text: Text
    lines: Sequence[str]
    layout: Layout
    root: Path | None
    known: Plan | None

    def mended(self, findings: Sequence[Finding], edited: int) -> Analysis | None:
        """What is known without the entries that cannot be read: the one that was edited, or that are at fault."""
        places = [finding.location for finding in findings]
        told = [where.line - 1 for where in places if where and where.file == self.text.file]
        tries = (self._without(line) for line in dict.fromkeys((edited, *told, *(line - 1 for line in told))))
        return next((found for found in tries if found is not None), None)

    def _without(self, line: int) -> Analysis | None:
        """What is known without what stands on a line, and where that does not do, on those that are told then."""
        lines = self.lines
        for _ in range(TRIES):
            mended = without(lines, self.layout, line)
            if mended is None:
                return None
            lines = mended
            try:
                whole = replace(self.text, text="\n".join(lines))
                return _planned(whole, self.root, self.layout, self.known)
            except SpecError as error:
                where = error.findings[0].location
                if where is None or where.file != self.text.file:
                    return None
                line = where.line - 1
            except (UsageError, RecursionError):
                return None
        return None
