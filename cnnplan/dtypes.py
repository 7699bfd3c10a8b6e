"""Types of numbers as they are stored: how many bits one takes, and in which a layer holds weights and activations."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["BITS", "STORED", "Storage", "is_whole"]

BITS: Final = {
    "float64": 64, "float32": 32, "float16": 16, "bfloat16": 16, "complex64": 64, "complex128": 128,
    "float8_e4m3": 8, "float8_e5m2": 8, "float8_e8m0": 8, "float4": 4,
    "int64": 64, "int32": 32, "int16": 16, "uint64": 64, "uint32": 32, "uint16": 16, "bool": 8,
    **{f"{sign}{bits}": bits for sign in ("int", "uint") for bits in range(8, 0, -1)},
}  # fmt: skip
"""Bits of an element."""

STORED: Final = tuple(name for name in BITS if "complex" not in name and name != "bool")
"""Those that weights and activations may be stored in."""


class Storage(NamedTuple):
    """The types that a layer is told, "" where it is not.

    Args:
        weights: of the numbers that are trained; buffers, such as running means, keep the type of the network.
        activations: of its output, where that is no whole number anyway, such as an index.
    """

    weights: str = ""
    activations: str = ""

    def __str__(self) -> str:
        """As people read it: `int8`, `int4 / float16`, `int4 / -` where activations are told nothing."""
        return " / ".join(dict.fromkeys(each or "-" for each in self))

    def within(self, outer: Storage | None) -> Storage:
        """The same, with what is told around it where it says nothing itself."""
        return self if outer is None else Storage(self.weights or outer.weights, self.activations or outer.activations)


def is_whole(dtype: str) -> bool:
    """Whether a type holds whole numbers, or one of a few levels: a number is brought to it by a scale."""
    return "int" in dtype or dtype == "float4"
