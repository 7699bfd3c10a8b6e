"""`cnnplan explain`: a layer's numbers, a symbol's price, a network at a glance, an operator's documentation."""

from __future__ import annotations

from inspect import getdoc
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.exploration.derivation import derivation
from cnnplan.exploration.growth import degree, derivative, elasticity, modulus, on_class, step
from cnnplan.exploration.questions import TOTALS, total
from cnnplan.exploration.summary import summary
from cnnplan.ops import OPERATORS
from cnnplan.sizes import Count, Extent, evaluate
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.plan import Plan

__all__ = ["explain", "operator", "operators", "price"]

SHOWN = 8
"""Layers that are named."""


def explain(plan: Plan, topic: str = "") -> str:
    """What there is to say about a layer or a symbol of a network, or, without a topic, of the network as a whole.

    Raises:
        UsageError: there is no such layer and no such symbol.
    """
    if not topic:
        return summary(plan)
    if topic in plan.spec.symbols:
        return price(plan, topic)
    try:
        return derivation(plan, topic)
    except KeyError:
        raise UsageError(f"{plan.name} has no layer and no symbol {topic}{_near(topic, plan)}") from None


def _near(topic: str, plan: Plan) -> str:
    names = [name for name in plan.nodes if topic in name][:SHOWN]
    return f"; layers like it: {', '.join(names)}" if names else did_you_mean(topic, [*plan.nodes, *plan.spec.symbols])


def price(plan: Plan, symbol: str) -> str:
    """What one more of a symbol costs, and which layers pay.

    Raises:
        UsageError: the symbol is no whole number, or a symbol has no value.
    """
    if not plan.spec.symbols[symbol].integer:
        raise UsageError(f"{symbol} is no whole number: there is no next one")
    values = plan.values
    missing = [name for name in plan.spec.symbols if name not in values]
    if missing:
        raise UsageError(f"no value for {' and '.join(missing)}: --set {missing[0]}=...")
    return "\n".join([*_more(plan, symbol, values), *_formulas(plan, symbol, values), *_layers(plan, symbol)]) + "\n"


def _more(plan: Plan, symbol: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Totals here and one further."""
    yield f"{symbol} = {values[symbol]} of {plan.name}: what one more costs"
    for name in TOTALS:
        count = total(plan, name)
        here, more = evaluate(count, values), step(count, symbol, values)
        share = f" ({more / here:+.2%})" if here and more else ""
        yield f"  {name:<8}{here:>18,}{more:>+18,}{share}"


def _formulas(plan: Plan, symbol: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The MACs as a polynomial, its derivative, and how steep it is."""
    if not isinstance(plan.macs, Count) or symbol not in plan.macs.symbols:
        yield f"The MACs do not depend on {symbol}."
        return
    steps = {name: modulus(plan.macs, name) for name in plan.spec.symbols if name in plan.macs.symbols}
    if 0 in steps.values():
        return
    remainders = {name: (length, values[name] % length) for name, length in steps.items()}
    polynomial = on_class(plan.macs, remainders)
    classes = [f"{name} % {length} == {rest}" for name, (length, rest) in remainders.items() if length > 1]
    on = f"if {' and '.join(classes)}: " if classes else ""
    yield f"{on}macs = {polynomial}"
    yield f"  d macs / d {symbol} = {derivative(polynomial, symbol)}"
    steep = elasticity(polynomial, symbol, values)
    yield f"  1 % more {symbol} is {float(steep):.2f} % more MACs"


def _layers(plan: Plan, symbol: str) -> Iterator[str]:
    """The layers by the power with which they grow, those that cost most first."""
    found: dict[int, list[tuple[int, str]]] = {}
    for node in plan:
        macs: Extent = node.macs
        power = degree(macs, symbol)
        falls = power and step(macs, symbol, plan.values, max(1, abs(plan.values[symbol]))) < 0
        found.setdefault(-1 if falls else power, []).append((int(evaluate(macs, plan.values)), node.name))
    every = int(evaluate(plan.macs, plan.values)) or 1
    for power in sorted(found, reverse=True):
        if power:
            layers = sorted(found[power], key=lambda layer: -layer[0])
            share = sum(macs for macs, _ in layers) / every
            how = f"grow with {symbol}" if power == 1 else f"grow with {symbol}**{power}"
            how = f"cost less with more {symbol}" if power < 0 else how
            more = len(layers) - SHOWN
            yield f"{len(layers)} layers {how}, {share:.1%} of the MACs; most of all:"
            yield from (f"  {macs:>16,}  {name}" for macs, name in layers[:SHOWN])
            yield from [f"  and {more} more"] if more > 0 else []


def operators() -> str:
    """A line for each operator: what it is called and what it means."""
    wide = max(map(len, OPERATORS))
    return "".join(f"{verb:<{wide}}  {(getdoc(made) or '').splitlines()[0]}\n" for verb, made in OPERATORS.items())


def operator(verb: str) -> str:
    """The documentation of an operator: what it does, and its arguments.

    Raises:
        UsageError: there is none of that name.
    """
    if verb not in OPERATORS:
        known = did_you_mean(verb, OPERATORS) or "; `cnnplan explain operators` lists them, `explain rules` the rules"
        raise UsageError(f"there is no spec and no operator {verb}{known}")
    made = OPERATORS[verb]
    lines = [f"{verb}: {getdoc(made)}", ""]
    properties = made.model_json_schema()["properties"]
    for name, field in made.model_fields.items():
        default = "required" if field.is_required() else f"default {_spelled(field.default)}"
        described = field.description or properties[name].get("description", "")
        lines.append(f"  {name}: {default}{f'. {described}' if described else ''}")
    return "\n".join(lines).rstrip() + "\n"


def _spelled(value: Any) -> str:
    return (
        {True: "true", False: "false", None: "none"}.get(value, str(value))
        if isinstance(value, bool | None)
        else str(value)
    )
