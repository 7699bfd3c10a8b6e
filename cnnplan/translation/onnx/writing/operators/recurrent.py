"""Recurrent layers: ONNX has the steps first, and its gates in an order of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from cnnplan.lazy import np
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

GATES: Final = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn": (0,)}
"""The gates of PyTorch in ONNX's order."""


def lstm_(layer: Layer) -> str:
    """LSTM."""
    if layer.op.proj_size is not None:
        raise Unwritable("proj_size of an lstm")
    if layer.op.memory:
        raise Unwritable("the memory of an lstm at every step, of which ONNX gives the last")
    return _recurrent(layer, "LSTM", {})


def gru_(layer: Layer) -> str:
    """GRU; `linear_before_reset` is PyTorch's reset behind the product."""
    return _recurrent(layer, "GRU", {"linear_before_reset": int(layer.op.reset == "after")})


def rnn_(layer: Layer) -> str:
    """RNN."""
    directions = 1 + layer.op.bidirectional
    named = {"activations": ["Relu"] * directions} if layer.op.nonlinearity == "relu" else {}
    return _recurrent(layer, "RNN", named)


def _recurrent(layer: Layer, op: str, how: dict[str, Any]) -> str:
    """Layer on layer, the batch in front again behind the last."""
    hidden = layer.known("hidden_size", layer.op.hidden_size)
    ends = ["", "_reverse"] if layer.op.bidirectional else [""]
    how = {**how, "hidden_size": hidden, **({"direction": "bidirectional"} if len(ends) > 1 else {})}
    y = layer.call("Transpose", [layer.x], perm=[1, 0, 2])
    for number in range(layer.op.num_layers):
        suffixes = [f"l{number}{end}" for end in ends]
        reads = [y, *_weights(layer, suffixes, hidden)]
        if len(layer.inputs) > 1:
            reads += [""] * (5 - len(reads))
            reads += [_first(layer, first, number, len(ends)) for first in layer.inputs[1:]]
        (states,) = layer.calls(op, reads, 1, **how)
        last = number == layer.op.num_layers - 1
        y = layer.call("Transpose", [states], perm=[2, 0, 1, 3] if last else [0, 2, 1, 3])
        y = layer.call("Reshape", [y, layer.whole(0, 0, len(ends) * hidden)])
    return y


def _first(layer: Layer, first: str, number: int, ends: int) -> str:
    """What one layer begins with, of what all do."""
    if layer.op.num_layers == 1:
        return first
    bounds = [layer.whole(n * ends) for n in (number, number + 1)]
    return layer.call("Slice", [first, *bounds, layer.whole(0)])


def _weights(layer: Layer, suffixes: list[str], hidden: int) -> list[str]:
    """Those of one layer, its directions on top of each other: of what comes in, of the state, and what is added."""
    gates = GATES[layer.op.verb]
    ordered = partial(_ordered, gates=gates)
    rows = len(gates) * hidden
    tag = "" if suffixes[0] == "l0" else f".{suffixes[0]}"
    found = []
    for name, kind in (("w", "weight_ih"), ("r", "weight_hh")):
        parts = [f"{kind}_{suffix}" for suffix in suffixes]
        shape: Any = layer.weights[parts[0]].shape
        found.append(layer.made(f"{tag[1:]}{'.' * bool(tag)}{name}", parts, (len(parts), *shape), ordered))
    if layer.op.bias:
        kinds = ["bias_ih", "bias_hh"] if layer.op.biases == "both" else ["bias_ih"]
        if layer.op.biases == "new":
            raise Unwritable("biases (=new) of a gru, of which ONNX has all or none")
        parts = [f"{kind}_{suffix}" for suffix in suffixes for kind in kinds]
        joined = partial(_joined, gates=gates, kinds=len(kinds))
        found.append(layer.made(f"{tag[1:]}{'.' * bool(tag)}b", parts, (len(suffixes), 2 * rows), joined))
    return found


def _ordered(*arrays: Any, gates: tuple[int, ...]) -> Any:
    """A matrix for each direction, its gates in ONNX's order."""
    return np.stack([_turned(array, gates) for array in arrays])


def _turned(array: Any, gates: tuple[int, ...]) -> Any:
    parts = np.split(array, len(gates))
    return np.concatenate([parts[gate] for gate in gates])


def _joined(*arrays: Any, gates: tuple[int, ...], kinds: int) -> Any:
    """What is added to the input, then what is added to the state, for each direction."""
    turned = [_turned(array, gates) for array in arrays]
    if kinds == 1:
        turned = [each for array in turned for each in (array, np.zeros_like(array))]
    return np.stack([np.concatenate(turned[i : i + 2]) for i in range(0, len(turned), 2)])
