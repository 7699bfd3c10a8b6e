"""Layer entries: one verb, its arguments, and the wiring keys beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan import ops
from cnnplan.spec import answers, code
from cnnplan.spec.arguments import parameters, read_arguments
from cnnplan.spec.diagnosis import glued
from cnnplan.spec.documents import BranchesDocument, EntryDocument, PathDocument, keys, read
from cnnplan.spec.expressions import Arguments, Expression, parse
from cnnplan.spec.faults import EvaluationError, Unreadable
from cnnplan.spec.model import Entry, JoinSpec, PathSpec, Repeat
from cnnplan.spec.origins import read_origin
from cnnplan.spec.reading import is_number
from cnnplan.spec.routes import indices
from cnnplan.spec.scopes import Reference
from cnnplan.spec.storing import read_types
from cnnplan.spec.words import LATE_WIRING, WIRING, did_you_mean, nearest, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.findings import Place
    from cnnplan.spec.reading import Reading
    from cnnplan.spec.scopes import Scope

__all__ = ["read_entries"]

OWN = "cnnplan explain operators lists those that there are; one of your own is a block, declared in blocks"
"""Said where nothing is known of a verb."""

APART = "none"
"""The join of paths that stay apart: a list of maps."""


def read_entries(reading: Reading, data: Any, place: Place, scope: Scope) -> tuple[Entry, ...]:
    """The entries of a list; those that are none are reported."""
    if not isinstance(data, list):
        reading.faults.add("CNN013", place, "layers are a list: each begins with `-`", layer=scope.layer)
        return ()
    return tuple([read_entry(reading, item, place.below(i), scope) for i, item in enumerate(data)])


def read_entry(reading: Reading, data: Any, place: Place, scope: Scope) -> Entry:
    """One entry of a list."""
    strays: list[str] = []
    if isinstance(data, str) and data:
        verb, data, verb_place = data, {data: None}, place
    elif isinstance(data, dict):
        verb, strays = _verb(reading, data, place, scope)
        verb_place = place.below(verb)
    else:
        hint = code.row(data) if isinstance(data, list) else ""
        message = "a layer is a verb, or a mapping with one verb"
        reading.faults.add("CNN016", place, message, layer=scope.layer, hint=hint)
        return Entry("", place, "layer")
    wiring = {key: value for key, value in data.items() if reading.wires(key) and key != verb}
    copies = wiring.get("repeat")
    name = wiring.get("name") if isinstance(wiring.get("name"), str) else None
    label = scope.layers.label(verb, name, copies if type(copies) is int else 1)
    told = data.get(verb)
    for key in strays:
        if _stray(reading, verb, place.below(key).at_key(), scope.of(label)) and isinstance(told, dict | None):
            told = {**(told or {}), key: data[key]}
    entry = _wired(reading, Entry(verb, place, label), wiring, scope.of(label))
    if verb:
        inner = scope.of(label).counting(
            entry.repeat.counter if entry.repeat else None, copied=entry.repeat is not None
        )
        entry = _told(reading, entry, told, verb_place, inner)
    if entry.name:
        at = place.below("name") if "name" in wiring else place
        scope.layers.declare(entry.name, reading.now(), at, reading.faults, label)
    return entry


def _verb(reading: Reading, data: dict[str, Any], place: Place, scope: Scope) -> tuple[str, list[str]]:
    """The one key of an entry that is no wiring key, "" where it cannot be told; and keys that should not be there."""
    candidates = [key for key in data if not reading.wires(key)]
    candidates = candidates or [key for key in data if key in LATE_WIRING and key in scope.names]
    known = [key for key in candidates if reading.is_verb(key) or key in scope.names]
    if len(candidates) == 1:
        return candidates[0], []
    if len(known) == 1:
        return known[0], [key for key in candidates if key != known[0]]
    if candidates:
        shown = " and ".join(known or candidates)
        hint = ("" if known else code.typed(data, reading.verbs())) or "each layer begins with a `-` of its own"
        reading.faults.add("CNN016", place, f"a layer has one verb, here are {shown}", layer=scope.layer, hint=hint)
    else:
        shown = f"here is only {', '.join(data)}" if data else "here is nothing"
        reading.faults.add("CNN016", place, f"a layer needs a verb, {shown}", layer=scope.layer)
    return "", []


def _stray(reading: Reading, verb: str, place: Place, scope: Scope) -> bool:
    """Report a key that is neither verb nor wiring; whether it is an argument that stands too high."""
    key = str(place.path[-1])
    argument = key in (parameters(reading, verb, scope) or {})
    if argument:
        message, hint = f"{key} stands one level too high: it is an argument of {verb}", f"indent {key} below {verb}"
    else:
        message, hint = glued(key), f"beside a verb stand {', '.join(WIRING)}"
        meant = answers.beside(key)
        hint = f"it is called {meant} here" if meant else hint
        message = message or f"unknown key {key} beside {verb}{'' if meant else did_you_mean(key, WIRING)}"
    reading.faults.add("CNN016", place, message, layer=scope.layer, hint=hint)
    return argument


def _wired(reading: Reading, entry: Entry, wiring: dict[str, Any], scope: Scope) -> Entry:
    """The entry with its wiring keys."""
    if not wiring:
        return entry
    place = entry.place
    document = read(EntryDocument, wiring, place, reading.faults, layer=entry.label)
    repeat = _repeat(reading, document.repeat, place.below("repeat"), scope) if "repeat" in wiring else None
    inner = scope.counting(repeat.counter if repeat else None, copied=repeat is not None)
    refer(reading, document.from_, place.below("from"), wiring.get("from"), inner)
    if isinstance(document.share, str):
        refer(reading, (document.share,), place.below("share"), document.share, scope)
    elif document.share and "repeat" not in wiring:
        hint = "share: NAME has the weights of another layer"
        message = "share: true stands beside repeat: all copies have the weights of the first"
        reading.faults.add("CNN016", place.below("share"), message, layer=entry.label, hint=hint)
    if not document.trainable:
        reading.frozen.add(place)
    return replace(
        entry,
        name=document.name,
        from_=document.from_,
        repeat=repeat,
        when=_when(reading, document.when, place.below("when"), inner),
        share=document.share,
        trainable=document.trainable,
        dtype=read_types(reading, document.dtype, place.below("dtype"), inner),
        ignore=document.ignore,
        origin=read_origin(reading, document.origin, place.below("origin"), inner),
    )


def refer(reading: Reading, names: tuple[str, ...] | None, place: Place, data: Any, scope: Scope) -> None:
    """Keep the names of layers, to be looked for at the end."""
    for i, name in enumerate(names or ()):
        where = place.below(i) if isinstance(data, list) else place
        scope.layers.references.append(Reference(name, where, reading.clock + 0.5, scope.layer))
        with suppress(Unreadable):  # which is told where references are judged
            for index in indices(name):
                reading.expression(index, where, scope)


def _when(reading: Reading, data: Any, place: Place, scope: Scope) -> Expression | None:
    when = None if data is None else reading.expression(data, place, scope)
    for value in reading.value(when, scope) if when else ():
        if not isinstance(value, bool):
            reading.faults.add("CNN013", place, f"when (={when}) is neither true nor false", layer=scope.layer)
    return when


def _repeat(reading: Reading, data: Any, place: Place, scope: Scope) -> Repeat | None:
    """`3`, `{i: 3}` or `{d: [3, 9, 3]}`."""
    counter: str | None = None
    if isinstance(data, dict):
        if len(data) != 1:
            message = f"repeat has one counter, {{i: count}}, not {len(data)}"
            reading.faults.add("CNN016", place, message, layer=scope.layer)
            return None
        ((counter, data),) = data.items()
        place = place.below(counter)
        if reason := glued(counter) or refusal(counter, spoken=True):
            reading.faults.add("CNN017", place.at_key(), reason, layer=scope.layer)
            return None
    count = None if data is None else reading.expression(data, place, scope)
    if data is None:
        reading.faults.add("CNN013", place, "repeat needs a count", layer=scope.layer)
    for value in reading.value(count, scope) if count else ():
        if reason := _uncountable(value, counter):
            reading.faults.add("CNN013", place, f"repeat (={count}) {reason}", layer=scope.layer)
    return Repeat(count, counter) if count else Repeat(parse("1", place), counter)


def _uncountable(value: Any, counter: str | None) -> str:
    if isinstance(value, tuple):
        return "" if counter else "is a list: name its elements, repeat: {d: [3, 9, 3]}"
    if not is_number(value) or not isinstance(value, int):
        return "must be a whole number" + (" or a list" if counter else "")
    return "must be at least 0" if value < 0 else ""


def _told(reading: Reading, entry: Entry, data: Any, place: Place, scope: Scope) -> Entry:
    """The entry with what stands below its verb."""
    verb = entry.verb
    if verb == "branches":
        return _branches(reading, entry, data, place, scope)
    if verb == "sequence":
        return replace(entry, body=read_entries(reading, data, place, scope.inside(entry.name)))
    known = reading.is_verb(verb) and not reading.held(verb, scope)
    expression = None if known else _verb_expression(reading, verb, place, scope)
    if verb in reading.blocks:
        reading.calls.setdefault(verb, place)
    if expression is None and not known:
        for key, value in data.items() if isinstance(data, dict) else ():
            reading.expression(value, place.below(key), scope)
        return entry
    scope.layers.dynamic |= expression is not None
    args = read_arguments(reading, verb, data, place, scope)
    return replace(entry, args=args, verb_expression=expression)


def _verb_expression(
    reading: Reading, verb: str, place: Place, scope: Scope, among: Iterable[str] = ()
) -> Expression | None:
    """A verb that is the value of an argument or symbol, or of a field or element of one; `among` may be meant."""
    try:
        expression = parse(verb, place)
    except (Unreadable, EvaluationError):
        expression = None
    if expression and not expression.constant and expression.names <= scope.names:
        return expression
    known = (*(among or reading.verbs()), *scope.names)
    head = verb.partition(".")[0]
    hint = answers.verb(verb, reading.verbs()) if verb.isidentifier() else ""
    hint = hint or code.instead(verb, reading.verbs()) or answers.verb(verb, reading.verbs())
    message = f"unknown operator {verb}{'' if hint else did_you_mean(head, known)}"
    if advice := glued(verb):
        message = advice
    elif not hint and any(head in layers.declared for layers in scope.layers.outwards()):
        message, hint = f"unknown operator {verb}", f"{head} is a layer: what reads it says so, with from: {verb}"
    elif not hint and not nearest(head, known):
        hint = OWN
    at = place.at_key() if place.path[-1:] == (verb,) else place
    reading.faults.add("CNN010", at, message, layer=scope.layer, hint=hint)
    return None


def _branches(reading: Reading, entry: Entry, data: Any, place: Place, scope: Scope) -> Entry:
    if not isinstance(data, dict):
        message = "branches is a mapping: branches: {join: add, paths: [...]}"
        reading.faults.add("CNN013", place, message, layer=scope.layer)
        return entry
    document = read(BranchesDocument, data, place, reading.faults, layer=scope.layer)
    inner = scope.inside(entry.name)
    below = place.below("paths")
    paths = tuple(_path(reading, path, below.below(i), inner) for i, path in enumerate(document.paths))
    if not paths and isinstance(data.get("paths"), list):
        reading.faults.add("CNN016", below, "branches has no path: there is nothing to join", layer=scope.layer)
    return replace(entry, paths=paths, join=_join(reading, document.join, place.below("join"), scope))


def _path(reading: Reading, data: Any, place: Place, scope: Scope) -> PathSpec:
    """A list of entries, or a mapping that holds one."""
    if isinstance(data, list):
        return PathSpec(read_entries(reading, data, place, scope), place)
    if not isinstance(data, dict) or not set(data) & set(keys(PathDocument)) - {"name", "when", "from", "repeat"}:
        message = "a path is a list of layers, or a mapping with layers"
        reading.faults.add("CNN016", place, message, layer=scope.layer, hint="write `- - conv: ...`, with two dashes")
        return PathSpec((), place)
    document = read(PathDocument, data, place, reading.faults, layer=scope.layer)
    repeat = _repeat(reading, document.repeat, place.below("repeat"), scope) if "repeat" in data else None
    scope = scope.counting(repeat.counter if repeat else None)
    refer(reading, document.from_, place.below("from"), data.get("from"), scope)
    when = _when(reading, document.when, place.below("when"), scope)
    layers = read_entries(reading, document.layers, place.below("layers"), scope.inside(document.name))
    if document.name:
        scope.layers.declare(document.name, reading.now(), place.below("name"), reading.faults, scope.layer)
    return PathSpec(layers, place, when, document.from_, document.name, repeat)


def _join(reading: Reading, data: Any, place: Place, scope: Scope) -> JoinSpec:
    """`add`, or `{concat: {dim: 2}}`."""
    args: Any = None
    where = place
    if isinstance(data, dict) and len(data) == 1:
        ((data, args),) = data.items()
        where = place.below(data)
    if not isinstance(data, str):
        reading.faults.add("CNN016", place, "join is one operator: add, or {concat: {dim: 2}}", layer=scope.layer)
        return JoinSpec(place)
    if data == APART:
        if args is not None:
            reading.faults.add("CNN016", where, "join: none keeps the paths apart and takes nothing", layer=scope.layer)
        return JoinSpec(place, data)
    if data not in ops.OPERATORS or reading.held(data, scope):
        joins = [verb for verb, made in ops.OPERATORS.items() if made.arity[1] is None or made.arity[1] > 1]
        expression = _verb_expression(reading, data, where, scope, joins)
        scope.layers.dynamic = True
        return JoinSpec(
            place, data, expression, read_arguments(reading, data, args, where, scope) if expression else Arguments()
        )
    most = ops.OPERATORS[data].arity[1]
    if most is not None and most < 2:  # noqa: PLR2004
        message = f"{data} joins nothing: it takes one input"
        reading.faults.add("CNN016", where, message, layer=scope.layer, hint="joins are concat, add, multiply")
    scope.layers.label(data, None, 1)
    return JoinSpec(place, data, None, read_arguments(reading, data, args, where, scope))
