"""A network as nested scopes: blocks that are called and groups that have a name, each with what it reads and gives.

The network is that of today's values: what is switched off is not there, what is repeated stands as often as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.graph.fragments import Call
from cnnplan.translation.templates.nesting import Borrowed, Leaf, Ref, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph import Graph
    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Draft
    from cnnplan.sizes import Shape

__all__ = ["network"]

SHORTEST = 3
"""A name that is longer loses its plural s."""


class Flat(NamedTuple):
    """An item of a fragment, with its name in parts, and the numbers of its layers."""

    names: tuple[str, ...]
    item: Draft | Call
    numbers: range


def network(graph: Graph, where: Mapping[int, tuple[str, ...]] | None = None) -> Scope:
    """A network as a tree of scopes.

    Args:
        graph: the network.
        where: the paths of its layers by number, where they are to stand elsewhere than their names say.

    Raises:
        Borrowed: a layer has the weights of one that stands in another block.
    """
    fragment = graph._fragment  # noqa: SLF001 - the graph as it was unrolled
    sources = [-1 - number for number in range(len(graph.inputs))]
    places = {name: number for number, name in enumerate(graph._naming._names)}  # noqa: SLF001 - as they were numbered
    places |= dict(zip(graph.inputs, sources, strict=True))
    wanted = [places[name] for name in graph.outputs]
    builder = _Builder(graph, where)
    shapes = dict(zip(sources, graph.inputs.values(), strict=True))
    flats = builder.flats(fragment, "")
    whole = builder.scope(_Around(fragment, "", ("network",), shapes), flats, sources, wanted)
    whole.title = graph.spec.name
    return whole


class _Around(NamedTuple):
    """The fragment that scopes are made of: what its layers are called after, and the shapes that come in."""

    fragment: Fragment
    prefix: str
    kind: tuple[str, ...]
    shapes: dict[int, Shape]


class _Builder:
    """Makes scopes."""

    def __init__(self, graph: Graph, where: Mapping[int, tuple[str, ...]] | None = None) -> None:
        self.graph = graph
        self.paths = where if where is not None else {}
        self.there = [*graph.nodes]
        self.known = set(self.there)

    def flats(self, fragment: Fragment, prefix: str) -> list[Flat]:
        """The items of a fragment that lead somewhere."""
        found, start = [], 0
        for item in fragment.items:
            size = item.fragment.size if isinstance(item, Call) else 1
            name = f"{prefix}{item.name}"
            alive = any(each.startswith(f"{name}.") for each in self.known) if isinstance(item, Call) else None
            if alive or (alive is None and name in self.known):
                names = self.paths.get(start) or tuple(item.name.split("."))
                found.append(Flat(names, item, range(start, start + size)))
            start += size
        return found

    def scope(self, around: _Around, flats: Sequence[Flat], inputs: Sequence[int], wanted: Sequence[int]) -> Scope:
        """The scope of some items of a fragment."""
        local = {number: Ref("", place) for place, number in enumerate(inputs)}
        made = Scope("", around.kind, around.kind[-1], "", (), None)
        made.inputs = tuple(around.shapes[number] for number in inputs)
        groups = self._grouped(flats, around.prefix, around.kind[-1])
        names: dict[int, str] = {}
        for at, (name, title, members) in enumerate(groups):
            later = {number for _, _, others in groups[at + 1 :] for each in others for number in _reads(each)}
            item, gives = self._item(around, name, title, members, later.union(wanted))
            item.reads = tuple(local[number] for number in self._sources(item, members, around))
            item.share = self._owner(around.fragment, members, names)
            made.items.append(item)
            for out, number in enumerate(gives):
                local.setdefault(number, Ref(item.name, out))
            for member in members:
                names.update(dict.fromkeys(member.numbers, item.name))
        made.gives = tuple(local[number] for number in dict.fromkeys(wanted) if number in local)
        return made

    def _sources(self, item: Leaf | Scope, members: Sequence[Flat], around: _Around) -> Sequence[int]:
        if len(members) == 1 and members[0].names and not (isinstance(item, Scope) and not item.block):
            return [ref for ref in members[0].item.inputs if ref is not None]
        del around
        return _outside(members)

    def _item(
        self, around: _Around, name: str, title: str, members: Sequence[Flat], later: set[int]
    ) -> tuple[Leaf | Scope, list[int]]:
        """One item, and the numbers of what it gives."""
        first = members[0]
        prefix, item = around.prefix, first.item
        shapes = around.shapes
        if not title and not isinstance(item, Call):
            node = self.graph.nodes[f"{prefix}{item.name}"]
            shapes[first.numbers[0]] = node.shape
            return Leaf(name, node, (), item.place), [first.numbers[0]]
        if not title:
            return self._call(around, name, first, later)
        inputs = _outside(members)
        numbers = [number for member in members for number in member.numbers]
        gives = [number for number in numbers if number in later]
        inner = [each._replace(names=each.names[1 if each.names[0] == name else 2 :]) for each in members]
        made = self.scope(around._replace(kind=(*around.kind, title)), inner, inputs, gives)
        made.name, made.title, made.place = name, title, item.place
        if self.paths:
            self._by_content(made)
        return made, [number for number in gives if number in shapes]

    @staticmethod
    def _by_content(made: Scope) -> None:
        """Let modules be one class that hold the same, wherever they stand: those of one height may be alike."""
        inside = [each for each in made.items if isinstance(each, Scope)]
        heights = [int(each.kind[1]) for each in inside if each.kind[0] == "modules"]
        made.kind = ("modules", str(1 + max(heights, default=0)))
        if not inside and len(made.items) <= SHORTEST:
            made.title = "_".join(each.node.op.verb for each in made.items if isinstance(each, Leaf))
            made.kind = ("layers", made.title)

    def _call(self, around: _Around, name: str, flat: Flat, later: set[int]) -> tuple[Scope, list[int]]:
        """A block that is called."""
        call: Any = flat.item
        inner: Fragment = call.fragment
        start = flat.numbers.start
        inputs = [-1 - place for place in range(len(call.inputs))]
        shapes = {-1 - place: around.shapes[number] for place, number in enumerate(call.inputs)}
        prefix = f"{around.prefix}{call.name}."
        told = [tensor.ref for tensor in inner.outputs if tensor.ref is not None and tensor.ref >= 0]
        wanted = [
            *dict.fromkeys(told),
            *sorted(n - start for n in later if n in flat.numbers and n - start not in told),
        ]
        block = _block(inner)
        flats = self.flats(inner, prefix)
        made = self.scope(_Around(inner, prefix, (block,), shapes), flats, inputs, wanted)
        made.name, made.title, made.block, made.place = name, block, block, call.place
        made.args = {**inner.args}
        present = {number for each in flats for number in each.numbers}
        gives = [number for number in wanted if number in present]
        for number in gives:
            around.shapes[number + start] = shapes.get(number) or self._shape(inner, prefix, number)
        return made, [number + start for number in gives]

    def _shape(self, fragment: Fragment, prefix: str, number: int) -> Shape:
        start = 0
        for item in fragment.items:
            size = item.fragment.size if isinstance(item, Call) else 1
            if number < start + size:
                if isinstance(item, Call):
                    return self._shape(item.fragment, f"{prefix}{item.name}.", number - start)
                return self.graph.nodes[f"{prefix}{item.name}"].shape
            start += size
        raise KeyError(number)

    def _owner(self, fragment: Fragment, members: Sequence[Flat], names: Mapping[int, str]) -> str:
        """The item whose weights an item has."""
        for member in members:
            for number in member.numbers:
                owner = fragment.owners.get(number)
                while owner in fragment.owners:
                    owner = fragment.owners[owner]
                if owner is None or owner in {n for each in members for n in each.numbers}:
                    continue
                if owner not in names:
                    raise Borrowed(f"{'.'.join(member.names)} has the weights of a layer in another block or group")
                return names[owner]
        return ""

    def _grouped(self, flats: Sequence[Flat], prefix: str, around: str) -> list[tuple[str, str, list[Flat]]]:
        """Items by name, with a title where they are a group: those of one copy, or of one named group."""
        found: list[tuple[str, str, list[Flat]]] = []
        heavy = {flat.names[0] for flat in flats if self._heavy(flat, prefix)}
        for flat in flats:
            head, *rest = flat.names
            if not rest:
                found.append((head, "", [flat]))
                continue
            numbered = _is_number(rest[0]) and not _is_number(head)
            plain = not self._heavy(flat, prefix) and (numbered or head not in heavy)
            if len(rest) == 1 and (numbered or plain):
                found.append((f"{head}.{rest[0]}" if not plain else f"{head}_{rest[0]}", "", [flat]))
                continue
            name = f"{head}.{rest[0]}" if numbered else head
            if found and found[-1][0] == name:
                found[-1][2].append(flat)
            else:
                found.append((name, self._titled(head, around, numbered=numbered), [flat]))
        names = [name for name, _, _ in found]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise Borrowed(f"{twice} stands in two places, with other layers between them")
        return found

    def _titled(self, head: str, around: str, *, numbered: bool) -> str:
        """The word for a group; where modules tell it, without the number that tells it from others."""
        if self.paths:
            head = f"{around}_part" if _is_number(head) else re.sub(r"_*\d+$", "", head) or head
        return _singular(head) if numbered else head

    def _heavy(self, flat: Flat, prefix: str) -> bool:
        """Whether it is a block, or a layer with weights."""
        if isinstance(flat.item, Call):
            return True
        node = self.graph.nodes[f"{prefix}{flat.item.name}"]
        return bool(node.op.weights(*node.facts.shapes))


def _is_number(part: str) -> bool:
    """Whether it is the number of a module in a list, or `2.0` of one in a list in a list."""
    return part.replace(".", "").isdigit()


def _reads(flat: Flat) -> list[int]:
    return [ref for ref in flat.item.inputs if ref is not None]


def _outside(members: Sequence[Flat]) -> list[int]:
    """What items read that is not theirs."""
    mine = {number for member in members for number in member.numbers}
    return [*dict.fromkeys(number for member in members for number in _reads(member) if number not in mine)]


def _block(fragment: Fragment) -> str:
    """The block that a fragment is of."""
    path = fragment.items[0].place.path
    return str(path[1]) if path[0] == "blocks" else "block"


def _singular(name: str) -> str:
    return name[:-1] if len(name) > SHORTEST and name.endswith("s") and not name.endswith("ss") else name
