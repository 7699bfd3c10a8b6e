"""The report for programs: one JSON document, described by `report.schema.json` beside this file.

What is not known is left out, or null where it has a place in a list; it is never 0.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cnnplan.report.figures import Bytes, Counted, Figures, Numbers, Row, formula

if TYPE_CHECKING:
    from cnnplan.findings import Finding
    from cnnplan.plan import Plan
    from cnnplan.report import Report
    from cnnplan.sizes import Shape

__all__ = ["document", "render", "schema"]

VERSION = 1
DECLARED = "opaque"


def render(report: Report) -> str:
    """The document as text, a layer to a line."""
    pairs = (f"{_text(key)}: {_indented(value)}" for key, value in document(report).items())
    return "{" + ",\n ".join(pairs) + "}\n"


def document(report: Report) -> dict[str, Any]:
    """The document; of a plan that stops at an error it has the findings and no totals."""
    figures = Figures(report)
    plan = report.plan
    return {
        "cnnplan": VERSION,
        "spec": plan.spec.file,
        "name": plan.name,
        "at": figures.at,
        "complete": report.complete,
        "totals": _totals(figures) if report.complete else {},
        "formulas": _formulas(plan) if report.complete else {},
        **({"convention": _counted(figures.counted)} if figures.counted is not None else {}),
        "conditions": figures.conditions,
        **({"layout": "channels_last"} if plan.spec.channels_last else {}),
        "outputs": {name: _shape(figures, figures.arranged(name, shape)) for name, shape in plan.outputs.items()},
        **_left_out(figures),
        "layers": [_layer(row) for row in figures.rows],
        **({"findings": [_finding(finding) for finding in report.findings]} if report.findings else {}),
    }


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    text = files("cnnplan.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _indented(value: Any) -> str:
    """A list of mappings one to a line, all else on one line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(map(_text, value)) + "]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _totals(figures: Figures) -> dict[str, Any]:
    memory = _known(figures.memory)
    known = figures.number(figures.plan.frozen)
    frozen = {"frozen": known} if known else {}
    reach = {} if figures.plan.declared == figures.plan.reached else _reach(figures)
    types = {dtype: figures.number(size) for dtype, size in figures.plan.memory.types.items()}
    stored = {"weight_types": types} if figures.plan.graph.stored and None not in types.values() else {}
    peak = {"peak_bytes": memory.pop("live_bytes")} if "live_bytes" in memory else {}
    return {**_known(figures.totals), **reach, **frozen, **memory, **stored, **peak}


def _reach(figures: Figures) -> dict[str, Any]:
    """The weights of all layers that are written, and of those that an output depends on."""
    counts = {"declared": figures.number(figures.plan.declared), "reached": figures.number(figures.plan.reached)}
    return {name: number for name, number in counts.items() if number is not None}


def _left_out(figures: Figures) -> dict[str, Any]:
    """The layers that lead to no output, where there are any."""
    rest = figures.plan.left_out
    numbers = {"params": figures.number(rest.params), "macs": figures.number(rest.macs)}
    known = {name: value for name, value in numbers.items() if value is not None}
    return {"left_out": {"layers": rest.layers, **known}} if rest.layers else {}


def _formulas(plan: Plan) -> dict[str, str]:
    return {"params": str(plan.params), "macs": str(plan.macs), "peak_bytes": str(plan.memory.peak)}


def _known(numbers: Numbers | Bytes) -> dict[str, int]:
    return {field: value for field, value in numbers._asdict().items() if value is not None}


def _shape(figures: Figures, shape: Shape) -> dict[str, Any]:
    return {"shape": figures.shape(shape), "formula": formula(shape)}


def _layer(row: Row) -> dict[str, Any]:
    shape = {"shape": row.shape, "formula": row.formula}
    counts = {**_known(row.numbers), **_known(row.memory)}
    stored = {"dtype": {key: value for key, value in row.storage._asdict().items() if value}} if row.storage else {}
    beside = {
        **stored,
        **({"declared": True} if row.op == DECLARED else {}),
        **({"receptive_fields": row.fields} if row.fields else {}),
    }
    known = {"line": row.line, "origin": row.origin}
    where = {key: value for key, value in known.items() if value}
    return {"name": row.name, "op": row.op, "inputs": [*row.inputs], **shape, **counts, **beside, **where}


def _counted(counted: Counted) -> dict[str, Any]:
    """The total of a tool; what is not known is left out."""
    document = counted._asdict() | {"terms": {name: n for name, n in counted.terms.items() if n is not None}}
    return {key: value for key, value in document.items() if value is not None}


def _finding(finding: Finding) -> dict[str, Any]:
    where = finding.location
    known = {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "layer": finding.layer,
        "file": where.file if where else finding.place.file,
        "line": where.line if where and where.line else None,
        "column": where.column if where and where.line else None,
        "node": where.node or None if where else None,
        "hint": finding.hint or None,
    }
    return {key: value for key, value in known.items() if value is not None}
