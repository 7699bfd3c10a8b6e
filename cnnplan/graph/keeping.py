"""What graphs of one spec have in common, and of the spec after an edit: sizes, operators, judgements, unrolled blocks.

What an operator is and what follows from it depends on its arguments and the shapes of its inputs alone; what a block
is unrolled to, on its entries, arguments and inputs. Either may ask the symbols besides, what a condition is at their
values or which decisions were taken before: then it is used again only where the answers would be the same.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnplan.sizes import Context

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Form
    from cnnplan.graph.readymade import Readymade
    from cnnplan.graph.tools import Tool
    from cnnplan.graph.workshop import Judgement
    from cnnplan.spec import Block, Entry, Spec, Symbol

__all__ = ["Kept", "kept_of"]

MOST = 20_000
"""Judgements, or sizes, beyond which everything is made anew: an editor is open for days."""


class Kept:
    """What is kept of the plans of one spec.

    It is for one plan after the other: what is made in the context of one thread is not for another.

    Args:
        spec: the document as it was planned last.

    Attributes:
        is_new: whether no plan was made with it before.
        context: where the sizes are made.
        tools: operators, by verb and arguments; those of plain numbers are in all plans of the spec.
        forms: of tensors, by shape and elements.
        judgements: what follows from operators on inputs.
        fragments: what blocks were unrolled to.
        stale: the same of blocks that call one which the last edit changed, and was called then as it is now.
        figures: of each kind of layer, what is computed of it on the floors above.
        readymade: the layers of the first graph, where a reader of another world judged them already.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.is_new = True
        self.context = Context()
        self.tools: dict[Hashable, Tool | list[Any]] = spec.tools.copy()
        self.forms: dict[Hashable, Form] = {}
        self.judgements: dict[Hashable, Judgement] = {}
        self.fragments: dict[Hashable, Fragment] = {}
        self.stale: dict[Hashable, Fragment] = {}
        self.figures: dict[Any, Any] = {}
        self.readymade: Readymade | None = None
        self._states: dict[Hashable, object] = {}
        self._sizes: dict[str, Any] = {}

    @cached_property
    def declared(self) -> list[Any]:
        """What the symbols may be, in this document and in those after it that it serves."""
        return _declared(self.spec)

    def state(self, key: Hashable) -> object:
        """The one object that stands for what the symbols say: their values, and the decisions taken."""
        return self._states.setdefault(key, key)

    def size(self, symbol: Symbol) -> Any:
        """A symbol as a size; it is declared as it was when that was made."""
        found = self._sizes.get(symbol.name)
        if found is None:
            found = self._sizes[symbol.name] = self.context.symbol(symbol.name, symbol.domain())
        return found

    def hand(self, spec: Spec) -> None:
        """Go on with the document that a reader made, which judged its layers already."""
        self.spec, self.declared, self._sizes = spec, _declared(spec), {}

    def adopt(self, spec: Spec) -> None:
        """Go on with the document after an edit: what blocks were unrolled to that are others now is let go."""
        changed = frozenset(_changed(self.spec, spec))
        if changed:
            self._sort(spec, changed)
        self.spec = spec

    def _sort(self, spec: Spec, changed: frozenset[str]) -> None:
        """Tell what stays of unrolled blocks, and what calls a block that was changed, but not its head."""
        calls, fragments = _calls(self.spec), self.fragments
        lasting = {name for name in changed if _is_called_alike(self.spec.blocks.get(name), spec.blocks.get(name))}
        self.fragments, self.stale = {}, {}
        touched: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        for key, each in fragments.items():
            of = (each.name, each.verbs)
            if of not in touched:
                reach = [calls.get(verb, (verb,)) for verb in (each.name, *each.verbs)]
                touched[of] = changed & frozenset().union(*reach)
            if not touched[of]:
                self.fragments[key] = each
            elif touched[of] <= lasting and each.name not in changed:
                self.stale[key] = each

    def serves(self, spec: Spec) -> bool:
        """Whether what is kept means the same in this document, and is not too much."""
        size = max(map(len, (self.judgements, self.figures, self.fragments, self._states)))
        return (
            max(size, self.context.serial) <= MOST
            and self.spec.file == spec.file
            and (self.spec.symbols is spec.symbols or self.declared == _declared(spec))
        )


def kept_of(spec: Spec, previous: Kept | None) -> Kept:
    """What is kept for a document: of the plan before, where the symbols are declared as they were."""
    if previous is None or not previous.serves(spec):
        return Kept(spec)
    if previous.spec is not spec:
        previous.adopt(spec)
    previous.is_new = False
    return previous


def _declared(spec: Spec) -> list[Any]:
    """What the symbols may be."""
    return [symbol.declared for symbol in spec.symbols.values()]


def _changed(old: Spec, new: Spec) -> Iterator[str]:
    """The blocks that are others than they were, or new, or gone, or have a fault."""
    before: Mapping[str, Block] = old.blocks
    for name in {**before, **new.blocks}:
        if name not in before or name not in new.blocks or before[name] != new.blocks[name]:
            yield name
    for spec in (old, new):
        yield from (str(place.path[1]) for place in spec.broken if place.path[:1] == ("blocks",) and place.path[1:])


def _is_called_alike(old: Block | None, new: Block | None) -> bool:
    """Whether a block takes and gives what it did, by the same names and defaults."""
    if old is None or new is None:
        return False
    heads = ((each.args, each.inputs, each.lists, each.outputs, each.sees_symbols) for each in (old, new))
    return next(heads) == next(heads)


def _calls(spec: Spec) -> dict[str, frozenset[str]]:
    """By block, the verbs that it is made of, its own name among them, as far as its entries say so by name."""
    found: dict[str, frozenset[str]] = {}

    def reach(name: str) -> frozenset[str]:
        if name not in found:
            found[name] = frozenset((name,))
            block = spec.blocks.get(name)
            found[name] = found[name].union(*map(reach, _verbs(block.layers) if block else ()))
        return found[name]

    for name in spec.blocks:
        reach(name)
    return found


def _verbs(entries: Iterable[Entry]) -> Iterator[str]:
    """What the entries are, those inside of others too."""
    for entry in entries:
        yield entry.verb
        yield from _verbs(entry.body)
        for path in entry.paths:
            yield from _verbs(path.layers)
