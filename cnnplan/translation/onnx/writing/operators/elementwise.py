"""Arithmetic on elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

COMPARISONS: Final = {
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "less": "Less",
    "less_equal": "LessOrEqual",
    "equal": "Equal",
    "not_equal": "Equal",
}


def _joined(layer: Layer, op: str) -> str:
    """One after the other, and a number last."""
    reads = [*layer.inputs]
    if layer.op.value is not None:
        reads.append(layer.number(layer.op.value))
    if getattr(layer.op, "reverse", False):
        reads.reverse()
    found = reads[0]
    for other in reads[1:]:
        found = layer.call(op, [found, other])
    return found


def add_(layer: Layer) -> str:
    """Add; of more than two Sum where all are alike."""
    if len(layer.inputs) > 2 and layer.op.value is None and len(set(layer.shapes)) == 1:  # noqa: PLR2004 - a pair
        return layer.call("Sum")
    return _joined(layer, "Add")


def subtract_(layer: Layer) -> str:
    """Sub."""
    return _joined(layer, "Sub")


def multiply_(layer: Layer) -> str:
    """Mul."""
    return _joined(layer, "Mul")


def divide_(layer: Layer) -> str:
    """Div."""
    return _joined(layer, "Div")


def abs_(layer: Layer) -> str:
    """Abs."""
    return layer.call("Abs")


def pow_(layer: Layer) -> str:
    """Pow."""
    return layer.call("Pow", [layer.x, layer.number(layer.op.exponent)])


def sqrt_(layer: Layer) -> str:
    """Sqrt."""
    return layer.call("Sqrt")


def exp_(layer: Layer) -> str:
    """Exp."""
    return layer.call("Exp")


def log_(layer: Layer) -> str:
    """Log."""
    return layer.call("Log")


def sin_(layer: Layer) -> str:
    """Sin."""
    return layer.call("Sin")


def cos_(layer: Layer) -> str:
    """Cos."""
    return layer.call("Cos")


def clip_(layer: Layer) -> str:
    """Clip."""
    bounds = ["" if bound is None else layer.number(bound) for bound in (layer.op.min, layer.op.max)]
    return layer.call("Clip", [layer.x, *(bounds if bounds[1] else bounds[:1])])


def compare_(layer: Layer) -> str:
    """A comparison with another input, or with a number."""
    reads = [*layer.inputs, *([] if layer.op.value is None else [layer.number(layer.op.value)])]
    found = layer.call(COMPARISONS[layer.op.mode], reads)
    return layer.call("Not", [found]) if layer.op.mode == "not_equal" else found


def where_(layer: Layer) -> str:
    """Where."""
    return layer.call("Where", [*layer.inputs, *([] if layer.op.value is None else [layer.number(layer.op.value)])])
