"""`cnnplan explain SPEC`: a network at a glance, and the conditions under which it exists."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Comparison, Count, Extent, Membership, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.plan import Plan
    from cnnplan.sizes import Condition
    from cnnplan.spec import Symbol

__all__ = ["summary"]

WIDTH = 100
"""The most characters of a line of text or of a formula."""

INDENT = " " * 12
"""Before what a line says; its subject stands there."""

SHOWN = 3
"""Parts that are named, those that cost most."""


def summary(plan: Plan) -> str:
    """What a network is, what varies, what it costs and where, and where it exists."""
    lines = [*_what(plan), *_symbols(plan), *_totals(plan), *_heaviest(plan), "", *_conditions(plan), "", *_more(plan)]
    return "\n".join(lines).rstrip() + "\n"


def _line(subject: str, text: str) -> str:
    return f"{subject:<{len(INDENT)}}{text}".rstrip()


def _what(plan: Plan) -> Iterator[str]:
    """Its name, what it says of itself, what goes in and comes out."""
    yield plan.name
    yield from wrap(" ".join(plan.spec.description.split()), WIDTH)
    for subject, shapes in (("input", plan.inputs), ("output", plan.outputs)):
        for name, shape in shapes.items():
            called = "" if name == subject else f"{name}: "
            yield _line(subject, called + " x ".join(map(str, shape)))
    kinds = len({node.op.verb for node in plan})
    blocks = f"; blocks {', '.join(plan.spec.blocks)}" if plan.spec.blocks else ""
    yield from _wrapped("layers", f"{len(plan):,} of {kinds} operators{blocks}")


def _symbols(plan: Plan) -> Iterator[str]:
    """What varies, at which value it is, and what else it may be."""
    for name, symbol in plan.spec.symbols.items():
        value = f" = {plan.values[name]}" if name in plan.values else ", not bound"
        yield _line("symbol" if name == next(iter(plan.spec.symbols)) else "", f"{name}{value}{_claimed(symbol)}")


def _claimed(symbol: Symbol) -> str:
    """The values that a design claims to be legal for."""
    claims = [
        f"at least {symbol.min}" if symbol.min is not None else "",
        f"at most {symbol.max}" if symbol.max is not None else "",
        f"a multiple of {symbol.multiple_of}" if symbol.multiple_of is not None else "",
        f"one of {', '.join(symbol.choices)}" if symbol.choices else "",
        symbol.description,
    ]
    return "".join(f"; {claim}" for claim in claims if claim)


def _totals(plan: Plan) -> Iterator[str]:
    """What it costs, as formulas where they are short, and as numbers where there are any."""
    values = plan.values
    figures = {"parameters": plan.params, "buffers": plan.buffers, "MACs": plan.macs, "peak bytes": plan.memory.peak}
    for subject, extent in figures.items():
        number, formula = _number(extent, values), f"= {extent}" if isinstance(extent, Count) else ""
        fits = formula if len(formula) + len(INDENT) <= WIDTH else "= ... (cnnplan report)"
        yield _line(subject, "  ".join(filter(None, (f"{number:,}" if number is not None else "", fits))))


def _number(extent: Extent, values: Mapping[str, Any]) -> int | None:
    known = not isinstance(extent, Count) or extent.symbols <= values.keys()
    return int(evaluate(extent, values)) if known else None


def _heaviest(plan: Plan) -> Iterator[str]:
    """The parts at the top level that have most parameters, and those that have most MACs."""
    for subject, figure in (("weights in", "params"), ("work in", "macs")):
        parts: dict[str, int] = {}
        for node in plan:
            here = _number(getattr(node, figure), plan.values)
            if here is None:
                return
            parts[node.name.split(".", maxsplit=1)[0]] = parts.get(node.name.split(".", maxsplit=1)[0], 0) + here
        every = sum(parts.values())
        first = sorted(parts, key=lambda part: -parts[part])[:SHOWN]
        if every:
            yield _line(subject, ", ".join(f"{part} {parts[part] / every:.1%}" for part in first if parts[part]))


def _conditions(plan: Plan) -> Iterator[str]:
    """Each condition with the layers behind it, that which leaves least first."""
    if not plan.conditions:
        yield f"{plan.name} is legal for every declared size."
    for condition in sorted(plan.conditions, key=_share):
        yield f"{plan.name} needs {condition}"
        alone = [cause for cause in plan.causes if cause.condition == condition]
        for cause in alone or (cause for cause in plan.causes if cause.condition.symbols & condition.symbols):
            more = f" (and {cause.alike - 1} like it)" if cause.alike > 1 else ""
            yield f"  {cause}{more}"
    for decision in plan.structure:
        yield f"its structure is that of {decision}; it is planned anew elsewhere"


def _share(condition: Condition) -> float:
    """The share of all values that a condition leaves; an equation leaves next to none, a bound next to all."""
    if isinstance(condition, Membership):
        return condition.members.share
    return 0.0 if isinstance(condition, Comparison) and condition.operator == "==" else 1.0


def _more(plan: Plan) -> Iterator[str]:
    """What else can be asked."""
    layer = next(iter(plan.nodes), "LAYER")
    symbol = next((name for name in plan.spec.symbols if plan.spec.symbols[name].integer), "")
    price = f", SPEC {symbol} what one more {symbol} costs" if symbol else ""
    yield f"cnnplan explain SPEC {layer} derives the numbers of a layer{price}."


def _wrapped(subject: str, text: str) -> Iterator[str]:
    for i, line in enumerate(wrap(text, WIDTH - len(INDENT))):
        yield _line(subject if i == 0 else "", line)
