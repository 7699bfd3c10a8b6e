"""What to say of a promise that is broken: by how much, and which layers weigh most."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.plan.records import Named
from cnnplan.rules.departures import departure
from cnnplan.rules.terms import AMOUNTS
from cnnplan.sizes import Number
from cnnplan.spec import EvaluationError, Unreadable, parse
from cnnplan.spec.arithmetic import show

if TYPE_CHECKING:
    from cnnplan.rules.terms import Terms
    from cnnplan.spec import Expression

__all__ = ["named", "off", "said"]

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
LONGEST = 80
HEAVIEST = 3


def named(that: Expression) -> str:
    """A promise as it is called in a message."""
    return that.text if len(that.text) <= LONGEST else f"{that.text[: LONGEST - 3]}..."


def said(that: Expression, terms: Terms) -> tuple[str, str]:
    """The message and the hint for a promise that is broken."""
    sides = _sides(that, terms)
    if sides is None:
        return f"{named(that)} does not hold{_at(that, terms)}", _heaviest(that, terms)
    text, left, right = sides
    for side in (left, right):
        if isinstance(side, Named):
            hint = f"its shape is shape('{side.label}'), its numbers {side.label}.params, {side.label}.macs"
            return f"{named(that)} has no value: {side.label} is a layer", hint
    if isinstance(left, Number) and isinstance(right, Number):
        message = f"{named(that)} is broken: {text} is {_count(left)}{_at(that, terms)}, {_off(left, right)}"
        return message, departure(that, terms, left, right) or _heaviest(that, terms)
    return f"{named(that)} is broken: {text} is {show(left)}", departure(that, terms, left, right)


def off(that: Expression, terms: Terms) -> str:
    """Where a size parts from the one that is promised, at numbers for all symbols; "" where there is none to show."""
    sides = _sides(that, terms)
    return departure(that, terms, *sides[1:]) if sides else ""


def _off(left: Any, right: Any) -> str:
    """By how much one number is off another."""
    gap = left - right
    share = f" ({float(abs(Fraction(gap) / Fraction(right))):.2%})" if right else ""
    return f"{_count(abs(gap))}{share} {'more' if gap > 0 else 'less'}" if gap else "the same"


def _count(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{float(number):,.3f}"


def _at(that: Expression, terms: Terms) -> str:
    """The values of the symbols that an amount depends on."""
    used: set[str] = set()
    for name in that.names & AMOUNTS.keys():
        used |= getattr(AMOUNTS[name](terms.plan), "symbols", frozenset())
    shown = [f"{name} = {terms.values[name]}" for name in terms.plan.spec.symbols if name in used & terms.values.keys()]
    return f" at {', '.join(shown)}" if shown else ""


def _sides(that: Expression, terms: Terms) -> tuple[str, Any, Any] | None:
    """The left side as text, and both sides as values, numbers where they have one."""
    parts = _split(that.text)
    if parts is None:
        return None
    try:
        left, right = (parse(part, that.place).evaluate(terms) for part in parts)
    except (Unreadable, EvaluationError):
        return None
    numbers = terms.number(left), terms.number(right)
    return (parts[0], left, right) if None in numbers else (parts[0], *numbers)


def _split(text: str) -> tuple[str, str] | None:
    """The two sides of a text that is one comparison."""
    depth, found, at = 0, [], 0
    quote = ""
    while at < len(text):
        char = text[at]
        if quote or char in "\"'":
            quote = "" if char == quote else quote or char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth == 0:
            operator = next((each for each in COMPARISONS if text.startswith(each, at)), "")
            if operator:
                found.append((at, operator))
                at += len(operator) - 1
        at += 1
    if len(found) != 1 or any(f" {word} " in text for word in ("and", "or", "not", "if")):
        return None
    start, operator = found[0]
    return text[:start].strip(), text[start + len(operator) :].strip()


def _heaviest(that: Expression, terms: Terms) -> str:
    """The layers with most of the amount that is promised."""
    amount = next((name for name in ("params", "macs", "flops", "buffers") if name in that.names), "")
    if not amount:
        return ""
    weights = {node.name: terms.number(terms.at(getattr(node, amount))) for node in terms.plan}
    known = {name: weight for name, weight in weights.items() if weight}
    total = sum(known.values())
    heavy = sorted(known, key=lambda name: -known[name])[:HEAVIEST]
    return f"most {amount}: " + ", ".join(f"{name} {known[name] / total:.1%}" for name in heavy) if heavy else ""
