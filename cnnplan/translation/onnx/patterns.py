"""Nodes that together are one layer: found before anything is translated, looking backwards from the last of them."""

from __future__ import annotations

from math import isclose, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

from cnnplan.translation.onnx.finder import Finder
from cnnplan.translation.onnx.messages import Attribute, Node
from cnnplan.translation.onnx.moves import assignment, roll
from cnnplan.translation.onnx.norms import group_norm, layer_norm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnnplan.translation.onnx.translator import Translator

__all__ = ["fused"]

CUBE = 0.044715
NEAR = 1e-3


def fused(nodes: Iterable[Node], translator: Translator) -> list[Node]:
    """The nodes, with one in the place of those that are one layer."""
    every = [*nodes]
    finder = Finder(every, translator)
    replaced: dict[int, Node] = {}
    for node in reversed(every):
        if id(node) in finder.gone or node.domain:
            continue
        for pattern in PATTERNS.get(node.op, ()):
            found = pattern(finder, node)
            if found is not None:
                replaced[id(found.last)] = found.node
                finder.gone |= {id(inner) for inner in found.inner if inner is not found.last}
                break
    return [replaced.get(id(node), node) for node in every if id(node) not in finder.gone]


class Found(NamedTuple):
    """A pattern: the node that takes the place of others, those others, and the last of them."""

    node: Node
    inner: list[Node]
    last: Node


class Product(NamedTuple):
    """What is multiplied: a number, and the names of everything else."""

    factor: float
    names: list[str]
    inner: list[Node]


def product(finder: Finder, node: Node) -> Product:
    """The factors of a product, inner products that nothing else reads taken apart."""
    factor, inner = 1.0, [node]
    names: list[str] = []
    for place, name in enumerate(node.inputs):
        number = finder.number(name)
        below = finder.only(name)
        if number is not None and number != 0:
            factor *= 1 / number if node.op == "Div" and place else number
        elif below is not None and _is_product(finder, below):
            part = product(finder, below)
            factor, names, inner = factor * part.factor, names + part.names, inner + part.inner
        else:
            names.append(name)
    return Product(factor, names, inner)


def _is_product(finder: Finder, node: Node) -> bool:
    """Whether a node multiplies, or divides by a number."""
    return node.op == "Mul" or (node.op == "Div" and finder.number(node.inputs[1]) is not None)


def activation(finder: Finder, node: Node) -> Found | None:
    """An activation that is written as a product."""
    if not _is_product(finder, node):
        return None
    found = product(finder, node)
    for verb, match in ACTIVATIONS:
        hit = match(finder, found)
        if hit is not None:
            name, inner, args = hit
            attributes = {key: Attribute(value, "text") for key, value in args.items()}
            path = _shorter(inner[-1] if inner else node, node)
            made = Node(verb, "cnnplan", path, [name], node.outputs, attributes)
            return Found(made, [*found.inner, *inner], node)
    return None


def _shorter(first: Node, last: Node) -> str:
    """The name of what a pattern is in: what the names of its nodes have in common."""
    left, right = first.name.split("/"), last.name.split("/")
    common = [a for a, b in zip(left, right, strict=False) if a == b]
    return "/".join(common) if len(common) > 1 else last.name


Hit = tuple[str, "list[Node]", "dict[str, str]"]


def _gelu(finder: Finder, found: Product) -> Hit | None:
    """0.5 x (1 + erf(x / sqrt 2)), or with tanh."""
    if len(found.names) != 2 or not isclose(found.factor, 0.5, rel_tol=NEAR):  # noqa: PLR2004 - x and the rest
        return None
    for x, other in (found.names, found.names[::-1]):
        more = finder.plus(other, 1)
        if more is None:
            continue
        name, inner = more
        below = finder.only(name)
        if below is None or below.op not in ("Erf", "Tanh"):
            continue
        argument = finder.only(below.inputs[0])
        if argument is None or not _is_product(finder, argument):
            continue
        scaled = product(finder, argument)
        inner = [*inner, below, *scaled.inner]
        if below.op == "Erf" and scaled.names == [x] and isclose(scaled.factor, sqrt(0.5), rel_tol=NEAR):
            return x, inner, {}
        if below.op == "Tanh" and (cubic := _cubic(finder, scaled, x)) is not None:
            return x, [*inner, *cubic], {"approximate": "tanh"}
    return None


def _cubic(finder: Finder, scaled: Product, x: str) -> list[Node] | None:
    """The nodes of sqrt(2 / pi) (x + 0.044715 x^3), however it is written."""
    nodes: list[Node] = []
    numbers = [scaled.factor]
    waiting = [*scaled.names]
    while waiting:
        name = waiting.pop()
        if name == x:
            continue
        number, below = finder.number(name), finder.only(name)
        if number is not None:
            numbers.append(number)
        elif below is not None and below.op in ("Add", "Mul", "Pow") and len(nodes) < 8:  # noqa: PLR2004
            nodes.append(below)
            waiting += below.inputs
        else:
            return None
    wanted = (sqrt(2 / pi), CUBE)
    there = all(any(isclose(n, want, rel_tol=NEAR) for n in numbers) for want in wanted)
    return nodes if there else None


def _gated(op: str) -> Callable[[Finder, Product], Hit | None]:
    """X times an activation of x."""

    def match(finder: Finder, found: Product) -> Hit | None:
        if len(found.names) != 2 or found.factor != 1:  # noqa: PLR2004
            return None
        for x, other in (found.names, found.names[::-1]):
            below = finder.only(other)
            if below is not None and below.op == op and below.inputs[0] == x and _usual(below):
                return x, [below], {}
        return None

    return match


def _usual(node: Node) -> bool:
    """Whether a HardSigmoid is PyTorch's."""
    if node.op != "HardSigmoid":
        return True
    alpha, beta = (node.attributes.get(name) for name in ("alpha", "beta"))
    return alpha is not None and isclose(alpha.value, 1 / 6, rel_tol=NEAR) and (beta is None or beta.value == 0.5)  # noqa: PLR2004


def _mish(finder: Finder, found: Product) -> Hit | None:
    """X tanh(softplus(x))."""
    if len(found.names) != 2 or found.factor != 1:  # noqa: PLR2004
        return None
    for x, other in (found.names, found.names[::-1]):
        outer = finder.only(other)
        below = finder.only(outer.inputs[0]) if outer is not None and outer.op == "Tanh" else None
        if outer is not None and below is not None and below.op == "Softplus" and below.inputs[0] == x:
            return x, [outer, below], {}
    return None


def _clipped(finder: Finder, name: str) -> tuple[str, list[Node]] | None:
    """The x of clip(x + 3, 0, 6)."""
    below = finder.only(name)
    if below is None or below.op != "Clip" or finder.bounds(below) != (0, 6):
        return None
    more = finder.plus(below.inputs[0], 3)
    return None if more is None else (more[0], [below, *more[1]])


def _hard(finder: Finder, found: Product) -> Hit | None:
    """X clip(x + 3, 0, 6) / 6."""
    if len(found.names) != 2 or not isclose(found.factor, 1 / 6, rel_tol=NEAR):  # noqa: PLR2004
        return None
    for x, other in (found.names, found.names[::-1]):
        inside = _clipped(finder, other)
        if inside is not None and inside[0] == x:
            return x, inside[1], {}
    return None


def _hard_sigmoid(finder: Finder, found: Product) -> Hit | None:
    """Clip(x + 3, 0, 6) / 6."""
    if len(found.names) != 1 or not isclose(found.factor, 1 / 6, rel_tol=NEAR):
        return None
    inside = _clipped(finder, found.names[0])
    return None if inside is None else (*inside, {})


ACTIVATIONS = (
    ("gelu", _gelu),
    ("silu", _gated("Sigmoid")),
    ("hard_swish", _gated("HardSigmoid")),
    ("hard_swish", _hard),
    ("hard_sigmoid", _hard_sigmoid),
    ("mish", _mish),
)
"""What a product may be, by verb."""


def biased(finder: Finder, node: Node) -> Found | None:
    """A product with a matrix of the file, and a vector of the file that is added."""
    for name, other in (node.inputs, node.inputs[::-1]) if len(node.inputs) == 2 else ():  # noqa: PLR2004
        below = finder.only(name)
        bias = finder.weight(other)
        if below is None or below.op != "MatMul" or below.domain or bias is None or bias.layer:
            continue
        matrix = finder.weight(below.inputs[1])
        if matrix is not None and len(matrix.shape) == 2 and bias.shape == matrix.shape[1:]:  # noqa: PLR2004
            path = below.name or node.name
            made = Node("linear", "cnnplan", path, [*below.inputs, other], node.outputs)
            return Found(made, [node, below], node)
    return None


def normalized(finder: Finder, node: Node) -> Found | None:
    """A layer norm that is written out."""
    found = layer_norm(finder, node)
    return None if found is None else Found(*found)


def grouped(finder: Finder, node: Node) -> Found | None:
    """A group norm that is written as an instance norm between two reshapes."""
    found = group_norm(finder, node)
    return None if found is None else Found(*found)


def rolled(finder: Finder, node: Node) -> Found | None:
    """Elements that move along an axis."""
    found = roll(finder, node)
    return None if found is None else Found(*found)


def assigned(finder: Finder, node: Node) -> Found | None:
    """A part of a tensor in the place of which others are written, as Python's `x[:, 1:] = y`."""
    found = assignment(finder, node)
    return None if found is None else Found(found, [node], node)


PATTERNS = {
    "Mul": (activation,),
    "Div": (activation, normalized),
    "Add": (biased,),
    "Concat": (rolled,),
    "ScatterND": (assigned,),
    "InstanceNormalization": (grouped,),
}
"""What is tried, by the operator of the node from which it is looked for."""
