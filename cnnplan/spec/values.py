"""What an expression may evaluate to, besides numbers, truth values, text and tuples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnplan.sizes import Count, Size

__all__ = ["Record", "Verb", "kind", "kinds"]


class Verb(str):
    """The name of an operator or block as a value: `args: {act: relu}`."""

    __slots__ = ()


class Record(Mapping[str, Any]):
    """One choice of a symbol that is a set of named values; `variant.depths` reads a field.

    Args:
        label: the name of the choice.
        fields: its values by name.
    """

    __slots__ = ("_fields", "label")

    def __init__(self, label: str, fields: Mapping[str, Any]) -> None:
        self.label = label
        self._fields = dict(fields)

    def __getitem__(self, field: str) -> Any:
        return self._fields[field]

    def __getattr__(self, field: str) -> Any:
        """A field by attribute, for use from Python."""
        if field.startswith("_") or field not in self._fields:
            raise AttributeError(field)
        return self._fields[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and (self.label, self._fields) == (other.label, other._fields)

    def __hash__(self) -> int:
        return hash(self.label)

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"Record({self.label!r}, {self._fields!r})"


PLAIN = frozenset({bool, int, str, Fraction, Size, Count, Verb})
"""Types of values that have nothing in them."""


def kind(value: Any) -> Any:
    """The type of a value, and of what is in it: 1 is not true, and a verb is no text."""
    found = type(value)
    if found in PLAIN:
        return found
    if found is tuple:
        return tuple([kind(each) for each in value])
    return (tuple(value), *map(kind, value.values())) if isinstance(value, Mapping) else found


def kinds(values: Iterable[Any]) -> tuple[Any, ...]:
    """The types of values, and of what is in them."""
    found = tuple(map(type, values))
    return found if PLAIN.issuperset(found) else tuple(map(kind, values))
