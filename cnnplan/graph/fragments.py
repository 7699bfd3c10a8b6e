"""Blocks unrolled to numbered layers: what was unrolled once is called wherever the block stands again.

A block depends on nothing but its arguments and the shapes of its inputs, so it is unrolled once for each and then
called: a Fragment knows its layers by number, and what came in by negative number.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cnnplan.graph.parts import Tensor

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Place
    from cnnplan.graph.parts import Draft, Facts, Fault
    from cnnplan.sizes import Condition

__all__ = ["Call", "Fragment", "Handle"]


class Call(NamedTuple):
    """A block that stands in a fragment: what it was unrolled to, under which name, from which number on.

    `inputs` are the numbers of what goes in, `place` is the entry that calls it, `origin` what that is called where it
    comes from, `storage` what it is stored in.
    """

    name: str
    start: int
    fragment: Fragment
    inputs: tuple[int | None, ...]
    place: Place
    origin: str = ""
    storage: Storage | None = None

    def outside(self, tensor: Tensor) -> Tensor:
        """A tensor of the block as the caller knows it."""
        ref = tensor.ref
        if ref is None:
            return tensor
        return Tensor(ref + self.start if ref >= 0 else self.inputs[-1 - ref], tensor.form)


@dataclass(slots=True)
class Handle:
    """What a name stands for.

    Args:
        outputs: what it gives.
        parts: its parts in order: copies, outputs, elements of a list, what is inside of a group.
        span: the layers that belong to it.
        verb: what made it.
        inner: what else has a name below its own: the parts of the last copy, what is inside of a list.
        groups: how many tensors each of its outputs is, () where they are one thing.
        is_list: whether it is a list of maps, however many there are.
        off: whether it is switched off, and gives what another layer does.
    """

    outputs: tuple[Tensor, ...]
    parts: dict[str, Handle] = field(default_factory=dict)
    span: tuple[int, int] = (0, 0)
    verb: str = ""
    inner: dict[str, Handle] = field(default_factory=dict)
    groups: tuple[int, ...] = ()
    is_list: bool = False
    off: bool = False

    @property
    def grouped(self) -> tuple[tuple[Tensor, ...], ...]:
        """Its outputs, each with the tensors that it is."""
        if not self.groups:
            return (self.outputs,)
        tensors = iter(self.outputs)
        return tuple(tuple(islice(tensors, size)) for size in self.groups)


class Summary(NamedTuple):
    """What is in a fragment and the blocks that it calls.

    Args:
        kinds: how many layers of each kind there are.
        is_faulty: whether there is an error.
        is_sharing: whether a layer has the weights of another.
    """

    kinds: Counter[Facts]
    is_faulty: bool
    is_sharing: bool

    @classmethod
    def of(cls, fragment: Fragment) -> Summary:
        """That of a fragment which is whole."""
        kinds: dict[Facts, int] = {}
        calls: dict[int, int] = {}
        inside: dict[int, Summary] = {}
        is_faulty, is_sharing = bool(fragment.faults), bool(fragment.owners)
        for item in fragment.items:
            if isinstance(item, Call):
                called = id(item.fragment)
                if called not in inside:
                    inner = inside[called] = item.fragment.summary
                    is_faulty, is_sharing = is_faulty or inner.is_faulty, is_sharing or inner.is_sharing
                    for facts in inner.kinds:
                        kinds.setdefault(facts, 0)  # in the order in which they stand
                calls[called] = calls.get(called, 0) + 1
            elif item.facts is not None:
                kinds[item.facts] = kinds.get(item.facts, 0) + 1
        for called, times in calls.items():
            for facts, count in inside[called].kinds.items():
                kinds[facts] += times * count
        return cls(Counter(kinds), is_faulty, is_sharing)


@dataclass(slots=True)
class Fragment:
    """An unrolled list of entries.

    Args:
        items: its layers, and the blocks it calls, in the order they are written.
        size: how many layers that makes, with those of the blocks.
        outputs: what it gives.
        parts: the outputs by name, where they have names; each is a map or a list of maps.
        faults: the errors of its own layers.
        names: the outputs of its named groups and paths.
        owners: the layers that have the weights of an earlier one.
        verbs: what its entries, and those of the blocks that it calls, are: operators and blocks.
        key: the block with its arguments and inputs.
        state: what the symbols said when they were asked; None where they were not.
        decisions: those that were taken meanwhile.
        steps: how many of its own entries were evaluated.
    """

    items: list[Draft | Call] = field(default_factory=list)
    size: int = 0
    outputs: tuple[Tensor, ...] = ()
    parts: dict[str, Handle] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    names: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)
    verbs: set[str] = field(default_factory=set)
    key: Hashable = None
    state: object | None = None
    decisions: tuple[Condition, ...] = ()
    steps: int = 0
    _summary: Summary | None = None

    @property
    def summary(self) -> Summary:
        """What is in it and in the blocks that it calls, gathered once it is whole."""
        if self._summary is None:
            self._summary = Summary.of(self)
        return self._summary

    def called(self, ref: int | None) -> str:
        """The name of a layer here, or of the block that it stands in; "" for what is no layer."""
        item = None if ref is None else self.item(ref)
        return "" if item is None else item.name

    def item(self, ref: int) -> Draft | Call | None:
        """The layer of that number, or the block that it stands in; None where it comes in."""
        start = 0
        for item in self.items:
            start += item.fragment.size if isinstance(item, Call) else 1
            if 0 <= ref < start:
                return item
        return None

    def drafts(self) -> Iterator[Draft]:
        """Its layers, with those of the blocks, under their names within their blocks."""
        for item in self.items:
            if isinstance(item, Call):
                yield from item.fragment.drafts()
            else:
                yield item

    def ends(self, name: str) -> tuple[Tensor, ...]:
        """The outputs of a block or a named group.

        Raises:
            KeyError: there is nothing of that name.
        """
        if name in self.names:
            return self.names[name]
        for item in self.items:
            if isinstance(item, Call) and (name == item.name or name.startswith(f"{item.name}.")):
                inner = name[len(item.name) + 1 :]
                found = item.fragment.ends(inner) if inner else item.fragment.outputs
                return tuple(map(item.outside, found))
        raise KeyError(name)
