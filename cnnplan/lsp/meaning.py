"""A text in; what each of its words means out: which block, argument, symbol, counter, layer or file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from cnnplan import ops
from cnnplan.lsp.layout import Span
from cnnplan.lsp.roles import EXPRESSIONS, Role, role
from cnnplan.lsp.words import Word, words, words_of
from cnnplan.spec.routes import head
from cnnplan.spec.words import SHAPES, STRUCTURES, WIRING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from cnnplan.findings import Path
    from cnnplan.lsp.layout import Item, Layout

__all__ = ["Meaning", "Occurrence", "Thing", "Vocabulary"]

SHOWN: Final = 64
"""The most copies of a repeat whose names are known."""

NOTHING: Final = ("prev", "input")
"""Names of layers that nothing declares."""


class Thing(NamedTuple):
    """Something that has a name.

    Args:
        kind: "block", "argument", "symbol", "counter", "layer", "operator", "function", "shape" or "file".
        name: its name.
        home: where that name is known: the block of an argument or layer, the path of the entry of a counter.
        groups: of a layer, the named groups that it stands in.
    """

    kind: str
    name: str
    home: str = ""
    groups: tuple[str, ...] = ()


class Occurrence(NamedTuple):
    """A word of a text that means something."""

    thing: Thing
    span: Span
    is_definition: bool = False


class Vocabulary(NamedTuple):
    """What other files bring: the blocks that are included, with their arguments."""

    blocks: dict[str, tuple[str, ...]]


class Meaning:
    """The words of one text.

    Args:
        lines: the text.
        layout: what stands where in it.
        included: the blocks of other files.

    Attributes:
        occurrences: every word that means something, in the order of the text.
        blocks: every block that may be called, with its arguments.
    """

    def __init__(self, lines: Sequence[str], layout: Layout, included: Vocabulary) -> None:
        self.lines = lines
        self.layout = layout
        self.own = _own_blocks(layout)
        self.blocks = {**included.blocks, **self.own}
        self.layers: dict[tuple[str, tuple[str, ...]], dict[str, Span]] = {}
        self.counters: dict[Path, str] = {}
        self.symbols = [str(path[1]) for path in layout.items if len(path) == 2 and path[0] == "symbols"]  # noqa: PLR2004
        self._children: dict[Path, list[str]] = {}
        for path in layout.items:
            if path and isinstance(path[-1], str):
                self._children.setdefault(path[:-1], []).append(path[-1])
        self._groups: dict[Path, str] = dict(self._grouped())
        self._counts: dict[tuple[str, tuple[str, ...]], Counter[str]] = {}
        self.occurrences: list[Occurrence] = [*self._declared()]
        for item in layout.items.values():
            self.occurrences += self._read(item, role(item.path))
        self.occurrences.sort(key=lambda found: found.span)

    def at(self, line: int, column: int) -> Occurrence | None:
        """The word under the cursor."""
        found = [each for each in self.occurrences if each.span.holds(line, column)]
        return found[-1] if found else None

    def names(self, where: Role) -> dict[str, str]:
        """The names that an expression may use there, each with the kind of thing it is."""
        known = dict.fromkeys(self.symbols, "symbol")
        known.update(dict.fromkeys(self.own.get(where.block, ()), "argument"))
        known.update(dict.fromkeys([name for _, name in self._counting(where.entry)], "counter"))
        return known

    def _counting(self, entry: Path) -> list[tuple[Path, str]]:
        """The counters that are known inside of an entry, the outermost first, each with the entry that counts."""
        paths = (entry[:length] for length in range(1, len(entry) + 1))
        return [(path, self.counters[path]) for path in paths if path in self.counters]

    def groups(self, path: Path) -> tuple[str, ...]:
        """The names of the groups that something stands in."""
        paths = (path[:length] for length in range(1, len(path)))
        return tuple(self._groups[path] for path in paths if path in self._groups)

    def layers_before(self, where: Role, path: Path) -> list[str]:
        """The names of layers that may be read at a place."""
        item = self.layout.items.get(where.entry)
        line = item.value.line if item and item.value else len(self.lines)
        groups = self.groups(path)
        found: dict[str, None] = {}
        for length in range(len(groups), -1, -1):
            for name, span in self.layers.get((where.block, groups[:length]), {}).items():
                if span.line < line:
                    found.setdefault(name)
        return list(found)

    def _declared(self) -> Iterator[Occurrence]:
        """What is given a name: symbols, blocks and their arguments, counters, layers."""
        for path, item in self.layout.items.items():
            where = role(path)
            if item.key is not None and where.kind in ("symbol", "block", "default") and len(path) in (2, 4):
                kind = {"symbol": "symbol", "block": "block", "default": "argument"}[where.kind]
                yield Occurrence(Thing(kind, str(path[-1]), where.block if kind == "argument" else ""), item.key, True)  # noqa: FBT003
            elif where.kind == "count" and item.key is not None and path[-2] == "repeat":
                self.counters[path[:-2]] = str(path[-1])
                yield Occurrence(Thing("counter", str(path[-1]), str(path[:-2])), item.key, True)  # noqa: FBT003
            elif where.kind == "name" and item.text and item.scalar:
                yield self._layer(item.text, where.block, self.groups(path[:-1]), item.scalar)
            elif where.kind == "port" and item.text and item.scalar:
                name = item.text.removesuffix(".*")
                yield self._layer(
                    name, where.block, (), item.scalar._replace(end_column=item.scalar.column + len(name))
                )
            elif where.kind == "input" and path[0] == "inputs" and item.key is not None:
                yield self._layer(str(path[1]), "", (), item.key)
            elif where.kind == "entry":
                self._count(path, where)

    def _grouped(self) -> Iterator[tuple[Path, str]]:
        """The entries and paths that make a scope of their own, with their names."""
        for path, item in self.layout.items.items():
            if path and path[-1] == "name" and item.text and role(path).kind == "name" and self._has_inside(path[:-1]):
                yield path[:-1], item.text

    def _has_inside(self, entry: Path) -> bool:
        inner = ("branches", "sequence", "layers", "repeat")
        return any((*entry, key) in self.layout.items for key in inner)

    def _layer(self, name: str, block: str, groups: tuple[str, ...], span: Span) -> Occurrence:
        self.layers.setdefault((block, groups), {}).setdefault(name, span)
        return Occurrence(Thing("layer", name, block, groups), span, True)  # noqa: FBT003

    def _count(self, path: Path, where: Role) -> None:
        """The name that an entry without one has: its verb, and how many of them there have been."""
        verb, span = self.verb(path)
        named = self.layout.items.get((*path, "name"))
        if span is None:
            return
        word = verb if verb.isidentifier() else "layer"
        scope = (where.block, self.groups(path))
        counts = self._counts.setdefault(scope, Counter())
        copies = self.layout.items.get((*path, "repeat"))
        many = int(copies.text) if copies and copies.text and copies.text.isdecimal() and len(copies.text) < 5 else 1  # noqa: PLR2004
        first = counts[word] + 1
        counts[word] += 1 if named else max(many, 1)
        for number in range(first, min(counts[word], first + SHOWN) + 1) if not named else ():
            self.layers.setdefault(scope, {}).setdefault(f"{word}{number}", span)

    def verb(self, entry: Path) -> tuple[str, Span | None]:
        """The verb of an entry and where it stands."""
        item = self.layout.items.get(entry)
        if item is not None and item.text is not None:
            return item.text, item.scalar
        for key in self._children.get(entry, ()):
            inner = self.layout.items[*entry, key]
            if key not in WIRING or (key in self.blocks and key in ("origin", "trainable")):
                return key, inner.key
        return "", None

    def _read(self, item: Item, where: Role) -> Iterator[Occurrence]:
        """What the words of a key and its value mean, beside what they declare."""
        path = item.path
        if where.kind in ("entry", "join") and item.scalar and item.text:
            yield from self._verb(item.text, item.scalar, where)
        elif where.kind == "arguments" and item.key:
            yield from self._verb(str(path[-1]), item.key, where)
        elif where.kind in ("branches", "entries") and item.key and path[-1] in STRUCTURES:
            yield Occurrence(Thing("operator", str(path[-1])), item.key)
        elif where.kind == "argument" and item.key and where.verb in self.blocks:
            yield Occurrence(Thing("argument", str(path[-1]), where.verb), item.key)
        elif where.kind == "value" and item.key and len(path) > 1 and path[-2] == "at":
            yield Occurrence(Thing("symbol", str(path[-1])), item.key)
        elif where.kind == "file" and item.scalar and item.text:
            yield Occurrence(Thing("file", item.text), item.scalar)
        elif where.kind in ("names", "share") and item.scalar and item.text:
            yield from self._route(item, where)
        yield from self._expression(item, where)

    def _expression(self, item: Item, where: Role) -> Iterator[Occurrence]:
        if where.kind in EXPRESSIONS or where.kind in ("input", "symbol", "repeat"):
            for word in words_of(item, self.lines):
                yield from self._word(word, where)

    def _verb(self, text: str, span: Span, where: Role) -> Iterator[Occurrence]:
        if text in self.blocks:
            yield Occurrence(Thing("block", text), span)
        elif text in ops.OPERATORS and text not in self.names(where):
            yield Occurrence(Thing("operator", text), span)
        else:
            for kind, said, at in words(text):
                yield from self._word(Word(kind, said, span.line, span.column + at), where)

    def _route(self, item: Item, where: Role) -> Iterator[Occurrence]:
        """What `from` reads: the name of a layer, and the expressions in its brackets."""
        span, text = item.scalar, item.text or ""
        if span is None or span.line != span.end_line:
            return
        name = head(text)
        if name not in NOTHING:
            yield self._of_layer(
                name, Span(span.line, span.column, span.line, span.column + len(name)), where, item.path
            )
        rest = text[len(name) :]
        for kind, said, at in words(rest) if "[" in rest else ():
            if kind == "name":
                yield from self._word(Word(kind, said, span.line, span.column + len(name) + at), where)

    def _of_layer(self, name: str, span: Span, where: Role, path: Path) -> Occurrence:
        groups = self.groups(path[:-1])
        for length in range(len(groups), -1, -1):
            if name in self.layers.get((where.block, groups[:length]), {}):
                return Occurrence(Thing("layer", name, where.block, groups[:length]), span)
        return Occurrence(Thing("layer", name, where.block), span)

    def _word(self, word: Word, where: Role) -> Iterator[Occurrence]:
        span = Span(word.line, word.column, word.line, word.column + len(word.text))
        if word.kind == "asked":
            name = head(word.text)
            short = span._replace(end_column=span.column + len(name))
            yield self._of_layer(name, short, where, (*where.entry, ""))
        elif word.kind == "function":
            yield Occurrence(Thing("function", word.text), span)
        elif word.kind == "name":
            thing = self._named(word.text, where, self.names(where))
            if thing is not None:
                yield Occurrence(thing, span)

    def _named(self, name: str, where: Role, known: Container[str]) -> Thing | None:
        """What a name of an expression means."""
        for entry, counter in reversed(self._counting(where.entry)):
            if counter == name:
                return Thing("counter", name, str(entry))
        if where.block and name in self.own.get(where.block, ()):
            return Thing("argument", name, where.block)
        if name in known:
            return Thing("symbol", name)
        if name in self.blocks:
            return Thing("block", name)
        if name in SHAPES:
            return Thing("shape", name)
        return Thing("operator", name) if name in ops.OPERATORS else None


def _own_blocks(layout: Layout) -> dict[str, tuple[str, ...]]:
    """The blocks of a text, with their arguments."""
    found: dict[str, list[str]] = {}
    for path in layout.items:
        if len(path) >= 2 and path[0] == "blocks" and isinstance(path[1], str):  # noqa: PLR2004 - a key below blocks
            args = found.setdefault(path[1], [])
            if len(path) == 4 and path[2] == "args" and isinstance(path[3], str):  # noqa: PLR2004 - and below args
                args.append(path[3])
    return {name: tuple(args) for name, args in found.items()}
