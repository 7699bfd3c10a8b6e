"""In which types weights and activations are stored: `dtype` beside a verb, and `dtypes` of the spec by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.dtypes import STORED, Storage
from cnnplan.spec.arithmetic import show
from cnnplan.spec.documents import StorageDocument, read
from cnnplan.spec.model import Types
from cnnplan.spec.words import did_you_mean, is_name

if TYPE_CHECKING:
    from cnnplan.findings import Place
    from cnnplan.spec.expressions import Expression
    from cnnplan.spec.reading import Reading
    from cnnplan.spec.scopes import Scope

__all__ = ["read_patterns", "read_types"]


def read_types(reading: Reading, data: Any, place: Place, scope: Scope) -> Types | None:
    """`int8`, or `{weights: int4, activations: float16}`; None where nothing is said."""
    if data is None:
        return None
    if not isinstance(data, dict):
        both = _type(reading, "dtype", data, place, scope)
        return Types(both, both)
    document = read(StorageDocument, data, place, reading.faults, layer=scope.layer)
    return Types(
        _type(reading, "weights", document.weights, place.below("weights"), scope),
        _type(reading, "activations", document.activations, place.below("activations"), scope),
    )


def read_patterns(reading: Reading, data: dict[str, Any], place: Place) -> tuple[tuple[str, Storage], ...]:
    """The types by name or pattern of layers, `{"*": int8, head: float16}`."""
    return tuple((name, _told(reading, told, place.below(name))) for name, told in data.items())


def _told(reading: Reading, told: Any, place: Place) -> Storage:
    if not isinstance(told, dict):
        return Storage(*2 * (_known(reading, told, place),))
    document = read(StorageDocument, told, place, reading.faults)
    parts = ("weights", "activations")
    return Storage(*(_known(reading, getattr(document, part), place.below(part)) for part in parts))


def _known(reading: Reading, told: Any, place: Place) -> str:
    """A type that is written as it is; "" where there is none."""
    if told is None or (isinstance(told, str) and told in STORED):
        return told or ""
    _, name, *part = place.path
    _refuse(reading, f"{part[0] if part else 'dtype'} of {name}", told, place, None)
    return ""


def _type(reading: Reading, key: str, data: Any, place: Place, scope: Scope) -> Expression | None:
    """A type, or an expression of one."""
    if data is None:
        return None
    if isinstance(data, str) and is_name(data) and data not in STORED and data not in scope.names:
        _refuse(reading, key, data, place, scope.layer)
        return None
    expression = reading.expression(data, place, scope)
    for value in reading.value(expression, scope) if expression else ():
        if value not in STORED:
            _refuse(reading, key, value, place, scope.layer)
    return expression


def _refuse(reading: Reading, key: str, value: Any, place: Place, layer: str | None) -> None:
    shown = value if isinstance(value, str) else show(value)
    message = f"{key} (={shown}) is no type that numbers are stored in{did_you_mean(shown, STORED)}"
    hint = f"types are {', '.join(name for name in STORED if not name.startswith(('int', 'uint')))}, int8 to int1, ..."
    reading.faults.add("CNN013", place, message, layer=layer, hint=hint)
