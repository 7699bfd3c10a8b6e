"""What is inside of a scope as statements: each a layer or a block with its arguments, copies in a row as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.templates.nesting import Leaf, Ref, Scope
from cnnplan.translation.templates.values import Extent, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.graph import Node
    from cnnplan.spec import Entry
    from cnnplan.translation.templates.template import Template

__all__ = ["ACTIVATION", "KIND", "Run", "Statement"]

ACTIVATION: Final = "activation"
"""The operator of a layer whose verb is a value: which one is an argument of it."""

KIND: Final = "kind"


@dataclass(eq=False)
class Run:
    """Copies in a row.

    Args:
        base: what the names of all begin with.
        first: the number of the first.
        listed: whether they are parts of one name, `down.0`.
        carried: the places of what each reads of the one before, with the outputs that these are.
        kept: the outputs that are read of others than the last.
    """

    base: str
    first: int
    listed: bool
    carried: tuple[tuple[int, int], ...]
    kept: tuple[int, ...] = ()


@dataclass(eq=False)
class Statement:
    """A layer, a block that is called, or copies of one in a row.

    Args:
        name: the item of the scope.
        verb: the operator; "" for a block.
        template: what the block is; None for an operator.
        reads: what is read.
        args: the arguments: numbers, words, lists and sizes; of copies each is a tuple of as many.
        item: the layer or scope, the first of the copies.
        entry: what it is written as in the spec.
        share: the item whose weights it has.
        run: where it is copies in a row.
        outputs: how many tensors it gives.
        copies: how many of them there are.
        op: its operator, where it is a layer.
        told: the sizes that it is told.
    """

    name: str
    verb: str
    template: Template | None
    reads: tuple[Ref, ...]
    args: dict[str, Any]
    item: Leaf | Scope
    entry: Entry | None
    share: str = ""
    run: Run | None = None
    outputs: int = 1
    copies: int = 1
    op: Any = field(default=None)
    told: tuple[Extent, ...] = ()

    @property
    def weighted(self) -> bool:
        """Whether it has weights, so that it is made once."""
        if self.template is not None or self.verb == ACTIVATION:
            return True
        assert isinstance(self.item, Leaf)  # noqa: S101 - an operator is a layer
        node = self.item.node
        return bool(node.op.weights(*node.facts.shapes))

    @property
    def node(self) -> Node:
        """The layer, or the first one of the block."""
        item = self.item
        return item.node if isinstance(item, Leaf) else next(item.leaves()).node

    def key(self) -> tuple[Any, ...]:
        """What copies of a scope have in common, but for numbers."""
        run = None if self.run is None else (self.run.base, self.run.listed, self.run.carried, bool(self.run.kept))
        args = {} if self.run else {key: skeleton(value) for key, value in self.args.items()}
        first = None if self.run is None else self.run.first
        told = self.told, self.outputs
        return (self.name, self.verb, self.template, self.reads, tuple(args.items()), self.share, run, first, told)

    def sizes(self) -> Iterator[Extent]:
        """The sizes among its arguments."""
        pending = [*self.args.values(), *self.told]
        while pending:
            value = pending.pop()
            if isinstance(value, Extent):
                yield value
            elif isinstance(value, tuple):
                pending += value
