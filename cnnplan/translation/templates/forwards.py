"""The variables of a function that runs a template: which tensor is in which, and for how long."""

from __future__ import annotations

import re
from keyword import kwlist
from typing import TYPE_CHECKING, Final

from cnnplan.translation.templates.nesting import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.templates.statements import Statement
    from cnnplan.translation.templates.template import Template

__all__ = ["Variables"]

SHORT: Final = ("x", "y", "z", "u", "v", "w")
NEVER: Final = 1 << 30
KEYWORDS: Final = frozenset({*kwlist, "self", "torch", "nn", "F", "math"})


class Variables:
    """The variables of a template.

    Args:
        template: whose statements are written.
        inputs: the variables of what comes in.
        taken: names that mean something else.
    """

    def __init__(self, template: Template, inputs: Sequence[str], taken: set[str]) -> None:
        self.template = template
        self.taken = taken | KEYWORDS
        self.names: dict[Ref, str] = {Ref("", place): name for place, name in enumerate(inputs)}
        self.last: dict[Ref, int] = {}
        self.uses: dict[Ref, int] = {}
        for at, statement in enumerate(template.statements):
            skipped = template.skipped.get(statement.name)
            for ref in [*statement.reads, *([skipped] if skipped else [])]:
                self._used(ref, at)
            for size in statement.sizes():
                for part in size.parts():
                    self._used(part.ref, at)
        for ref in template.gives:
            self._used(ref, NEVER)

    def _used(self, ref: Ref, at: int) -> None:
        self.last[ref] = at
        self.uses[ref] = self.uses.get(ref, 0) + 1

    def of(self, ref: Ref) -> str:
        """The variable, or the expression, that a tensor is in."""
        return self.names[ref]

    def gathered(self, statement: Statement) -> list[str]:
        """What an operator reads; all that a loop gave as one list where that may be."""
        reads = [self.of(ref) for ref in statement.reads]
        if statement.verb not in {"add", "multiply", "concat", "stack"}:
            return reads
        for ref in statement.reads:
            made = next(
                (each for each in self.template.statements if each.run is not None and each.name == ref.item), None
            )
            if made is None:
                continue
            whole = [*(Ref(f"{made.name}#{number}", ref.out) for number in range(made.copies - 1)), ref]
            start = next((i for i in range(len(reads)) if [*statement.reads[i : i + len(whole)]] == whole), None)
            if start is not None and len(whole) > 1:
                name = self.of(whole[0]).partition("[")[0]
                return [*reads[:start], f"*{name}", *reads[start + len(whole) :]]
        return reads

    def same(self, statement: Statement, ref: Ref) -> None:
        """What a statement gives is what it reads."""
        out = Ref(statement.name, 0)
        self.names[out] = self.names[ref]
        self.last[ref] = max(self.last.get(ref, 0), self.last.get(out, 0))

    def _live(self, at: int, but: Sequence[Ref] = ()) -> set[str]:
        """The variables that are read after a statement."""
        found = set()
        for ref, name in self.names.items():
            if ref not in but and self.last.get(ref, -1) > at:
                found.add(re.split(r"[\[(]", name)[0])
        return found

    def give(self, at: int, statement: Statement) -> list[str]:
        """The variables for what a statement gives."""
        live = self._live(at)
        targets: list[str] = []
        for out in range(statement.outputs):
            ref = Ref(statement.name, out)
            name = self._target(at, statement, ref, live | {*targets})
            targets.append(name)
            self.names[ref] = name
        return targets

    def _target(self, at: int, statement: Statement, ref: Ref, live: set[str]) -> str:
        if self.last.get(ref, -1) < 0:
            return "_"
        long = self.last[ref] > at + 1
        word = re.sub(r"\W", "_", statement.name)
        word = f"{word}_" if word in self.taken else word
        counted = re.fullmatch(rf"(?:{re.escape(statement.verb or statement.item.title)}|branches)\d+", statement.name)  # type: ignore[union-attr]
        if long and not counted and word not in live and statement.outputs == 1 and word.isidentifier():
            return word
        reads = [self.names[each] for each in statement.reads]
        for name in reads:
            if name in SHORT and name not in live:
                return name
        number, pool = 1, [name for name in SHORT if name not in live and name not in self.taken]
        if pool:
            return pool[0]
        while f"x{number}" in live or f"x{number}" in self.taken:
            number += 1
        return f"x{number}"

    def fusible(self, at: int, statement: Statement) -> str:
        """The variable that the statement alone reads, and the one before made; "" where there is none."""
        if len(statement.reads) != 1 or at == 0:
            return ""
        ref = statement.reads[0]
        made = self.template.statements[at - 1]
        alone = ref.item == made.name and made.run is None and self.uses[ref] == 1 and made.outputs == 1
        return self.names[ref] if alone and ref.item in ref.item else ""

    # loops ----------------------------------------------------------------------------------------------------

    def looped(self, at: int, statement: Statement) -> tuple[list[tuple[int, str]], Mapping[int, str]]:
        """The variables that a loop carries, by the place where they are read; the lists that it fills."""
        run = statement.run
        assert run is not None  # noqa: S101 - the caller asked
        live = self._live(at)
        carried: list[tuple[int, str]] = []
        for place, _ in run.carried:
            name = self.names[statement.reads[place]]
            others = {each for _, each in carried}
            fixed = {self.names[ref] for spot, ref in enumerate(statement.reads) if spot not in dict(run.carried)}
            if name in live or name in others or name in fixed or not name.isidentifier():
                name = next(
                    each for each in (*SHORT, "x1", "x2", "x3") if each not in live | others | fixed | self.taken
                )
            carried.append((place, name))
        kept = {}
        for out in run.kept:
            word = f"{re.sub(r'[^A-Za-z0-9_]', '_', run.base)}{'' if len(run.kept) == 1 else out}_outputs"
            kept[out] = word
        self._carried = dict(carried)
        self._kept = kept
        self._at = at
        return carried, kept

    def turn(self, statement: Statement) -> list[str]:
        """The variables for what one turn gives."""
        run = statement.run
        assert run is not None  # noqa: S101 - the caller asked
        by_out = {out: self._carried[place] for place, out in run.carried}
        live = self._live(self._at) | {*by_out.values()} | {self.names[ref] for ref in statement.reads}
        names = []
        for out in range(statement.outputs):
            ref = Ref(statement.name, out)
            used = ref in self.last or out in run.kept
            fresh = next(each for each in (*SHORT, "x1", "x2", "x3", "x4") if each not in live | self.taken)
            name = by_out.get(out) or (fresh if used else "_")
            live.add(name)
            names.append(name)
            self.names[ref] = name
            if out in self._kept:
                for number in range(statement.copies - 1):
                    self.names[Ref(f"{statement.name}#{number}", out)] = f"{self._kept[out]}[{number}]"
        return names
