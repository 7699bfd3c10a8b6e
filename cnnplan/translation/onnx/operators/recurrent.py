"""Recurrent layers: their gates in PyTorch's order, the batch first."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.lazy import np
from cnnplan.translation.onnx.contents import FLOAT
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.sizes import Extent
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


class _Kind(NamedTuple):
    """A kind of cell: its verb, where PyTorch's gates stand in the file, and its activations."""

    verb: str
    gates: tuple[int, ...]
    activations: tuple[str, ...]


class _How(NamedTuple):
    """How a layer runs: its features, its direction, whether the batch is first, whether its memory is read."""

    hidden: Any
    direction: str
    first: bool
    memory: bool

    @property
    def both(self) -> bool:
        """Whether there are two directions."""
        return self.direction == "bidirectional"


LSTM = _Kind("lstm", (0, 2, 3, 1), ("Sigmoid", "Tanh", "Tanh"))
GRU = _Kind("gru", (1, 0, 2), ("Sigmoid", "Tanh"))
RNN = _Kind("rnn", (0,), ("Tanh",))


def lstm_(job: Job) -> None:
    """LSTM."""
    _lstm(job, (job.value(1), job.value(2)))


def _lstm(job: Job, weights: tuple[Value, Value], reads: Value | None = None) -> None:
    job.wants("input_forget", job.whole("input_forget"), 0)
    if job.has(7) and not _nothing(job, job.value(7)):
        raise NotUnderstood("peephole weights, input P")
    args = {"memory": True} if job.translator.is_read(job.output(2)) else {}
    _recurrent(job, LSTM, args, weights, reads)


def dynamic_lstm(job: Job) -> None:
    """An LSTM of onnxruntime whose weights are kept as whole numbers, and turned."""
    pairs = ((1, 8, 9), (2, 10, 11))
    weights = [_turned(job, job.value(w), [job.value(i) for i in (s, z) if job.has(i)]) for w, s, z in pairs]
    x = job.layer("fake_quantize", {"dtype": "uint8"}, [job.as_layer(job.value())], tag="uint8")
    _lstm(job, (weights[0], weights[1]), x)


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
    found = job.attribute("activations")
    return [] if found is None else found.value


def _recurrent(
    job: Job, kind: _Kind, args: dict[str, Any], weights: tuple[Value, Value], reads: Value | None = None
) -> None:
    direction = job.text("direction", "forward")
    job.wants("direction", direction, "forward", "reverse", "bidirectional")
    both = direction == "bidirectional"
    named = _activations(job)
    if named and named != [*kind.activations] * (1 + both):
        raise NotUnderstood(f"activations {named}")
    if job.attribute("clip"):
        raise NotUnderstood(f"clip {job.number('clip')}")
    if job.has(4) and not _whole(job):
        raise NotUnderstood("lengths of its own for each sample, input sequence_lens")
    how = _How(weights[1].shape[2], direction, first=bool(job.whole("layout")), memory="memory" in args)
    x = job.as_layer(reads or job.value())
    x = x if how.first else job.layer("permute", {"dims": [1, 0, 2]}, [x], tag="batch_first")
    x = job.fitted(x, 2, weights[0].shape[2])
    x = job.layer("flip", {"dims": 1}, [x], tag="backwards") if direction == "reverse" else x
    args = {"hidden_size": how.hidden, **args}
    if both:
        args["bidirectional"] = True
    if not job.has(3):
        args["bias"] = False
    y = job.layer(kind.verb, args, [x, *_firsts(job, how, x.shape[0], kind)], _weights(job, kind, weights, both=both))
    _give(job, y, how)


def _firsts(job: Job, how: _How, batch: Extent, kind: _Kind) -> list[Value]:
    """The states to begin with: none where they are 0."""
    given = [job.value(index) if job.has(index) else None for index in (5, 6)[: 1 + (kind is LSTM)]]
    if all(value is None or _nothing(job, value) for value in given):
        return []
    shape = (1 + how.both, batch, how.hidden)
    found = [_zeros(job, shape) if value is None else job.as_layer(value) for value in given]
    turned = [job.layer("permute", {"dims": [1, 0, 2]}, [x], tag="state_first") if how.first else x for x in found]
    return [job.fitted(x, 1, batch) if isinstance(x.shape[1], int) or isinstance(batch, int) else x for x in turned]


def _zeros(job: Job, shape: Any) -> Value:
    return job.layer("constant", {"shape": shape, "value": 0}, [], tag="nothing")


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


def _give(job: Job, y: Value, how: _How) -> None:
    """What is read of the states at every step, of the last, and of the last memory."""
    halves = {"": y}
    if how.memory:
        dim = {"dim": 2}
        wide = (1 + how.both) * 2
        pieces = [
            job.layer("slice", {**dim, "start": n * how.hidden, "end": (n + 1) * how.hidden}, [y], tag=f"part{n}")
            for n in range(wide)
        ]
        sides = {"": pieces[::2], "memory": pieces[1::2]}
        halves = {
            name: side[0] if len(side) == 1 else job.layer("concat", {"dim": 2}, side, tag=f"both{name}")
            for name, side in sides.items()
        }
    _states(job, halves[""], how)
    _last(job, halves[""], how, 1)
    if how.memory:
        _last(job, halves["memory"], how, 2)


def _states(job: Job, y: Value, how: _How) -> None:
    """The state at every step: (T, directions, N, H), or (N, T, directions, H)."""
    if not job.translator.is_read(job.output(0)):
        return
    if how.direction == "reverse":
        y = job.layer("flip", {"dims": 1}, [y], tag="forwards")
    n, steps, _ = y.shape
    y = job.layer("reshape", {"shape": (n, steps, 1 + how.both, how.hidden)}, [y], tag="directions")
    job.give(y if how.first else job.layer("permute", {"dims": [1, 2, 0, 3]}, [y], tag="steps_first"))


def _last(job: Job, y: Value, how: _How, index: int) -> None:
    """The last state of each direction: (directions, N, H), or (N, directions, H)."""
    if not job.translator.is_read(job.output(index)):
        return
    tag = "memory_" if index > 1 else ""
    last = job.layer("slice", {"start": -1}, [y], tag=f"{tag}last")
    if how.both:
        back = job.layer("slice", {"end": 1}, [y], tag=f"{tag}first")
        ahead = job.layer("slice", {"dim": 2, "end": how.hidden}, [last], tag=f"{tag}forwards")
        back = job.layer("slice", {"dim": 2, "start": how.hidden}, [back], tag=f"{tag}backwards")
        last = job.layer("concat", {}, [ahead, back], tag=f"{tag}both")
    job.give(last if how.first else job.layer("permute", {"dims": [1, 0, 2]}, [last], tag=f"{tag}state"), index)
