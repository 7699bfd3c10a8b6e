"""The arguments of an operator or block: are they known, are all there, and are the literal ones of the right type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import pattern, pydantic_core
from cnnplan.ops.fields import kinds
from cnnplan.spec import answers, code
from cnnplan.spec.arithmetic import show
from cnnplan.spec.diagnosis import glued
from cnnplan.spec.expressions import Arguments, literal
from cnnplan.spec.illustration import illustration
from cnnplan.spec.words import LATE_KEYWORDS, WIRING, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan import ops
    from cnnplan.findings import Place
    from cnnplan.spec.expressions import Expression
    from cnnplan.spec.reading import Reading
    from cnnplan.spec.scopes import Scope

__all__ = ["read_arguments"]

_WRITE = pattern(r"write (\w+)")

LETTERS = pattern(r"[A-Za-z ,]+->[A-Za-z ]*|[A-Za-z]+( *, *[A-Za-z]+)+")
"""What a text that stands for itself is made of."""


def read_arguments(reading: Reading, verb: str, data: Any, place: Place, scope: Scope) -> Arguments:
    """The arguments below a verb; `place` is the verb's."""
    if data is None:
        data = {}
    if not isinstance(data, dict) or (data and all(_is_bare(*pair) for pair in data.items())):
        return _no_mapping(reading, verb, data, place, scope)
    known = parameters(reading, verb, scope)
    wanted = {key: value for key, value in data.items() if key not in WIRING or key in (known or {})}
    operator = reading.operator(verb, scope)
    parsed = {
        key: literal(value, place.below(key))
        if _meant(operator, key, value, scope)
        else reading.expression(value, place.below(key), scope, words=_words(operator, key))
        for key, value in wanted.items()
    }
    args = {key: expression for key, expression in parsed.items() if expression is not None}
    if known is not None:
        _judge_names(reading, verb, data, place, scope)
        if operator is not None:
            _judge_values(reading, operator, args, place, scope)
    return Arguments(args)


def _meant(operator: type[ops.Operator] | None, key: str, value: Any, scope: Scope) -> bool:
    """Whether a text stands for itself: prose, a keyword of the field that came later, letters for axes of inputs."""
    if operator is None or not isinstance(value, str) or key not in operator.model_fields:
        return False
    kind = kinds(operator)[key]
    if kind.prose or value in scope.names:
        return kind.prose
    return (value in LATE_KEYWORDS and value in kind.words) or (kind.literal and _is_letters(value))


def _is_letters(value: str) -> bool:
    """Whether a text is letters for axes, or what a comma left of them."""
    return LETTERS.fullmatch(value) is not None or value.isalpha()


def _words(operator: type[ops.Operator] | None, key: str) -> tuple[str, ...] | None:
    """The keywords of an operator's argument; None where it is no operator's, and may be the name of a verb."""
    return kinds(operator)[key].words if operator is not None and key in operator.model_fields else None


def parameters(reading: Reading, verb: str, scope: Scope) -> Mapping[str, bool] | None:
    """Whether each argument of a verb must be given; None where the verb is not known yet."""
    operator = reading.operator(verb, scope)
    if operator is not None:
        return {name: field.is_required() for name, field in operator.model_fields.items()}
    return reading.blocks[verb].args if verb in reading.blocks else None


def _no_mapping(reading: Reading, verb: str, data: Any, place: Place, scope: Scope) -> Arguments:
    known = parameters(reading, verb, scope)
    advice = glued(data) if isinstance(data, str) else ""
    message = advice or f"the arguments of {verb} are a mapping: {_instead(reading, verb, data, known)}"
    reading.faults.add("CNN013", place, message, layer=scope.layer)
    return Arguments()


def _is_bare(key: str, value: Any) -> bool:
    """Whether a value stands where a name and a value do, as in `{3, 64, 3}`."""
    return value is None and not key.isidentifier() and not code.unnamed(key).startswith("arguments")


def _instead(reading: Reading, verb: str, data: Any, known: Mapping[str, bool] | None) -> str:
    """What to write for what stands in the place of arguments."""
    if known is None:
        return f"write {verb}: {{argument: ...}}"
    if isinstance(data, dict):
        names = code.main(verb, known, [name for name, required in known.items() if required])
        return f"write {verb}: {{{', '.join(f'{name}: ...' for name in names)}}}"
    layers = code.sources(verb, data) if verb not in reading.blocks else ()
    if layers:
        return f"write `{verb}:` with `from: [{', '.join(layers)}]` below it"
    if isinstance(data, list) and any(isinstance(each, dict) for each in data):
        paths = f"{{join: {verb}, paths: [[...], [...]]}}"
        return f"write branches: {paths}" if code.joins(verb) else f"write {verb}: {{argument: ...}}"
    return f"write {verb}: {code.example(verb, data, known)}"


def _judge_names(reading: Reading, verb: str, data: dict[str, Any], place: Place, scope: Scope) -> None:
    """Report unknown arguments, then missing ones that none of the unknown was meant to be."""
    known = parameters(reading, verb, scope) or {}
    meant: set[str] = set()
    for key in data:
        if key not in known:
            meant.update(nearest(key.partition(":")[0].partition("=")[0], known))
            rule, message, hint = _unknown(verb, key, known)
            meant.update({answers.renamed(key, known), *_WRITE.findall(hint)})
            reading.faults.add(rule, place.below(key).at_key(), message, layer=scope.layer, hint=hint)
    for key, required in known.items():
        if required and key not in data and key not in meant:
            shown = "" if verb in reading.blocks else illustration(verb)
            hint = f"such as {shown}" if shown else ""
            message = f"{verb} needs the argument {key}"
            reading.faults.add("CNN012", place.at_key(), message, layer=scope.layer, hint=hint)


def _unknown(verb: str, key: str, known: Mapping[str, bool]) -> tuple[str, str, str]:
    if key in WIRING:
        message = f"{key} stands one level too deep: it belongs beside {verb}, not among its arguments"
        return "CNN016", message, f"indent {key} as far as {verb}"
    if advice := glued(key) or code.unnamed(key):
        return "CNN011", advice, ""
    if meant := answers.argument(key, known):
        return "CNN011", f"{verb} has no argument {key}", meant
    hint = f"arguments of {verb} are {', '.join(known)}" if known else f"{verb} takes no arguments"
    return "CNN011", f"{verb} has no argument {key}{did_you_mean(key, known)}", hint


def _judge_values(
    reading: Reading, model: type[ops.Operator], args: dict[str, Expression], place: Place, scope: Scope
) -> None:
    """Let the operator's own model look at those arguments whose value is known already."""
    settled = {
        key: value for key, arg in args.items() if key in model.model_fields for value in reading.value(arg, scope)
    }
    try:
        model.model_validate(settled)
    except pydantic_core.ValidationError as error:
        for fault in error.errors(include_url=False):
            key = str(fault["loc"][0]) if fault["loc"] else ""
            if fault["type"] == "missing" or (key and key not in settled):
                continue
            where = place.below(key) if key else place
            subject = f"{key} (={show(settled[key])})" if key else model.verb
            reading.faults.add("CNN013", where, f"{subject} {cause(fault)}", layer=scope.layer)


def cause(fault: Any) -> str:
    """What a validator has to say, without pydantic's manner of saying it."""
    return str(fault["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
