"""Layers of a draft out of nodes of a graph: their operators, arguments, weights and origins."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Place
from cnnplan.graph.environment import Symbols
from cnnplan.graph.keeping import Kept
from cnnplan.graph.workshop import Workshop
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.spec import Spec
from cnnplan.spec.model import Symbol
from cnnplan.translation.onnx import names
from cnnplan.translation.onnx.contents import DTYPES
from cnnplan.translation.onnx.decisions import Decisions
from cnnplan.translation.onnx.refusals import Unknown
from cnnplan.translation.onnx.texts import argument, counted
from cnnplan.translation.onnx.types import whole
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph.parts import Facts
    from cnnplan.translation.draft import Draft
    from cnnplan.translation.onnx.messages import Node
    from cnnplan.translation.onnx.weights import Weights

__all__ = ["Builder"]


class Builder:
    """Adds layers to a draft, and judges each as it does.

    Args:
        draft: where they go.
        weights: where their weights are noted.

    Attributes:
        decisions: what was decided on sizes, which the next layer requires.
        rounded: how many layers round to each type.
    """

    def __init__(self, draft: Draft, weights: Weights) -> None:
        self.draft = draft
        self.weights = weights
        self.decisions = Decisions()
        self.rounded: Counter[str] = Counter()
        spec = Spec("", "")
        kept = Kept(spec)
        draft.foreign.judgements = [kept]
        self._context = kept.context
        self._workshop = Workshop(Symbols(spec, {}, kept, lenient=True))
        self._owners: dict[Any, str] = {}

    def symbol(self, name: str, declared: Mapping[str, Any] | None = None) -> Any:
        """A symbol of the draft as a size, with what is declared of it."""
        told: dict[str, Any] = dict(declared or {})
        called = self.draft.symbol(name, told or None)
        return self._context.symbol(called, Symbol(called, Place(""), **told).domain())

    def input(self, name: str, dtype: int, shape: Any, layer: str, *, counts: bool) -> Value:
        """Something that comes in; whether it is computed with."""
        elements = NUMBERS if counts else Elements(DTYPES[dtype])
        return Value(name, dtype, shape, layer, self._workshop.form(shape, elements))

    def parameter(self, node: Node, value: Value) -> Value:
        """A tensor of the file that may be trained, as a layer."""
        assert value.tensor is not None  # noqa: S101
        called = value.tensor.name
        origin = called if names.module([called]) else f"{_path(node)}.table"
        origin = self.weights.unused(origin, ["weight"])
        self.weights.count([value])
        name = self.draft.add("parameter", {"shape": [*value.shape]}, [], origin=origin, where=node.called)
        self.weights.keep(origin, {"weight": value})
        return Value(name, value.dtype, value.shape, name, self._workshop.form(value.shape))

    def required(self, node: Node, reads: Sequence[Value]) -> Sequence[Value]:
        """What a layer reads, behind what was decided since the layer before it."""
        for condition in self.decisions.taken():
            reads = [self.layer(node, "require", {"that": condition}, [reads[0]], {}, "structure"), *reads[1:]]
        return reads

    def layer(  # noqa: PLR0913, PLR0917 - what a layer is made of
        self,
        node: Node,
        verb: str,
        args: Mapping[str, Any],
        reads: Sequence[Value],
        weights: Mapping[str, Value],
        tag: str = "",
    ) -> Value:
        """A layer; raises Unknown where it is not legal, which is kept."""
        if self.decisions.waits and reads:
            reads = self.required(node, reads)
        facts = self._facts(node, verb, args, reads)[""]
        name = self._add(node, verb, args, reads, weights, tag)
        return Value(name, reads[0].dtype if reads else 1, facts.shape, name, facts.form)

    def parts(self, node: Node, verb: str, args: Mapping[str, Any], reads: Sequence[Value]) -> list[Value]:
        """The parts of a layer that has several outputs."""
        reads = self.required(node, reads)
        facts = self._facts(node, verb, args, reads)
        name = self._add(node, verb, args, reads, {}, "")
        return [
            Value(f"{name}{part}", reads[0].dtype, each.shape, f"{name}{part}", each.form)
            for part, each in facts.items()
        ]

    def _facts(self, node: Node, verb: str, args: Mapping[str, Any], reads: Sequence[Value]) -> dict[str, Facts]:
        made = self._workshop.made(verb, {key: _plain(value) for key, value in args.items()}, [v.form for v in reads])
        if isinstance(made, list):
            for refusal in made:
                self.draft.refuse(refusal.rule, refusal.message, node.called, refusal.hint)
            raise Unknown
        return {part: facts for part, facts in made.items() if facts is not None}

    def _add(  # noqa: PLR0913, PLR0917
        self,
        node: Node,
        verb: str,
        args: Mapping[str, Any],
        reads: Sequence[Value],
        weights: Mapping[str, Value],
        tag: str,
    ) -> str:
        shapes = [value.shape for value in reads]
        texts = {key: argument(value, shapes) for key, value in args.items()}
        if verb == "reshape":
            texts["shape"] = counted(args["shape"], shapes[0], texts["shape"])
        tensors = [value.tensor.name for value in weights.values() if value.tensor is not None]
        path = _path(node)
        origin = names.module(tensors) or path
        if self.weights.has(origin, weights):
            origin = self.weights.unused(path, weights)
        origin = f"{origin}.{tag}" if tag else origin
        wiring: dict[str, Any] = whole(weights.values())
        key = (verb, *((w, id(v.tensor), v.steps, v.derived, id(v.numbers)) for w, v in weights.items()))
        if weights and key in self._owners:
            wiring["share"] = self._owners[key]
        name = self.draft.add(verb, texts, [value.layer for value in reads], origin=origin, where=node.called, **wiring)
        if verb == "fake_quantize":
            self.rounded[args["dtype"]] += 1
        if weights:
            if "share" not in wiring:
                self.weights.count(weights.values())
            self._owners.setdefault(key, name)
            self.weights.keep(origin, weights)
        return name


def _path(node: Node) -> str:
    """What a node is called as an origin."""
    return names.origin(node.name or next(filter(None, node.outputs), ""), node.op)


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value
