"""From the nodes of a graph to layers: what each name stands for, what is folded, what is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnplan.errors import TooDeep
from cnnplan.findings import Place
from cnnplan.graph.environment import Symbols
from cnnplan.graph.keeping import Kept
from cnnplan.graph.workshop import Workshop
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.sizes import Count
from cnnplan.spec import EvaluationError, Spec
from cnnplan.spec.model import Symbol
from cnnplan.translation.onnx import names
from cnnplan.translation.onnx.conditions import usual, written
from cnnplan.translation.onnx.contents import BOOL, DTYPES, INTEGERS, numbers
from cnnplan.translation.onnx.job import Job
from cnnplan.translation.onnx.liveness import live
from cnnplan.translation.onnx.numbers import Numbers
from cnnplan.translation.onnx.operators import rule
from cnnplan.translation.onnx.refusals import NotUnderstood, Unknown
from cnnplan.translation.onnx.texts import argument, counted
from cnnplan.translation.onnx.types import whole
from cnnplan.translation.onnx.values import Value
from cnnplan.translation.onnx.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from cnnplan.graph.parts import Facts
    from cnnplan.sizes import Condition
    from cnnplan.translation.draft import Draft
    from cnnplan.translation.onnx.messages import Graph, Model, Node

__all__ = ["Translator"]

DEEPEST = 16
"""How many graphs may stand inside of each other."""

MOST_TABLE = 65_536
"""The most elements of a table of whole numbers that is looked into."""


class Translator:
    """Turns nodes into layers of a draft.

    Args:
        draft: where the layers go.
        model: the model.
        folder: that of the file.
    """

    def __init__(self, draft: Draft, model: Model, folder: Path) -> None:
        self.draft = draft
        self.model = model
        spec = Spec("", "")
        kept = Kept(spec)
        draft.foreign.judgements = [kept]
        self.context = kept.context
        self.refused: dict[tuple[str, str], list[str]] = {}
        self.weights = Weights(folder)
        self.elements = self.weights.elements
        self.uses: Counter[str] = Counter()
        self.depth = 0
        self.open: list[Condition] = []
        self.rounded: Counter[str] = Counter()
        self._decided: dict[Any, bool] = {}
        self._values: dict[str, Value | None] = {}
        self._owners: dict[Any, str] = {}
        self._layers: dict[Any, tuple[Value, Value]] = {}
        self._known: dict[str, Numbers | None] = {}
        self._workshop = Workshop(Symbols(spec, {}, kept, lenient=True))

    def symbol(self, name: str, declared: Mapping[str, Any] | None = None) -> Any:
        """A symbol of the draft as a size, with what is declared of it."""
        told: dict[str, Any] = dict(declared or {})
        called = self.draft.symbol(name, told or None)
        return self.context.symbol(called, Symbol(called, Place(""), **told).domain())

    def is_read(self, name: str) -> bool:
        """Whether a value is read, or an output."""
        return bool(name) and self.uses[name] > 0

    def value(self, name: str) -> Value:
        """What a name stands for.

        Raises:
            Unknown: it rests on a node that was refused.
        """
        found = self._values.get(name)
        if found is None:
            if name not in self._values:
                raise NotUnderstood(f"it reads {name}, which nothing before it gives")
            raise Unknown
        return found

    def initial(self, name: str) -> Value | None:
        """A tensor of the file by name; None where it is none, or not known yet."""
        found = self._values.get(name)
        return found if found is not None and found.tensor is not None else None

    def give(self, name: str, value: Value | None) -> None:
        """Say what a name stands for; None where nobody knows."""
        if name:
            self._values[name] = value

    def input(self, name: str, dtype: int, shape: Any, layer: str, *, counts: bool) -> None:
        """Something that comes in; whether it is computed with."""
        elements = NUMBERS if counts else Elements(DTYPES[dtype])
        self.give(name, Value(name, dtype, shape, layer, self._workshop.form(shape, elements)))

    def numbers(self, value: Value, *, every: bool = False) -> Numbers | None:
        """The elements of a value, where they are known without running anything.

        Args:
            value: which.
            every: True to look into tensors that may be trained weights too: they say how, not what.
        """
        if value.numbers is not None or value.tensor is None or value.steps:
            return value.numbers
        tensor = value.tensor
        whole = tensor.dtype in INTEGERS or tensor.dtype == BOOL
        alone = tensor.size <= 1 and not names.module([value.name])
        if not (whole or alone or every) or tensor.size > MOST_TABLE:
            return None
        if value.name not in self._known:
            self._known[value.name] = numbers(tensor)
        return self._known[value.name]

    def run(self, nodes: Iterable[Node]) -> None:
        """Translate nodes in their order."""
        for node in nodes:
            try:
                opset = self.model.opsets.get(node.domain, 0)
                rule(node.domain, node.op)(Job(self, node, opset))
            except Unknown:
                self._lose(node)
            except (NotUnderstood, EvaluationError, TooDeep) as error:
                self.refuse(node, str(error))
            except (
                IndexError,
                ValueError,
                TypeError,
                KeyError,
                ZeroDivisionError,
                OverflowError,
                AttributeError,
            ) as error:
                self.refuse(node, f"its inputs or attributes do not fit together ({type(error).__name__}: {error})")

    def inline(self, graph: Graph) -> list[str]:
        """Translate a graph that stands inside of a node; the names of its outputs."""
        from cnnplan.translation.onnx.patterns import fused  # noqa: PLC0415 - it looks into translators

        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstood(f"more than {DEEPEST} branches inside of each other")
        for tensor in graph.initializers.values():
            self.give(tensor.name, Value(tensor.name, tensor.dtype, tensor.dims, tensor=tensor))
        self.run(fused(live(graph, self.uses), self))
        self.depth -= 1
        return [info.name for info in graph.outputs]

    def refuse(self, node: Node, message: str) -> None:
        """Keep what is not understood; nodes that want the same are told together."""
        self.refused.setdefault((node.op, message), []).append(node.called)
        self._lose(node)

    def _lose(self, node: Node) -> None:
        for name in node.outputs:
            self.give(name, None)

    def decide(self, when: Any) -> bool:
        """On which side of a condition on sizes the network is taken; the next layer requires that it is so."""
        if isinstance(when, bool):
            return when
        if when.verdict is not None:
            return bool(when.verdict)
        known = self._decided.get(when)
        if known is None:
            known = self._decided[when] = usual(when)
            condition = when if known else ~when
            written(condition)
            self.open.append(condition)
        return known

    def required(self, node: Node, reads: Sequence[Value]) -> Sequence[Value]:
        """What a layer reads, behind what was decided since the layer before it."""
        waiting, self.open = self.open, []
        for condition in waiting:
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
        if self.open and reads:
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
        path = names.origin(node.name or next(filter(None, node.outputs), ""), node.op)
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

    def as_layer(self, node: Node, value: Value, rank: int | None = None) -> Value:
        """A value as the output of a layer: a weight as a parameter, numbers as a constant."""
        short = 0 if rank is None else rank - len(value.shape)
        if value.layer:
            return self.reshaped(node, value, short) if short > 0 else value
        key = (short, value.shape, id(value.tensor), value.steps, value.derived, id(value.numbers))
        if key not in self._layers:
            longer = _longer(value, short) if short > 0 else value
            made = self._constant(node, longer) if value.is_fixed else self._parameter(node, longer)
            self._layers[key] = made, value
        return self._layers[key][0]

    def reshaped(self, node: Node, value: Value, short: int) -> Value:
        """A layer's output with axes of extent 1 in front."""
        verb = "reshape" if value.shape else "expand"
        return self.layer(node, verb, {"shape": (*[1] * short, *value.shape)}, [value], {}, "front")

    def _parameter(self, node: Node, value: Value) -> Value:
        assert value.tensor is not None  # noqa: S101
        called = value.tensor.name
        path = names.origin(node.name or next(filter(None, node.outputs), ""), node.op)
        origin = self.weights.unused(called if names.module([called]) else f"{path}.table", ["weight"])
        self.weights.count([value])
        name = self.draft.add("parameter", {"shape": [*value.shape]}, [], origin=origin, where=node.called)
        self.weights.keep(origin, {"weight": value})
        return Value(name, value.dtype, value.shape, name, self._workshop.form(value.shape))

    def _constant(self, node: Node, value: Value) -> Value:
        known = self.numbers(value) if value.fill is None else Numbers.scalar(value.fill)
        elements = {} if value.is_float else {"dtype": "uint8" if value.dtype == BOOL else DTYPES[value.dtype]}
        shape = {"shape": tuple(value.shape)}
        if known is not None and len(set(known.flat)) == 1 and not isinstance(known.flat[0], Count):
            args: dict[str, Any] = {**shape, "value": known.flat[0], **elements}
        elif known is not None and len(known.flat) <= 64 and not any(isinstance(n, Count) for n in known.flat):  # noqa: PLR2004
            args = {"values": _nested(known), **elements}
        else:
            args = {**shape, **elements}
            if known is not None and elements:
                args["below"] = 1 + max(known.flat)
        stored = {"value": value} if "value" not in args and "values" not in args else {}
        made = self.layer(node, "constant", args, [], stored, value.name)
        return replace(made, dtype=value.dtype)


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _longer(value: Value, short: int) -> Value:
    """A tensor with axes of extent 1 in front."""
    shape: Any = (*[1] * short, *value.shape)
    if value.numbers is not None:
        return replace(value, shape=shape, numbers=Numbers(shape, value.numbers.flat))
    if value.derived is not None:
        given = value.derived
        return replace(value, shape=shape, derived=lambda: (found := given()).reshape((1,) * short + found.shape))
    return value.rearranged(shape, lambda array: array.reshape((1,) * short + array.shape))


def _nested(known: Numbers) -> Any:
    """The elements in lists of lists."""
    found: list[Any] = [*known.flat]
    for extent in reversed(known.shape[1:]):
        found = [tuple(found[i : i + extent]) for i in range(0, len(found), extent)]
    return tuple(found)
