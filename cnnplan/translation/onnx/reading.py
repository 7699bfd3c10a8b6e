"""The bytes of an ONNX file as messages."""

from __future__ import annotations

from typing import Any, Final

from cnnplan.translation.onnx.attributes import LONGEST_ALIKE, Alike, anew, is_plain, read_attribute
from cnnplan.translation.onnx.declarations import read_entry, read_info, read_tensor, text_of
from cnnplan.translation.onnx.messages import Function, Graph, Model, Node, Span
from cnnplan.translation.onnx.wire import BYTES, Damaged, fields, signed

__all__ = ["read_function", "read_graph", "read_model"]

MOST_NODES: Final = 200_000
MOST_WIRES: Final = 20_000
"""The most nodes of a graph, and the most inputs and outputs of one."""


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
            model.producer = text_of(data, at, end)
        elif number == 14 and kind == BYTES:
            key, text = read_entry(Span(data, at, end))
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
            tensor = read_tensor(data, at, end)
            if tensor.name in graph.initializers:
                raise Damaged(f"two initializers are called {tensor.name}")
            graph.initializers[tensor.name] = tensor
        elif number in (11, 12):
            (graph.inputs, graph.outputs)[number - 11].append(read_info(data, at, end))
        elif number == 2:
            graph.name = text_of(data, at, end)
        elif number == 15:
            graph.sparse = True
    return graph


def read_function(data: bytes) -> Function:
    """A function that stands alone."""
    return _function(data, 0, len(data))


def _opset(data: Any, at: int, end: int) -> tuple[str, int]:
    domain, version = "", 0
    for number, kind, value, stop in fields(data, at, end):
        if number == 1 and kind == BYTES:
            domain = text_of(data, value, stop)
        elif number == 2 and not kind:
            version = signed(value)
    return "" if domain == "ai.onnx" else domain, version


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
        node.attributes = attributes if all(map(is_plain, attributes.values())) else anew(attributes)
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
            name, attribute = read_attribute(data, value, stop, alike)
            node.attributes[name] = attribute
        elif number == 1:
            node.inputs.append(text_of(data, value, stop))
        elif number == 2:
            node.outputs.append(text_of(data, value, stop))
        elif number == 4:
            node.op = text_of(data, value, stop)
        elif number == 3:
            node.name = text_of(data, value, stop)
        elif number == 7:
            node.domain = text_of(data, value, stop)
    node.domain = "" if node.domain == "ai.onnx" else node.domain


def _function(data: Any, at: int, end: int) -> Function:
    function, alike = Function(), Alike()
    for number, kind, value, stop in fields(data, at, end):
        if kind != BYTES:
            continue
        if number == 1:
            function.name = text_of(data, value, stop)
        elif number in (4, 5):
            (function.inputs if number == 4 else function.outputs).append(text_of(data, value, stop))
        elif number == 7:
            function.nodes.append(_node(data, value, stop, alike))
        elif number == 10:
            function.domain = text_of(data, value, stop)
        elif number == 11:
            name, attribute = read_attribute(data, value, stop, alike)
            function.defaults[name] = attribute
    return function
