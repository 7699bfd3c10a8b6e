"""What a spec names, and where: the entries inside entries, and the names that expressions read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.spec import Record, Verb
from cnnplan.spec.references import route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.spec import Block, Entry, Expression, Spec

__all__ = ["called", "entries", "names", "symbols", "within"]


def within(entry: Entry) -> Iterator[tuple[tuple[Entry, ...], str | None]]:
    """The lists of entries inside an entry, with the name of the scope that each is in."""
    if entry.body:
        yield entry.body, entry.name
    for path in entry.paths:
        yield path.layers, path.name or entry.name


def entries(listed: Iterable[Entry]) -> Iterator[Entry]:
    """Entries with those inside them."""
    for entry in listed:
        yield entry
        for inner, _ in within(entry):
            yield from entries(inner)


def names(block: Block) -> set[str]:
    """The names that the layers of a block and the defaults of its arguments read."""
    read = _read(expression for entry in entries(block.layers) for expression in _expressions(entry))
    return read | _read(default for default in block.args.values() if default is not None)


def symbols(spec: Spec) -> set[str]:
    """The names that a spec reads outside of blocks where an argument of that name is meant."""
    used = _read(expression for entry in entries(spec.layers) for expression in _expressions(entry))
    for declared in spec.inputs.values():
        used |= _read(filter(None, (*declared.shape, declared.below)))
    for promise in spec.expect:
        used |= promise.that.names | promise.at.keys()
    for block in spec.blocks.values():
        if block.sees_symbols:
            used |= names(block) - block.args.keys()
            used |= _read(default for default in block.args.values() if default is not None)
    return used


def called(spec: Spec) -> set[str]:
    """The blocks that the layers of a spec lead to, also by way of verbs that are values."""
    values = (value for symbol in spec.symbols.values() for value in symbol.values)
    found: set[str] = set()
    pending = _spoken(spec.layers) | {verb for value in values for verb in _verbs(value)}
    while pending:
        name = pending.pop()
        if name in spec.blocks and name not in found:
            found.add(name)
            block = spec.blocks[name]
            pending |= _spoken(block.layers) | names(block)
    return found


def _spoken(listed: Iterable[Entry]) -> set[str]:
    """The verbs of entries, and all names in their expressions, any of which may be a verb."""
    found: set[str] = set()
    for entry in entries(listed):
        found.add(entry.verb)
        if entry.join:
            found.add(entry.join.verb)
        found |= _read(_expressions(entry))
    return found


def _expressions(entry: Entry) -> Iterator[Expression]:
    """The expressions of an entry itself."""
    yield from entry.args.values()
    yield from filter(None, (entry.verb_expression, entry.when, entry.repeat.count if entry.repeat else None))
    yield from filter(None, (path.when for path in entry.paths))
    yield from (path.repeat.count for path in entry.paths if path.repeat)
    yield from _indices((*(entry.from_ or ()), *(name for path in entry.paths for name in path.from_ or ())))
    yield from filter(None, (entry.origin, *((entry.dtype.weights, entry.dtype.activations) if entry.dtype else ())))
    if entry.join:
        yield from entry.join.args.values()
        yield from filter(None, (entry.join.verb_expression,))


def _indices(read: Iterable[str]) -> Iterator[Expression]:
    """The expressions in the brackets of what is read, `xs[i]`."""
    for name in read:
        for step in route(name).steps:
            yield from () if isinstance(step, str) else filter(None, step)


def _read(expressions: Iterable[Expression]) -> set[str]:
    return {name for expression in expressions for name in expression.names}


def _verbs(value: Any) -> Iterator[str]:
    """The verbs in the value of a symbol."""
    if isinstance(value, Verb):
        yield str(value)
    elif isinstance(value, Record):
        for field in value.values():
            yield from _verbs(field)
    elif isinstance(value, tuple):
        for item in value:
            yield from _verbs(item)
