"""A network as an ONNX file: symbolic extents stay symbolic, layers and weights keep their names.

What ONNX has no operator for is written out in those that it has, or refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import UsageError
from cnnplan.release import version
from cnnplan.translation.onnx.told import BUFFERS, FROZEN, SYMBOLS, WEIGHTS, declared
from cnnplan.translation.onnx.writing.extents import Extents
from cnnplan.translation.onnx.writing.file import File
from cnnplan.translation.onnx.writing.layer import Layer
from cnnplan.translation.onnx.writing.operators import rule
from cnnplan.translation.onnx.writing.protos import WRITTEN, graph_proto, info_proto, model_proto
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cnnplan.graph import Node
    from cnnplan.ops import Weight
    from cnnplan.sizes import Shape

    Stored = Callable[[str, Mapping[str, Weight]], Mapping[str, Any]]

__all__ = ["written"]

LARGEST: Final = 2**31 - 1
"""The bytes that a message of protobuf may have."""


def written(plan: Any, weights: Stored | None) -> bytes:
    """The bytes of an ONNX file.

    Args:
        plan: a Plan of the network; extents that are symbols in it are symbols in the file.
        weights: gives the weights of a layer by its name and what it wants; None to leave them out: they are inputs
            of the file then, without contents.

    Raises:
        UsageError: a layer cannot be written, or the file would be larger than the format allows.
    """
    file = File(plan.spec.dtype, [*plan.graph.inputs, *plan.nodes])
    if plan.spec.dtype not in WRITTEN:
        raise UsageError(f"{plan.name}: dtype {plan.spec.dtype} is not written as ONNX, {', '.join(WRITTEN)} are")
    try:
        known = [*_layers(plan, file, weights)]
    except Unwritable as unwritable:
        raise UsageError(f"{plan.name}: not written as ONNX: {unwritable}") from None
    told = {SYMBOLS: declared({name: plan.spec.symbols[name] for name in _symbols(plan)})}
    for key, names in ((BUFFERS, file.untrained), (FROZEN, file.frozen), (WEIGHTS, file.given)):
        told |= {key: "\n".join(dict.fromkeys(names))} if names else {}
    if sum(map(len, file.tensors.values())) > LARGEST:
        raise UsageError(f"{plan.name}: its weights take more than the 2 GiB of an ONNX file: leave them out")
    graph = graph_proto(plan.name, _parts(plan, file, known))
    return model_proto(graph, [*file.functions.values()], told, ("cnnplan", version()))


def _layers(plan: Any, file: File, weights: Stored | None) -> Iterator[bytes]:
    """Write layer by layer; what is known of the output of each."""
    extents = Extents(file, plan.graph.inputs)
    file.kinds |= {name: declared.dtype for name, declared in plan.spec.inputs.items()}
    modules = _modules(plan)
    for name, node in plan.graph.nodes.items():
        wanted = plan.nodes[name].weights
        file.kinds[name] = node.facts.elements.dtype
        start, before = len(file.calls), len(file.weights)
        file.enter(name)
        layer = Layer(file, extents, node, wanted, _reader(node, wanted, weights), modules[node.owner])
        try:
            found = rule(node.op.verb)(layer)
        except Unwritable as unwritable:
            raise Unwritable(f"{name}: {unwritable}") from None
        _name(file, node, start, found)
        file.frozen += file.weights[before:] if name in plan.graph.frozen else []
        if name not in plan.graph.outputs:
            yield info_proto(name, _dtype(file, node), _dims(node.shape))


def _symbols(plan: Any) -> list[str]:
    """The symbols that extents of inputs are made of."""
    shapes = plan.graph.inputs.values()
    found = {name for shape in shapes for extent in shape for name in getattr(extent, "symbols", ())}
    return [name for name in plan.spec.symbols if name in found]


def _reader(node: Node, wanted: Mapping[str, Weight], weights: Stored | None) -> Callable[[str], Any]:
    if weights is None:
        return lambda _: None
    return lambda name: weights(node.owner, wanted)[name]


def _modules(plan: Any) -> dict[str, str]:
    """What weights are called after: the origin of their layer where it has one of its own, else its name."""
    found: dict[str, str] = {}
    taken: set[str] = {*plan.nodes}
    for name, node in plan.graph.nodes.items():
        if node.owner in found:
            continue
        mine = node.origin if node.origin and node.origin not in taken - {name} else name
        taken.add(mine)
        found[node.owner] = mine
    return found


def _name(file: File, node: Node, start: int, found: str) -> None:
    """Call what comes out of a layer like the layer."""
    for call in file.calls[start:]:
        call.inputs = [node.name if name == found else name for name in call.inputs]
        if found in call.outputs:
            call.outputs = [node.name if name == found else name for name in call.outputs]
            call.name = node.name
            return
    file.enter(node.name)
    file.calls_of("Identity", [found], 1, {})
    file.calls[-1].outputs = [node.name]


def _parts(plan: Any, file: File, known: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The fields of the graph."""
    nodes = plan.graph.nodes
    for call in file.calls:
        yield 1, call.proto()
    for tensor in file.tensors.values():
        yield 5, tensor
    for name, shape in plan.graph.inputs.items():
        dtype = plan.spec.inputs[name].dtype
        yield 11, info_proto(name, file.dtype if dtype.startswith("float") else dtype, _dims(shape))
    for name, (shape, dtype) in file.given.items():
        yield 11, info_proto(name, dtype, shape)
    for name in dict.fromkeys(plan.graph.outputs):
        inputs = plan.graph.inputs
        shape = nodes[name].shape if name in nodes else inputs[name]
        yield 12, info_proto(name, _dtype(file, nodes[name]) if name in nodes else file.dtype, _dims(shape))
    for info in known:
        yield 13, info


def _dtype(file: File, node: Node) -> str:
    return node.facts.elements.dtype or file.dtype


def _dims(shape: Shape) -> list[int | str]:
    return [n if isinstance(n, int) else str(n) for n in shape]
