"""Lists of maps: what a name with steps leads to, and how what `from` reads is bound to the inputs of a block."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from cnnplan.graph.fragments import Handle
from cnnplan.graph.parts import MOST_LAYERS, TooMany
from cnnplan.ops import OPERATORS
from cnnplan.spec import EvaluationError
from cnnplan.spec.arithmetic import position
from cnnplan.spec.references import Index, route
from cnnplan.spec.routes import EVERY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph.environment import Environment
    from cnnplan.graph.parts import Tensor
    from cnnplan.spec import Block, Entry
    from cnnplan.spec.references import Route, Section

__all__ = ["anew", "bound", "elements", "exported", "flat", "follow", "listed", "loose", "outermost", "short"]

MOST_NAMED = 8
"""Parts that are named."""

Group = tuple["Tensor", ...]


def flat(groups: Sequence[Group]) -> Group:
    """All tensors of some groups, in order; no list grows beyond bounds.

    Raises:
        TooMany: there are more than a network may have layers.
    """
    if len(groups) == 1:
        return groups[0]
    if sum(map(len, groups)) > MOST_LAYERS:
        raise TooMany
    return tuple(chain.from_iterable(groups))


def listed(handles: Sequence[Handle]) -> Handle:
    """A list of maps, whose elements are its parts."""
    outputs = flat([handle.outputs for handle in handles])
    parts = {str(number): handle for number, handle in enumerate(handles)}
    return Handle(outputs, parts, is_list=True)


def elements(handle: Handle) -> list[Handle]:
    """What `x.*` is: the parts in order, or the outputs where there are several without a name."""
    if handle.parts or len(handle.outputs) < 2:  # noqa: PLR2004 - one map is no list
        return list(handle.parts.values())
    return [Handle((tensor,)) for tensor in handle.outputs]


def follow(handle: Handle, where: Route, env: Environment) -> list[Handle]:
    """What a route leads to from here: one thing, or several in order.

    Raises:
        EvaluationError: a step leads nowhere.
    """
    found, several = [handle], False
    for step in where.steps:
        if isinstance(step, str) and step != EVERY:
            found = [_part(each, step, where.text) for each in found]
            continue
        inside = found if several and step != EVERY else [part for each in found for part in _every(each, where.text)]
        if isinstance(step, Index):
            found, several = [inside[_at(step.at.run(env), len(inside), where.text, env)]], False
        else:
            found, several = inside if isinstance(step, str) else _cut(inside, step, env), True
    return found


def _every(handle: Handle, text: str) -> list[Handle]:
    parts = elements(handle)
    if not parts and _unknown(handle):
        return [handle]
    if not parts and not handle.is_list:
        raise EvaluationError(f"{text}: there are no parts, it is one map")
    return parts


def _part(handle: Handle, step: str, text: str) -> Handle:
    """The part of that name; of copies also that of the last one."""
    found = handle.parts.get(step) or handle.inner.get(step)
    if found is None and step.isdigit() and not handle.parts and int(step) < len(elements(handle)):
        found = elements(handle)[int(step)]
    if found is None and _unknown(handle):
        return handle
    if found is None:
        known = [*handle.parts, *handle.inner][:MOST_NAMED]
        raise EvaluationError(f"{text}: there is no part {step}; the parts are: {', '.join(known) or 'none'}")
    return found


def _unknown(handle: Handle) -> bool:
    """Whether it rests on an error that was told already."""
    return bool(handle.outputs) and all(tensor.shape is None for tensor in handle.outputs)


def _at(index: Any, length: int, text: str, env: Environment) -> int:
    """An index of a list of so many."""
    at = position(index, length, env.decide)
    if not -length <= at < length:
        maps = "1 map" if length == 1 else f"{length} maps"
        known = f": 0 to {length - 1}, or -{length} to -1 from its end" if length else ""
        raise EvaluationError(f"{text}: the index {at} is outside the list, which has {maps}{known}")
    return at


def _cut(inside: list[Handle], step: Section, env: Environment) -> list[Handle]:
    """A section of a list; its ends may lie outside, as those of lists in expressions may."""
    ends = [None if end is None else position(end.run(env), len(inside), env.decide) for end in step]
    return inside[ends[0] : ends[1]]


def bound(block: Block, given: Handle) -> dict[str, Group] | None:
    """What comes in by the names of a block's inputs, None where that does not fit.

    One by one, where as many things are read as there are inputs; else all in a row, where a list takes what is left.
    """
    row, names = given.outputs, block.inputs or ("input",)
    if not block.lists:
        return {name: (each,) for name, each in zip(names, row, strict=True)} if len(row) == len(names) else None
    groups = given.grouped
    one_by_one = len(groups) == len(names) and all(
        len(group) == 1 or name in block.lists for name, group in zip(names, groups, strict=True)
    )
    if one_by_one:
        return dict(zip(names, groups, strict=True))
    spare = len(row) - (len(names) - len(block.lists))
    if len(block.lists) > 1 or spare < 0:
        return None
    taken: dict[str, Group] = {}
    for name in names:
        many = spare if name in block.lists else 1
        taken[name], row = row[:many], row[many:]
    return taken


def exported(handles: Sequence[Handle]) -> Handle:
    """An output of a block: a map, or a list of maps."""
    if len(handles) != 1:
        return listed([Handle(handle.outputs) for handle in handles])
    (handle,) = handles
    return listed([Handle(each.outputs) for each in elements(handle)]) if handle.is_list else Handle(handle.outputs)


def outermost(output: str) -> str:
    """What an output of a block is called outside: by the last name in it."""
    names = [step for step in (route(output).head, *route(output).steps) if isinstance(step, str)]
    return next((name for name in reversed(names) if name != EVERY and not name.isdigit()), output)


def anew(entry: Entry) -> bool:
    """Whether every copy reads `from` for itself: it names a part of `prev`, or the counter."""
    counter = entry.repeat.counter if entry.repeat else None
    routes = [route(name) for name in entry.from_ or ()]
    return any((each.head == "prev" and each.steps) or counter in each.names for each in routes)


def short(entry: Entry, copy: Handle, blocks: Mapping[str, Block]) -> bool:
    """Whether a copy gives less than the next one takes, which then reads `from` anew, with it as prev."""
    if entry.from_ is None or len(entry.from_) < 2 or "prev" not in entry.from_:  # noqa: PLR2004
        return False
    if copy.verb in blocks:
        return bound(blocks[copy.verb], copy) is None
    return copy.verb in OPERATORS and len(copy.outputs) < OPERATORS[copy.verb].arity[0]


def loose(entry: Entry, prev: Handle) -> tuple[str, ...]:
    """What a copy reads whose `prev` is one map without parts, as that of the first copy is: `prev.x` is the map."""
    names = entry.from_ or ()
    if prev.parts or prev.inner or len(prev.outputs) != 1:
        return names
    routes = [route(name) for name in names]
    return tuple(["prev" if each.head == "prev" and _named(each) else each.text for each in routes])


def _named(where: Route) -> bool:
    """Whether the first step is to a part by name."""
    return bool(where.steps) and isinstance(where.steps[0], str) and where.steps[0] != EVERY
