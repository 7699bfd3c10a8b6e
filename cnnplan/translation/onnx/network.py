"""A model on its way to become a spec: its inputs and symbols, the nodes that matter, what it claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import UsageError
from cnnplan.sizes import Count
from cnnplan.spec.faults import Enough
from cnnplan.spec.words import did_you_mean
from cnnplan.translation.onnx.contents import DTYPES, FLOATS
from cnnplan.translation.onnx.functions import inlined
from cnnplan.translation.onnx.job import KEEPS, MEASURES
from cnnplan.translation.onnx.liveness import live
from cnnplan.translation.onnx.messages import Node, Tensor
from cnnplan.translation.onnx.patterns import fused
from cnnplan.translation.onnx.refusals import NotUnderstood, Unknown
from cnnplan.translation.onnx.symbols import Symbols
from cnnplan.translation.onnx.told import BUFFERS, FROZEN, WEIGHTS, listed
from cnnplan.translation.onnx.told import symbols as told_symbols
from cnnplan.translation.onnx.translator import Translator
from cnnplan.translation.onnx.types import described, stored
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnnplan.translation.draft import Draft
    from cnnplan.translation.onnx.messages import Graph, Info, Model
    from cnnplan.translation.options import Options

__all__ = ["Network"]

NAMED: Final = 5
"""So many nodes are named that want the same of what is not understood."""


class Network:
    """The graph of a model, and the draft that it becomes.

    Args:
        draft: where it goes.
        model: what was read.
        path: the file.
        options: what the reader is told.
    """

    def __init__(self, draft: Draft, model: Model, path: Path, options: Options) -> None:
        assert model.graph is not None  # noqa: S101 - the reader saw to it
        self.draft = draft
        self.model = model
        self.graph: Graph = model.graph
        self.dims = options.dims
        self.incoming: set[str] = set()
        self.translator = Translator(draft, model, path.parent)

    def translate(self) -> None:
        """Fill the draft; all that is not understood is kept as its faults."""
        translator = self.translator
        if self.graph.sparse:
            self.draft.refuse("CNN031", "sparse initializers are not understood")
        self._left_out()
        untrained, frozen = (listed(self.model.told, key) for key in (BUFFERS, FROZEN))
        for tensor in self.graph.initializers.values():
            tensor.is_trained = tensor.name not in untrained
            tensor.is_frozen = tensor.name in frozen
            translator.give(tensor.name, Value(tensor.name, tensor.dtype, tensor.dims, tensor=tensor))
        if not self._inputs():
            return
        self.graph.nodes = inlined(self.model, self.graph.nodes)
        nodes = live(self.graph, translator.uses)
        translator.run(fused(nodes, translator))
        self._refusals()
        self._outputs()
        self.draft.foreign.is_sound = translator.builder.is_sound
        weights = translator.weights
        self.draft.foreign.weights = weights.at
        self.draft.stored(stored(weights.kept), described(weights.kept, translator.builder.rounded))

    def _left_out(self) -> None:
        """Inputs that are weights whose contents were left out are tensors of the file."""
        left_out = listed(self.model.told, WEIGHTS)
        for info in self.graph.inputs:
            if info.name in left_out and info.dims is not None and all(type(n) is int for n in info.dims):
                self.graph.initializers[info.name] = Tensor(info.name, info.dtype, tuple(int(n) for n in info.dims))

    def _inputs(self) -> bool:
        """Declare what comes in; whether all of it is understood."""
        infos = [info for info in self.graph.inputs if info.name not in self.graph.initializers]
        if len(infos) == 1 and "" in self.dims:
            self.dims = {infos[0].name: self.dims[""]}
        if strange := [name for name in self.dims if name not in {info.name for info in infos}]:
            known = [info.name for info in infos]
            near = did_you_mean(strange[0], known)
            raise UsageError(f"--dims {strange[0]}: there is no such input{near}; inputs are {', '.join(known)}")
        symbols = Symbols(self.translator.builder, told_symbols(self.model.told), several=len(infos) > 1)
        shapes = {info.name: self._shape(info, symbols) for info in infos}
        counts = {info.name: info.dtype in FLOATS or computed(self.graph.nodes, info.name) for info in infos}
        declared = {
            info.name: {
                "shape": [_text(n) for n in shapes[info.name]],
                **({} if counts[info.name] else {"dtype": DTYPES[info.dtype]}),
            }
            for info in infos
            if shapes[info.name] is not None
        }
        if len(declared) < len(infos) or not infos:
            if not infos:
                self.draft.refuse("CNN031", "a network without inputs")
            return False
        called = self.draft.inputs(declared)
        self.incoming = {*called.values()}
        for info in infos:
            shape = tuple(shapes[info.name])
            value = self.translator.builder.input(
                info.name, info.dtype, shape, called[info.name], counts=counts[info.name]
            )
            self.translator.give(info.name, value)
        return True

    def _shape(self, info: Info, symbols: Symbols) -> Any:
        if info.what != "tensor" or info.dtype not in DTYPES:
            self.draft.refuse("CNN031", f"an input that is a {info.what}", info.name)
            return None
        dims = self.dims.get(info.name, info.dims)
        if dims is None:
            hint = f"say it with --dims {info.name}=N,3,H,W"
            self.draft.refuse("CNN031", "the file does not say how many axes this input has", info.name, hint)
            return None
        if info.dims is not None and len(dims) != len(info.dims):
            raise UsageError(f"--dims {info.name}: {len(dims)} extents for {len(info.dims)} axes")
        return symbols.extents(info.name, dims)

    def _refusals(self) -> None:
        """Tell what was refused, what is alike together."""
        try:
            for (_, message), nodes in self.translator.refused.items():
                more = f" ({len(nodes)} nodes: {', '.join(nodes[1:NAMED])}{', ...' * (len(nodes) > NAMED)})"
                self.draft.refuse("CNN031", f"{message}{more if len(nodes) > 1 else ''}", nodes[0])
        except Enough:
            return

    def _outputs(self) -> None:
        if self.draft.foreign.faults.found:
            return
        for info in self.graph.outputs:
            try:
                self._output(info, self.translator.value(info.name))
            except NotUnderstood as error:
                self.draft.refuse("CNN031", f"an output: {error}", info.name)
            except Unknown:
                continue

    def _output(self, info: Info, value: Value) -> None:
        made = value if value.layer else self._held(value)
        if made is None:
            self.draft.refuse("CNN031", "an output that rests on no input", info.name)
            return
        self._claim(info, made)
        if self.translator.builder.decisions.waits:
            (made,) = self.translator.builder.required(Node(name=info.name, op="output"), [made])
        if made.layer in self.incoming:
            made = self.translator.builder.layer(Node(name=info.name, op="output"), "identity", {}, [made], {})
        self.draft.output(made.layer)

    def _held(self, value: Value) -> Value | None:
        known = self.translator.numbers(value)
        if known is not None and any(isinstance(n, Count) for n in known.flat):
            return None
        return self.translator.sources.as_layer(Node(name=value.name, op="output"), value)

    def _claim(self, info: Info, made: Value) -> None:
        """What is declared of an output is a claim."""
        if info.dims is None:
            return
        wrong = len(info.dims) != len(made.shape) or any(
            isinstance(told, int) and told > 0 and told != n for told, n in zip(info.dims, made.shape, strict=True)
        )
        if wrong:
            told, comes = _shown(info.dims), _shown(made.shape)
            self.draft.remark("CNN032", f"declared as {told}, and {comes} comes out", info.name)


def _text(extent: Any) -> Any:
    return str(extent) if isinstance(extent, Count) else extent


def _shown(dims: Any) -> str:
    return f"[{', '.join(str(n) or '?' for n in dims)}]"


def computed(nodes: Sequence[Node], name: str) -> bool:
    """Whether whole numbers that come in, such as pixels, become decimals before anything is done to them."""
    names, reads = {name}, 0
    for node in nodes:
        if not node.inputs or not names.intersection(node.inputs):
            continue
        reads += 1
        if node.op == "Cast" and node.attributes["to"].value in FLOATS:
            continue
        if node.op in KEEPS and node.inputs[0] in names:
            names.update(node.outputs)
        elif node.op not in DECIMAL | MEASURES:
            return False
    return bool(reads)


DECIMAL: Final = frozenset(
    {
        *("DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"),
        *("Attention", "MultiHeadAttention"),
    }
)
"""Operators that take whole numbers for what they stand for, and masks of them for numbers."""
