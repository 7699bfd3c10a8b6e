"""The graph of a model: inputs, calls of layers in an order in which each finds what it reads, nested models inline."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.draft import Draft, legal
from cnnplan.translation.keras import layers, windows
from cnnplan.translation.keras.archive import refusal
from cnnplan.translation.keras.calls import Call, Refused, Tensor
from cnnplan.translation.keras.configs import (
    DEEPEST,
    MODELS,
    dtype_of,
    given_to,
    is_moved,
    layer_name,
    ordered_inputs,
    tensors_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["Reader"]

AXES: Final = {1: ("T",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""What the extents of an input are called that a config leaves open, by the number of axes between batch and last."""

MOST: Final = 20_000
"""Calls of layers."""

PASSES: Final = 200
"""How often the layers are gone through for one whose inputs are there: Keras writes them nearly in order."""

UNREAD: Final = "Keras counts one number more, how many samples it has seen, which nothing computes with\n"

UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)
"""What comes of a config that is not made as Keras makes it."""


@dataclass(slots=True)
class Reader:
    """A model on its way.

    Args:
        path: its file.
        options: what the user said besides.
    """

    path: Path
    options: Options
    draft: Draft = field(init=False)
    owners: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    last: set[str] = field(default_factory=set)
    calls: int = 0

    def read(self, data: dict[str, Any]) -> Foreign:
        """The model as the data of a spec."""
        try:
            return self._read(data)
        except UNREADABLE as error:
            raise refusal(self.path, f"its config cannot be read: {error!r}") from None

    def _read(self, data: dict[str, Any]) -> Foreign:
        self.draft = Draft(str(self.path), str(data["config"].get("name") or self.path.stem))
        if data.get("class_name") not in MODELS or not isinstance(data["config"].get("layers"), list):
            message = f"{data.get('class_name')} is a model of its own class: its config has no layers"
            raise refusal(self.path, f"{message}; rebuild it with keras.Model(inputs, outputs), or export it as ONNX")
        inputs = list(self._inputs(data))
        if not inputs:
            raise refusal(self.path, "the model has no input: build it first, or begin it with keras.Input(shape)")
        named = self.draft.inputs({name: {"shape": shape, "dtype": dtype} for name, shape, dtype, _ in inputs})
        tensors = {name: Tensor(named[name], whole, is_moved(whole, data)) for name, _, _, whole in inputs}
        outputs = self._model(data, [tensors[name] for name, *_ in inputs], "", 0)
        for tensor in outputs:
            self.draft.output(tensor.name)
        foreign = self.draft.done()
        foreign.channels_last = frozenset(self.last) | {each.name for each in tensors.values() if each.moved}
        foreign.account = self._account
        return foreign

    def _inputs(self, data: dict[str, Any]) -> Iterator[tuple[str, list[Any], str, tuple[Any, ...]]]:
        """Name, shape in our order, dtype and shape in Keras's of every input."""
        for layer in ordered_inputs(data):
            config = layer.get("config") or {}
            shape = config.get("batch_shape") or config.get("batch_input_shape")
            if not isinstance(shape, list) or len(shape) < 2:  # noqa: PLR2004
                continue
            name = str(config.get("name") or layer.get("name"))
            whole = self._named(name, shape)
            moved = is_moved(tuple(whole), data)
            yield name, [whole[0], whole[-1], *whole[1:-1]] if moved else whole, dtype_of(config), tuple(whole)

    def _named(self, name: str, shape: list[Any]) -> list[Any]:
        """The shape with symbols for what is open."""
        given = self.options.dims.get(name)
        if given and len(given) == len(shape):
            for extent in given:
                if isinstance(extent, str):
                    self.draft.symbol(extent, 1 if extent == "N" else None)
            return list(given)
        names = ("N", *AXES.get(len(shape) - 2, tuple(f"E{i}" for i in range(len(shape) - 2))), "C")
        made: list[Any] = []
        for extent, called in zip(shape, names, strict=True):
            made.append(extent if extent is not None else self.draft.symbol(called, 1 if called == "N" else None))
        return made

    def _model(self, data: dict[str, Any], inputs: list[Tensor], prefix: str, level: int) -> list[Tensor]:
        """The outputs of a model on these inputs."""
        if level > DEEPEST:
            raise refusal(self.path, f"models in models, more than {DEEPEST} levels")
        if data.get("class_name") == "Sequential":
            tensors = inputs
            for layer in data["config"]["layers"]:
                if layer.get("class_name") != "InputLayer":
                    shape = (layer.get("build_config") or {}).get("input_shape")
                    tensors = [self._told(tensor, shape) for tensor in tensors]
                    tensors = self._call(layer, {}, tensors, [], prefix, level)
            return tensors
        return self._graph(data, inputs, prefix, level)

    def _graph(self, data: dict[str, Any], inputs: list[Tensor], prefix: str, level: int) -> list[Tensor]:
        config = data["config"]
        known: dict[tuple[str, int, int], Tensor] = {}
        for layer, tensor in zip(ordered_inputs(data), inputs, strict=False):
            known[layer_name(layer), 0, 0] = tensor
        waiting = [
            (layer, number, node)
            for layer in config["layers"]
            if isinstance(layer, dict) and layer.get("class_name") != "InputLayer"
            for number, node in enumerate(layer.get("inbound_nodes") or [])
        ]
        given = {layer_name(layer) for layer, *_ in waiting} | {name for name, *_ in known}
        stuck = False
        for _ in range(PASSES):
            rest = []
            for layer, number, node in waiting:
                keys = self._keys(layer, node)
                if all(key in known for key, _ in keys):
                    reads = [self._told(known[key], shape) for key, shape in keys]
                    made = self._call(layer, node.get("kwargs") or {}, reads, given_to(node), prefix, level)
                    known.update({(layer_name(layer), number, i): tensor for i, tensor in enumerate(made)})
                else:
                    rest.append((layer, number, node))
            stuck, waiting = len(rest) == len(waiting), rest
            if stuck or not rest:
                break
        if waiting:
            if not stuck:
                raise refusal(self.path, f"its layers stand in no order: {PASSES} times through them are not enough")
            missing = {key[0] for layer, _, node in waiting for key, _ in self._keys(layer, node)} - given
            names = ", ".join(sorted({layer_name(layer) for layer, *_ in waiting})[:4])
            nothing = f"no layer gives {', '.join(sorted(missing)[:4])}, which is read by {names}"
            raise refusal(self.path, nothing if missing else f"a cycle through {names}")
        ends = config.get("output_layers") or []
        ends = [ends] if ends and isinstance(ends[0], str) else ends
        found = [known.get((str(end[0]), *end[1:3])) for end in ends if isinstance(end, list)]
        if not found or None in found:
            raise refusal(self.path, "an output that nothing gives")
        return [tensor for tensor in found if tensor is not None]

    def _keys(self, layer: dict[str, Any], node: Any) -> list[tuple[tuple[str, int, int], Any]]:
        """The tensors that a call reads, with the shapes that the config notes."""
        try:
            return list(tensors_of(node))
        except UNREADABLE as error:
            raise refusal(self.path, f"{layer_name(layer)}: what it reads is not understood: {error!r}") from None

    def _call(  # noqa: PLR0913, PLR0917 - what a call is made of
        self,
        layer: dict[str, Any],
        options: dict[str, Any],
        inputs: list[Tensor],
        given: list[Any],
        prefix: str,
        level: int,
    ) -> list[Tensor]:
        """What a layer gives."""
        self.calls += 1
        if self.calls > MOST:
            raise refusal(self.path, f"more than {MOST:,} calls of layers")
        name, kind = prefix + layer_name(layer), str(layer.get("class_name"))
        if kind in MODELS:
            return self._model(layer, inputs, f"{name}.", level + 1)
        call = Call(kind, layer.get("config") or {}, inputs, given, options)
        where = f"{name} ({kind})"
        try:
            _handler(layer)(call)
            if not call.entries:
                call.add("identity", None, call.x.name, "same_")
        except Refused as cause:
            self.draft.refuse("CNN031", f"not understood: {cause}", where)
            return [Tensor(inputs[0].name if inputs else "input", inputs[0].shape if inputs else ())]
        except UNREADABLE as error:
            self.draft.refuse("CNN030", f"its config cannot be read: {error!r}", where)
            return [Tensor(inputs[0].name if inputs else "input", inputs[0].shape if inputs else ())]
        return [self._placed(name, where, call)]

    def _placed(self, name: str, where: str, call: Call) -> Tensor:
        """The entries of a call as one layer of that name."""
        first = call.entries[0]
        if "constant" not in first:
            first.setdefault("from", call.x.name)
        if len(call.entries) == 1:
            verb = next(key for key in first if key not in ("name", "from"))
            args, reads = first[verb], first["from"]
        else:
            verb, args, reads = "sequence", call.entries, call.x.name
        wiring = {"share": self.owners[name]} if name in self.owners and _weighs(call) else {}
        read = [reads] if isinstance(reads, str) else reads
        called = self.draft.add(verb, args, read, origin=name, where=where, name=legal(name), **wiring)
        self.owners.setdefault(name, called)
        if len(call.entries) > 1:
            self.last.update(f"{called}.{inner}" for inner, moved in call.orders.items() if moved)
        if call.moved or call.orders[call.entries[-1]["name"]]:
            self.last.add(called)
        self.classes[called] = where
        return Tensor(called, _shape(call), call.moved)

    def _told(self, tensor: Tensor, shape: Any) -> Tensor:
        """The tensor with the shape that the config notes of it."""
        if not isinstance(shape, list) or not all(each is None or isinstance(each, int) for each in shape):
            return tensor
        self.shapes[tensor.name] = tuple(shape)
        return replace(tensor, shape=tuple(shape))

    def _account(self, topic: str) -> str:
        """What the config says of a layer: its class, and the shape that Keras gave it."""
        name = next((called for origin, called in self.owners.items() if topic in (origin, called)), "")
        if not name:
            return ""
        shape = self.shapes.get(name)
        written = ", ".join("None" if each is None else str(each) for each in shape) if shape else "not noted"
        counted = UNREAD if self.classes[name].endswith("(Normalization)") else ""
        return f"{self.classes[name]} in {self.path}\nas Keras has it, channels last: ({written})\n{counted}"


def _shape(call: Call) -> tuple[Any, ...]:
    """The axes of what a call gives, for a config that does not note them."""
    last = next(key for key in call.entries[-1] if key not in ("name", "from"))
    if last in ("flatten", "squeeze"):
        return (None, None)
    if last == "embedding":
        return (*call.x.shape, call.config.get("output_dim"))
    if last == "reshape" and "target_shape" in call.config:
        return (None, *call.config["target_shape"])
    return call.x.shape


def _weighs(call: Call) -> bool:
    """Whether it has weights that another call of the same layer shares."""
    weighted = {"conv", "conv_transpose", "linear", "batch_norm", "layer_norm", "group_norm", "embedding", "prelu"}
    return any(weighted & set(entry) or {"lstm", "gru", "rnn"} & set(entry) for entry in call.entries)


def _handler(layer: dict[str, Any]) -> Any:
    """What reads a layer; raises Refused where nothing does."""
    kind, module = str(layer.get("class_name")), str(layer.get("module"))
    found = None
    if module.startswith(layers.MODULE):
        found = layers.NUMPY.get(kind)
    elif module in ("keras.layers", "None") or module.startswith("keras.src.layers"):
        found = windows.LAYERS.get(kind) or layers.LAYERS.get(kind)
    elif module.startswith("keras.src.applications"):
        found = layers.APPLICATIONS.get(kind)
    if found is None:
        bytecode = "a Lambda holds the bytecode of a function, which is never loaded; write it with layers"
        raise Refused(bytecode if kind == "Lambda" else f"there is no {kind} of {module} here")
    return found
