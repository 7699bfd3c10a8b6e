"""Numbers, truth values and nulls as YAML 1.2 writes them, exact: a decimal is a Fraction, never a float."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from cnnplan.lazy import pattern

__all__ = ["DIGITS", "UNITS", "decimal", "exact", "resolve"]

DIGITS: Final = 40
"""The most digits that a number may be written with, its exponent spelled out."""

UNITS: Final = {
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
"""What may stand directly behind a number in an expression."""

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER: Final = pattern(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL: Final = pattern(r"([-+]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([-+]?[0-9]+))?")
_BASES: Final = {"0o": 8, "0x": 16}


def exact(value: Fraction | int) -> int | Fraction:
    """The same number, as an int where it is whole."""
    return value if isinstance(value, int) else value.numerator if value.denominator == 1 else value


def decimal(text: str) -> int | Fraction | None:
    """The exact value of a number's text, None where it is no number or has more digits than are allowed."""
    match = _DECIMAL.fullmatch(text)
    if match is None or len(text) > DIGITS:
        return None
    sign, whole, behind, alone, exponent = match.groups(default="")
    places = behind or alone
    power = int(exponent or 0) - len(places)
    digits = int(f"{sign}{whole}{places}")
    if abs(power) > DIGITS:
        return None
    return digits * 10**power if power >= 0 else exact(Fraction(digits, 10**-power))


def resolve(text: str) -> int | Fraction | bool | str | None:
    """What a plain scalar means: `yes` and `on` are text, `0o17` is 15, `1e-5` is exact."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789" or len(text) > DIGITS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text, _BASES.get(text[:2], 10))
    number = decimal(text)
    return text if number is None else number
