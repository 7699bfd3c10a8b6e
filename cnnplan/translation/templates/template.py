"""Scopes that are alike as one template: statements, and the arguments by which its copies differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.templates.values import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.spec import Block, Expression
    from cnnplan.translation.templates.nesting import Ref, Scope
    from cnnplan.translation.templates.statements import Statement

__all__ = ["Body", "Row", "Template", "merged"]

SHORTEST: Final = 3
"""A word that is longer is one by itself."""

MOST_WAYS: Final = 256
"""As many ways are tried to read a copy in which layers are missing."""


@dataclass(eq=False)
class Row:
    """An argument of a statement, with the value that each copy of the scope has.

    Args:
        values: by copy; None where the copy does not have the statement. Of a loop each is a tuple, one for each turn.
        name: what it is called where it stands.
        hint: how the spec writes it.
        statement: where it stands.
        looped: whether there is a value for each turn of a loop.
        text: how it is written, once that is known; `i` stands for the turn of a loop.
    """

    values: list[Any]
    name: str
    hint: Expression | None
    statement: Statement
    looped: bool = False
    text: str = ""

    @property
    def known(self) -> list[Any]:
        """The values of the copies that have the statement."""
        return [value for value in self.values if value is not None]

    @property
    def same(self) -> bool:
        """Whether all copies have the same."""
        known = self.known
        return all(value == known[0] and type(value) is type(known[0]) for value in known)


@dataclass(eq=False)
class Template:
    """What becomes a class or a function.

    Args:
        title: the word that it is called by.
        block: the block of the spec that it is, None for a group and for the network.
        scopes: its copies.
        statements: what is inside, in order.
        reads: what each statement reads.
        gives: what comes out.
        flags: by statement when it is there, where it is not always.
        rows: the arguments of each statement, by argument and place in it.
        counts: how often loops turn.
        params: its arguments, with the value that each copy has.
        defaults: those of them that need not be said.
    """

    title: str
    block: Block | None
    scopes: list[Scope]
    statements: list[Statement]
    gives: tuple[Ref, ...]
    flags: dict[str, Row] = field(default_factory=dict)
    rows: dict[str, dict[tuple[Any, ...], Row]] = field(default_factory=dict)
    counts: dict[str, Row] = field(default_factory=dict)
    params: dict[str, list[Any]] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    skipped: dict[str, Ref] = field(default_factory=dict)

    @property
    def sizes(self) -> list[str]:
        """The sizes that it must be told."""
        return [f"size{number + 1}" for number in range(len(self.scopes[0].sizes))]

    def every(self) -> Iterator[Row]:
        """All its rows."""
        for statement in self.statements:
            if statement.name in self.flags:
                yield self.flags[statement.name]
            if statement.name in self.counts:
                yield self.counts[statement.name]
            yield from self.rows[statement.name].values()

    def arguments(self, scope: Scope) -> dict[str, Any]:
        """The arguments that make a copy."""
        at = next(number for number, each in enumerate(self.scopes) if each is scope)
        return {
            name: values[at] if values[at] is not None else next(value for value in values if value is not None)
            for name, values in self.params.items()
        }


@dataclass(eq=False)
class Body:
    """The statements of one copy."""

    scope: Scope
    statements: list[Statement]
    gives: tuple[Ref, ...]

    def key(self) -> tuple[Any, ...]:
        """What it has in common with copies that are alike."""
        keys = tuple(statement.key() for statement in self.statements)
        return keys, self.gives, len(self.scope.sizes), tuple(len(shape) for shape in self.scope.inputs)


def merged(bodies: Sequence[Body], block: Block | None) -> list[Template]:
    """Templates for the copies of a scope, as few as there may be."""
    groups: dict[Any, list[Body]] = {}
    for body in bodies:
        groups.setdefault(body.key(), []).append(body)
    made: list[tuple[Body, list[tuple[list[Body], dict[str, Ref]]]]] = []
    for group in sorted(groups.values(), key=lambda each: -len(each[0].statements)):
        for base, members in made:
            missing = _missing(base, group[0])
            if missing is not None:
                members.append((group, missing))
                break
        else:
            made.append((group[0], [(group, {})]))
    return [_template(base, members, block) for base, members in made]


def _missing(base: Body, body: Body) -> dict[str, Ref] | None:
    """What stands for statements that a copy does not have; None where it is another network."""
    if len(base.scope.inputs) != len(body.scope.inputs) or len(base.scope.sizes) != len(body.scope.sizes):
        return None
    mine = {statement.name: statement for statement in body.statements}
    absent = [statement for statement in base.statements if statement.name not in mine]
    names = {statement.name for statement in base.statements}
    if not absent or not mine.keys() <= names or any(not each.reads or each.outputs > 1 for each in absent):
        return None
    ways = 1
    for statement in absent:
        ways *= len(set(statement.reads))
    if ways > MOST_WAYS or any(statement.run for statement in absent):
        return None
    for chosen in product(*(dict.fromkeys(statement.reads) for statement in absent)):
        stand = dict(zip((statement.name for statement in absent), chosen, strict=True))
        if _fits(base, body, mine, stand):
            return stand
    return None


def _fits(base: Body, body: Body, mine: Mapping[str, Statement], stand: Mapping[str, Ref]) -> bool:
    def through(ref: Ref) -> Ref:
        while ref.item in stand:
            ref = stand[ref.item]
        return ref

    for statement in base.statements:
        if statement.name in stand:
            continue
        expected = tuple(map(through, statement.reads))
        found = mine[statement.name]
        if found.reads != expected or replaced(statement, expected).key() != found.key():
            return False
    order = [statement.name for statement in base.statements if statement.name not in stand]
    return order == [*mine] and tuple(map(through, base.gives)) == body.gives


def replaced(statement: Statement, reads: tuple[Ref, ...]) -> Statement:
    """A statement that reads something else."""
    return replace(statement, reads=reads)


def _template(base: Body, members: Sequence[tuple[list[Body], dict[str, Ref]]], block: Block | None) -> Template:
    bodies = [body for group, _ in members for body in group]
    made = Template(
        _title([body.scope.title for body in bodies]),
        block,
        [body.scope for body in bodies],
        base.statements,
        base.gives,
    )
    for _, missing in members:
        made.skipped |= missing
    for statement in base.statements:
        found = [next((each for each in body.statements if each.name == statement.name), None) for body in bodies]
        if None in found:
            made.flags[statement.name] = Row([each is not None for each in found], "", _when(statement), statement)
        looped = statement.run is not None
        if looped:
            count = statement.entry.repeat.count if statement.entry and statement.entry.repeat else None
            counts = [None if each is None else each.copies for each in found]
            made.counts[statement.name] = Row(counts, "depth", count, statement)
        made.rows[statement.name] = {
            key: Row([None if each is None else _at(each, key) for each in found], name, hint, statement, looped)
            for key, name, hint in _places(statement)
        }
    return made


def _title(titles: Sequence[str]) -> str:
    """The word for all: what they begin with, or the one that is said most often."""
    shared = titles[0]
    while not all(title.startswith(shared) for title in titles):
        shared = shared[:-1]
    shared = shared.rstrip("_")
    return shared if len(shared) > SHORTEST else Counter(titles).most_common(1)[0][0]


def _when(statement: Statement) -> Expression | None:
    """When a statement is there, as the spec says."""
    entry = statement.entry
    if entry is None:
        return None
    if entry.when is not None:
        return entry.when
    return next((path.when for path in entry.paths if path.when is not None), None)


def _places(statement: Statement) -> Iterator[tuple[tuple[Any, ...], str, Expression | None]]:
    """Where numbers stand in the arguments of a statement, what each is called, and how the spec writes it."""
    entry = statement.entry
    told = entry.join.args if entry is not None and entry.join is not None else entry.args if entry else {}
    for key, value in statement.args.items():
        whole = value[0] if statement.run is not None else value
        for path, _ in leaves(whole):
            yield (key, *path), key, told.get(key) if not path else None
        if isinstance(whole, str) and key == "kind":
            yield (key,), "act", entry.verb_expression if entry else None
        elif isinstance(whole, str) and statement.template is not None:
            yield (key,), key, told.get(key)


def _at(statement: Statement, key: tuple[Any, ...]) -> Any:
    """The value at a place of the arguments."""
    name, *path = key

    def inside(value: Any) -> Any:
        for at in path:
            value = value[at]
        return value

    value = statement.args[name]
    return tuple(map(inside, value)) if statement.run is not None else inside(value)
