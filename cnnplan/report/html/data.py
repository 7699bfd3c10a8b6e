"""One network as plain data for the page. Values are numbers of the `Program`; layers that are alike share a kind."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from cnnplan.collector import uncollected
from cnnplan.ops.base import show
from cnnplan.plan import Plan
from cnnplan.report.html.program import Program, read
from cnnplan.report.html.structures import fractions, structures
from cnnplan.report.text import shortened
from cnnplan.sizes import Count
from cnnplan.sizes.deciding.conditions import Membership

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Finding
    from cnnplan.graph import Facts
    from cnnplan.ops import Operator
    from cnnplan.plan import NodePlan
    from cnnplan.report import Report
    from cnnplan.sizes import Condition, Shape
    from cnnplan.spec import Symbol

__all__ = ["network", "steps"]

MOST_DIFFERENCES = 20
"""Of a verification that failed, so many are shown."""

USUAL = {"N": 1, "H": 224, "W": 224, "D": 16, "T": 128}
"""Where a slider stands whose symbol has no value."""


@uncollected
def network(report: Report) -> tuple[dict[str, Any], list[str]]:
    """The data of a network, with letters whatever the plan has, and the program of each of its structures."""
    *_, made = steps(report)
    return cast("tuple[dict[str, Any], list[str]]", made)


def steps(report: Report) -> Iterator[tuple[dict[str, Any], list[str]] | None]:
    """The same bit by bit, for who may lose interest: None after each structure, at last the data and programs."""
    plan, spec = Plan(report.plan.graph, values=report.plan.values), report.plan.spec
    files = [*spec.sources]
    listed, programs = [], []
    formulas: dict[tuple[str, str], int] = {}
    texts: dict[str, int] = {}
    for each in structures(plan):
        structure = _Structure(each)
        listed.append(structure.data(files))
        for number, pair in structure.program.formulas.items():
            listed[-1]["formulas"][number] = formulas.setdefault(pair, len(formulas))
        for condition in listed[-1]["conditions"]:
            condition["text"] = texts.setdefault(condition["text"], len(texts))
        programs.append(structure.program.source)
        yield None
    data = {
        "name": plan.name,
        "file": spec.file,
        "dtype": spec.dtype,
        "complete": report.complete,
        "symbols": [_symbol(symbol, plan) for symbol in spec.symbols.values()],
        "findings": [*map(_finding, report.findings)],
        "verification": _verified(report),
        "sources": [{"file": file, "lines": text.splitlines()} for file, text in spec.sources.items()],
        "structures": listed,
        "formulas": [*formulas],
        "texts": [*texts],
    }
    yield data, programs


class _Structure:
    """One structure of a network as data."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.program = Program(plan)
        self._kinds: dict[tuple[Facts, Storage | None, bool], int] = {}
        self._listed: list[dict[str, Any]] = []

    def data(self, files: list[str]) -> dict[str, Any]:
        """Everything but the program's text, and but which of the network's formulas and texts it has."""
        plan, program = self._plan, self.program
        data = {
            "structure": [{"text": str(each), "when": program.condition(each)} for each in plan.structure],
            "fixed": {name: _text(plan.values[name]) for name in fractions(plan.spec) if name in plan.values},
            "conditions": [*map(self._condition, plan.conditions)],
            "causes": [shortened(str(cause), 400) for cause in plan.causes],
            "inputs": [{"name": name, "shape": self._arranged(name, shape)} for name, shape in plan.inputs.items()],
            "outputs": [*plan.outputs],
            "layers": [self._layer(node, files) for node in plan],
            "totals": {name: program(value) for name, value in self._totals().items()},
            "letters": {name: _symbols(value) for name, value in self._totals().items()},
            "kinds": self._listed,
        }
        peaks = [program(peak) for peak in plan.memory.peaks]
        return {
            **data,
            "peaks": peaks,
            "symbols": program.symbols,
            "constants": program.constants,
            "formulas": {},
        }

    def _condition(self, condition: Condition) -> dict[str, Any]:
        text = shortened(str(condition))
        return {"text": text, "when": self.program.condition(condition), "symbols": sorted(condition.symbols)}

    def _totals(self) -> dict[str, Any]:
        plan, memory = self._plan, self._plan.memory
        counted = {name: getattr(plan, name) for name in ("params", "buffers", "macs", "flops")}
        reach = {name: getattr(plan, name) for name in ("declared", "reached") if plan.declared != plan.reached}
        return {**counted, **reach, "weights": memory.weights, "activations": memory.activations}

    def _layer(self, node: NodePlan, files: list[str]) -> list[Any]:
        """Name, kind, inputs, whether the weights are its own, bytes alive, field, file and line, origin if any."""
        memory, where = node.memory, self._plan.spec.locate(node.place)
        file = files.index(where.file) if where.file in files else 0
        own = int(node.shared is None)
        return [
            node.name, self._kind(node), [*node.inputs], own, self.program(memory.live), self._field(node), file,
            where.line, *filter(None, [node.origin]),
        ]  # fmt: skip

    def _field(self, node: NodePlan) -> list[int] | None:
        """Receptive field and jump on the first axis; None where it is the whole of it, or there is none."""
        field = node.receptive_field
        if field is None or not field.size or field.size[0] is None:
            return None
        jump = field.jump[0]
        return [self.program(field.size[0]), -1 if jump is None else self.program(jump)]

    def _kind(self, node: NodePlan) -> int:
        """The number of what is the same in all layers that are alike."""
        key = (node.node.facts, node.storage, node.name in self._plan.spec.channels_last)
        if key not in self._kinds:
            self._kinds[key] = len(self._listed)
            self._listed.append(self._described(node))
        return self._kinds[key]

    def _described(self, node: NodePlan) -> dict[str, Any]:
        program, figures = self.program, node.figures
        return {
            "op": node.op.verb,
            "args": [*_arguments(node.op), *([["dtype", str(node.storage)]] if node.storage else [])],
            "shape": self._arranged(node.name, node.shape),
            "params": program(figures.params),
            "buffers": program(figures.buffers),
            "macs": program(figures.cost.macs),
            "flops": program(figures.cost.flops),
            "bytes": program(node.memory.activation),
            "weights": {name: self._shape(weight.shape) for name, weight in node.weights.items()},
            "needs": [*self._needs(node.node.facts)],
        }

    def _needs(self, facts: Facts) -> Iterable[dict[str, Any]]:
        """What must hold for it to be legal, and what to say when it does not."""
        for condition, requirement, _ in facts.open:
            reason = read(str(requirement.message).format(**requirement.values))
            when = self.program.condition(condition)
            yield {"when": when, "why": reason, "needs": _known(condition), "symbols": sorted(condition.symbols)}

    def _arranged(self, name: str, shape: Shape) -> list[int]:
        return self._shape(self._plan.spec.arranged(name, shape))

    def _shape(self, shape: Iterable[Any]) -> list[int]:
        return [self.program(extent) for extent in shape]


def _symbols(value: Any) -> list[str]:
    return sorted(value.symbols) if isinstance(value, Count) else []


def _known(condition: Condition) -> str:
    return str(condition) if isinstance(condition, Membership) or len(str(condition)) < 200 else ""  # noqa: PLR2004


def _arguments(op: Operator) -> list[list[str]]:
    """The arguments that are not as they are by default."""
    fields = type(op).model_fields
    given = ((name, getattr(op, name), field.default) for name, field in fields.items())
    return [[name, _argument(value)] for name, value, default in given if value is not default and value != default]


def _argument(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else show(value)


def _symbol(symbol: Symbol, plan: Plan) -> dict[str, Any]:
    """What a slider needs to know."""
    data: dict[str, Any] = {"name": symbol.name, "description": symbol.description}
    value = plan.values.get(symbol.name)
    if symbol.choices:
        data["choices"] = [*symbol.choices]
        label = next((label for label, each in symbol.choices.items() if each == value), data["choices"][0])
        data["values"] = {label: _text(each) for label, each in symbol.choices.items() if symbol.numeric}
        return {**data, "value": label, "whole": symbol.integer}
    if not symbol.numeric:
        return {**data, "choices": [_text(value)], "values": {}, "value": _text(value), "whole": False}
    return {**data, **_range(symbol, value)}


def _range(symbol: Symbol, value: Any) -> dict[str, Any]:
    """Where a slider begins and ends; a symbol without an end goes as far as is of use."""
    domain = symbol.domain()
    low = domain.low if domain.low is not None else 0
    start = value if value is not None else max(low, USUAL.get(symbol.name, 1))
    high = domain.high if domain.high is not None else max(4 * start, low + 15)
    numbers = {"low": low, "high": high, "least": domain.min, "most": domain.max, "value": start}
    texts = {key: None if number is None else _text(number) for key, number in numbers.items()}
    return {**texts, "step": str(domain.multiple_of), "whole": symbol.integer, "bound": value is not None}


def _text(value: Any) -> str:
    """A number exactly, a choice by its name."""
    if isinstance(value, Fraction):
        return str(value)
    return show(value) if isinstance(value, int | tuple | Count) else str(getattr(value, "label", value))


def _verified(report: Report) -> dict[str, Any] | None:
    """What a run said of the predictions."""
    found = report.verification
    if found is None:
        return None
    differ = [f"{each.layer}: {each.quantity}: {each.predicted}, measured {each.measured}" for each in found.mismatches]
    return {"ok": found.ok, "summary": found.summary, "differ": differ[:MOST_DIFFERENCES]}


def _finding(finding: Finding) -> dict[str, Any]:
    where = finding.location
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "layer": (where and where.node) or finding.layer,
        "hint": finding.hint,
        "file": where.file if where else finding.place.file,
        "line": (where and where.line) or None,
    }
