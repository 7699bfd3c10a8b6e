"""Unrolls a spec block by block; what was unrolled once is remembered."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from cnnplan.graph.environment import Frame
from cnnplan.graph.fragments import Handle
from cnnplan.graph.lists import listed
from cnnplan.graph.parts import MOST_LAYERS, Tensor, TooMany
from cnnplan.graph.unrolling.body import Body
from cnnplan.ops import OPERATORS

if TYPE_CHECKING:
    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.workshop import Workshop
    from cnnplan.spec import Block, Spec

__all__ = ["Builder"]


class Builder:
    """Unrolls the blocks of one spec; what was unrolled once is remembered."""

    def __init__(self, spec: Spec, symbols: Symbols, workshop: Workshop) -> None:
        self.spec = spec
        self.symbols = symbols
        self.workshop = workshop
        self.verbs = frozenset((*OPERATORS, *spec.blocks))
        self.broken = spec.broken
        self.steps = 0
        self._fragments: dict[Any, Fragment] = {}

    def network(self, inputs: dict[str, Tensor]) -> Fragment:
        """The layers of the spec itself."""
        known = {name: Handle((tensor,)) for name, tensor in inputs.items()}
        body = Body(self, Frame(self.symbols, self.verbs, {}, sees_symbols=True), known)
        fragment = body.unroll(self.spec.layers, self.spec.outputs)
        body.refuse_off(self.spec.outputs)
        return fragment

    def block(self, block: Block, args: dict[str, Any], inputs: dict[str, tuple[Tensor, ...]]) -> Fragment:
        """The layers of a block with these arguments, on inputs of these shapes."""
        forms = [tensor.form for group in inputs.values() for tensor in group]
        key = (block.name, *args.values(), *map(type, args.values()), *map(len, inputs.values()), *forms)
        fragment = self._fragments.get(key)
        if fragment is None:
            numbers = count(-1, -1)
            inside = {name: [Handle((Tensor(next(numbers), t.form),)) for t in group] for name, group in inputs.items()}
            known = {name: listed(maps) if name in block.lists else maps[0] for name, maps in inside.items()}
            frame = Frame(self.symbols, self.verbs, args, sees_symbols=block.sees_symbols)
            fragment = self._fragments[key] = Body(self, frame, known).unroll(block.layers, block.outputs)
        return fragment

    def step(self) -> None:
        """Count an entry, so that nothing runs for ever."""
        self.steps += 1
        if self.steps > MOST_LAYERS:
            raise TooMany
