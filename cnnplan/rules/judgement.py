"""A spec judged: its errors, or, where there are none, what the rules have to say of every structure that it has."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from cnnplan.errors import SpecError
from cnnplan.findings import Finding, Place, Severity
from cnnplan.plan import plan_spec
from cnnplan.rules.base import Subject
from cnnplan.rules.coverage import covered
from cnnplan.rules.ignores import Ignores
from cnnplan.translation import load_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cnnplan.configuration import Configuration
    from cnnplan.plan import Plan
    from cnnplan.rules.base import Remark, Rule
    from cnnplan.rules.coverage import Coverage
    from cnnplan.spec import Spec

__all__ = ["judge"]

MOST_LAYERS = 20_000
MOST_STRUCTURES = 64
"""The layers and structures that are judged; what a spec has beyond that is not looked at, which is said."""


def judge(
    source: str | Path | Spec, rules: Sequence[Rule], configuration: Configuration, values: Mapping[str, Any]
) -> list[Finding]:
    """Every error of a spec; where there is none, the remarks of these rules, in the order of the text.

    Args:
        source: the spec.
        rules: those that are followed.
        configuration: what every spec keeps to.
        values: bindings of symbols, in place of their defaults; of a choice that is bound, no other is looked at.
    """
    try:
        spec = load_spec(source, configuration.root, partial=True)
    except SpecError as error:
        return list(error.findings)
    if spec.is_library:
        return _sorted(spec.faults)
    plans, skipped = _plans(spec, values)
    errors = _errors(plans)
    coverages = [] if errors else list(_coverages(spec, plans))
    errors = errors or _errors(plan for coverage in coverages for plan in coverage.plans)
    if errors:
        return _sorted(errors)
    remarks = list(_remarks(spec, coverages, rules, configuration))
    if skipped:
        remarks.append(_unlooked(spec, f"only the first {len(plans)} of the structures that its choices make were"))
    left = next((coverage.left for coverage in coverages if coverage.left), "")
    if left:
        remarks.append(_unlooked(spec, f"no structure where {left} was"))
    return _sorted([*spec.remarks, *remarks])


def _coverages(spec: Spec, plans: Sequence[Plan]) -> Iterator[Coverage]:
    """The structures that ranges make of each of those that choices make, as far as all are few."""
    left = MOST_LAYERS
    for plan in plans:
        coverage = covered(spec, plan, {}, left)
        left -= sum(map(len, coverage.plans[1:]))
        yield coverage


def _plans(spec: Spec, values: Mapping[str, Any]) -> tuple[list[Plan], bool]:
    """The network in every structure, the default first; and whether there are more than are looked at."""
    plans = [plan_spec(spec, values, partial=True)]
    layers = len(plans[0])
    for others in _others(spec, plans[0], values):
        if len(plans) == MOST_STRUCTURES or layers > MOST_LAYERS:
            return plans, True
        plans.append(plan_spec(spec, {**values, **others}, partial=True, previous=plans[-1]))
        layers += len(plans[-1])
    return plans, False


def _others(spec: Spec, first: Plan, bound: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every other combination of the choices that the structure rests on and that are not bound."""
    names = sorted({name for condition in first.structure for name in condition.symbols if spec.symbols[name].choices})
    names = [name for name in names if name not in bound]
    options = [list((spec.symbols[name].choices or {}).values()) for name in names]
    for case in product(*options):
        values = dict(zip(names, case, strict=True))
        if any(first.values.get(name) != value for name, value in values.items()):
            yield values


def _unlooked(spec: Spec, what: str) -> Finding:
    place = Place(spec.file, ("symbols",))
    return Finding("CNN019", Severity.NOTE, f"{what} looked at", place, spec.locate(place))


def _deployed(words: tuple[str, ...]) -> tuple[str, ...]:
    """The runtimes that a configuration names."""
    if not words:
        return ()
    from cnnplan.runtimes import named  # noqa: PLC0415 - rarely asked for

    return named(words)


def _remarks(
    spec: Spec, coverages: Sequence[Coverage], rules: Sequence[Rule], configuration: Configuration
) -> Iterator[Finding]:
    """The findings of the rules, each once for a place, however many layers stand there."""
    ignores = Ignores(spec, {rule.id for rule in rules})
    budgets = tuple(budget for budget in configuration.budgets if configuration.covers(budget, spec.file))
    deploy = _deployed(configuration.deploy)
    subjects = [
        Subject(spec, found.plans[0], {}, budgets, ignores, found is coverages[0], coverage=found, deploy=deploy)
        for found in coverages
    ]
    for rule in rules:
        found: dict[Any, list[Remark]] = {}
        for subject in subjects[:1] if rule.once else subjects:
            subject.options = {**rule.options, **configuration.options.get(rule.id, {})}
            new: dict[Any, list[Remark]] = {}
            for remark in rule.check(subject):
                if rule.composing and remark.layer in subject.plan.graph.lent:
                    continue
                if not ignores.silence(rule, remark):
                    remark = remark._replace(message=remark.message + subject.choice)  # noqa: PLW2901 - with its choice
                    new.setdefault((remark.place, remark.kind), []).append(remark)
            for key, remarks in new.items():
                found.setdefault(key, remarks)
        yield from (_finding(spec, rule, remarks) for remarks in found.values())


def _finding(spec: Spec, rule: Rule, remarks: Sequence[Remark]) -> Finding:
    """The first of the remarks on one place, with the number of the others."""
    remark = remarks[0]
    others = len(remarks) - 1
    message = f"{remark.message} (and {others} more like it)" if others else remark.message
    called_from = tuple(map(spec.locate, remark.called_from))
    location = spec.locate(remark.place)
    return Finding(rule.id, rule.severity, message, remark.place, location, remark.layer, remark.hint, called_from)


def _errors(plans: Iterable[Plan]) -> list[Finding]:
    """Each once; what one structure has been told of a place, the others need not be told."""
    found: list[Finding] = []
    for plan in plans:
        known = {(finding.rule, finding.place) for finding in found}
        found += [finding for finding in plan.findings if (finding.rule, finding.place) not in known]
    return found


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    """In the order of the text, file by file; of those at one place the gravest first."""
    files = {file: i for i, file in enumerate(dict.fromkeys(finding.place.file for finding in findings))}
    return sorted(findings, key=lambda finding: (files[finding.place.file], *_position(finding)))


def _position(finding: Finding) -> tuple[Any, ...]:
    location = finding.location
    gravity = [*Severity].index(finding.severity)
    at = (location.line, location.column) if location else (0, 0)
    return (*at, finding.place.order, gravity)
