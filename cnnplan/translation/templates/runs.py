"""Copies of one entry, each behind the one before, as one statement."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan.translation.templates.nesting import Ref
from cnnplan.translation.templates.statements import ACTIVATION, Run, Statement
from cnnplan.translation.templates.values import Extent, skeleton

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["in_a_row"]


def in_a_row(made: list[Statement], gives: tuple[Ref, ...]) -> tuple[list[Statement], tuple[Ref, ...]]:
    """Copies of one entry, each behind the one before, as one statement."""
    found: list[Statement] = []
    at = 0
    while at < len(made):
        end = at + 1
        while end < len(made) and _alike(made[at], made[end]) and made[end].reads != made[at].reads:
            end += 1
        run = _run(made[at:end], [*made[end:]], gives) if _repeated(made[at], end - at) else None
        if run is not None:
            renamed = _renamed(run, made[at:end])
            made[end:] = [_reading(each, renamed) for each in made[end:]]
            gives = tuple(renamed.get(ref, ref) for ref in gives)
        found += [run] if run else made[at : at + 1]
        at = end if run else at + 1
    return found, gives


def _run(copies: Sequence[Statement], rest: Sequence[Statement], gives: tuple[Ref, ...]) -> Statement | None:
    numbered = [_numbered(each.name) for each in copies]
    bases = {base for base, _, _ in numbered}
    numbers = [number for _, number, _ in numbered]
    if len(bases) != 1 or numbers != [*range(numbers[0], numbers[0] + len(numbers))] or copies[0].share:
        return None
    first = copies[0]
    if any(ref.item in {each.name for each in copies} for ref in first.reads):
        return None
    carried: list[tuple[int, int]] = []
    for place, start in enumerate(first.reads):
        later = [each.reads[place] for each in copies[1:]]
        behind = [each.name for each in copies]
        if later and all(ref.item == name for ref, name in zip(later, behind, strict=False)):
            outs = {ref.out for ref in later}
            if len(outs) != 1:
                return None
            carried.append((place, outs.pop()))
        elif not later and place == 0:
            carried.append((0, 0))
        elif any(ref != start for ref in later):
            return None
    if not carried:
        return None
    names = {each.name for each in copies[:-1]}
    read = [*gives, *(ref for each in rest for ref in each.reads)]
    read += [part.ref for each in rest for size in each.sizes() for part in size.parts()]
    kept = tuple(sorted({ref.out for ref in read if ref.item in names}))
    run = Run(bases.pop(), numbers[0], numbered[0][2], tuple(carried), kept)
    args = {key: tuple(each.args[key] for each in copies) for key in first.args}
    return Statement(
        f"{run.base}*{run.first}", first.verb, first.template, first.reads, args, first.item, first.entry,
        run=run, outputs=first.outputs, copies=len(copies), op=first.op, told=first.told,
    )  # fmt: skip


def _renamed(run: Statement, copies: Sequence[Statement]) -> dict[Ref, Ref]:
    """What the outputs of copies are called: those of the last like the run, of another by its number."""
    found = {}
    for number, copy in enumerate(copies):
        name = run.name if number == len(copies) - 1 else f"{run.name}#{number}"
        found.update({Ref(copy.name, out): Ref(name, out) for out in range(copy.outputs)})
    return found


def _reading(statement: Statement, renamed: Mapping[Ref, Ref]) -> Statement:
    """A statement with other names for what it reads."""

    def put(value: Any) -> Any:
        if isinstance(value, Extent):
            return value.renamed(renamed)
        return tuple(map(put, value)) if isinstance(value, tuple) else value

    reads = tuple(renamed.get(ref, ref) for ref in statement.reads)
    return replace(statement, reads=reads, args={key: put(value) for key, value in statement.args.items()})


def _alike(one: Statement, other: Statement) -> bool:
    """Whether two statements may be copies in a row."""
    if one.entry is None or one.entry is not other.entry or one.share or other.share or not one.weighted:
        return False
    if one.verb == ACTIVATION or one.verb != other.verb or one.template is not other.template:
        return False
    if len(one.reads) != len(other.reads) or not one.reads:
        return False
    mine = {key: skeleton(value) for key, value in one.args.items()}
    if mine != {key: skeleton(value) for key, value in other.args.items()}:
        return False
    return (
        not any(part.ref.item == one.name for size in other.sizes() for part in size.parts()) and one.told == other.told
    )


def _repeated(first: Statement, copies: int) -> bool:
    """Whether copies are written as a loop."""
    if first.entry is None or first.entry.repeat is None or first.verb == ACTIVATION or not first.weighted:
        return False
    if first.share or not first.reads:
        return False
    return copies > 2 or not first.entry.repeat.count.constant  # noqa: PLR2004 - two are written out


def _numbered(name: str) -> tuple[str, int, bool]:
    """`unit3` as unit, 3; `down.0` as down, 0, a part."""
    head, dot, tail = name.rpartition(".")
    if dot and tail.isdigit():
        return head, int(tail), True
    match = re.fullmatch(r"(.*?)(\d+)", name)
    return (match[1], int(match[2]), False) if match else (name, -1, False)
