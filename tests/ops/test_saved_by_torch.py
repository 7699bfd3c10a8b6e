"""What every operator keeps for the backward pass, against what PyTorch keeps; skipped where it is not installed.

`CNNPLAN_GEOMETRIES` says how many legal geometries every operator gets, in single precision and training mode.
"""

from __future__ import annotations

import os
import random
import warnings
from fractions import Fraction
from math import prod

import pytest
import yaml

from cnnplan.graph import build
from cnnplan.memory import Memory
from cnnplan.ops import OPERATORS
from cnnplan.spec import load_spec
from tests.ops.oracle import arithmetic, layers, moves, saving, sequences, windows
from tests.ops.oracle.every import MAKERS

torch = pytest.importorskip("torch")
nn = torch.nn

GEOMETRIES = int(os.environ.get("CNNPLAN_GEOMETRIES", "30"))
TRIES = 10 * GEOMETRIES
SINGLE = 4

NO_LAYER = {
    "locally_connected": "PyTorch has no such layer",
    "opaque": "what it is nobody knows",
}
"""Operators that are not compared, and why. Nor are paddings that PyTorch needs a layer of its own for."""

INSTEAD = {"dropout": saving.dropout, "drop_path": saving.drop_path}
"""Operators whose counterpart elsewhere is PyTorch in inference."""

MORE = [
    ("upsample", windows.upsample_smoothly),
    ("conv", windows.conv_same),
    ("conv_transpose", windows.conv_transpose_cropped),
    *layers.MORE,
    *moves.MORE,
    *arithmetic.MORE,
    *sequences.MORE,
]
CASES = [(verb, make) for verb, make in [*MAKERS.items(), *MORE] if verb not in NO_LAYER]


def padded_copies(operator, x):
    """A padding that its kernel does not know is made as a copy, which is kept; not with zeros if it is symmetric."""
    sides = operator.margins(x[2:])
    if operator.padding not in ("same", "same_lower"):
        return 0
    if operator.padding_mode == "zeros":
        more = [abs(after - before) for before, after in sides]
        kept = prod(n + m for n, m in zip(x[2:], more, strict=True)) - prod(x[2:]) if any(more) else 0
    else:
        kept = prod(n + sum(pads) for n, pads in zip(x[2:], sides, strict=True))
        kept -= prod(x[2:]) if operator.padding_mode == "circular" else 0
    return x[0] * x[1] * kept


def unlike_values(_, query, key, value):
    """There is no fused kernel if values are not as wide as queries: the softmax is kept, not output and logarithms."""
    fused = len(query) == 4 and query[-1] != value[-1]
    return (prod(query[:-1]) * (key[-2] - 1 - value[-1])) if fused else 0


def copies_with_the_batch_second(operator, x):
    """Its kernel has the batch second: each direction copies the input into that order, where that is another."""
    return prod(x) if operator.bidirectional and min(x[:2]) > 1 else 0


def copies_of_what_is_repeated(_, left, right):
    """Matrices that are repeated along an axis in front are copied, unless no other axis in front is longer than 1."""
    fronts = [shape[:-2] for shape in (left, right)]
    most = [max(pair) for pair in zip(*fronts, strict=True)]
    more = 0
    for shape, front in zip((left, right), fronts, strict=True):
        if [*front] != most and any(n > 1 for n in front):
            more += prod(most) * prod(shape[-2:]) - prod(shape)
    return more


def places_of_the_pool(_, maxima, __):
    """The places of the maxima are those that max_pool notes: 8 bytes each, which are not counted again."""
    return 2 * prod(maxima)


DIFFERENCES = {
    "max_unpool": places_of_the_pool,
    "matmul": copies_of_what_is_repeated,
    "conv": padded_copies,
    "scaled_dot_product_attention": unlike_values,
    "rnn": copies_with_the_batch_second,
    "lstm": copies_with_the_batch_second,
    "gru": copies_with_the_batch_second,
}
"""How many elements more PyTorch keeps, and why, where the prediction is not to follow it."""


def test_every_operator_is_compared():
    assert {verb for verb, _ in CASES} | set(NO_LAYER) | {"embedding"} == set(OPERATORS)
    assert not set(NO_LAYER) & set(DIFFERENCES)


def written(value):
    """A value as YAML has it."""
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return float(value) if isinstance(value, Fraction) else value


def predicted(operator, shapes, dtype="float32"):
    """The prediction for a network of that one layer."""
    dtypes = ["bool" if operator.verb == "where" else dtype, *(dtype for _ in shapes[1:])]
    declared = {
        f"input{number}": {"shape": list(shape), "dtype": kind}
        for number, (shape, kind) in enumerate(zip(shapes, dtypes, strict=False))
    }
    layer = written_layer(operator, {"from": list(declared)} if shapes else {})
    return planned({"cnnplan": 1, "inputs": declared or {"nobody": [1]}, "layers": [layer]})


def written_layer(operator, beside):
    """An operator as an entry of a spec."""
    args = {name: written(value) for name, value in operator.model_dump(exclude_defaults=True).items()}
    return {operator.verb: args, **beside}


def planned(document):
    """The bytes that are predicted for a spec."""
    graph = build(load_spec(yaml.safe_dump(document, sort_keys=False)))
    assert not graph.findings
    return Memory(graph, dtype="float32").saved()


def kept(module, shapes):
    """What PyTorch keeps; None where it refuses, as batch norm does a single element in training."""
    tensors = [(0.5 + torch.rand(shape)).requires_grad_() for shape in shapes]
    try:
        with warnings.catch_warnings(action="ignore"), torch.backends.mkldnn.flags(enabled=False):
            return saving.kept(module, tensors)
    except (RuntimeError, ValueError, NotImplementedError):
        return None


@pytest.mark.parametrize(("verb", "make"), CASES, ids=[f"{verb}-{make.__name__}" for verb, make in CASES])
def test_torch_keeps_the_same(verb, make):
    rng = random.Random(f"{verb}, {make.__name__}, saved")  # noqa: S311
    compared = 0
    for _ in range(TRIES):
        if compared == GEOMETRIES:
            break
        try:
            args, shapes, module = make(rng)
        except ValueError:
            continue
        operator = OPERATORS[verb](**args)
        module = INSTEAD[verb](operator) if verb in INSTEAD else module
        if not all(bool(requirement.condition) for requirement in operator.requires(*shapes)):
            continue
        truth = kept(module, shapes)
        if truth is None:
            continue
        compared += 1
        more = DIFFERENCES[verb](operator, *shapes) if verb in DIFFERENCES else 0
        assert predicted(operator, shapes) + SINGLE * more == truth, (operator, shapes)
    assert compared == GEOMETRIES


@pytest.mark.parametrize(
    "verb", [verb for verb in layers.MAKERS if verb not in {"glu", "linear", "parameter", *DIFFERENCES}]
)
def test_torch_keeps_the_same_end(verb):
    """Where input and output are alike, a layer that saves its own output in front tells which of them is kept."""
    rng = random.Random(f"{verb}, end")  # noqa: S311
    args, (shape,), module = layers.MAKERS[verb](rng)
    operator = OPERATORS[verb](**args)
    if not all(bool(requirement.condition) for requirement in operator.requires(shape)):
        pytest.skip("what is required does not hold")
    module = INSTEAD[verb](operator) if verb in INSTEAD else module
    truth = kept(nn.Sequential(nn.Sigmoid(), Layer(module)), [shape])
    layer = written_layer(operator, {})
    text = {"cnnplan": 1, "input": list(shape), "layers": ["sigmoid", layer]}
    assert planned(text) == truth


class Layer(nn.Module):
    """A module or a function, whose weights are those of the module."""

    def __init__(self, run):
        super().__init__()
        self.run = run

    def forward(self, x):
        return self.run(x)


def test_embedding_by_torch():
    """Apart, since it reads integers: they are what is kept."""
    words = torch.zeros(3, 7, dtype=torch.int64)
    operator = OPERATORS["embedding"](num_embeddings=11, embedding_dim=5)
    assert saving.kept(nn.Embedding(11, 5), [words]) == predicted(operator, [(3, 7)], "int64") == 8 * 21


def test_dropout_on_a_cpu_keeps_factors():
    """Not a mask, as the prediction and a GPU have it."""
    operator, shape = OPERATORS["dropout"](p=0.3), (2, 3, 5)
    assert kept(nn.Dropout(0.3), [shape]) == SINGLE * predicted(operator, [shape]) == SINGLE * 30


def test_lstm_by_a_library_keeps_a_workspace():
    """oneDNN, which a CPU may take, has a workspace that is its own affair: more than is predicted, here at least."""
    layer, shape = nn.LSTM(7, 11, batch_first=True), (3, 5, 7)
    if torch.backends.mkldnn.is_available():
        found = saving.kept(layer, [torch.rand(shape, requires_grad=True)])
        assert found >= predicted(OPERATORS["lstm"](hidden_size=11), [shape])
