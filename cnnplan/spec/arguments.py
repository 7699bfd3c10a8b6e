"""The arguments of an operator or block: are they known, are all there, and are the literal ones of the right type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cnnplan import ops
from cnnplan.spec.arithmetic import show
from cnnplan.spec.diagnosis import glued
from cnnplan.spec.words import WIRING, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.findings import Place
    from cnnplan.spec.expressions import Expression
    from cnnplan.spec.reading import Reading
    from cnnplan.spec.scopes import Scope

__all__ = ["read_arguments"]


def read_arguments(reading: Reading, verb: str, data: Any, place: Place, scope: Scope) -> dict[str, Expression]:
    """The arguments below a verb; `place` is the verb's."""
    if data is None:
        data = {}
    if not isinstance(data, dict):
        return _no_mapping(reading, verb, data, place, scope)
    known = parameters(reading, verb)
    wanted = {key: value for key, value in data.items() if key not in WIRING or key in (known or {})}
    parsed = {key: reading.expression(value, place.below(key), scope) for key, value in wanted.items()}
    args = {key: expression for key, expression in parsed.items() if expression is not None}
    if known is not None:
        _judge_names(reading, verb, data, place, scope)
        if verb in ops.OPERATORS:
            _judge_values(reading, verb, args, place, scope)
    return args


def parameters(reading: Reading, verb: str) -> Mapping[str, bool] | None:
    """Whether each argument of a verb must be given; None where the verb is not known yet."""
    if verb in ops.OPERATORS:
        return {name: field.is_required() for name, field in ops.OPERATORS[verb].model_fields.items()}
    return reading.blocks[verb].args if verb in reading.blocks else None


def _no_mapping(reading: Reading, verb: str, data: Any, place: Place, scope: Scope) -> dict[str, Expression]:
    known = parameters(reading, verb) or {"argument": True}
    example = f"{{{next(iter(known))}: ...}}" if known else "{}"
    advice = glued(data) if isinstance(data, str) else ""
    message = advice or f"the arguments of {verb} are a mapping: write {verb}: {example}"
    reading.faults.add("CNN013", place, message, layer=scope.layer)
    return {}


def _judge_names(reading: Reading, verb: str, data: dict[str, Any], place: Place, scope: Scope) -> None:
    """Report unknown arguments, then missing ones that none of the unknown was meant to be."""
    known = parameters(reading, verb) or {}
    meant: set[str] = set()
    for key in data:
        if key not in known:
            meant.update(nearest(key.partition(":")[0], known))
            rule, message, hint = _unknown(verb, key, known)
            reading.faults.add(rule, place.below(key).at_key(), message, layer=scope.layer, hint=hint)
    for key, required in known.items():
        if required and key not in data and key not in meant:
            reading.faults.add("CNN012", place.at_key(), f"{verb} needs the argument {key}", layer=scope.layer)


def _unknown(verb: str, key: str, known: Mapping[str, bool]) -> tuple[str, str, str]:
    if key in WIRING:
        message = f"{key} stands one level too deep: it belongs beside {verb}, not among its arguments"
        return "CNN016", message, f"indent {key} as far as {verb}"
    if advice := glued(key):
        return "CNN011", advice, ""
    hint = f"arguments of {verb} are {', '.join(known)}" if known else f"{verb} takes no arguments"
    return "CNN011", f"{verb} has no argument {key}{did_you_mean(key, known)}", hint


def _judge_values(reading: Reading, verb: str, args: dict[str, Expression], place: Place, scope: Scope) -> None:
    """Let the operator's own model look at those arguments whose value is known already."""
    model = ops.OPERATORS[verb]
    settled = {
        key: value for key, arg in args.items() if key in model.model_fields for value in reading.value(arg, scope)
    }
    try:
        model.model_validate(settled)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            key = str(fault["loc"][0]) if fault["loc"] else ""
            if fault["type"] == "missing" or (key and key not in settled):
                continue
            where = place.below(key) if key else place
            subject = f"{key} (={show(settled[key])})" if key else verb
            reading.faults.add("CNN013", where, f"{subject} {cause(fault)}", layer=scope.layer)


def cause(fault: Any) -> str:
    """What a validator has to say, without pydantic's manner of saying it."""
    return str(fault["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
