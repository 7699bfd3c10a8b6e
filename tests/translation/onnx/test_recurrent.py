"""Recurrent layers that begin with a state that is given, run backwards, and give their last memory.

The values are those of ONNX's formulas, written out here step by step: gates in the order input, output, forget, cell.
"""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import load
from tests.translation.onnx.building import info, model, node, tensor

T, N, C, H = 4, 2, 3, 5
RNG = np.random.default_rng(0)
OUTPUTS = ["y", "last", "memory"]


def drawn(*shape):
    return (RNG.standard_normal(shape) / 2).astype("float32")


def held(name, array):
    return tensor(name, array.shape, [*array.reshape(-1).tolist()])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def one_way(x, w, r, b, h, c):
    """All states, the last state and the last memory of ONNX's LSTM in one direction."""
    found = []
    for step in x:
        i, o, f, g = np.split(step @ w.T + h @ r.T + b[: 4 * H] + b[4 * H :], 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        found.append(h)
    return np.stack(found), h, c


def lstm(x, w, r, b, h, c, direction):
    """What ONNX says of all directions."""
    ways = {"forward": [1], "reverse": [-1], "bidirectional": [1, -1]}[direction]
    found = [one_way(x[::way], w[d], r[d], b[d], h[d], c[d]) for d, way in enumerate(ways)]
    states = [y[::way] for (y, _, _), way in zip(found, ways, strict=True)]
    return np.stack(states, 1), np.stack([h for _, h, _ in found]), np.stack([c for _, _, c in found])


@pytest.fixture
def read(tmp_path):
    def written(*args, **options):
        path = tmp_path / "net.onnx"
        path.write_bytes(model(*args, **options))
        return load(path)

    return written


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("given", [True, False])
def test_an_lstm_is_onnxs(read, direction, given):
    d = 1 + (direction == "bidirectional")
    w, r, b = drawn(d, 4 * H, C), drawn(d, 4 * H, H), drawn(d, 8 * H)
    x, h, c = drawn(T, N, C), drawn(d, N, H), drawn(d, N, H)
    if not given:
        h, c = np.zeros_like(h), np.zeros_like(c)
    states = [info("h", [d, "N", H]), info("c", [d, "N", H])] if given else []
    reads = ["x", "w", "r", "b", *(["", "h", "c"] if given else [])]
    plan = read(
        [node("LSTM", reads, OUTPUTS, hidden_size=H, direction=direction)],
        [info("x", ["T", "N", C]), *states],
        [info(name, None) for name in OUTPUTS],
        [held("w", w), held("r", r), held("b", b)],
    )
    arrays = {"x": x, "h": h, "c": c}
    inputs = dict(zip(plan.inputs, arrays.values(), strict=False))
    found = execute(plan.graph, values={"T": T, "N": N}, inputs=inputs).outputs
    for mine, real in zip(found.values(), lstm(x, w, r, b, h, c, direction), strict=True):
        np.testing.assert_allclose(mine, real, rtol=1e-4, atol=1e-6)
    assert plan.params == w.size + r.size + b.size
    assert plan.macs.at({"T": T, "N": N}) == T * N * d * 4 * H * (C + H)


def test_a_first_state_that_is_missing_is_nothing(read):
    """ONNX lets a file give the state and not the memory; PyTorch wants both."""
    w, r, b = drawn(1, 4 * H, C), drawn(1, 4 * H, H), np.zeros((1, 8 * H), "float32")
    plan = read(
        [node("LSTM", ["x", "w", "r", "b", "", "h"], ["", "last"], name="/lstm", hidden_size=H)],
        [info("x", ["T", "N", C]), info("h", [1, "N", H])],
        [info("last", None)],
        [held("w", w), held("r", r), held("b", b)],
    )
    x, h = drawn(T, N, C), drawn(1, N, H)
    (mine,) = execute(
        plan.graph, values={"T": T, "N": N}, inputs=dict(zip(plan.inputs, (x, h), strict=True))
    ).outputs.values()
    np.testing.assert_allclose(mine, lstm(x, w, r, b, h, np.zeros_like(h), "forward")[1], rtol=1e-4, atol=1e-6)


def test_a_gru_begins_with_a_state(read):
    """Gates update, reset, new; the reset hides the state's product (linear_before_reset)."""
    w, r, b, h = drawn(1, 3 * H, C), drawn(1, 3 * H, H), drawn(1, 6 * H), drawn(1, N, H)
    plan = read(
        [node("GRU", ["x", "w", "r", "b", "", "h"], ["", "last"], name="/g", hidden_size=H, linear_before_reset=1)],
        [info("x", ["T", "N", C]), info("h", [1, "N", H])],
        [info("last", None)],
        [held("w", w), held("r", r), held("b", b)],
    )
    x, state = drawn(T, N, C), h[0]
    for step in x:
        a, e = step @ w[0].T + b[0, : 3 * H], state @ r[0].T + b[0, 3 * H :]
        z, reset = sigmoid(a[:, :H] + e[:, :H]), sigmoid(a[:, H : 2 * H] + e[:, H : 2 * H])
        state = (1 - z) * np.tanh(a[:, 2 * H :] + reset * e[:, 2 * H :]) + z * state
    (mine,) = execute(
        plan.graph, values={"T": T, "N": N}, inputs=dict(zip(plan.inputs, (x, h), strict=True))
    ).outputs.values()
    np.testing.assert_allclose(mine[0], state, rtol=1e-4, atol=1e-6)


REFUSED = [
    (["x", "w", "r", "b", "lengths"], {}, "lengths of its own for each sample, input sequence_lens"),
    (["x", "w", "r", "b", "", "", "", "p"], {}, "peephole weights, input P"),
    (["x", "w", "r", "b"], {"input_forget": 1}, "input_forget 1"),
    (["x", "w", "r", "b"], {"clip": 3.0}, "clip 3.0"),
    (["x", "w", "r", "b"], {"direction": "sideways"}, "direction sideways"),
]


@pytest.mark.parametrize(("reads", "how", "message"), REFUSED)
def test_what_is_another_cell_is_refused_by_input_and_attribute(read, reads, how, message):
    tensors = [held("w", drawn(1, 4 * H, C)), held("r", drawn(1, 4 * H, H)), held("b", drawn(1, 8 * H))]
    tensors += [held("p", drawn(1, 3 * H))]
    inputs = [info("x", ["T", "N", C]), *([info("lengths", ["N"], 6)] if "lengths" in reads else [])]
    with pytest.raises(SpecError, match=message):
        read([node("LSTM", reads, ["y"], hidden_size=H, **how)], inputs, [info("y", None)], tensors)


@pytest.mark.parametrize(
    ("start", "end", "step"),
    [(-1, -(2**63), -1), (6, 1, -1), (-1, -(2**63), -3), (2**63 - 1, -8, -2), (5, -(2**31), -4)],
)
def test_a_slice_that_runs_backwards_is_turned_round(read, start, end, step):
    tensors = [tensor(name, [1], [n], 7) for name, n in (("s", start), ("e", end), ("d", 1), ("k", step))]
    nodes = [node("Slice", ["x", "s", "e", "d", "k"], ["y"])]
    x = drawn(2, 7, 3)
    plan = read(nodes, [info("x", ["N", 7, 3])], [info("y", None)], tensors)
    (y,) = execute(plan.graph, values={"N": 2}, inputs={"input": x}).outputs.values()
    np.testing.assert_array_equal(y, x[:, slice(start, None if end < -(2**30) else end, step)])


def test_a_whole_axis_of_any_size_is_turned_round(read):
    tensors = [tensor(name, [1], [n], 7) for name, n in (("s", -1), ("e", -(2**63)), ("d", 1), ("k", -1))]
    plan = read(
        [node("Slice", ["x", "s", "e", "d", "k"], ["y"])], [info("x", ["N", "T", 3])], [info("y", None)], tensors
    )
    assert [layer.op.verb for layer in plan] == ["flip"]
    assert [*map(str, plan.conditions)] == []
