"""Through the entries of a spec: what they say, what they read, and the networks that its choices make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.graph import build
from cnnplan.graph.fragments import Call
from cnnplan.ops import OPERATORS
from cnnplan.spec import Record, Verb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.graph import Graph
    from cnnplan.graph.fragments import Fragment
    from cnnplan.sizes import Shape
    from cnnplan.spec import Entry

__all__ = ["Called", "calls", "entries", "inside", "others", "read_in", "references", "stand_ins", "texts", "verbs"]

ANY: Final = 224


class Called(NamedTuple):
    """A block where it is called: by which entry, and the shapes that come in and go out."""

    place: Place
    block: str
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


def calls(graph: Graph) -> Iterator[Called]:
    """Every call of a block in a network."""

    def within(fragment: Fragment, known: dict[int, Shape]) -> Iterator[Called]:
        start = 0
        for item in fragment.items:
            if not isinstance(item, Call):
                known[start] = item.facts.shape if item.facts is not None else ()
                start += 1
                continue
            inputs = {-1 - place: known[ref] for place, ref in enumerate(item.inputs) if ref in known}
            yield from within(item.fragment, inputs)
            ends = item.outputs
            known.update({each.ref: each.shape for each in ends if each.ref is not None and each.shape is not None})
            shapes = tuple(each.shape for each in ends if each.shape is not None)
            yield Called(item.place, item.fragment.name, (*inputs.values(),), shapes)
            start += item.fragment.size

    shapes = {-1 - number: shape for number, shape in enumerate(graph.inputs.values())}
    yield from within(graph._fragment, shapes)  # noqa: SLF001 - the graph as it was unrolled


def entries(spec: Any) -> Iterator[Entry]:
    """Every entry of a spec."""

    def inside(entries: Any) -> Iterator[Entry]:
        for entry in entries:
            yield entry
            yield from inside(entry.body)
            for path in entry.paths:
                yield from inside(path.layers)

    yield from inside(spec.layers)
    for block in spec.blocks.values():
        yield from inside(block.layers)


def texts(entries: Any) -> Iterator[str]:
    """The expressions in entries, as they are written."""
    for entry in entries:
        expressions = [*entry.args.values(), entry.when, entry.verb_expression, entry.repeat and entry.repeat.count]
        yield from (each.text for each in expressions if each is not None)
        yield from texts(entry.body)
        for path in entry.paths:
            if path.when is not None:
                yield path.when.text
            yield from texts(path.layers)


def inside(entries: Any) -> Iterator[Entry]:
    """Entries, and those inside of them."""
    for entry in entries:
        yield entry
        yield from inside(entry.body)
        for path in entry.paths:
            yield from inside(path.layers)


def references(spec: Any) -> set[str]:
    """The names that are read by name somewhere, and not only by what comes next."""
    found = set(spec.outputs)
    for block in spec.blocks.values():
        found |= set(block.outputs)
    for entry in entries(spec):
        found |= {re.split(r"[.\[]", name)[0] for name in entry.from_ or ()}
        for path in entry.paths:
            found |= {re.split(r"[.\[]", name)[0] for name in path.from_ or ()}
        for expression in entry.args.values():
            found |= {name.split(".")[0] for name in expression.layers}
    return found


def read_in(entries: Any) -> set[str]:
    """The names that entries read by name."""
    found: set[str] = set()
    for entry in entries:
        found |= {re.split(r"[.\[]", name)[0] for name in entry.from_ or ()} | read_in(entry.body)
        for path in entry.paths:
            found |= {re.split(r"[.\[]", name)[0] for name in path.from_ or ()} | read_in(path.layers)
    return found


def others(graph: Graph) -> Iterator[Graph]:
    """The network with every other choice."""
    for symbol in graph.spec.symbols.values():
        for label, value in list((symbol.choices or {}).items())[:16]:
            if value != graph.values.get(symbol.name):
                yield build(graph.spec, {symbol.name: label}, lenient=True)


def stand_ins(spec: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all letters; one that has none gets any, to look at operators with: it stays in the text."""
    return {**dict.fromkeys(spec.symbols, ANY), **values}


def verbs(spec: Any) -> set[str]:
    """The blocks that are values of arguments or symbols."""
    found: set[str] = set()
    for symbol in spec.symbols.values():
        for value in (*symbol.values, *(symbol.choices or {}).values()):
            fields: Mapping[str, Any] = value if isinstance(value, Record) else {"": value}
            found |= {str(each) for each in fields.values() if isinstance(each, Verb | str)} if fields else set()
    for text in (each for entry in entries(spec) for each in (a.text for a in entry.args.values())):
        if text in spec.blocks:
            found.add(text)
    return {name for name in found if name in spec.blocks and name not in OPERATORS}
