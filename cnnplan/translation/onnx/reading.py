"""The bytes of an ONNX file as messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from cnnplan.translation.onnx.messages import Attribute, Function, Graph, Info, Model, Node, Span, Tensor
from cnnplan.translation.onnx.wire import BYTES, FIXED32, Damaged, fields, floats, integers, signed

__all__ = ["read_entry", "read_function", "read_graph", "read_model"]

MOST_NODES: Final = 200_000
MOST_WIRES: Final = 20_000
"""The most nodes of a graph, and the most inputs and outputs of one."""

LARGEST: Final = 2**40
"""The largest extent."""

MOST_AXES: Final = 32

LONGEST_ALIKE: Final = 512
"""The most bytes that are looked for among what was read already."""


def read_model(data: Any) -> Model:
    """The model of a file.

    Raises:
        Damaged: it is cut off, damaged, or larger than a network is.
    """
    model = Model()
    for number, kind, at, end in fields(data, 0, len(data)):
        if number == 7 and kind == BYTES:
            model.graph = read_graph(Span(data, at, end))
        elif number == 8 and kind == BYTES:
            domain, version = _opset(data, at, end)
            model.opsets[domain] = version
        elif number == 2 and kind == BYTES:
            model.producer = _text(data, at, end)
        elif number == 14 and kind == BYTES:
            key, text = _entry(data, at, end)
            model.told[key] = text
        elif number == 25 and kind == BYTES:
            function = _function(data, at, end)
            model.functions[function.domain, function.name] = function
    if model.graph is None:
        raise Damaged("there is no graph in it")
    return model


def read_graph(span: Span) -> Graph:
    """A graph, that of the model or one of a node."""
    graph, data, alike = Graph(), span.data, Alike()
    for number, kind, at, end in fields(data, span.start, span.end):
        if kind != BYTES:
            continue
        if number == 1:
            graph.nodes.append(_node(data, at, end, alike))
            if len(graph.nodes) > MOST_NODES:
                raise Damaged(f"the graph has more than {MOST_NODES:,} nodes")
        elif number == 5:
            tensor = _tensor(data, at, end)
            if tensor.name in graph.initializers:
                raise Damaged(f"two initializers are called {tensor.name}")
            graph.initializers[tensor.name] = tensor
        elif number in (11, 12):
            (graph.inputs, graph.outputs)[number - 11].append(_info(data, at, end))
        elif number == 2:
            graph.name = _text(data, at, end)
        elif number == 15:
            graph.sparse = True
    return graph


def read_function(data: bytes) -> Function:
    """A function that stands alone."""
    return _function(data, 0, len(data))


def _text(data: Any, at: int, end: int) -> str:
    return str(data[at:end], "utf-8", "replace")


def _opset(data: Any, at: int, end: int) -> tuple[str, int]:
    domain, version = "", 0
    for number, kind, value, stop in fields(data, at, end):
        if number == 1 and kind == BYTES:
            domain = _text(data, value, stop)
        elif number == 2 and not kind:
            version = signed(value)
    return "" if domain == "ai.onnx" else domain, version


@dataclass(slots=True)
class Alike:
    """What was read already, by its bytes: attributes, and what stands behind the names of nodes."""

    nodes: dict[bytes, tuple[str, str, dict[str, Attribute]]] = field(default_factory=dict)
    attributes: dict[bytes, tuple[str, Attribute]] = field(default_factory=dict)
    sets: dict[tuple[int, ...], dict[str, Attribute]] = field(default_factory=dict)


_INPUT, _OUTPUT, _NAME = 0x0A, 0x12, 0x1A
_NAMES: Final = frozenset({_INPUT, _OUTPUT, _NAME})
"""The tags of the names of a node, which writers put first."""


def _node(data: Any, at: int, end: int, alike: Alike) -> Node:
    inputs: list[str] = []
    outputs: list[str] = []
    node = Node("", "", "", inputs, outputs)
    while at < end - 1 and (tag := data[at]) in _NAMES and (size := data[at + 1]) < 0x80 and size <= end - at - 2:
        text = str(data[at + 2 : at + 2 + size], "utf-8", "replace")
        at += 2 + size
        if tag == _INPUT:
            inputs.append(text)
        elif tag == _OUTPUT:
            outputs.append(text)
        else:
            node.name = text
    rest = data[at:end] if end - at <= LONGEST_ALIKE else b""
    known = alike.nodes.get(rest)
    if known is not None:
        node.op, node.domain, attributes = known
        node.attributes = attributes if all(map(_is_plain, attributes.values())) else _anew(attributes)
    else:
        names = len(inputs), len(outputs), node.name
        _rest(node, data, (at, end), alike)
        if node.attributes:
            node.attributes = alike.sets.setdefault(tuple(map(id, node.attributes.values())), node.attributes)
        if rest and names == (len(inputs), len(outputs), node.name):
            alike.nodes[rest] = node.op, node.domain, node.attributes
    if len(inputs) + len(outputs) > MOST_WIRES:
        raise Damaged(f"{node.called} has more than {MOST_WIRES:,} inputs and outputs")
    return node


def _rest(node: Node, data: Any, where: tuple[int, int], alike: Alike) -> None:
    """What of a node stands behind its names, and names that stand elsewhere."""
    for number, kind, value, stop in fields(data, *where):
        if kind != BYTES:
            continue
        if number == 5:
            name, attribute = _attribute(data, value, stop, alike)
            node.attributes[name] = attribute
        elif number == 1:
            node.inputs.append(_text(data, value, stop))
        elif number == 2:
            node.outputs.append(_text(data, value, stop))
        elif number == 4:
            node.op = _text(data, value, stop)
        elif number == 3:
            node.name = _text(data, value, stop)
        elif number == 7:
            node.domain = _text(data, value, stop)
    node.domain = "" if node.domain == "ai.onnx" else node.domain


_KINDS: Final = {1: "float", 2: "int", 3: "text", 4: "tensor", 5: "graph", 6: "floats", 7: "ints", 8: "texts"}
_FIELDS: Final = {2: "float", 3: "int", 4: "text", 5: "tensor", 6: "graph", 7: "floats", 8: "ints", 9: "texts"}
"""The kinds of attributes, by the number of the kind and by the field of the value."""


def _is_plain(attribute: Attribute) -> bool:
    """Whether it holds no tensor, each of which is one of its own though another has the same elements."""
    return attribute.kind != "tensor"


def _anew(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    """The same attributes, of which no tensor is the same."""
    return {
        name: each if _is_plain(each) else Attribute(each.value.another(), each.kind, each.refers)
        for name, each in attributes.items()
    }


def _attribute(data: Any, at: int, end: int, alike: Alike) -> tuple[str, Attribute]:
    bytes_ = data[at:end] if end - at <= LONGEST_ALIKE else b""
    known = alike.attributes.get(bytes_)
    if known is None:
        known = _new_attribute(data, at, end)
        if bytes_ and _is_plain(known[1]):
            alike.attributes[bytes_] = known
    return known


def _new_attribute(data: Any, at: int, end: int) -> tuple[str, Attribute]:
    name = refers = ""
    found: dict[str, Any] = {}
    told = ""
    for number, kind, value, stop in fields(data, at, end):
        if number == 1 and kind == BYTES:
            name = _text(data, value, stop)
        elif number == 20 and not kind:
            told = _KINDS.get(value, "other")
        elif number == 21 and kind == BYTES:
            refers = _text(data, value, stop)
        elif number in _FIELDS:
            _value(found, _FIELDS[number], data, (kind, value, stop))
        elif number in (10, 11, 14, 15, 22, 23):
            found["other"] = None
    kind_ = told or next(iter(found), "other")
    return name, Attribute(found.get(kind_, _EMPTY.get(kind_)), kind_, refers)


_EMPTY: Final[dict[str, Any]] = {"floats": [], "ints": [], "texts": [], "int": 0, "float": 0.0, "text": ""}


def _value(found: dict[str, Any], what: str, data: Any, where: tuple[int, int, int]) -> None:
    kind, value, stop = where
    if what in ("int", "ints"):
        numbers = integers(data, kind, value, stop)
        if what == "int":
            found[what] = numbers[-1] if numbers else 0
        else:
            found.setdefault(what, []).extend(numbers)
    elif what in ("float", "floats"):
        decimals = floats(data, value, stop) if kind in (FIXED32, BYTES) else []
        if what == "float":
            found[what] = decimals[-1] if decimals else 0.0
        else:
            found.setdefault(what, []).extend(decimals)
    elif kind == BYTES:
        if what == "texts":
            found.setdefault(what, []).append(_text(data, value, stop))
        else:
            read = {"text": _text, "tensor": _tensor, "graph": Span}[what]
            found[what] = read(data, value, stop)


_PACKED: Final = frozenset({4, 5, 7, 10, 11})
"""The fields in which a tensor's elements may stand one by one."""


def _tensor(data: Any, at: int, end: int) -> Tensor:
    tensor = Tensor()
    dims: list[int] = []
    packed: list[tuple[int, int, Span | int]] = []
    external: list[Span] = []
    for number, kind, value, stop in fields(data, at, end):
        if number == 1:
            dims += integers(data, kind, value, stop) if kind else (signed(value),)
        elif number == 2 and not kind:
            tensor.dtype = value
        elif number == 8 and kind == BYTES:
            tensor.name = _text(data, value, stop)
        elif number == 9 and kind == BYTES:
            tensor.raw = Span(data, value, stop)
        elif number == 13 and kind == BYTES:
            external.append(Span(data, value, stop))
        elif number == 14 and not kind:
            tensor.is_external = value == 1
        elif number in _PACKED:
            packed.append((number, kind, Span(data, value, stop) if kind else value))
    if len(dims) > MOST_AXES or (dims and not 0 <= min(dims) <= max(dims) <= LARGEST):
        raise Damaged(f"the tensor {tensor.name} has the extents {dims[:MOST_AXES]}")
    tensor.dims, tensor.packed, tensor.external = tuple(dims), packed, external
    return tensor


def read_entry(span: Span) -> tuple[str, str]:
    """A key and its text."""
    return _entry(span.data, span.start, span.end)


def _entry(data: Any, at: int, end: int) -> tuple[str, str]:
    texts = {1: "", 2: ""}
    for number, kind, value, stop in fields(data, at, end):
        if kind == BYTES:
            texts[number] = _text(data, value, stop)
    return texts[1], texts[2]


def _info(data: Any, at: int, end: int) -> Info:
    info = Info()
    for number, kind, value, stop in fields(data, at, end):
        if number == 1 and kind == BYTES:
            info.name = _text(data, value, stop)
        elif number == 2 and kind == BYTES:
            _type(info, data, value, stop)
    return info


_TYPES: Final = {4: "sequence", 5: "map", 8: "sparse tensor", 9: "optional"}


def _type(info: Info, data: Any, at: int, end: int) -> None:
    for number, kind, value, stop in fields(data, at, end):
        if number in _TYPES:
            info.what = _TYPES[number]
        elif number == 1 and kind == BYTES:
            for inner, how, start, close in fields(data, value, stop):
                if inner == 1 and not how:
                    info.dtype = start
                elif inner == 2 and how == BYTES:
                    info.dims = _dims(data, start, close)


def _dims(data: Any, at: int, end: int) -> tuple[int | str, ...]:
    """The extents; one that nothing is said of is an empty text."""
    dims: list[int | str] = []
    for number, kind, value, stop in fields(data, at, end):
        if number != 1 or kind != BYTES:
            continue
        extent: int | str = ""
        for inner, how, start, close in fields(data, value, stop):
            if inner == 1 and not how:
                extent = signed(start)
            elif inner == 2 and how == BYTES:
                extent = _text(data, start, close)
        dims.append(extent)
    if len(dims) > MOST_AXES:
        raise Damaged(f"a tensor of {len(dims)} axes is declared")
    return tuple(dims)


def _function(data: Any, at: int, end: int) -> Function:
    function, alike = Function(), Alike()
    for number, kind, value, stop in fields(data, at, end):
        if kind != BYTES:
            continue
        if number == 1:
            function.name = _text(data, value, stop)
        elif number in (4, 5):
            (function.inputs if number == 4 else function.outputs).append(_text(data, value, stop))
        elif number == 7:
            function.nodes.append(_node(data, value, stop, alike))
        elif number == 10:
            function.domain = _text(data, value, stop)
        elif number == 11:
            name, attribute = _attribute(data, value, stop, alike)
            function.defaults[name] = attribute
    return function
