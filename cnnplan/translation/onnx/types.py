"""In which types a file keeps weights and activations, in words and as the type of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.onnx.contents import DTYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.translation.onnx.values import Value

__all__ = ["described", "stored", "whole"]

WHOLE: Final = frozenset({"int4", "uint4", "int8", "uint8", "int16", "uint16"})
"""Types of whole numbers that weights are kept in."""

BITS: Final = {
    "float64": 64, "float32": 32, "float16": 16, "bfloat16": 16, "int64": 64, "uint64": 64, "int32": 32, "uint32": 32,
    "int16": 16, "uint16": 16, "int8": 8, "uint8": 8, "int4": 4, "uint4": 4, "bool": 8,
}  # fmt: skip
"""The bits of an element."""


def stored(weights: Mapping[str, int]) -> str:
    """The type of decimals that most weights are kept in, float32 where there are none.

    Args:
        weights: how many there are by type.
    """
    floats = {dtype: count for dtype, count in weights.items() if "float" in dtype and dtype in BITS}
    return max(floats, key=lambda dtype: floats[dtype], default="float32")


def whole(weights: Iterable[Value]) -> dict[str, Any]:
    """What the entry of a layer says of weights that the file keeps as whole numbers, all of one type.

    Weights of several types, such as int8 with a bias of int32, have no word in the language: {}.
    """
    kept = {DTYPES.get(each.kept or each.tensor.dtype, "") if each.tensor is not None else "" for each in weights}
    return {"dtype": {"weights": kept.pop()}} if len(kept) == 1 and kept <= WHOLE else {}


def described(weights: Mapping[str, int], activations: Mapping[str, int]) -> str:
    """A sentence on a quantized network, "" for one that is none.

    Args:
        weights: how many there are by type.
        activations: how many layers round to each type.

    >>> described({"int8": 288, "int32": 18}, {"uint8": 3})
    'Weights: 288 int8 (8 bits), 18 int32 (32 bits). Activations: 3 layers round to uint8 (8 bits).'
    """
    if not activations and all("float" in dtype for dtype in weights):
        return ""
    said = [f"{count:,} {_shown(dtype)}" for dtype, count in _ordered(weights)]
    rounded = [
        f"{count:,} layer{'s round' if count > 1 else ' rounds'} to {_shown(d)}" for d, count in _ordered(activations)
    ]
    parts = (f"{what}: {', '.join(texts)}." for what, texts in (("Weights", said), ("Activations", rounded)) if texts)
    return " ".join(parts)


def _shown(dtype: str) -> str:
    return f"{dtype} ({BITS[dtype]} bits)" if dtype in BITS else dtype or "of an unknown type"


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
