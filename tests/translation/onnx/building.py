"""ONNX models written by hand, field by field."""

from __future__ import annotations

import struct

from cnnplan.translation.onnx.wire import message

FLOAT, UINT8, INT8, INT32, INT64, BOOL, INT4 = 1, 2, 3, 6, 7, 9, 22


def tensor(name, dims, values=None, dtype=FLOAT, external=""):
    """A tensor; without values its contents are missing."""
    code = {FLOAT: "f", UINT8: "B", INT8: "b", INT32: "i", INT64: "q", BOOL: "?", INT4: "B"}[dtype]
    parts = [*((1, n) for n in dims), (2, dtype), (8, name)]
    if values is not None:
        parts.append((9, struct.pack(f"<{len(values)}{code}", *values)))
    if external:
        parts += [(13, message([(1, "location"), (2, external)])), (14, 1)]
    return message(parts)


def attribute(name, value):
    if isinstance(value, bytes):
        return message(
            [(1, name), (6, value), (20, 5)] if name.endswith("branch") else [(1, name), (5, value), (20, 4)]
        )
    if isinstance(value, str):
        return message([(1, name), (4, value), (20, 3)])
    if isinstance(value, int):
        return message([(1, name), (3, value), (20, 2)])
    if isinstance(value, float):
        return message([(1, name), (2, value), (20, 1)])
    return message([(1, name), *((8, n) for n in value), (20, 7)])


def node(op, inputs, outputs, name="", domain="", **attributes):
    parts = [
        *((1, each) for each in inputs),
        *((2, each) for each in outputs),
        (3, name or f"/{outputs[0]}/{op}"),
        (4, op),
    ]
    parts += [(5, attribute(key, value)) for key, value in attributes.items()]
    return message([*parts, *([(7, domain)] if domain else [])])


def graph(nodes, outputs):
    """A branch of an If."""
    return message([*((1, each) for each in nodes), (2, "branch"), *((12, info(name, None)) for name in outputs)])


def info(name, dims, dtype=FLOAT):
    """What is declared; of a tensor without dims nothing but the type."""
    extents = [(1, message([(1, n) if isinstance(n, int) else (2, n)])) for n in dims or ()]
    shape = [] if dims is None else [(2, message(extents))]
    return message([(1, name), (2, message([(1, message([(1, dtype), *shape]))]))])


def function(name, domain, inputs, outputs, nodes, attributes=()):
    """A function of the model; its attributes have no defaults."""
    parts = [(1, name), *((4, each) for each in inputs), *((5, each) for each in outputs)]
    return message([*parts, *((6, each) for each in attributes), *((7, each) for each in nodes), (10, domain)])


def model(nodes, inputs, outputs, tensors=(), opset=17, functions=(), domains=()):
    graph = [*((1, each) for each in nodes), (2, "graph"), *((5, each) for each in tensors)]
    graph += [*((11, each) for each in inputs), *((12, each) for each in outputs)]
    return message(
        [
            (1, 8),
            (2, "by hand"),
            (8, message([(1, ""), (2, opset)])),
            *((8, message([(1, domain), (2, 1)])) for domain in domains),
            (7, message(graph)),
            *((25, each) for each in functions),
        ]
    )
