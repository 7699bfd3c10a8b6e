"""Which arguments a template has, and how everything else in it follows from them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.expressions import Unwritable, literal, python
from cnnplan.translation.templates.agreement import agree, extent, gives, turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.translation.templates.template import Row, Template

__all__ = ["solve"]

MOST_TIMES: Final = 8
"""The greatest number by which one argument may be a multiple of another."""

TAKEN: Final = frozenset({"self", "x", "i", "F", "nn", "torch", "math", "label", "forward", "name", "keras", "layers"})


def solve(template: Template) -> None:
    """Give a template its arguments, and each of its rows a text."""
    _Solver(template).solve()


class _Solver:
    def __init__(self, template: Template) -> None:
        self.template = template
        self.copies = len(template.scopes)
        self.known: dict[str, list[Any]] = {}
        self.turns: dict[str, str] = {}
        block = template.block
        self.args = block.args if block is not None else {}
        self.told = {} if block is None else self._told()
        self.names = (block.inputs if block is not None else ()) or ("in",) * bool(template.scopes[0].inputs)

    def _told(self) -> dict[str, list[Any]]:
        """What the arguments of the block are, by copy, where these are numbers, true or false."""
        found = {}
        for name in self.args:
            column = [scope.args.get(name) for scope in self.template.scopes]
            if all(type(value) in {int, bool} for value in column):
                found[self._safe(name)] = column
        return found

    def solve(self) -> None:
        rows = [*self.template.every()]
        for row in rows:
            self._plainly(row)
        for row in rows:
            self._named(row)
        self._derived(rows)
        self._channels(rows)
        for row in rows:
            if not row.text:
                row.text = self._looped(row) if row.looped else self._text(row, row.values)
        self._arrange()

    # what needs no argument -----------------------------------------------------------------------------------

    def _plainly(self, row: Row) -> None:
        """Numbers that are the same everywhere."""
        if row.looped:
            known = [value for turns in row.known for value in turns]
            if all(value == known[0] and type(value) is type(known[0]) for value in known):
                row.text = literal(known[0])
        elif row.same:
            row.text = literal(row.known[0])

    def _named(self, row: Row) -> None:
        """What the spec writes as an argument is that argument."""
        name = row.hint.text.strip() if row.hint is not None else ""
        if row.text or name not in self.args:
            return
        values = row.values
        if row.looped:
            if any(turns is not None and len(set(map(repr, turns))) > 1 for turns in values):
                return
            values = [None if turns is None else turns[0] for turns in values]
        name = self._safe(name)
        if name not in self.known:
            self.known[name] = self.told.get(name, values)
        if all(a == b for a, b in zip(self.known[name], values, strict=True) if a is not None and b is not None):
            self.known[name] = [old if new is None else new for old, new in zip(self.known[name], values, strict=True)]
            row.text = name

    def _derived(self, rows: Sequence[Row]) -> None:
        """Arguments that have their default everywhere, which follows from others."""
        for name, default in self.args.items():
            called = self._safe(name)
            if default is None or default.constant or called not in self.known:
                continue
            mine = [row for row in rows if row.text == called]
            column = self.known.pop(called)
            row = replace(mine[0], hint=default, values=column, looped=False)
            text = self._by_hint(row, column) if all(type(value) in {int, bool} for value in row.known) else ""
            if not text:
                self.known[called] = column
            for each in mine:
                each.text = text or called

    def _channels(self, rows: Sequence[Row]) -> None:
        """The channels of what comes in, where something is made of them."""
        wanted = [row for row in rows if row.name in {"channels", "features"} or row.name.endswith("channels")]
        columns = []
        for row in wanted:
            if row.text:
                continue
            columns.append([turns and turns[0] for turns in row.values] if row.looped else row.values)
        for place in range(len(self.template.scopes[0].inputs)):
            for axis in (1, -1):
                column = [extent(scope.inputs[place], axis) for scope in self.template.scopes]
                if None in column or len(set(column)) == 1 or not any(agree(each, column) for each in columns):
                    continue
                if any(column == known for known in self.known.values()):
                    continue
                word = self.names[place] if place < len(self.names) else f"in{place}"
                word = {"input": "in"}.get(word, word)
                self._new(f"{word}_channels" if axis == 1 else f"{word}_features", column)

    # what follows ---------------------------------------------------------------------------------------------

    def _text(self, row: Row, values: list[Any]) -> str:
        """A text for values by copy, a new argument where nothing that is known gives them."""
        known = [value for value in values if value is not None]
        if all(value == known[0] and type(value) is type(known[0]) for value in known):
            return literal(known[0])
        return (
            self._same(values)
            or (self._by_hint(row, values) if not row.looped else "")
            or self._related(values)
            or (self._as_written(row, values) if not row.looped else "")
            or self._new(self._word(row), values)
        )

    def _word(self, row: Row) -> str:
        name = row.hint.text.strip() if row.hint is not None else ""
        if name.isidentifier() and not row.looped and name not in {"true", "false", "in_channels"}:
            return name
        if row is self.template.flags.get(row.statement.name):
            return f"has_{row.statement.name}".replace(".", "_")
        return {"channels": "in_channels", "features": "in_features"}.get(row.name, row.name or "value")

    def _same(self, values: Sequence[Any]) -> str:
        """An argument that has these values; one of the block becomes one where it has them."""
        name = next((name for name, column in self.known.items() if agree(column, values)), "")
        if name:
            return name
        name = next(
            (name for name, column in self.told.items() if name not in self.known and agree(column, values)), ""
        )
        if name:
            self.known[name] = self.told[name]
        return name

    def _by_hint(self, row: Row, values: Sequence[Any], turn: tuple[str, int] | None = None) -> str:
        """What the spec writes, if all names in it are arguments."""
        if row.hint is None or row.hint.constant:
            return ""
        for copy, value in enumerate(values):
            if value is not None and not gives(row.hint, self._environment(row, copy, turn), value):
                return ""
        names = {name: self._safe(name) for name in self.args if self._safe(name) in self.known}
        channels = self._read_channels(row)
        texts = {**names, **({"in_channels": channels} if channels else {})}
        if turn is not None:
            texts[turn[0]] = "i"
        try:
            return python(row.hint, texts)
        except Unwritable:
            return ""

    def _as_written(self, row: Row, values: Sequence[Any]) -> str:
        """What the spec writes, with arguments of the block that nothing was called after yet."""
        before = self.known
        self.known = self.told | before
        text = self._by_hint(row, values)
        read = {*re.findall(r"\w+", text)}
        self.known = before | {name: column for name, column in self.told.items() if name in read - before.keys()}
        return text

    def _environment(self, row: Row, copy: int, turn: tuple[str, int] | None) -> dict[str, Any]:
        found = {name: self.known[self._safe(name)][copy] for name in self.args if self._safe(name) in self.known}
        found = {name: value for name, value in found.items() if value is not None and not isinstance(value, tuple)}
        channels = self._column_read(row)
        if channels is not None and channels[copy] is not None:
            found["in_channels"] = channels[copy]
        if turn is not None:
            found[turn[0]] = turn[1]
        return found

    def _column_read(self, row: Row) -> list[Any] | None:
        """The channels that a statement reads, by copy, where they come in from outside."""
        reads = row.statement.reads
        if not reads or reads[0].item:
            return None
        return [extent(scope.inputs[reads[0].out], 1) for scope in self.template.scopes]

    def _read_channels(self, row: Row) -> str:
        column = self._column_read(row)
        return self._same(column) if column is not None and None not in column else ""

    def _related(self, values: Sequence[Any]) -> str:
        """A multiple or a share of an argument, or two of them together."""
        known = [value for value in values if value is not None]
        if all(isinstance(value, bool) for value in known):
            return self._compared(values)
        if not all(type(value) is int for value in known):
            return ""
        columns = {n: c for n, c in self.known.items() if all(type(v) is int for v in c if v is not None)}
        for name, column in columns.items():
            for times in range(2, MOST_TIMES + 1):
                if agree([None if v is None else v * times for v in column], values):
                    return f"{times} * {name}"
                if agree([None if v is None or v % times else v // times for v in column], values):
                    return f"{name} // {times}"
        named = [*columns.items()]
        for at, (name, column) in enumerate(named):
            for other, more in named[at + 1 :]:
                total = [None if a is None or b is None else a + b for a, b in zip(column, more, strict=True)]
                if agree(total, values):
                    return f"{name} + {other}"
        return ""

    def _compared(self, values: Sequence[Any]) -> str:
        """Whether two arguments differ, or one is a number."""
        columns = [(n, c) for n, c in self.known.items() if all(type(v) is int for v in c)]
        for at, (name, column) in enumerate(columns):
            for other, more in columns[at + 1 :]:
                if agree([a != b for a, b in zip(column, more, strict=True)], values):
                    return f"{name} != {other}"
                if agree([a == b for a, b in zip(column, more, strict=True)], values):
                    return f"{name} == {other}"
        for name, column in columns:
            if agree([a != 1 for a in column], values):
                return f"{name} != 1"
            if agree([a > 1 for a in column], values):
                return f"{name} > 1"
        return ""

    def _new(self, name: str, values: Sequence[Any]) -> str:
        name = self._safe(re.sub(r"\W", "_", name))
        number, called = 2, name
        while called in self.known or called in self.told:
            called, number = f"{name}{number}", number + 1
        self.known[called] = [*values]
        return called

    @staticmethod
    def _safe(name: str) -> str:
        return f"{name}_" if name in TAKEN else name

    # loops ----------------------------------------------------------------------------------------------------

    def _looped(self, row: Row) -> str:
        """A text for the values of each turn."""
        turns = [value for value in row.values if value is not None]
        if all(len(set(map(repr, each))) == 1 for each in turns):
            return self._text(row, [None if each is None else each[0] for each in row.values])
        repeat = row.statement.entry.repeat if row.statement.entry is not None else None
        if repeat is not None and repeat.counter is not None and row.hint is not None and type(turns[0][0]) is int:
            texts = {
                self._by_hint(row, [turn(each, i) for each in row.values], (repeat.counter, i))
                for i in range(max(map(len, turns)))
                if any(i < len(each) for each in turns)
            }  # fmt: skip
            if len(texts) == 1 and "" not in texts:
                return texts.pop()
        if all(len(set(map(repr, each[1:]))) <= 1 for each in turns):
            first = self._text(row, [None if each is None else each[0] for each in row.values])
            rest = self._text(row, [None if each is None or len(each) < 2 else each[1] for each in row.values])  # noqa: PLR2004
            if {first, rest} == {"True", "False"}:
                return "i == 0" if first == "True" else "i > 0"
            return first if first == rest else f"{first} if i == 0 else {rest}"
        if all(each == tuple(each[i % 2] for i in range(len(each))) for each in turns):
            one, other = (self._text(row, [each and each[i] for each in row.values]) for i in (0, 1))
            if {one, other} == {"True", "False"}:
                return f"i % 2 == {int(one == 'False')}"
            return f"{one} if i % 2 == 0 else {other}"
        return f"{self._text(row, row.values)}[i]"

    # the arguments --------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Channels first, then arguments as the block has them, then others."""
        own = [self._safe(name) for name in self.args]
        first = [name for name in self.known if name.endswith(("_channels", "_features")) and name not in own]
        others = [name for name in self.known if name not in first and name not in own]
        order = [*first, *(name for name in own if name in self.known), *others]
        self.template.params = {name: self.known[name] for name in order}
        for name, default in self.args.items():
            called = self._safe(name)
            if called in self.known and default is not None and default.constant:
                values = [value for value in self.known[called] if value is not None]
                if all(type(value) is type(default.value) for value in values):
                    self.template.defaults[called] = default.value
