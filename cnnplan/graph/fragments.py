"""Blocks unrolled to numbered layers: what was unrolled once is called wherever the block stands again.

A block depends on nothing but its arguments and the shapes of its inputs, so it is unrolled once for each and then
called: a Fragment knows its layers by number, and what came in by negative number.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.graph.parts import MOST_LAYERS, TooMany, tensor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Place
    from cnnplan.graph.parts import Draft, Facts, Fault, Tensor
    from cnnplan.sizes import Condition

__all__ = ["NOTHING", "NO_PARTS", "Call", "Fragment", "Handle", "call_of"]


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

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """What the block gives, as the caller knows it."""
        return tuple(map(self.outside, self.fragment.outputs))

    def outside(self, tensor: Tensor) -> Tensor:
        """A tensor of the block as the caller knows it."""
        ref, form = tensor
        if ref is None:
            return tensor
        return tensor_of((ref + self.start if ref >= 0 else self.inputs[-1 - ref], form))


call_of: Callable[[tuple[str, int, Fragment, tuple[int | None, ...], Place, str, Storage | None]], Call]
call_of = partial(tuple.__new__, Call)
"""A call of its fields in a tuple, as `tensor_of` makes tensors."""

NO_PARTS: Mapping[str, Handle] = MappingProxyType({})
"""Those of most things that have a name."""


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

    __slots__ = ("groups", "inner", "is_list", "off", "outputs", "parts", "span", "verb")

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        outputs: tuple[Tensor, ...],
        parts: Mapping[str, Handle] = NO_PARTS,
        *,
        span: tuple[int, int] = (0, 0),
        verb: str = "",
        inner: Mapping[str, Handle] = NO_PARTS,
        groups: tuple[int, ...] = (),
        is_list: bool = False,
        off: bool = False,
    ) -> None:
        self.outputs = outputs
        self.parts = parts
        self.span = span
        self.verb = verb
        self.inner = inner
        self.groups = groups
        self.is_list = is_list
        self.off = off

    @property
    def grouped(self) -> tuple[tuple[Tensor, ...], ...]:
        """Its outputs, each with the tensors that it is."""
        if not self.groups:
            return (self.outputs,)
        tensors = iter(self.outputs)
        return tuple(tuple(islice(tensors, size)) for size in self.groups)


NOTHING = Handle(())
"""What there is before the first entry of a spec with several inputs."""


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
        calls_faulty: whether a block that it calls has an error in it.
        calls_sharing: whether a layer of a block that it calls has the weights of another.
        verbs: what its entries, and those of the blocks that it calls, are where that is a value: operators and blocks.
        name: the block that it is of.
        key: the block with its arguments and inputs.
        args: its arguments by name.
        state: what the symbols said when they were asked; None where they were not.
        decisions: those that were taken meanwhile.
        steps: how many of its own entries were evaluated.
        calls: the blocks that it calls, each once.
        contents: the kinds of its own layers and the blocks that it calls, each once, and how often it stands in it.
        kinds: how many layers of each kind are in it and in the blocks that it calls, where they were counted.
    """

    __slots__ = (
        "args",
        "calls",
        "calls_faulty",
        "calls_sharing",
        "contents",
        "decisions",
        "faults",
        "items",
        "key",
        "kinds",
        "name",
        "names",
        "outputs",
        "owners",
        "parts",
        "size",
        "state",
        "steps",
        "verbs",
    )

    def __init__(self) -> None:
        self.items: list[Draft | Call] = []
        self.size = 0
        self.outputs: tuple[Tensor, ...] = ()
        self.parts: Mapping[str, Handle] = NO_PARTS
        self.faults: list[Fault] = []
        self.names: dict[str, tuple[Tensor, ...]] = {}
        self.owners: dict[int, int] = {}
        self.calls_faulty = False
        self.calls_sharing = False
        self.verbs: frozenset[str] = frozenset()
        self.name = ""
        self.key: tuple[Any, ...] = ()
        self.args: Mapping[str, Any] = {}
        self.state: object | None = None
        self.decisions: tuple[Condition, ...] = ()
        self.steps = 0
        self.calls: list[Fragment] = []
        self.contents: dict[Facts | Fragment, int] = {}
        self.kinds: Mapping[Facts, int] | None = None

    @property
    def is_faulty(self) -> bool:
        """Whether there is an error in it, or in a block that it calls."""
        return self.calls_faulty or bool(self.faults)

    @property
    def is_sharing(self) -> bool:
        """Whether a layer in it, or in a block that it calls, has the weights of another."""
        return self.calls_sharing or bool(self.owners)

    def put(self, draft: Draft) -> int:
        """Put a layer in its place: its number.

        Raises:
            TooMany: that makes more layers than a network may have.
        """
        number, facts, contents = self.size, draft.facts, self.contents
        self.items.append(draft)
        self.size = number + 1
        if number >= MOST_LAYERS:
            raise TooMany
        if facts is not None:
            contents[facts] = contents.get(facts, 0) + 1
        return number

    def hold(self, call: Call) -> None:
        """Put a block in its place, with what is known here of it.

        Raises:
            TooMany: that makes more layers than a network may have.
        """
        called = call.fragment
        self.items.append(call)
        self.size += called.size
        if self.size > MOST_LAYERS:
            raise TooMany
        if called in self.contents:
            self.contents[called] += 1
        else:
            self.contents[called] = 1
            self.calls.append(called)
        if called.verbs:
            self.verbs |= called.verbs
        if called.faults or called.calls_faulty:
            self.calls_faulty = True
        if called.owners or called.calls_sharing:
            self.calls_sharing = True

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
