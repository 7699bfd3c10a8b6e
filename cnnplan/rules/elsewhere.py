"""Layers held against what was measured of runtimes: which are another there, and at which declared sizes."""

from __future__ import annotations

from itertools import islice, product, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.graph.witnesses import pinned
from cnnplan.rules.searching import Search
from cnnplan.runtimes import Effect, Layer, runtime
from cnnplan.runtimes.windows import surely
from cnnplan.sizes import Chosen, Count, eq, evaluate, follows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.graph import Facts
    from cnnplan.rules.base import Remark, Subject
    from cnnplan.runtimes import Elsewhere, Runtime
    from cnnplan.sizes import Condition, Shape

__all__ = ["Case", "cases", "remarks", "undecided"]

MOST_TRIED, FEW = 256, 16
"""Declared values, and of one symbol, among which a layer that may be another is looked for."""


class Case(NamedTuple):
    """A layer that is another elsewhere.

    Args:
        runtime: where.
        found: what it is there.
        at: declared values at which it is; None where none was found, and none excluded.
    """

    runtime: Runtime
    found: Elsewhere
    at: Mapping[str, Any] | None


def remarks(subject: Subject, effect: Effect) -> Iterator[Remark]:
    """The layers of which this is so, with the values where it is; once for runtimes that do the same."""
    for node, layer, group in _groups(subject):
        first = group[0]
        if first.at is not None and first.found.fact.effect is effect:
            message = f"{_named(group)}: {first.found.fact.says}{_shown(layer, first.found, first.at)}"
            remark = subject.remark(node, message, hint=first.found.fact.instead)
            yield remark._replace(kind=first.found.fact.says)


def undecided(subject: Subject) -> Iterator[Remark]:
    """The layers of which nobody knows whether there is a declared size at which they are others."""
    for node, _, group in _groups(subject):
        first = group[0]
        if first.at is None:
            agrees = first.found.agrees
            unless = "" if agrees.verdict is False else f", unless {agrees}"
            message = f"{_named(group)}: {first.found.fact.says}{unless}: undecided for what is declared"
            remark = subject.remark(node, message, hint=first.found.fact.instead)
            yield remark._replace(kind=first.found.fact.says)


def _named(group: Iterable[Case]) -> str:
    return ", ".join(f"{case.runtime.title} {case.runtime.version}" for case in group)


def _groups(subject: Subject) -> Iterator[tuple[Any, Layer, list[Case]]]:
    """The layers that are others somewhere, each with the runtimes where it is the same other."""
    for node, layer, every in cases(subject):
        groups: dict[Any, list[Case]] = {}
        for case in every:
            at = None if case.at is None else tuple(case.at.items())
            groups.setdefault((case.found.fact.says, case.found.shape, at), []).append(case)
        yield from ((node, layer, group) for group in groups.values())


def cases(subject: Subject) -> Iterator[tuple[Any, Layer, list[Case]]]:
    """Every layer that is another somewhere, judged once for all layers alike."""
    known = subject.elsewhere
    for node in subject.plan:
        facts = node.node.facts
        if not facts.shapes:
            continue
        layer = Layer(facts.op, facts.shapes[0], facts.shape)
        if facts not in known:
            known[facts] = [case for name in subject.deploy if (case := _judged(subject, facts, layer, runtime(name)))]
        yield node, layer, known[facts]


def _judged(subject: Subject, facts: Facts, layer: Layer, where: Runtime) -> Case | None:
    """The gravest that a layer is found to be there; what is open where nothing is found."""
    order = [*Effect]
    left: Case | None = None
    for found in sorted(where.differences(layer), key=lambda each: order.index(each.fact.effect)):
        at, is_proved = _witness(subject, facts, layer, found)
        if at is not None:
            return Case(where, found, at)
        if not is_proved and left is None:
            left = Case(where, found, None)
    return left


def _witness(subject: Subject, facts: Facts, layer: Layer, found: Elsewhere) -> tuple[dict[str, Any] | None, bool]:
    """Declared values at which a layer is another there, today's if it is; and whether there are none for sure."""
    values = dict(subject.values)
    today = {name: value for name, value in values.items() if not subject.spec.symbols[name].claims}
    if _is_other(subject, facts, layer, found, values):
        return values, False
    given = [*subject.plan.conditions, *_structure(subject)]
    if follows(found.agrees, given):
        return None, True
    search = Search(subject.spec, subject.plan.values, today)
    at, is_proved = search.failure(found.agrees, given, ())
    if at is None:
        return None, is_proved
    if _is_other(subject, facts, layer, found, {**values, **at}):
        return at, False
    for case in _declared(subject, found.agrees.symbols | _letters(layer), today):
        legal = all(each.holds({**values, **case}) for each in given if each.symbols <= {**values, **case}.keys())
        if legal and _is_other(subject, facts, layer, found, {**values, **case}):
            return case, False
    return None, False


def _structure(subject: Subject) -> list[Condition]:
    return [condition for condition in subject.plan.structure if not isinstance(condition, Chosen)]


def _declared(subject: Subject, letters: frozenset[str], today: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Some of the declared values of symbols: the least of each with each, then larger ones side by side, as H = W."""
    names = sorted(letters)
    options = [[today[name]] if name in today else list(islice(_values(subject, name), FEW)) for name in names]
    for case in islice(product(*options), MOST_TRIED):
        yield dict(zip(names, case, strict=True))
    if letters <= today.keys():
        return
    abreast = [repeat(today[name]) if name in today else _values(subject, name) for name in names]
    for case in islice(zip(*abreast, strict=False), FEW, MOST_TRIED):
        yield dict(zip(names, case, strict=True))


def _values(subject: Subject, name: str) -> Iterator[int]:
    domain = subject.spec.symbols[name].domain()
    if domain.choices is not None:
        yield from (int(choice) for choice in domain.choices)
        return
    low = int(domain.low or 1)
    yield from range(low, int(domain.high) + 1 if domain.high is not None else low + 10**6, domain.multiple_of)


def _is_other(subject: Subject, facts: Facts, layer: Layer, found: Elsewhere, values: Mapping[str, Any]) -> bool:
    """Whether the fact says so of the layer at these numbers."""
    numbers = _numbers(subject, layer, values)
    if numbers is None or found.agrees.verdict:
        return False
    at = found.fact.at(Layer(facts.op.at({**subject.plan.values, **values}), *numbers))
    return at is not None and at.agrees.verdict is False


def _numbers(subject: Subject, layer: Layer, values: Mapping[str, Any]) -> tuple[Shape, Shape] | None:
    """The shapes at these values; a symbol without one has its least."""
    missing = {name: next(_values(subject, name)) for name in _letters(layer) - values.keys()}
    every = {**subject.plan.values, **values, **missing}
    x, y = (tuple(evaluate(n, every) if isinstance(n, Count) else n for n in shape) for shape in (layer.x, layer.y))
    return (x, y) if all(type(n) is int and n > 0 for n in (*x, *y)) else None


def _letters(layer: Layer) -> frozenset[str]:
    """The symbols in its shapes."""
    return frozenset(name for shape in (layer.x, layer.y) for n in shape for name in getattr(n, "symbols", ()))


def _shown(layer: Layer, found: Elsewhere, at: Mapping[str, Any]) -> str:
    """The sizes there and here, as formulas and at the values."""
    pairs = _pairs(layer, found)
    letters = {name for _, *sizes in pairs for n in sizes for name in getattr(n, "symbols", ())}
    used = found.agrees.symbols or letters
    where = pinned({name: value for name, value in at.items() if name in used})
    if not pairs:
        return f", as at {where}" if where else ""
    sizes = "; ".join(f"axis {dim} has {there} there and {here} here" for dim, there, here in pairs)
    known = [pair for _, *pair in pairs if all(getattr(n, "symbols", frozenset()) <= at.keys() for n in pair)]
    numbers = [(evaluate(there, at), evaluate(here, at)) for there, here in known]
    shown = ", ".join(f"{there} and {here}" for there, here in numbers if there != here)
    return f": {sizes}; {shown} at {where}" if where else f": {sizes}"


def _pairs(layer: Layer, found: Elsewhere) -> list[tuple[int, Any, Any]]:
    """The axes of another size, with the size there and here."""
    both = zip(found.shape or (), layer.y, strict=False)
    return [(dim, there, here) for dim, (there, here) in enumerate(both) if not surely(eq(there, here))]
