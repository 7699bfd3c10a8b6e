"""What must hold of the sizes, asked at the beginning of `forward`, with the way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.layout import sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["asked", "fixed", "read_off", "settled"]

MOST_LETTERS = 60
COMPOUND = re.compile(r"\b(?:and|or|not \()")
OPPOSITE = ((" == ", " != "), (" >= ", " < "), (" <= ", " > "), (" != ", " == "), (" < ", " >= "), (" > ", " <= "))


def asked(conditions: Iterable[Any], places: Mapping[str, str]) -> list[str]:
    """Lines that refuse sizes for which a network is not legal.

    Args:
        conditions: what must hold.
        places: where the symbols are read off; conditions about others are not asked.
    """
    lines: list[str] = []
    for condition in conditions:
        if not set(condition.symbols) <= places.keys():
            continue
        for part in re.split(r", (?![^{]*\})", str(condition)):
            lines += _one(part, sorted(condition.symbols), places)
    return lines


def read_off(places: Mapping[str, str], ranks: Mapping[str, int]) -> list[str]:
    """Lines that read sizes off the inputs: those of the last axes of one together, `h, w = x.shape[2:]`.

    Args:
        places: where each is read off, `x.shape[2]`, or its number.
        ranks: how many axes the inputs have.
    """
    lines: list[str] = []
    waiting = dict(places)
    for name, text in places.items():
        match = re.fullmatch(r"(\w+)\.shape\[(\d+)\]", text)
        if name not in waiting or match is None:
            lines += [f"{name} = {text}"] if name in waiting else []
            continue
        variable, first = match[1], int(match[2])
        last = [f"{variable}.shape[{axis}]" for axis in range(first, ranks.get(variable, 0))]
        names = [next((each for each, other in waiting.items() if other == wanted), "") for wanted in last]
        if len(names) > 1 and all(names):
            lines.append(f"{', '.join(names)} = {variable}.shape{f'[{first}:]' * (first > 0)}")
            waiting = {each: other for each, other in waiting.items() if each not in names}
        else:
            lines.append(f"{name} = {text}")
    return lines


def fixed(plan: Any, places: Mapping[str, str]) -> list[str]:
    """Lines that refuse other sizes than those that weights are for."""
    lines = []
    for name, value in _held(plan, places).items():
        told = f"its weights are for {name} = {value}, got {{{name}}}"
        lines += [f"if {name} != {value}:", f'    raise ValueError(f"{told}")']
    return lines


def settled(plan: Any, places: Mapping[str, str], made: Sequence[str]) -> list[str]:
    """Lines that give the names of sizes their numbers, where what makes the weights calls them so."""
    text = "\n".join(made)
    held = _held(plan, places)
    return [f"{name} = {value}" for name, value in held.items() if re.search(rf"(?<![.\w]){name}\b(?!\s*=)", text)]


def _held(plan: Any, places: Mapping[str, str]) -> dict[str, Any]:
    """The numbers of the sizes that weights are for, by the names that they have in the source."""
    weights = (weight.shape for node in plan.nodes.values() for weight in node.weights.values())
    names = {name for shape in weights for n in shape for name in getattr(n, "symbols", ())}
    missing = [name for name in places if name in names and plan.values.get(name) is None]
    if missing:
        way = " ".join(f"--set {name}=NUMBER" for name in missing)
        no_value = "which has no value: give it one" if len(missing) == 1 else "which have no values: give them"
        raise Unwritable(f"weights of the size of {' and '.join(missing)}, {no_value}, {way}")
    return {name.lower(): plan.values[name] for name in places if name in names}


def _one(text: str, names: Sequence[str], places: Mapping[str, str]) -> list[str]:
    """The lines of one comparison."""
    names = [name for name in names if re.search(rf"\b{name}\b", text)]
    if len(text) > MOST_LETTERS or "floor" in text or "ceil" in text or not names:
        return []
    for name in names:
        text = re.sub(rf"\b{name}\b", name.lower(), text)
    told = text.replace("{", "{{").replace("}", "}}")
    refused = _remainders(text) or _negated(text)
    if not sound(refused):
        return []
    got = " and ".join(f"{{{name.lower()}}}" for name in names)
    single = not COMPOUND.search(text)
    way = "pad or enlarge" if single and ">=" in text else "crop" if single and "<" in text else "pad or crop"
    way = f"{way} {places[names[0]].partition('.')[0]}"
    return [f"if {refused}:", f'    raise ValueError(f"needs {told}, got {got}: {way}")']


def _remainders(text: str) -> str:
    """Remainders that follow one another, as one comparison; "" where it is something else."""
    match = re.fullmatch(r"(\w+) % (\d+) (not in|in) (?:\{([\d, ]+)\}|(\d+)\.\.(\d+))", text)
    if match is None:
        return ""
    name, number = match[1], int(match[2])
    told = {*map(int, match[4].split(","))} if match[4] else {*range(int(match[5]), int(match[6]) + 1)}
    allowed = {*range(number)} - told if match[3] == "not in" else told
    starts = [rest for rest in allowed if (rest - 1) % number not in allowed]
    if len(starts) != 1:
        shown = ", ".join(map(str, sorted(allowed if len(allowed) * 2 < number else {*range(number)} - allowed)))
        return f"{name} % {number} {'not in' if len(allowed) * 2 < number else 'in'} {{{shown}}}"
    shift = -starts[0] % number
    return f"({name} + {shift}) % {number} >= {len(allowed)}" if shift else f"{name} % {number} >= {len(allowed)}"


def _negated(text: str) -> str:
    """The opposite of a comparison, or of several together."""
    denied = re.fullmatch(r"not \(([^()]*)\)", text)
    if denied:
        return denied[1]
    for symbol, opposite in OPPOSITE:
        if text.count(symbol) == 1 and " and " not in text and len(re.findall(r"[=<>]+", text)) == 1:
            return text.replace(symbol, opposite)
    return f"not ({text})"
