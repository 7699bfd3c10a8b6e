"""Recurrent layers: their gates in PyTorch's order, the batch first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.lazy import np
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
    _recurrent(job, LSTM, {})


def gru_(job: Job) -> None:
    """GRU, the reset behind the product as PyTorch does it."""
    job.wants("linear_before_reset", job.whole("linear_before_reset"), 1)
    _recurrent(job, GRU, {})


def rnn_(job: Job) -> None:
    """RNN."""
    names = _activations(job) or ["Tanh"]
    job.wants("activations", names[0], "Tanh", "Relu")
    args = {"nonlinearity": "relu"} if names[0] == "Relu" else {}
    _recurrent(job, RNN._replace(activations=(names[0],)), args)


def _activations(job: Job) -> list[str]:
    found = job.node.attributes.get("activations")
    return [] if found is None else found.value


def _recurrent(job: Job, kind: _Kind, args: dict[str, Any]) -> None:
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
    x = job.as_layer(job.value())
    x = x if first else job.layer("permute", {"dims": [1, 0, 2]}, [x], tag="batch_first")
    hidden: Any = job.value(2).shape[2]
    x = job.fitted(x, 2, job.value(1).shape[2])
    args = {"hidden_size": hidden, **args}
    if both:
        args["bidirectional"] = True
    if not job.has(3):
        args["bias"] = False
    y = job.layer(kind.verb, args, [x], _weights(job, kind, both=both))
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


def _weights(job: Job, kind: _Kind, *, both: bool) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for place, end in enumerate(("", "_reverse") if both else ("",)):
        pairs = [("weight_ih", job.value(1), 0), ("weight_hh", job.value(2), 0)]
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
