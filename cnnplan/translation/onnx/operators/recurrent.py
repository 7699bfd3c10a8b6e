"""Recurrent layers: their gates in PyTorch's order, the batch first."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.lazy import np
from cnnplan.translation.onnx.contents import FLOAT
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


class _Kind(NamedTuple):
    """A kind of cell: its verb, where PyTorch's gates stand in the file, and its activations."""

    verb: str
    gates: tuple[int, ...]
    activations: tuple[str, ...]


LSTM = _Kind("lstm", (0, 2, 3, 1), ("Sigmoid", "Tanh", "Tanh"))
GRU = _Kind("gru", (1, 0, 2), ("Sigmoid", "Tanh"))
RNN = _Kind("rnn", (0,), ("Tanh",))


def lstm_(job: Job) -> None:
    """LSTM."""
    job.wants("input_forget", job.whole("input_forget"), 0)
    job.unused(2)
    if job.has(7):
        raise NotUnderstood("peephole weights")
    _recurrent(job, LSTM, {}, (job.value(1), job.value(2)))


def dynamic_lstm(job: Job) -> None:
    """An LSTM of onnxruntime whose weights are kept as whole numbers, and turned."""
    job.unused(2)
    pairs = ((1, 8, 9), (2, 10, 11))
    weights = [_turned(job, job.value(w), [job.value(i) for i in (s, z) if job.has(i)]) for w, s, z in pairs]
    x = job.layer("fake_quantize", {"dtype": "uint8"}, [job.as_layer(job.value())], tag="uint8")
    _recurrent(job, LSTM, {}, (weights[0], weights[1]), x)


def _turned(job: Job, value: Value, others: list[Value]) -> Value:
    """What whole numbers stand for, (directions, rows, features) from (directions, features, rows)."""
    if value.tensor is None or any(other.layer for other in others):
        raise NotUnderstood("weights that are computed")
    step = partial(_meant, parts=[partial(job.translator.elements, other) for other in others])
    ends, features, rows = value.shape
    return replace(value.rearranged((ends, rows, features), step), dtype=FLOAT)


def _meant(array: Any, *, parts: list[Any]) -> Any:
    """With a scale and a zero point of each direction, or of each of its rows."""
    scale, *zeros = [part().reshape(len(array), 1, -1) for part in parts]
    numbers = (array.astype("float32") - (zeros[0].astype("float32") if zeros else 0)) * scale
    return np.swapaxes(numbers, 1, 2)


def gru_(job: Job) -> None:
    """GRU, its reset before the product with the state unless linear_before_reset."""
    after = job.whole("linear_before_reset")
    _recurrent(job, GRU, {} if after else {"reset": "before"}, (job.value(1), job.value(2)))


def rnn_(job: Job) -> None:
    """RNN."""
    names = _activations(job) or ["Tanh"]
    job.wants("activations", names[0], "Tanh", "Relu")
    args = {"nonlinearity": "relu"} if names[0] == "Relu" else {}
    _recurrent(job, RNN._replace(activations=(names[0],)), args, (job.value(1), job.value(2)))


def _activations(job: Job) -> list[str]:
    found = job.node.attributes.get("activations")
    return [] if found is None else found.value


def _recurrent(
    job: Job, kind: _Kind, args: dict[str, Any], weights: tuple[Value, Value], reads: Value | None = None
) -> None:
    direction = job.text("direction", "forward")
    job.wants("direction", direction, "forward", "bidirectional")
    both = direction == "bidirectional"
    named = _activations(job)
    if named and named != [*kind.activations] * (1 + both):
        raise NotUnderstood(f"activations {named}")
    if "clip" in job.node.attributes:
        raise NotUnderstood(f"clip {job.number('clip')}")
    for index in (4, 5, 6):
        if job.has(index) and not _nothing(job, job.value(index)) and (index > 4 or not _whole(job)):  # noqa: PLR2004
            raise NotUnderstood("lengths of its own for each sample" if index == 4 else "a first state that is not 0")  # noqa: PLR2004
    first = bool(job.whole("layout"))
    x = job.as_layer(reads or job.value())
    x = x if first else job.layer("permute", {"dims": [1, 0, 2]}, [x], tag="batch_first")
    hidden: Any = weights[1].shape[2]
    x = job.fitted(x, 2, weights[0].shape[2])
    args = {"hidden_size": hidden, **args}
    if both:
        args["bidirectional"] = True
    if not job.has(3):
        args["bias"] = False
    y = job.layer(kind.verb, args, [x], _weights(job, kind, weights, both=both))
    _states(job, y, hidden, both=both, first=first)
    _last(job, y, hidden, both=both, first=first)


def _nothing(job: Job, value: Value) -> bool:
    """Whether a value is 0 everywhere."""
    if value.fill is not None:
        return bool(value.fill == 0)
    known = None if value.layer else job.translator.numbers(value, every=True)
    return known is not None and set(known.flat) <= {0}


def _whole(job: Job) -> bool:
    """Whether the lengths are that of the sequence."""
    value, known = job.value(), job.translator.numbers(job.value(4))
    return known is not None and all(n == value.shape[1 if job.whole("layout") else 0] for n in known.flat)


def _weights(job: Job, kind: _Kind, pair: tuple[Value, Value], *, both: bool) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for place, end in enumerate(("", "_reverse") if both else ("",)):
        pairs = [("weight_ih", pair[0], 0), ("weight_hh", pair[1], 0)]
        if job.has(3):
            pairs += [("bias_ih", job.value(3), 0), ("bias_hh", job.value(3), 1)]
        for name, value, half in pairs:
            if value.layer or value.tensor is None:
                raise NotUnderstood("weights that are computed")
            rows: Any = value.shape[1]
            shape: Any = (rows // 2,) if name.startswith("bias") else value.shape[1:]
            step = partial(_ordered, place=place, half=half, gates=kind.gates, rows=shape[0])
            found[f"{name}_l0{end}"] = value.rearranged(tuple(shape), step)
    return found


def _ordered(array: Any, *, place: int, half: int, gates: tuple[int, ...], rows: int) -> Any:
    """One direction, its gates in PyTorch's order."""
    parts = np.split(array[place][half * rows : (half + 1) * rows], len(gates))
    return np.concatenate([parts[gate] for gate in gates])


def _states(job: Job, y: Value, hidden: int, *, both: bool, first: bool) -> None:
    """The state at every step: (T, directions, N, H), or (N, T, directions, H)."""
    if not job.translator.is_read(job.output(0)):
        return
    n, steps, _ = y.shape
    y = job.layer("reshape", {"shape": (n, steps, 1 + both, hidden)}, [y], tag="directions")
    job.give(y if first else job.layer("permute", {"dims": [1, 2, 0, 3]}, [y], tag="steps_first"))


def _last(job: Job, y: Value, hidden: int, *, both: bool, first: bool) -> None:
    """The last state of each direction: (directions, N, H), or (N, directions, H)."""
    if not job.translator.is_read(job.output(1)):
        return
    last = job.layer("slice", {"start": -1}, [y], tag="last")
    if both:
        back = job.layer("slice", {"end": 1}, [y], tag="first")
        ahead = job.layer("slice", {"dim": 2, "end": hidden}, [last], tag="forwards")
        back = job.layer("slice", {"dim": 2, "start": hidden}, [back], tag="backwards")
        last = job.layer("concat", {}, [ahead, back], tag="both")
    job.give(last if first else job.layer("permute", {"dims": [1, 0, 2]}, [last], tag="state"), 1)
