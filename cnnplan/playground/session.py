"""What the playground does in the browser: the text of a network in, figures, findings and the report's page out.

A glance is what an editor asks for at every key: errors, what each line makes, the totals. The report follows bit by
bit, so that it can be dropped as soon as the text is another one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan.errors import CnnplanError, SpecError
from cnnplan.plan import plan_spec
from cnnplan.report import Report
from cnnplan.report.figures import number
from cnnplan.report.html import page
from cnnplan.report.html.data import steps
from cnnplan.report.text import shortened
from cnnplan.rules import check
from cnnplan.translation import load_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cnnplan.findings import Finding, Place
    from cnnplan.plan import NodePlan, Plan
    from cnnplan.sizes import Extent, Shape

__all__ = ["Session"]

PIECES = ("totals", "bars", "pyramid", "memory", "field", "graph", "table", "findings")
"""The parts of the report's page; its source is the editor."""

TOTALS = {"params": "parameters", "macs": "MACs", "flops": "FLOPs"}

READ = 120
"""The characters of a formula that are shown beside its number."""

MORE = "all of it in the report"

MOST_CONDITIONS = 12


class Session:
    """One user's work: the network that is looked at, in a folder of files."""

    def __init__(self) -> None:
        self._file = ""
        self._before: bytes | None = None
        self._plan: Plan | None = None
        self._steps: Iterator[str] = iter(())

    def glance(self, file: str, text: str) -> str:
        """What there is to say at once of a network that is written there, as JSON.

        Args:
            file: the path that it is known by, beside the files that it may include.
            text: what stands in the editor.
        """
        self._put(file, text.encode())
        return json.dumps(self._glance())

    def take(self, file: str, data: bytes) -> str:
        """The same of a file of another kind, an ONNX file, which is kept until the next one."""
        self._put(file, bytes(data))
        return json.dumps(self._glance())

    def converted(self) -> str:
        """The file that was taken as the text of a spec, or what is wrong with it, as JSON."""
        from cnnplan.conversion import convert  # noqa: PLC0415 - few ask for it

        try:
            return json.dumps({"text": convert(Path(self._file))})
        except CnnplanError as error:
            return json.dumps({"problem": str(error)})

    def report(self) -> str | None:
        """One more bit of the report of what was last glanced at.

        Returns:
            JSON with the `findings` of the rules, or with the `page`; "" where neither is there yet; None at the end.
        """
        return next(self._steps, None)

    def _put(self, file: str, data: bytes) -> None:
        """Write a file where includes look for it; what stood there comes back when another one is looked at."""
        path = Path(file)
        if file != self._file:
            if self._before is not None:
                Path(self._file).write_bytes(self._before)
            self._before = path.read_bytes() if path.is_file() else None
            self._file = file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def _glance(self) -> dict[str, Any]:
        self._plan, self._steps = None, iter(())
        try:
            spec = load_spec(Path(self._file), partial=True)
            if spec.is_library:
                return {"problem": "blocks for specs to include, and no network", "findings": _told(spec.faults)}
            self._plan = plan = plan_spec(spec, partial=True)
        except SpecError as error:
            return {"problem": "", "findings": _told(error.findings)}
        except CnnplanError as error:
            return {"problem": str(error), "findings": []}
        except ModuleNotFoundError as error:
            return {"problem": f"this needs {error.name}, which is not here: use cnnplan itself", "findings": []}
        self._steps = _report(plan)
        values = {name: value for name, value in plan.values.items() if value is not None}
        return {
            "name": plan.name,
            "at": {name: str(getattr(value, "label", value)) for name, value in values.items()},
            "layers": len(plan),
            "totals": [_total(heading, getattr(plan, name), values) for name, heading in TOTALS.items()],
            "outputs": {name: _shape(shape) for name, shape in plan.outputs.items()},
            "conditions": [shortened(str(each), READ, MORE, cut=READ) for each in plan.conditions[:MOST_CONDITIONS]],
            "findings": _told(plan.findings),
            "lines": sorted(_lines(plan, self._file, values).items()),
        }


def _report(plan: Plan) -> Iterator[str]:
    """What the rules find, where there are no errors, and the page; "" after each bit of work."""
    made = Report.of(plan)
    if made.complete:
        yield ""
        made = Report(plan, findings=tuple(check(plan.spec)))
        yield json.dumps({"findings": _told(made.findings)})
    for network in steps(made):
        yield json.dumps({"page": page([made], PIECES, networks=[network])}) if network else ""


def _told(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as data, in the order of the text."""
    return [
        {
            "rule": finding.rule,
            "severity": str(finding.severity),
            "message": finding.message,
            "layer": (finding.location and finding.location.node) or finding.layer or "",
            "hint": finding.hint,
            "file": finding.location.file if finding.location else finding.place.file,
            "line": finding.location.line if finding.location else 0,
            "column": finding.location.column if finding.location else 0,
        }
        for finding in findings
    ]


def _total(heading: str, total: Extent, values: Mapping[str, Any]) -> dict[str, str]:
    """A number where its letters have values, and the formula."""
    known, text = number(total, values), str(total)
    shown = shortened(text, READ, MORE, cut=READ) if text != str(known) else ""
    return {"name": heading, "value": "?" if known is None else f"{known:,}", "formula": shown}


def _lines(plan: Plan, file: str, values: Mapping[str, Any]) -> dict[int, str]:
    """What each line of the file makes: the shape of its last layer; how many there are, where they differ."""
    locate = plan.spec.locate
    made: dict[Place, list[NodePlan]] = {}
    for node in plan:
        for place in (node.place, *node.node.called_from):
            made.setdefault(place, []).append(node)
    shown: dict[int, str] = {}
    for place, nodes in made.items():
        where = locate(place)
        if where.file == file and where.line:
            shown[where.line] = _made(nodes, place, values)
    return shown


def _made(nodes: Sequence[NodePlan], place: Place, values: Mapping[str, Any]) -> str:
    """The output of an entry, and its part of the arithmetic."""
    own = [node for node in nodes if node.place == place] or [nodes[-1]]
    shapes = dict.fromkeys(_shape(node.shape) for node in own)
    first, *others = shapes
    text = first if not others else f"{first} … {[*others][-1]}"
    macs = [number(node.macs, values) or 0 for node in nodes]
    return f"{text} · {_short(sum(macs))} MACs" if sum(macs) else text


def _shape(shape: Shape) -> str:
    return ", ".join(shortened(str(extent), READ, MORE, cut=READ // 2) for extent in shape)


def _short(count: int) -> str:
    """A count as people say it: 1.8G."""
    for unit, power in (("T", 12), ("G", 9), ("M", 6), ("k", 3)):
        if count >= 10**power:
            return f"{count / 10**power:.3g}{unit}"
    return str(count)
