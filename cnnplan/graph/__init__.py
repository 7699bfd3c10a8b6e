"""A spec as a graph of layers: blocks unrolled, branches joined, names given, shapes known.

`build` calls `requires` and `output` of every operator as it goes, since `in_channels` and `when` need shapes. What
was unrolled once, a block with the same arguments on the same shapes, is copied.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Finding, Place, Severity
from cnnplan.graph.builder import MOST_LAYERS, Builder, TooMany
from cnnplan.graph.environment import Environment, Frame, Symbols, Unjudged
from cnnplan.graph.parts import Facts, Fault, Fragment, Node, Tensor
from cnnplan.graph.scope import Scope
from cnnplan.graph.values import bindings
from cnnplan.graph.workshop import Workshop
from cnnplan.lazy import nx
from cnnplan.sizes import Condition, Context, Count, Shape
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx

    from cnnplan.spec import Spec

__all__ = ["Facts", "Graph", "Node", "bindings", "build"]


class Graph:
    """The layers of a network in the order they are written, and what flows between them.

    Args:
        spec: what it was built from.
        values: the values of the symbols at which its structure was decided.
        nodes: the layers by name.
        inputs: the shapes of the inputs by name.
        outputs: the names of the layers that are the network's outputs.
        structure: the decisions that the structure rests on; it answers only where they hold.
        findings: the errors; layers that have one, and those that rest on them, are not among the nodes.
    """

    def __init__(
        self, spec: Spec, context: Context, symbols: Symbols, inputs: dict[str, Tensor], fragment: Fragment
    ) -> None:
        self.spec = spec
        self.context = context
        self.values: Mapping[str, Any] = symbols.values
        self.structure: tuple[Condition, ...] = tuple(symbols.structure.values())
        self.inputs: dict[str, Shape] = {n: t.shape for n, t in inputs.items() if t.shape is not None}
        self._fragment = fragment
        self._names = [draft.name for draft in fragment.drafts]
        self._input_names = list(inputs)
        self.nodes: dict[str, Node] = self._materialized()
        refs = [tensor.ref for tensor in fragment.outputs]
        self.outputs: tuple[str, ...] = tuple(self._called(ref) for ref in refs if ref is not None)
        self.findings: tuple[Finding, ...] = _findings(spec, fragment)

    def _called(self, ref: int) -> str:
        return self._names[ref] if ref >= 0 else self._input_names[-1 - ref]

    def _materialized(self) -> dict[str, Node]:
        names, called = self._names, self._called
        nodes = {}
        for name, inputs, facts, place, called_from, owner in self._fragment.drafts:
            if facts is not None:
                reads = tuple([names[ref] if ref >= 0 else called(ref) for ref in inputs])  # type: ignore[operator,index]
                nodes[name] = Node(name, reads, facts, place, called_from, name if owner is None else names[owner])
        return nodes

    @cached_property
    def digraph(self) -> networkx.DiGraph[str]:
        """A networkx.DiGraph of the inputs and layers, for networkx's own algorithms.

        A layer has the attributes `node` and `shape`. A DiGraph forgets the order of operands and that one may stand
        twice; `Node.inputs` is the truth.
        """
        graph: networkx.DiGraph[str] = nx.DiGraph(name=self.spec.name)
        for name, shape in self.inputs.items():
            graph.add_node(name, shape=shape)
        for name, node in self.nodes.items():
            graph.add_node(name, node=node, shape=node.shape)
            graph.add_edges_from((source, name) for source in node.inputs)
        return graph

    def find(self, name: str) -> tuple[str, ...]:
        """The names of the layers that a layer, block, or named group ends with.

        Raises:
            KeyError: there is nothing of that name.
        """
        if name in self.nodes:
            return (name,)
        tensors = _ends(self._fragment, name)
        return tuple(self._called(tensor.ref) for tensor in tensors if tensor.ref is not None)


def _ends(fragment: Fragment, name: str) -> tuple[Tensor, ...]:
    """The outputs of a block or group, by the name it has in a fragment."""
    if name in fragment.names:
        return fragment.names[name]
    parts = name.split(".")
    for stop in range(len(parts), 0, -1):
        call = fragment.calls.get(".".join(parts[:stop]))
        if call is None:
            continue
        inner = ".".join(parts[stop:])
        ends = _ends(call.fragment, inner) if inner else call.fragment.outputs
        return tuple(_outside(tensor, call.start, call.inputs) for tensor in ends)
    raise KeyError(name)


def _outside(tensor: Tensor, start: int, inputs: tuple[Tensor, ...]) -> Tensor:
    if tensor.ref is None:
        return tensor
    return tensor._replace(ref=tensor.ref + start) if tensor.ref >= 0 else inputs[-1 - tensor.ref]


def _findings(spec: Spec, fragment: Fragment) -> tuple[Finding, ...]:
    """The faults of all layers, each once, though the block may be called often."""
    found: dict[Any, Finding] = {}
    for fault in fragment.faults:
        found.setdefault(
            (fault.rule, fault.place, fault.message),
            Finding(
                fault.rule,
                Severity.ERROR,
                fault.message,
                fault.place,
                spec.locate(fault.place),
                fault.layer,
                fault.hint,
                tuple(spec.locate(place) for place in fault.called_from),
            ),
        )
    return tuple(found.values())


def build(spec: Spec, values: Mapping[str, Any] | None = None, *, symbolic: bool = True) -> Graph:
    """Unroll a spec.

    Args:
        spec: the validated document.
        values: bindings that override the defaults of its symbols.
        symbolic: False to build with the values in place of the letters.

    Raises:
        UsageError: a binding is of no symbol, or outside its declared domain.
    """
    context = Context()
    symbols = Symbols(spec, bindings(spec, values or {}), context, symbolic=symbolic)
    builder = Builder(spec, symbols, Workshop(context, symbols))
    inputs, fragment = _inputs(spec, symbols, builder)
    try:
        fragment = builder.network(inputs) if fragment is None else fragment
    except (TooMany, RecursionError):
        fragment = Fragment()
        _fault(fragment, "CNN019", f"more than {MOST_LAYERS:,} layers", Place(spec.file, ("layers",)))
    return Graph(spec, context, symbols, inputs, fragment)


def _inputs(spec: Spec, symbols: Symbols, builder: Builder) -> tuple[dict[str, Tensor], Fragment | None]:
    """The inputs with their shapes; a fragment with faults where a shape has none."""
    env = Environment(Frame(symbols, builder.verbs, {}, sees_symbols=True), Scope(), in_shape=False)
    tensors: dict[str, Tensor] = {}
    fragment = Fragment()
    for number, (name, declared) in enumerate(spec.inputs.items()):
        shape: list[Any] = []
        for extent in declared.shape:
            try:
                value = extent.evaluate(env)
                if isinstance(value, bool) or not isinstance(value, int | Count) or not _positive(value):
                    raise EvaluationError(f"an extent (={value}) must be a whole number, 1 or more")  # noqa: TRY301
                shape.append(value)
            except (EvaluationError, Unjudged) as error:
                _fault(fragment, getattr(error, "rule", "CNN021"), str(error), extent.place, name)
        tensors[name] = Tensor(-1 - number, tuple(shape))
    return tensors, fragment if fragment.faults else None


def _positive(value: int | Count) -> bool:
    return value >= 1 if isinstance(value, int) else value.context.at_least(value, 1).verdict is not False


def _fault(fragment: Fragment, rule: str, message: str, place: Place, layer: str = "") -> None:
    fragment.faults.append(Fault(rule, message, place, layer))
