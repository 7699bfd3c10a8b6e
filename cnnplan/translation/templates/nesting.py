"""What a network is as nested scopes: layers, the blocks and groups around them, and what each reads and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Place
    from cnnplan.graph import Node
    from cnnplan.sizes import Shape

__all__ = ["Borrowed", "Leaf", "Ref", "Scope"]


class Borrowed(Exception):  # noqa: N818 - the cause; the door adds where
    """A layer has the weights of one in another block."""


class Ref(NamedTuple):
    """A tensor inside a scope: output `out` of the item of that name; input `out` where the name is empty."""

    item: str
    out: int


@dataclass(eq=False)
class Leaf:
    """A layer.

    Args:
        name: what it is called in its scope.
        node: the layer.
        reads: what it reads.
        place: the entry that makes it.
        share: the item whose weights it has, "" where they are its own.
    """

    name: str
    node: Node
    reads: tuple[Ref, ...]
    place: Place
    share: str = ""


@dataclass(eq=False)
class Scope:
    """A block that is called, or a group.

    Args:
        name: what it is called in the scope around it, "" for the network.
        kind: what scopes have in common that may be one class.
        title: the word for such a class.
        block: the block that it is, "" for a group.
        reads: what it reads, as the scope around it knows it.
        place: the entry that makes it.
        share: the item whose weights it has, "" where they are its own.
        inputs: the shapes of what comes in.
        items: what is inside, in order.
        gives: the tensors that come out.
        sizes: what it must be told, since no tensor that comes in says it.
        args: the values of the arguments of its block.
    """

    name: str
    kind: tuple[str, ...]
    title: str
    block: str
    reads: tuple[Ref, ...]
    place: Place | None
    share: str = ""
    inputs: tuple[Shape, ...] = ()
    items: list[Leaf | Scope] = field(default_factory=list)
    gives: tuple[Ref, ...] = ()
    sizes: list[Any] = field(default_factory=list)
    args: dict[str, Any] = field(default_factory=dict)

    def scopes(self) -> Iterator[Scope]:
        """It and all scopes inside, the inner ones first."""
        for item in self.items:
            if isinstance(item, Scope):
                yield from item.scopes()
        yield self

    def leaves(self) -> Iterator[Leaf]:
        """All layers inside."""
        for item in self.items:
            if isinstance(item, Scope):
                yield from item.leaves()
            else:
                yield item
