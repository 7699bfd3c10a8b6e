"""Calls that are made at some sizes alone, written as layers that are on there: `when`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnplan.translation.torch.calls import Untraceable, tensors
from cnnplan.translation.torch.recording import DYNAMIC
from cnnplan.translation.torch.walking import passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.translation.torch.calls import Call, Ref, Seen
    from cnnplan.translation.torch.emitting import Emitter
    from cnnplan.translation.torch.made import When
    from cnnplan.translation.torch.merging import Merged

__all__ = ["Switches"]


class _Chain(NamedTuple):
    """Calls of which each goes on with what the one before gives.

    Args:
        numbers: of the calls.
        reads: what goes on where they are not made.
        when: they are made.
    """

    numbers: list[int]
    reads: Ref
    when: When


class Switches:
    """Groups of layers that are on at some sizes alone.

    Args:
        merged: tells which calls are made at some sizes alone.
        emitter: writes the layers.
    """

    def __init__(self, merged: Merged, emitter: Emitter) -> None:
        self.emitter = emitter
        self._chains = [*_chains(merged)]
        self._first = {chain.numbers[0]: chain for chain in self._chains}
        self._last = {chain.numbers[-1]: chain for chain in self._chains}
        self._inner = {number for chain in self._chains for number in chain.numbers[1:]}
        self._refuse_leaks(merged)

    def is_inside(self, number: int) -> bool:
        """Whether a call goes on in a group that has begun."""
        return number in self._inner

    def before(self, call: Call, number: int) -> None:
        """A group begins where this call is its first."""
        chain = self._first.get(number)
        if chain is None:
            return
        emitter = self.emitter
        emitter.call = call
        self._source = emitter.name(self._read(call, chain.reads))
        self._when = emitter.when(chain.when)
        self._kept = dict(emitter.made), dict(emitter.owners), dict(emitter.layers), dict(emitter.inputs)
        emitter.draft.begin(self._source)

    def after(self, call: Call, number: int) -> None:
        """A group ends where this call is its last."""
        chain = self._last.get(number)
        if chain is None:
            return
        emitter, source = self.emitter, self._source
        made, owners, layers, inputs = self._kept
        if emitter.owners != owners or any(ref.kind == "param" for ref in emitter.made.keys() - made.keys()):
            raise Untraceable("weights are read at some sizes alone", call.path)
        inner = emitter.layers[number, 0]
        if emitter.draft.last != inner:
            raise Untraceable("what is done at some sizes alone does not end with a layer of its own", call.path)
        if not isinstance(self._when, str):
            raise Untraceable("what is done at some sizes alone is done at all of them, or at none", call.path)
        name = emitter.draft.end(source, self._when, f"{call.path}.optional".strip("."))
        emitter.shapes.alias(name, inner)
        emitter.made, emitter.layers, emitter.inputs = made, layers, inputs
        emitter.layers[number, 0] = name

    @staticmethod
    def _read(call: Call, ref: Ref) -> Seen:
        return next(seen for seen in tensors((call.args, dict(call.kwargs))) if seen.ref == ref)

    def _refuse_leaks(self, merged: Merged) -> None:
        """Refuse what is read outside of a group but is made inside."""
        inside = {number: at for at, chain in enumerate(self._chains) for number in chain.numbers}
        ends = {chain.numbers[-1] for chain in self._chains}
        for number, call in enumerate(merged.calls):
            for seen in tensors((call.args, dict(call.kwargs))):
                made = seen.ref.number if seen.ref.kind == "call" else -1
                if made in inside and made not in ends and inside.get(number) != inside[made]:
                    raise Untraceable("a part of what is done at some sizes alone is read at all of them", call.path)


def _chains(merged: Merged) -> Iterator[_Chain]:
    """Calls that are left out together."""
    chain: _Chain | None = None
    for number, call in enumerate(merged.calls):
        if not any(seen.ref.kind in DYNAMIC for seen in call.outputs):
            continue
        when = merged.switched.get(number)
        if when is None:
            if chain:
                yield chain
            chain = None
            continue
        reads = passed(call)
        if chain and chain.when == when and (reads.kind, reads.number) == ("call", chain.numbers[-1]):
            chain.numbers.append(number)
            continue
        if chain:
            yield chain
        chain = _Chain([number], reads, when)
    if chain:
        yield chain
