"""Unrolls a spec block by block; what was unrolled once is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.graph.environment import Frame
from cnnplan.graph.fragments import Handle
from cnnplan.graph.lists import bound, listed
from cnnplan.graph.parts import MOST_LAYERS, Tensor, TooMany, tensor_of
from cnnplan.graph.unrolling.body import Body
from cnnplan.graph.unrolling.relinking import is_plain, relinked
from cnnplan.graph.unrolling.rows import in_a_row, unrolled
from cnnplan.ops import OPERATORS
from cnnplan.spec import Block
from cnnplan.spec.expressions import told

if TYPE_CHECKING:
    from collections.abc import Hashable

    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.unrolling.steps import Row
    from cnnplan.graph.workshop import Workshop
    from cnnplan.spec import Spec

__all__ = ["Builder"]


class Builder:
    """Unrolls the blocks of one spec; what was unrolled once is remembered."""

    def __init__(self, spec: Spec, symbols: Symbols, workshop: Workshop) -> None:
        self.spec = spec
        self.symbols = symbols
        self.workshop = workshop
        self.verbs = frozenset((*OPERATORS, *spec.blocks))
        self.blocks = spec.blocks
        self.broken = spec.broken
        self.steps = 0
        self._inside = 0
        self._fragments: dict[Any, Fragment] = {}

    def network(self, inputs: dict[str, Tensor]) -> Fragment:
        """The layers of the spec itself."""
        row = self._row(self.spec) if len(inputs) == 1 else None
        if row is not None:
            (tensor,) = inputs.values()
            fragment = unrolled(row, self, Frame(self.symbols, self.verbs, {}, sees_symbols=True), tensor)
            if fragment is not None:
                return fragment
        known = {name: Handle((tensor,)) for name, tensor in inputs.items()}
        body = Body(self, Frame(self.symbols, self.verbs, {}, sees_symbols=True), known)
        fragment = body.unroll(self.spec.layers, self.spec.outputs)
        body.refuse_off(self.spec.outputs)
        return fragment

    def block(self, block: Block, args: dict[str, Any], given: Handle, said: Hashable = None) -> Fragment | None:
        """The layers of a block on inputs of these shapes; None where these do not fit.

        Args:
            block: what is unrolled.
            args: its arguments.
            given: its inputs.
            said: what tells the arguments from all others, where that is known.
        """
        tensors = given.outputs
        forms = tensors[0][1:] if len(tensors) == 1 else tuple([tensor.form for tensor in tensors])
        key: tuple[Any, ...] = (block.name, told(args) if said is None else said, *forms)
        if block.lists:
            key += tuple(map(len, given.grouped))
        fragment = self._fragments.get(key)
        if fragment is not None:
            if fragment.state is not None:
                self.reused(fragment)
            return fragment
        is_alone = len(tensors) == 1 and len(block.inputs) < 2 and not block.lists  # noqa: PLR2004 - as nearly always
        if not is_alone and bound(block, given) is None:
            return None
        again = None if self.symbols.kept.is_new else self._again(key) or self._put_together(key)
        return again or self._unrolled(key, block, args, given)

    def reused(self, fragment: Fragment) -> None:
        """Take from the symbols once more what a block took that stands here already."""
        self.symbols.asked += 1
        self.symbols.decisions += fragment.decisions

    def _unrolled(self, key: tuple[Any, ...], block: Block, args: dict[str, Any], given: Handle) -> Fragment:
        """The layers of a block, made now and kept; with what it took from the symbols."""
        symbols = self.symbols
        state, asked, decided = symbols.state, symbols.asked, len(symbols.decisions)
        steps, inside = self.steps, self._inside
        fragment = self._in_a_row(block, args, given)
        if fragment is None:
            fragment = self._body(block, args, given).unroll(block.layers, block.outputs)
        self._fragments[key] = fragment
        fragment.steps = self.steps - steps - (self._inside - inside)
        self._inside = inside + self.steps - steps
        fragment.name, fragment.key, fragment.args = block.name, key, args
        fragment.state = state if symbols.asked > asked else None
        if len(symbols.decisions) > decided:
            fragment.decisions = tuple(symbols.decisions[decided:])
        if not self.broken and not fragment.is_faulty:
            symbols.kept.fragments[key] = fragment
        return fragment

    def _in_a_row(self, block: Block, args: dict[str, Any], given: Handle) -> Fragment | None:
        """The layers of a block that is made of nothing else; None where there is more to it, or something wrong."""
        row = self._row(block)
        if row is None:
            return None
        frame = Frame(self.symbols, self.verbs, args, sees_symbols=block.sees_symbols)
        return unrolled(row, self, frame, tensor_of((-1, given.outputs[0].form)))

    def _row(self, of: Block | Spec) -> Row | None:
        """The steps of a block or the spec, where it is made of nothing else; prepared when it is first unrolled."""
        if not of.prepared:
            is_more = of.outputs or len(of.inputs) > 1 or (isinstance(of, Block) and of.lists)
            of.prepared.append(None if is_more else in_a_row(of.layers, self.blocks))
        return None if self.broken else of.prepared[0]

    def _body(self, block: Block, args: dict[str, Any], given: Handle) -> Body:
        """What unrolls a block with these arguments, on inputs of these shapes."""
        known: dict[str, Handle] = {}
        number = 0
        for name, group in (bound(block, given) or {}).items():
            maps = []
            for tensor in group:
                number -= 1
                maps.append(Handle((Tensor(number, tensor.form),)))
            known[name] = listed(maps) if name in block.lists else maps[0]
        return Body(self, Frame(self.symbols, self.verbs, args, sees_symbols=block.sees_symbols), known)

    def _again(self, key: tuple[Any, ...]) -> Fragment | None:
        """The layers of a block as they were unrolled for a plan before, where the symbols say the same."""
        symbols = self.symbols
        fragment = symbols.kept.fragments.get(key)
        if fragment is None or fragment.state not in (None, symbols.state):
            return None
        self._adopt(fragment)
        for condition in fragment.decisions:
            symbols.keep(condition)
        if fragment.state is not None:
            symbols.asked += 1
        return fragment

    def _put_together(self, key: tuple[Any, ...]) -> Fragment | None:
        """The layers of a block that calls one which was edited; None where they may be others than they were."""
        symbols = self.symbols
        old = symbols.kept.stale.get(key)
        if old is None or self.broken or not is_plain(old) or old.state not in (None, symbols.state):
            return None
        state = symbols.state
        instead: dict[Fragment, Fragment] = {}
        for called in old.calls:
            found = self._called_again(called.key)
            if found is None:
                return None
            instead[called] = found
        fragment = relinked(old, instead)
        if fragment is None:
            return None
        fragment.name, fragment.key, fragment.args, fragment.steps = old.name, key, old.args, old.steps
        if any(each.state is not None for each in (old, *instead.values())):
            fragment.state = state
            symbols.asked += 1
        self._fragments[key] = symbols.kept.fragments[key] = fragment
        self._count(fragment.steps)
        return fragment

    def _called_again(self, key: tuple[Any, ...]) -> Fragment | None:
        """A block with the arguments and the input with which it was called before."""
        name, said, *forms = key
        block = self.blocks.get(name)
        if block is None or block.lists or len(forms) != 1:
            return None
        number = len(said) // 3  # names, values and their types
        args = dict(zip(said[:number], said[number : 2 * number], strict=True))
        return self.block(block, args, Handle((tensor_of((-1, forms[0])),)), said)

    def _adopt(self, fragment: Fragment) -> None:
        """Go on as if a block, and those that it calls, had been unrolled now."""
        pending, fragments, steps = [fragment], self._fragments, 0
        while pending:
            each = pending.pop()
            if each.key not in fragments:
                fragments[each.key] = each
                steps += each.steps
                pending += each.calls
        self._count(steps)

    def _count(self, steps: int) -> None:
        """Count entries of blocks that were evaluated for a plan before."""
        self.steps += steps
        self._inside += steps
        if self.steps > MOST_LAYERS:
            raise TooMany

    def step(self) -> None:
        """Count an entry, so that nothing runs for ever."""
        self.steps += 1
        if self.steps > MOST_LAYERS:
            raise TooMany
