"""Blocks: their heads, which every entry may call, then their layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnplan import ops
from cnnplan.spec.documents import BlockDocument, read
from cnnplan.spec.entries import read_entries, refer
from cnnplan.spec.model import Block
from cnnplan.spec.reading import Signature
from cnnplan.spec.recursion import cycles
from cnnplan.spec.scopes import Layers, Scope
from cnnplan.spec.words import STRUCTURES, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.spec.expressions import Expression
    from cnnplan.spec.reading import Reading

__all__ = ["Header", "read_blocks", "read_headers", "read_outputs"]

LIST = ".*"
"""Behind the name of an input of a block that is a list of maps."""


@dataclass(slots=True)
class Header:
    """A block before its layers are read."""

    place: Place
    document: BlockDocument
    included: bool

    @property
    def signature(self) -> Signature:
        """Its arguments: whether each must be given."""
        return Signature({name: default == "required" for name, default in self.document.args.items()})


def read_headers(
    reading: Reading, blocks: dict[str, Any], place: Place, *, included: bool
) -> Iterator[tuple[str, Header]]:
    """The blocks of a document by name, before their layers are read; `included` is whether the file is another's."""
    faults = reading.faults
    for name, data in blocks.items():
        where = place.below("blocks", name)
        if reason := _refused_verb(name):
            faults.add("CNN017", where.at_key(), reason)
        if not isinstance(data, dict):
            faults.add("CNN013", where, "a block is a mapping with args and layers", layer=name)
            data = {"layers": []}  # noqa: PLW2901
        yield name, Header(where, read(BlockDocument, data, where, faults, layer=name), included)


def _refused_verb(name: str) -> str:
    if (name in ops.OPERATORS and name not in ops.LATER) or name in STRUCTURES:
        return f"{name} is taken: it is an operator of the language"
    return refusal(name, spoken=True)


def read_blocks(reading: Reading, headers: Mapping[str, Header]) -> dict[str, Block]:
    """The blocks with their layers, none of which may lead back to itself."""
    calls: dict[str, dict[str, Place]] = {}
    blocks = {}
    for name, header in headers.items():
        reading.calls = calls[name] = {}
        blocks[name] = _block(reading, name, header)
    for chain in cycles(calls):
        message = f"a block may not call itself: {' calls '.join(chain)}"
        reading.faults.add("CNN018", calls[chain[-2]][chain[-1]].at_key(), message, layer=chain[-2])
    reading.calls = {}
    return blocks


def _block(reading: Reading, name: str, header: Header) -> Block:
    document, place = header.document, header.place
    symbols = frozenset() if header.included else reading.symbols
    args = _args(reading, document.args, place.below("args"), symbols, name)
    layers = Layers(f"{name}.")
    inputs = tuple([each.removesuffix(LIST) for each in document.inputs])
    for i, each in enumerate(inputs):
        layers.declare(each, 0, place.below("inputs", i), reading.faults, name)
    scope = Scope(symbols | frozenset(document.args), layers, layer=name)
    entries = read_entries(reading, document.layers, place.below("layers"), scope)
    read_outputs(reading, document.outputs, place.below("outputs"), list(document.outputs), scope)
    layers.judge(reading.faults, ("prev",) if document.inputs else ("prev", "input"))
    lists = frozenset(each.removesuffix(LIST) for each in document.inputs if each.endswith(LIST))
    defaults = {name: each.value for name, each in args.items() if each is not None and each.constant}
    return Block(name, place, args, defaults, inputs, entries, document.outputs, not header.included, lists)


def _args(
    reading: Reading, data: dict[str, Any], place: Place, symbols: frozenset[str], block: str
) -> dict[str, Expression | None]:
    """The defaults; each sees the arguments written before it."""
    args: dict[str, Expression | None] = {}
    for name, default in data.items():
        where = place.below(name)
        if reason := refusal(name, spoken=True):
            reading.faults.add("CNN017", where.at_key(), reason, layer=block)
        later = frozenset(data) - frozenset(args)
        scope = Scope(symbols | frozenset(args), Layers(), layer=block, later=later)
        args[name] = None if default == "required" else reading.expression(default, where, scope)
    return args


def read_outputs(reading: Reading, names: tuple[str, ...], place: Place, data: Any, scope: Scope) -> None:
    """Keep the names of outputs, to be looked for at the end; none may stand twice."""
    reading.now()
    refer(reading, names, place, data, scope)
    for i, name in enumerate(names):
        if name in names[:i]:
            reading.faults.add("CNN017", place.below(i), f"the output {name} is named twice", layer=scope.layer)
