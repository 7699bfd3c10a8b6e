"""Layers of a draft out of nodes of a graph: their operators, arguments, weights and origins."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.findings import Place
from cnnplan.graph.environment import Symbols
from cnnplan.graph.keeping import Kept
from cnnplan.graph.readymade import Readymade
from cnnplan.graph.workshop import Workshop, by_part
from cnnplan.ops.elements import NUMBERS, Elements
from cnnplan.spec import Spec
from cnnplan.spec.arguments import read_arguments
from cnnplan.spec.model import Symbol
from cnnplan.spec.reading import Reading
from cnnplan.spec.scopes import Layers, Scope
from cnnplan.translation.draft import plain
from cnnplan.translation.onnx import names
from cnnplan.translation.onnx.contents import DTYPES
from cnnplan.translation.onnx.decisions import Decisions
from cnnplan.translation.onnx.refusals import Unknown
from cnnplan.translation.onnx.texts import argument, counted
from cnnplan.translation.onnx.types import whole
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnnplan.graph.parts import Facts
    from cnnplan.graph.workshop import Made
    from cnnplan.translation.draft import Draft
    from cnnplan.translation.onnx.messages import Node
    from cnnplan.translation.onnx.weights import Weights

__all__ = ["Builder"]

TABLES = ("embedding", "linear")
"""Layers that may have the weight of the other: words that come in and go out by one table."""


class Builder:
    """Adds layers to a draft, and judges each as it does.

    Args:
        draft: where they go.
        weights: where their weights are noted.

    Attributes:
        decisions: what was decided on sizes, which the next layer requires.
        rounded: how many layers round to each type.
        latest: the layer that was added last.
        count: how many there are.
    """

    def __init__(self, draft: Draft, weights: Weights) -> None:
        self.draft = draft
        self.weights = weights
        self.decisions = Decisions()
        self.rounded: Counter[str] = Counter()
        self._declared: dict[str, Symbol] = {}
        spec = Spec("", "", symbols=self._declared)
        kept = Kept(spec)
        draft.foreign.judgements = [kept]
        self._context = kept.context
        self._symbols = Symbols(spec, {}, kept, lenient=True)
        self._workshop = Workshop(self._symbols)
        self._readymade = kept.readymade = Readymade(draft.foreign.file, self._symbols)
        self._written: dict[int, Written] = {}
        self._owners: dict[Any, str] = {}
        self.latest: Latest | None = None
        self.count = 0

    @property
    def is_sound(self) -> bool:
        """Whether the reader of the language would find nothing wrong with the layers, and come to the same."""
        return self._readymade.is_sound

    def symbol(self, name: str, declared: Mapping[str, Any] | None = None) -> Any:
        """A symbol of the draft as a size, with what is declared of it."""
        told: dict[str, Any] = dict(declared or {})
        called = self.draft.symbol(name, told or None)
        symbol = self._declared[called] = Symbol(called, Place(""), **told)
        size = self._symbols.sizes[called] = self._context.symbol(called, symbol.domain())
        return size

    def input(self, name: str, dtype: int, shape: Any, layer: str, *, counts: bool) -> Value:
        """Something that comes in; whether it is computed with."""
        elements = NUMBERS if counts else Elements(DTYPES[dtype])
        form = self._workshop.form(shape, elements)
        self._readymade.input(layer, form)
        return Value(name, dtype, shape, layer, form)

    def parameter(self, node: Node, value: Value) -> Value:
        """A tensor of the file that may be trained, as a layer."""
        assert value.tensor is not None  # noqa: S101
        called = value.tensor.name
        origin = called if names.module([called]) else f"{_path(node)}.table"
        origin = self.weights.unused(origin, ["weight"])
        self.weights.count([value])
        made = self._made("parameter", {"shape": value.shape}, [])
        name = self._entry(node, Order("parameter", {"shape": value.shape}, "", made), [], origin, _frozen([value]))
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
        made = self._judged(node, verb, args, reads)
        return self.placed(node, Order(verb, args, tag, made), reads, weights)

    def placed(self, node: Node, order: Order, reads: Sequence[Value], weights: Mapping[str, Value]) -> Value:
        """A layer that was judged already, on inputs like these."""
        facts = by_part(order.made)[""]
        name = self._add(node, order, reads, weights)
        value = Value(name, reads[0].dtype if reads else 1, facts.shape, name, facts.form)
        self.latest = Latest(order, reads, weights, value)
        return value

    def parts(self, node: Node, verb: str, args: Mapping[str, Any], reads: Sequence[Value]) -> list[Value]:
        """The parts of a layer that has several outputs."""
        reads = self.required(node, reads)
        made = self._judged(node, verb, args, reads)
        name = self._add(node, Order(verb, args, "", made), reads, {})
        return [
            Value(f"{name}{part}", reads[0].dtype, each.shape, f"{name}{part}", each.form)
            for part, each in by_part(made).items()
        ]

    def _made(self, verb: str, args: Mapping[str, Any], reads: Sequence[Value]) -> Made:
        """What follows from an operator on what it reads, or all that is wrong with it."""
        told = {key: _plain(value) for key, value in args.items()}
        return self._workshop.made(verb, told, tuple([value.form for value in reads]))

    def _judged(
        self, node: Node, verb: str, args: Mapping[str, Any], reads: Sequence[Value]
    ) -> Facts | dict[str, Facts]:
        """What follows from it; raises Unknown where it is not legal, which is kept."""
        made = self._made(verb, args, reads)
        if isinstance(made, list):
            for refusal in made:
                self.draft.refuse(refusal.rule, refusal.message, node.called, refusal.hint)
            raise Unknown
        if made is None:
            raise KeyError("")
        return made

    def _add(self, node: Node, order: Order, reads: Sequence[Value], weights: Mapping[str, Value]) -> str:
        origin, wiring = "", {}
        if weights:
            origin = names.module([value.tensor.name for value in weights.values() if value.tensor is not None])
            origin = origin or _path(node)
            if self.weights.has(origin, weights):
                origin = self.weights.unused(_path(node), weights)
            wiring = whole(weights.values()) | _frozen(weights.values())
            verb = "a table" if order.verb in TABLES and {*weights} == {"weight"} else order.verb
            key = (verb, *[(w, id(v.tensor), v.steps, v.derived, id(v.numbers)) for w, v in weights.items()])
            if key in self._owners:
                wiring["share"] = self._owners[key]
        origin = origin or _path(node)
        origin = f"{origin}.{order.tag}" if order.tag else origin
        name = self._entry(node, order, reads, origin, wiring)
        if order.verb == "fake_quantize":
            self.rounded[order.args["dtype"]] += 1
        if weights:
            if "share" not in wiring:
                self.weights.count(weights.values())
            self._owners.setdefault(key, name)
            self.weights.keep(origin, weights)
        return name

    def _entry(self, node: Node, order: Order, reads: Sequence[Value], origin: str, wiring: dict[str, Any]) -> str:
        """Append an entry, and the layer that it comes to; its name."""
        known = self._written.get(id(order.made))
        if known is None:
            known = self._written[id(order.made)] = self._read(order.verb, order.args, reads, order.made)
        self.count += 1
        layers = [value.layer for value in reads]
        name = self.draft.add(order.verb, known.args, layers, origin=origin, where=node.called, **wiring)
        self._readymade.layer(name, layers, known.made, plain(origin), wiring)
        return name

    def _read(self, verb: str, args: Mapping[str, Any], reads: Sequence[Value], made: Made) -> Written:
        """Arguments as the language has them, and what follows from them when they are read."""
        shapes, forms = [value.shape for value in reads], tuple([value.form for value in reads])
        texts = {key: argument(value, shapes) for key, value in args.items()}
        if verb == "reshape":
            texts["shape"] = counted(args["shape"], shapes[0], texts["shape"])
        found: dict[str, Any] | None = {key: _plain(text) for key, text in texts.items()}
        if not all(map(_is_number, texts.values())):
            reading = Reading(symbols=frozenset(self._symbols.declared))
            expressions = read_arguments(reading, verb, texts, Place(""), Scope(reading.symbols, Layers()))
            found = None if reading.faults.found else self._readymade.evaluated(expressions, forms)
        again = [] if found is None else self._workshop.made(verb, found, forms)
        return Written(texts, again if _forms(again) == _forms(made) else [])


class Order(NamedTuple):
    """What a layer is: its verb, its arguments, what its origin has behind it, and what follows from them."""

    verb: str
    args: Mapping[str, Any]
    tag: str
    made: Any


class Latest(NamedTuple):
    """The layer that was added last."""

    order: Order
    reads: Sequence[Value]
    weights: Mapping[str, Value]
    value: Value


class Written(NamedTuple):
    """The arguments of a layer as the language has them, and what follows from these; a list where that is another."""

    args: dict[str, Any]
    made: Made


def _forms(made: Made) -> Any:
    """What the parts of a layer give."""
    return {} if isinstance(made, list) else {part: facts and facts.form for part, facts in by_part(made).items()}


def _is_number(value: Any) -> bool:
    """Whether a value of the language is a number or a truth, or a list of these, which are read as they are."""
    return all(map(_is_number, value)) if isinstance(value, list) else isinstance(value, int | Fraction)


def _frozen(weights: Iterable[Value]) -> dict[str, Any]:
    """What an entry says of weights that the file tells are trained no more."""
    tensors = [value.tensor for value in weights if value.tensor is not None]
    return {"trainable": False} if tensors and all(tensor.is_frozen for tensor in tensors) else {}


def _path(node: Node) -> str:
    """What a node is called as an origin."""
    return names.origin(node.name or next(filter(None, node.outputs), ""))


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value
