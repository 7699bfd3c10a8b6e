"""Unrolls a spec block by block; what was unrolled once is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.graph.body import Body
from cnnplan.graph.environment import Frame
from cnnplan.graph.parts import MOST_LAYERS, Tensor, TooMany
from cnnplan.ops import OPERATORS

if TYPE_CHECKING:
    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.parts import Fragment
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
        body = Body(self, Frame(self.symbols, self.verbs, {}, sees_symbols=True), inputs)
        return body.unroll(self.spec.layers, self.spec.outputs)

    def block(self, block: Block, args: dict[str, Any], inputs: tuple[Tensor, ...]) -> Fragment:
        """The layers of a block with these arguments, on inputs of these shapes."""
        key = (block.name, *args.values(), *map(type, args.values()), *[tensor.form for tensor in inputs])
        fragment = self._fragments.get(key)
        if fragment is None:
            names = block.inputs or ("input",)
            known = {
                name: Tensor(-1 - i, tensor.form) for i, (name, tensor) in enumerate(zip(names, inputs, strict=True))
            }
            frame = Frame(self.symbols, self.verbs, args, sees_symbols=block.sees_symbols)
            fragment = self._fragments[key] = Body(self, frame, known).unroll(block.layers, block.outputs)
        return fragment

    def step(self) -> None:
        """Count an entry, so that nothing runs for ever."""
        self.steps += 1
        if self.steps > MOST_LAYERS:
            raise TooMany
