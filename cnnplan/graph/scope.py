"""Names: which layer is called what, and what a name means where it is used."""

from __future__ import annotations

from cnnplan.graph.parts import UNKNOWN, Handle
from cnnplan.spec import EvaluationError, UnknownName

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
        self.counts[verb] = self.counts.get(verb, 0) + 1
        return name or f"{verb}{self.counts[verb]}"

    def find(self, name: str) -> list[Handle]:
        """What a name means here: one thing, or all parts of `x.*` in order.

        Raises:
            UnknownName: nothing that came before has that name.
        """
        try:
            return self._find(name)
        except EvaluationError:
            if self.lenient:
                return [Handle((UNKNOWN,))]
            raise

    def _find(self, name: str) -> list[Handle]:
        first, *rest = name.split(".")
        handle = self._lookup(first)
        for step in rest[:-1]:
            handle = self._part(handle, step, name)
        if not rest:
            return [handle]
        if rest[-1] == "*":
            if not handle.parts:
                raise EvaluationError(f"{name}: {name[:-2]} has no parts")
            return list(handle.parts.values())
        return [self._part(handle, rest[-1], name)]

    def _lookup(self, name: str) -> Handle:
        scope: Scope | None = self
        known: list[str] = []
        while scope is not None:
            if name in scope.handles:
                return scope.handles[name]
            known.extend(scope.handles)
            scope = scope.outer
        raise UnknownName(name, known)

    @staticmethod
    def _part(handle: Handle, step: str, name: str) -> Handle:
        if step not in handle.parts and all(tensor.shape is None for tensor in handle.outputs):
            return handle
        if step not in handle.parts:
            parts = ", ".join(list(handle.parts)[:8]) or "none"
            raise EvaluationError(f"{name}: there is no part {step}; the parts are: {parts}")
        return handle.parts[step]
