"""The messages of an ONNX file as bytes: nodes, tensors, graphs, the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cnnplan.lazy import np
from cnnplan.translation.onnx.contents import DTYPES
from cnnplan.translation.onnx.wire import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "DOMAIN",
    "WRITTEN",
    "Call",
    "function_proto",
    "graph_proto",
    "info_proto",
    "model_proto",
    "number_of",
    "tensor_proto",
]

IR_VERSION: Final = 10
OPSET: Final = 22
"""The versions of the format and of its operators that are written."""

DOMAIN: Final = "cnnplan.layers"
"""The domain of functions: layers that ONNX has no operator for."""

WRITTEN: Final = ("float32", "float64", "float16")
"""What numbers may be stored in."""

_NUMBERS: Final = {name: number for number, name in DTYPES.items()}


def number_of(dtype: str) -> int:
    """ONNX's number of a type."""
    return _NUMBERS[dtype]


@dataclass(slots=True)
class Call:
    """A node: what it computes, of what, and what its results are called."""

    op: str
    name: str
    inputs: list[str]
    outputs: list[str]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    domain: str = ""

    def proto(self) -> bytes:
        """Its message."""
        parts: list[tuple[int, Any]] = [(1, name) for name in self.inputs]
        parts += [(2, name) for name in self.outputs]
        parts += [(3, self.name), (4, self.op)]
        parts += [(5, _attribute(name, value)) for name, value in self.attributes.items()]
        return message([*parts, *([(7, self.domain)] if self.domain else [])])


def _attribute(name: str, value: Any) -> bytes:
    """An attribute: a whole number, a number, a text, an array, or a list of one kind."""
    if isinstance(value, bool | int):
        return message([(1, name), (20, 2), (3, int(value))])
    if isinstance(value, float):
        return message([(1, name), (20, 1), (2, value)])
    if isinstance(value, str):
        return message([(1, name), (20, 3), (4, value)])
    if hasattr(value, "dtype"):
        return message([(1, name), (20, 4), (5, tensor_proto("", value.shape, value.dtype.name, value))])
    if all(isinstance(each, int) for each in value):
        return message([(1, name), (20, 7), *((8, each) for each in value)])
    return message([(1, name), (20, 8), *((9, str(each)) for each in value)])


def tensor_proto(name: str, shape: Sequence[int], dtype: str, array: Any) -> bytes:
    """A tensor with its contents."""
    head: list[tuple[int, Any]] = [(1, extent) for extent in shape]
    head += [(2, number_of(dtype)), *([(8, name)] if name else [])]
    data = np.ascontiguousarray(array, np.dtype(dtype).newbyteorder("<")).tobytes()
    return message([*head, (9, data)])


def info_proto(name: str, dtype: str, dims: Iterable[int | str]) -> bytes:
    """What is known of a tensor; an extent that may vary is a text."""
    extents = [(1, message([(1 if isinstance(n, int) else 2, n)])) for n in dims]
    return message([(1, name), (2, message([(1, message([(1, number_of(dtype)), (2, message(extents))]))]))])


def function_proto(name: str, inputs: Sequence[str], output: str, nodes: Iterable[Call]) -> bytes:
    """A function of one output, made of ONNX's own operators."""
    parts: list[tuple[int, Any]] = [(1, name), *((4, each) for each in inputs), (5, output)]
    parts += [(7, node.proto()) for node in nodes]
    return message([*parts, (9, _opset("", OPSET)), (10, DOMAIN)])


def graph_proto(name: str, parts: Iterable[tuple[int, bytes]]) -> bytes:
    """A graph of nodes (1), initializers (5), inputs (11), outputs (12) and what is known of other tensors (13)."""
    return message([(2, name), *parts])


def model_proto(graph: bytes, functions: Sequence[bytes], told: Mapping[str, str], producer: tuple[str, str]) -> bytes:
    """The model: its graph, its functions, and what is told of it beside them."""
    parts: list[tuple[int, Any]] = [(1, IR_VERSION), (2, producer[0]), (3, producer[1]), (7, graph)]
    parts += [(8, _opset("", OPSET)), *([(8, _opset(DOMAIN, 1))] if functions else [])]
    parts += [(14, message([(1, key), (2, value)])) for key, value in told.items()]
    return message([*parts, *((25, function) for function in functions)])


def _opset(domain: str, version: int) -> bytes:
    return message([*([(1, domain)] if domain else []), (2, version)])
