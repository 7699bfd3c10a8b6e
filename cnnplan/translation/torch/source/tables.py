"""The choices of symbols as tables: a named tuple with its types, and one of it for each choice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnnplan.spec import Record, Verb
from cnnplan.translation.expressions import literal
from cnnplan.translation.layout import laid
from cnnplan.translation.torch.source.assembly import class_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnnplan.spec.model import Symbol
    from cnnplan.translation.torch.source.files import File

__all__ = ["chosen", "fields", "kind_at", "several", "tables"]

METHODS = frozenset({"count", "index"})
"""What a named tuple calls something of its own."""


def chosen(file: File, symbol: Symbol) -> str:
    """The variable that holds the choice of a symbol in `__init__`."""
    several = sum(any(True for _ in _records(each)) for each in file.spec.symbols.values()) > 1
    return f"{symbol.name}_settings" if several or "settings" in file.spec.symbols else "settings"


def fields(file: File, symbol: Symbol) -> dict[str, str]:
    """The fields of a choice, as `__init__` calls them, by how the language does."""
    record = symbol.default
    names = record if isinstance(record, Record) else ()
    return {f"{symbol.name}.{key}": f"{chosen(file, symbol)}.{_field(key)}" for key in names}


def kind_at(file: File, text: str) -> str:
    """The type of what `symbol.field` says, or a symbol."""
    name, _, key = text.partition(".")
    symbol = file.spec.symbols.get(name)
    if symbol is None:
        return "Any"
    if key:
        return _kind(file, [record[key] for record in _records(symbol) if key in record])
    return _kind(file, [*(symbol.choices or {}).values(), *([] if symbol.default is None else [symbol.default])])


def tables(file: File) -> list[str]:
    """The tables of a file."""
    found = []
    for symbol in file.spec.symbols.values():
        records = [*_records(symbol)]
        if not records:
            continue
        used = {each.partition(".")[2] for each in file.used if each.startswith(f"{symbol.name}.")}
        more = (text for made in file.order for text in made.more.values())
        used |= {text.partition(".")[2] for text in more if text.startswith(f"{symbol.name}.")}
        keys = [key for key in records[0] if key in used]
        name = _tuple_name(file, symbol)
        lines = [f"class {name}(NamedTuple):", f'    """What tells the choices of `{symbol.name}` apart."""', ""]
        lines += [f"    {_field(key)}: {kind_at(file, f'{symbol.name}.{key}')}" for key in keys]
        lines += ["", "", f"{symbol.name.upper()}S: dict[str, {name}] = {{"]
        for record in records:
            told = ", ".join(f"{_field(key)}={_text(file, record[key])}" for key in keys if key in record)
            lines += laid(f'    "{record.label}": {name}({told})')
            lines[-1] += ","
        found.append("\n".join([*lines, "}"]))
    return found


def several(values: Sequence[tuple[Any, ...]]) -> str:
    """The type of some tuples of numbers: `tuple[int, int]` where all are pairs."""
    lengths = {len(value) for value in values}
    plain = all(type(each) is int for value in values for each in value)
    length = lengths.pop() if len(lengths) == 1 and plain else 0
    return f"tuple[{', '.join(['int'] * length)}]" if length in (1, 2, 3) else "tuple[int, ...]"


def _tuple_name(file: File, symbol: Symbol) -> str:
    called = class_name(symbol.name)
    return f"{called}Settings" if called in {made.name for made in file.order} else called


def _records(symbol: Symbol) -> Iterator[Record]:
    return (value for value in (symbol.choices or {}).values() if isinstance(value, Record))


def _field(key: str) -> str:
    return f"{key}_" if key in METHODS else key


def _text(file: File, value: Any) -> str:
    if isinstance(value, tuple):
        items = ", ".join(_text(file, each) for each in value)
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, Verb) or (isinstance(value, str) and file.is_verb(value)):
        return file.verb(str(value))
    return literal(value).replace("'", '"')


def _kind(file: File, values: Sequence[Any]) -> str:
    """The type of some values; Any where it is none that is told in a word."""
    verbs = [
        str(value) for value in values if isinstance(value, Verb) or (isinstance(value, str) and file.is_verb(value))
    ]
    if values and len(verbs) == len(values):
        blocks = [class_name(name) for name in dict.fromkeys(verbs) if name in file.spec.blocks]
        plain = any(name not in file.spec.blocks for name in verbs)
        return f"type[{' | '.join([*blocks, *(['nn.Module'] if plain else [])])}]"
    if values and all(isinstance(value, tuple) for value in values):
        return f"tuple[{_kind(file, [each for value in values for each in value])}, ...]"
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int"
    if kinds and all(re.fullmatch("int|float|Fraction", kind.__name__) for kind in kinds):
        return "float"
    return "str" if kinds == {str} else "Any"
