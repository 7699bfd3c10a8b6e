"""A network whose layers were judged one after the other as they were read: nothing of it has to be unrolled again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.dtypes import Storage
from cnnplan.findings import Place
from cnnplan.graph.census import census
from cnnplan.graph.environment import Environment, Frame
from cnnplan.graph.fragments import Fragment, Handle
from cnnplan.graph.parts import MOST_LAYERS, Draft, Tensor
from cnnplan.graph.scope import Scope
from cnnplan.graph.sharing import shared
from cnnplan.graph.workshop import by_part
from cnnplan.ops import OPERATORS
from cnnplan.spec import EvaluationError
from cnnplan.spec.deferred import Deferred

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph.environment import Symbols
    from cnnplan.graph.parts import Form
    from cnnplan.graph.workshop import Made
    from cnnplan.spec import Expression, Spec

__all__ = ["Readymade"]


class Readymade:
    """The layers of a spec without blocks, gathered while a reader of another world judges them.

    Args:
        file: the name of the file.
        symbols: those at which the layers are judged; they have no values.

    Attributes:
        is_sound: whether the reader of the language would come to the same.
    """

    def __init__(self, file: str, symbols: Symbols) -> None:
        self.is_sound = True
        self._file = file
        self._symbols = symbols
        self._frame = Frame(symbols, frozenset(OPERATORS), {}, sees_symbols=True)
        self._fragment = Fragment()
        self._inputs: dict[str, Tensor] = {}
        self._given: dict[str, tuple[Tensor, ...]] = {}

    def input(self, name: str, form: Form) -> None:
        """Something that comes in."""
        self._inputs[name] = tensor = Tensor(-1 - len(self._inputs), form)
        self._given[name] = (tensor,)

    def layer(self, name: str, reads: Sequence[str], made: Made, origin: str, wiring: Mapping[str, Any]) -> None:
        """A layer by its name, with what follows from it and from its parts.

        Args:
            name: what it is called.
            reads: the names of what it reads.
            made: what follows of the layer, or of each of its parts; or all that is wrong with it.
            origin: what it is called where it comes from.
            wiring: `share` and `dtype`, as an entry has them.
        """
        self.is_sound &= not isinstance(made, list)
        if not self.is_sound or isinstance(made, list):
            return
        fragment, given = self._fragment, self._given
        place = Place(self._file, ("layers", len(fragment.names)))
        start = fragment.size
        storage = Storage(**wiring["dtype"]) if wiring and "dtype" in wiring else None
        refs = tuple([given[each][0].ref for each in reads])
        tensors: list[Tensor] = []
        for part, facts in by_part(made).items():
            tensor = Tensor(start, None if facts is None else facts.form)
            start += 1
            fragment.items.append(Draft(name + part, refs, facts, place, origin, storage))
            if facts is not None:
                fragment.contents[facts] = fragment.contents.get(facts, 0) + 1
            tensors.append(tensor)
            if part:
                given[name + part] = (tensor,)
        fragment.size = start
        fragment.names[name] = given[name] = tuple(tensors)
        if wiring:
            owner = wiring.get("share")
            self.is_sound = wiring.keys() <= {"share", "dtype"} and (owner is None or self._shares(name, owner))

    def _shares(self, name: str, owner: str) -> bool:
        """Give a layer the weights of an earlier one; whether that is possible."""
        mine, theirs = ((tensors[0].ref or 0, len(tensors)) for tensors in (self._given[name], self._given[owner]))
        return not shared(self._fragment, (mine[0], sum(mine)), (theirs[0], sum(theirs)))

    def evaluated(self, args: Mapping[str, Expression], inputs: Sequence[Form | None]) -> dict[str, Any] | None:
        """The arguments of a layer on these inputs; None where one has no value."""
        given = Handle(tuple([Tensor(None, form) for form in inputs]))
        env = Environment(self._frame, Scope(), given)
        try:
            return {key: expression.evaluate(env) for key, expression in args.items()}
        except EvaluationError:
            return None

    def fragment(self, spec: Spec, symbols: Symbols, inputs: Mapping[str, Tensor]) -> Fragment | None:
        """The layers of a spec as they are unrolled; None where they were read for another, or it wants more of them.

        Args:
            spec: the document that they were read as.
            symbols: its symbols, with their values.
            inputs: its inputs, with their forms.
        """
        fragment = self._fragment
        if not self.is_sound or not isinstance(spec.layers, Deferred) or fragment.size > MOST_LAYERS:
            return None
        if inputs != self._inputs or symbols.claimed or not symbols.is_symbolic:
            return None
        ends = [self._given.get(name) for name in spec.outputs] or [[*fragment.names.values()][-1]]
        if None in ends or not self._holds(symbols.values):
            return None
        fragment.outputs = tuple([tensor for end in ends if end for tensor in end])
        return fragment

    def _holds(self, values: Mapping[str, Any]) -> bool:
        """Whether no condition fails at these values."""
        return not values or all(
            open_.condition.holds(values)
            for facts in census(self._fragment)
            for open_ in facts.open
            if open_.condition.symbols <= values.keys()
        )
