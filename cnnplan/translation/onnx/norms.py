"""Normalizations that are written out, node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.onnx.messages import Attribute, Node

if TYPE_CHECKING:
    from cnnplan.translation.onnx.finder import Finder

    Parts = tuple[Node, list[Node], Node]

__all__ = ["group_norm", "layer_norm"]


def layer_norm(finder: Finder, node: Node) -> Parts | None:
    """(x - mean) / sqrt(variance + eps), with a weight and a bias behind it where they are there."""
    top, root = finder.made(node.inputs[0]), finder.only(node.inputs[1])
    if top is None or top.op != "Sub" or root is None or root.op != "Sqrt":
        return None
    more = finder.only(root.inputs[0])
    mean = finder.only(top.inputs[1])
    if more is None or more.op != "Add" or mean is None or mean.op != "ReduceMean" or mean.inputs[0] != top.inputs[0]:
        return None
    eps = next((n for name in more.inputs if (n := finder.number(name)) is not None), None)
    variance = next((found for name in more.inputs if (found := finder.only(name)) and found.op == "ReduceMean"), None)
    if eps is None or variance is None:
        return None
    square = finder.only(variance.inputs[0])
    if square is None or not _squares(finder, square, top):
        return None
    inner = [node, top, root, more, mean, variance, square]
    other = finder.made(square.inputs[0])
    if other is not None and other is not top:
        inner.append(other)
    axes = _axes(finder, mean)
    if axes is None or axes != _axes(finder, variance) or not _private(finder, inner, node):
        return None
    return _affine(finder, node, top.inputs[0], (eps, axes), inner)


def _squares(finder: Finder, square: Node, top: Node) -> bool:
    """Whether a node squares what a Sub gives, or another Sub of the same."""
    twice = square.op == "Mul" and square.inputs[0] == square.inputs[1]
    power = square.op == "Pow" and finder.number(square.inputs[1]) == 2  # noqa: PLR2004
    below = finder.made(square.inputs[0])
    return (twice or power) and below is not None and below.op == "Sub" and below.inputs == top.inputs


def _private(finder: Finder, inner: list[Node], last: Node) -> bool:
    """Whether nothing else reads what is given inside."""
    mine = {id(node) for node in inner}
    uses = finder.translator.uses
    for node in inner:
        if node is last:
            continue
        for name in node.outputs:
            if uses[name] != sum(other.inputs.count(name) for other in inner if id(other) in mine):
                return False
    return True


def _axes(finder: Finder, node: Node) -> list[int] | None:
    """The axes of a mean that keeps them."""
    keep = node.attributes.get("keepdims")
    if keep is not None and keep.value != 1:
        return None
    if len(node.inputs) > 1 and node.inputs[1]:
        return [int(axis) for axis in finder.elements(node.inputs[1])] or None
    found = node.attributes.get("axes")
    return None if found is None else found.value


def _affine(finder: Finder, node: Node, x: str, told: tuple[float, list[int]], inner: list[Node]) -> Parts | None:
    """With the weight and the bias behind it."""
    eps, axes = told
    if axes != [*range(-len(axes), 0)]:
        return None
    inputs, last = [x], node
    for op in ("Mul", "Add"):
        reader = finder.reader(last.outputs[0])
        if reader is None or reader.op != op:
            break
        other = next((name for name in reader.inputs if name != last.outputs[0]), "")
        value = finder.weight(other)
        if value is None or len(value.shape) != len(axes):
            break
        inputs.append(other)
        inner.append(reader)
        last = reader
    if len(inputs) == 2:  # noqa: PLR2004 - a weight and no bias
        inner.pop()
        inputs.pop()
        last = node
    attributes = {"epsilon": Attribute(eps, "float"), "axes": Attribute(len(axes), "int")}
    name = node.name.rpartition("/")[0] or node.name
    return Node("layer_norm", "cnnplan", name, inputs, last.outputs, attributes), inner, last


def group_norm(finder: Finder, node: Node) -> Parts | None:
    """An instance norm of groups: reshaped before, reshaped back behind, then a weight and a bias per channel."""
    before = finder.only(node.inputs[0])
    behind = finder.reader(node.outputs[0])
    if before is None or behind is None or before.op != "Reshape" or behind.op != "Reshape":
        return None
    asked = finder.elements(before.inputs[1])
    ones, zeros = finder.elements(node.inputs[1]), finder.elements(node.inputs[2])
    if len(asked) != 3 or asked[0] != 0 or asked[2] != -1 or set(ones) != {1} or set(zeros) != {0}:  # noqa: PLR2004
        return None
    shape = finder.made(behind.inputs[1])
    if shape is None or shape.op != "Shape" or shape.inputs[0] != before.inputs[0]:
        return None
    inner, inputs, last = [node, before, behind], [before.inputs[0]], behind
    for op in ("Mul", "Add"):
        reader = finder.reader(last.outputs[0])
        other = next((name for name in reader.inputs if name != last.outputs[0]), "") if reader else ""
        if reader is None or reader.op != op or finder.weight(other) is None:
            return None
        inputs.append(other)
        inner.append(reader)
        last = reader
    eps = node.attributes.get("epsilon")
    attributes = {
        "epsilon": Attribute(1e-5 if eps is None else eps.value, "float"),
        "num_groups": Attribute(len(ones), "int"),
    }
    name = node.name.rpartition("/")[0] or node.name
    return Node("group_norm", "cnnplan", name, inputs, last.outputs, attributes), inner, last
