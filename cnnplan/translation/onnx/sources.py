"""Values that no layer gives, as layers: weights as parameters, numbers as constants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.sizes import Count
from cnnplan.translation.onnx.contents import BOOL, DTYPES
from cnnplan.translation.onnx.numbers import Numbers

if TYPE_CHECKING:
    from cnnplan.translation.onnx.building import Builder
    from cnnplan.translation.onnx.messages import Node
    from cnnplan.translation.onnx.tensors import Tensors
    from cnnplan.translation.onnx.values import Value

__all__ = ["Sources"]

MOST_WRITTEN: Final = 64
"""The most elements of a constant that are written out."""


class Sources:
    """Makes a layer of each value that is read as one, once.

    Args:
        builder: what adds layers.
        tensors: what knows the elements of values.
    """

    def __init__(self, builder: Builder, tensors: Tensors) -> None:
        self.builder = builder
        self.tensors = tensors
        self._layers: dict[Any, tuple[Value, Value]] = {}

    def as_layer(self, node: Node, value: Value, rank: int | None = None) -> Value:
        """A value as the output of a layer: a weight as a parameter, numbers as a constant."""
        short = 0 if rank is None else rank - len(value.shape)
        if value.layer:
            return self.reshaped(node, value, short) if short > 0 else value
        key = (short, value.shape, id(value.tensor), value.steps, value.derived, id(value.numbers))
        if key not in self._layers:
            longer = _longer(value, short) if short > 0 else value
            made = self._constant(node, longer) if value.is_fixed else self.builder.parameter(node, longer)
            self._layers[key] = made, value
        return self._layers[key][0]

    def reshaped(self, node: Node, value: Value, short: int) -> Value:
        """A layer's output with axes of extent 1 in front."""
        verb = "reshape" if value.shape else "expand"
        return self.builder.layer(node, verb, {"shape": (*[1] * short, *value.shape)}, [value], {}, "front")

    def _constant(self, node: Node, value: Value) -> Value:
        known = self.tensors.numbers(value) if value.fill is None else Numbers.scalar(value.fill)
        plain = known is not None and not any(isinstance(n, Count) for n in known.flat)
        elements = {} if value.is_float else {"dtype": DTYPES[value.dtype]}
        shape = {"shape": tuple(value.shape)}
        if known is not None and len(set(known.flat)) == 1 and not isinstance(known.flat[0], Count):
            args: dict[str, Any] = {**shape, "value": known.flat[0], **elements}
        elif known is not None and plain and len(known.flat) <= MOST_WRITTEN:
            args = {"values": _nested(known), **elements}
        else:
            args = {**shape, **elements}
            if known is not None and elements and value.dtype != BOOL:
                args["below"] = 1 + max(known.flat)
        stored = {"value": value} if "value" not in args and "values" not in args else {}
        made = self.builder.layer(node, "constant", args, [], stored, value.name)
        return replace(made, dtype=value.dtype)


def _longer(value: Value, short: int) -> Value:
    """A tensor with axes of extent 1 in front."""
    shape: Any = (*[1] * short, *value.shape)
    if value.numbers is not None:
        return replace(value, shape=shape, numbers=Numbers(shape, value.numbers.flat))
    if value.derived is not None:
        given = value.derived
        return replace(value, shape=shape, derived=lambda: (found := given()).reshape((1,) * short + found.shape))
    return value.rearranged(shape, lambda array: array.reshape((1,) * short + array.shape))


def _nested(known: Numbers) -> Any:
    """The elements in lists of lists."""
    found: list[Any] = [*known.flat]
    for extent in reversed(known.shape[1:]):
        found = [tuple(found[i : i + extent]) for i in range(0, len(found), extent)]
    return tuple(found)
