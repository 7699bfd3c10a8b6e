"""Which names are known where: those of expressions, and those of layers.

Layers are named in a tree of scopes: a block, a named group, a named path. A reference is looked for in its own scope,
then outwards to the edge of the block. References are gathered while the entries are read and judged at the end, when
it is known what comes later. What depends on the sizes (the numbers of unnamed entries behind a repeat, the parts of a
layer) is left to whoever unrolls the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cnnplan.spec.faults import Unreadable
from cnnplan.spec.routes import split
from cnnplan.spec.words import did_you_mean, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Place
    from cnnplan.spec.faults import Faults

__all__ = ["Layers", "Reference", "Scope"]

SUGGESTED: Final = 1_000
"""The most layers of one verb among which a misspelt name is looked for: a repeat may be as long as anybody writes."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A layer that is named somewhere; `at` is when: only what was finished before can be meant."""

    name: str
    place: Place
    at: float
    layer: str | None


@dataclass(slots=True)
class Layers:
    """The layers of one scope."""

    prefix: str = ""
    outer: Layers | None = None
    declared: dict[str, tuple[float, Place]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    dynamic: bool = False
    references: list[Reference] = field(default_factory=list)
    inner: list[Layers] = field(default_factory=list)

    def child(self, name: str) -> Layers:
        """The scope of a named group, path or repeat inside."""
        child = Layers(f"{self.prefix}{name}.", self)
        self.inner.append(child)
        return child

    def label(self, verb: str, name: str | None, copies: int) -> str:
        """The best name of the next entry: its own, or its verb and how many of them there have been."""
        word = verb if verb.isidentifier() else "layer"
        first = self.counts.get(word, 0) + 1
        self.counts[word] = first if name else first - 1 + max(copies, 1)
        return f"{self.prefix}{name or f'{word}{first}'}"

    def outwards(self) -> Iterator[Layers]:
        """This scope, then those around it, to the edge of the block."""
        scope: Layers | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def declare(self, name: str, at: float, place: Place, faults: Faults, layer: str | None = None) -> None:
        """Give a name, if it may be given and is free."""
        if reason := refusal(name, spoken=False):
            faults.add("CNN017", place, reason, layer=layer)
        elif name in self.declared:
            faults.add(
                "CNN017", place, f"the name {name} is taken: no two layers of a scope are called alike", layer=layer
            )
        else:
            self.declared[name] = (at, place)

    def judge(self, faults: Faults, taken: tuple[str, ...]) -> None:
        """Report the references that cannot mean anything; `taken` are those that always can."""
        for reference in self.references:
            self._judge(reference, faults, taken)
        for inner in self.inner:
            inner.judge(faults, taken)

    def _judge(self, reference: Reference, faults: Faults, taken: tuple[str, ...]) -> None:
        name, at = reference.name, reference.at
        try:
            head = split(name)[0]
        except Unreadable as fault:
            faults.add("CNN016", reference.place, str(fault), layer=reference.layer)
            return
        if head in taken or any(scope.declared.get(head, (at,))[0] < at for scope in self.outwards()):
            return
        if any(head in scope.declared for scope in self.outwards()):
            message = f"{head} does not come before this: a layer reads only what is finished above it"
            faults.add("CNN015", reference.place, message, layer=reference.layer)
        elif not self._counted(head):
            known = {*taken, *(word for scope in self.outwards() for word in scope.declared)}
            known.update(
                f"{verb}{i + 1}"
                for scope in self.outwards()
                for verb, n in scope.counts.items()
                for i in range(min(n, SUGGESTED))
            )
            bare = head.rstrip("0123456789").rstrip("_")
            part = f"{bare}.{head[len(bare) :].strip('_')}" if bare in known and bare != head else ""
            meant = f"; did you mean {bare} or {part}?" if part else did_you_mean(head, known)
            message = f"there is no layer {head} before this{meant}"
            faults.add("CNN015", reference.place, message, layer=reference.layer)

    def _counted(self, head: str) -> bool:
        """Whether an unnamed entry may be called that."""
        digits = len(head) - len(head.rstrip("0123456789"))
        verbs = {head[:-place] for place in range(1, digits + 1)}
        return bool(verbs) and any(scope.dynamic or not verbs.isdisjoint(scope.counts) for scope in self.outwards())


@dataclass(frozen=True, slots=True)
class Scope:
    """What an entry sees: the names of expressions, and the layers around it.

    Args:
        names: counters, arguments and symbols.
        layers: where its own name belongs.
        shapes: whether in_shape and in_channels have a meaning.
        layer: the label of the entry that is being read.
        later: names that will only be known further down.
        copied: whether it is one of several copies that nobody counts.
    """

    names: frozenset[str]
    layers: Layers
    shapes: bool = True
    layer: str | None = None
    later: frozenset[str] = frozenset()
    copied: bool = False

    def of(self, layer: str) -> Scope:
        """The same, for what belongs to one layer."""
        return replace(self, layer=layer)

    def counting(self, counter: str | None, *, copied: bool = False) -> Scope:
        """The same with a counter, or of copies without one."""
        return (
            replace(self, names=self.names | {counter}) if counter else replace(self, copied=True) if copied else self
        )

    def inside(self, name: str | None) -> Scope:
        """The scope inside a group or path of that name; without a name it is the same."""
        return replace(self, layers=self.layers.child(name)) if name else self
