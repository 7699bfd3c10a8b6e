"""Names: which layer is called what, and what a name means where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph.fragments import Handle
from cnnplan.graph.lists import follow
from cnnplan.graph.parts import UNKNOWN
from cnnplan.spec import EvaluationError, UnknownName
from cnnplan.spec.references import route

if TYPE_CHECKING:
    from cnnplan.graph.environment import Environment

__all__ = ["Scope"]


class Scope:
    """The names of a block, a named group, a named path, or a copy of a named repeat.

    Entries without a name are called by their verb and its count. A name is looked for here, then outwards to the
    edge of the block. In a lenient scope, that of a spec with faults, a name that nothing has is something unknown.
    """

    __slots__ = ("counts", "handles", "lenient", "outer", "prefix")

    def __init__(self, prefix: str = "", outer: Scope | None = None, *, lenient: bool = False) -> None:
        self.prefix = prefix
        self.outer = outer
        self.lenient: bool = outer.lenient if outer else lenient
        self.handles: dict[str, Handle] = {}
        self.counts: dict[str, int] = {}

    def inner(self, name: str) -> Scope:
        """The scope of that name in this one."""
        return Scope(f"{self.prefix}{name}.", self)

    def call(self, verb: str, name: str | None) -> str:
        """The name of an entry: the one it was given, or its verb and its count among all entries of that verb."""
        number = self.counts[verb] = self.counts.get(verb, 0) + 1
        return name or f"{verb}{number}"

    def find(self, name: str, env: Environment, prev: Handle | None = None) -> list[Handle]:
        """What a name means here: one thing, or several in order where it says `*` or a section.

        Args:
            name: the name, with the steps behind it.
            env: where its indices are evaluated.
            prev: what came before, for a name that begins with it.

        Raises:
            UnknownName: nothing that came before has that name.
            EvaluationError: a step behind it leads nowhere.
        """
        try:
            where = route(name)
            return follow(prev if prev and where.head == "prev" else self._lookup(where.head), where, env)
        except EvaluationError:
            if self.lenient:
                return [Handle((UNKNOWN,))]
            raise

    def _lookup(self, name: str) -> Handle:
        scope: Scope | None = self
        known: list[str] = []
        while scope is not None:
            if name in scope.handles:
                return scope.handles[name]
            known.extend(scope.handles)
            scope = scope.outer
        raise UnknownName(name, known)
