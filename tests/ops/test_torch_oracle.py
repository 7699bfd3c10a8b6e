"""Every operator against torch.nn, over random geometries; skipped where PyTorch is not installed.

`CNNPLAN_GEOMETRIES` says how many legal geometries every operator gets, in double precision.
"""

from __future__ import annotations

import os
import random

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from tests.ops.oracle import layers, moves, sequences, windows

torch = pytest.importorskip("torch")
nn = torch.nn
flop_counter = pytest.importorskip("torch.utils.flop_counter")

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")

GEOMETRIES = int(os.environ.get("CNNPLAN_GEOMETRIES", "30"))
TRIES = 10 * GEOMETRIES
TOLERANCE = 1e-9
CONTRACTIONS = {"conv", "conv_transpose", "linear", "matmul", "einsum"}

MAKERS = windows.MAKERS | layers.MAKERS | moves.MAKERS | sequences.MAKERS
CASES = [*MAKERS.items(), *windows.MORE, *layers.MORE, *moves.MORE, *sequences.MORE]
CASES += sequences.ELSEWHERE


def test_every_operator_is_compared():
    assert set(MAKERS) | {"embedding", "opaque"} == set(OPERATORS)


def test_embedding_by_torch():
    """Apart, since it reads integers."""
    numbers = np.random.default_rng(0)
    for _ in range(GEOMETRIES):
        rows, width, *shape = numbers.integers(1, 9, numbers.integers(3, 6))
        table, words = nn.Embedding(rows, width).double(), numbers.integers(0, rows, shape)
        weight = table.weight.detach().numpy()
        operator = OPERATORS["embedding"](num_embeddings=int(rows), embedding_dim=int(width))
        assert np.array_equal(operator.run(words, weight), table(torch.from_numpy(words)).detach().numpy())
        for wrong in (-1, rows):
            with pytest.raises(IndexError, match=f"there are {rows} rows"):
                operator.run(np.array([0, wrong]), weight)


@pytest.mark.parametrize("chunks", [2, 3, 4])
def test_all_parts_by_torch(chunks):
    x = np.arange(2.0 * 11 * 5).reshape(2, 11, 5)
    parts = OPERATORS["chunk"](chunks=chunks).parts(x.shape)
    for part, truth in zip(parts, torch.from_numpy(x).chunk(chunks, 1), strict=True):
        assert np.array_equal(part.run(x), truth.numpy())


def ran(module, arrays):
    """What PyTorch computes and its multiply-adds, or None where it refuses.

    Its counter takes some layers apart, which changes values (the nearest of an axis that stays): it runs by itself.
    """
    counter = flop_counter.FlopCounterMode(display=False)
    try:
        with torch.no_grad():
            output = module(*map(torch.from_numpy, arrays))
            with counter:
                module(*map(torch.from_numpy, arrays))
    except (RuntimeError, ValueError, NotImplementedError):
        return None
    if 0 in output.shape:
        return None
    return output.detach().numpy(), counter.get_total_flops() // 2


def prepared(module, numbers):
    """The module in double precision, its weights and statistics drawn at random, and those by name.

    Matrices are drawn so small that elements stay near 1, however often they are multiplied.
    """
    if not isinstance(module, nn.Module):
        return {}, {}
    module.double().eval()
    found = [dict(module.named_parameters()), dict(module.named_buffers())]
    found[1].pop("num_batches_tracked", None)
    with torch.no_grad():
        for name, tensor in (found[0] | found[1]).items():
            share = (len(tensor) / tensor.numel()) ** 0.5 if tensor.dim() > 1 else 1.0
            drawn = torch.from_numpy(numbers.standard_normal(tensor.shape)) * share
            tensor.copy_(drawn.abs() + 0.1 if name == "running_var" else drawn)
    return [{name: tensor.detach().numpy() for name, tensor in tensors.items()} for tensors in found]


def legal(operator, shapes):
    return all(bool(requirement.condition) for requirement in operator.requires(*shapes))


@pytest.mark.parametrize(("verb", "make"), CASES, ids=[f"{verb}-{make.__name__}" for verb, make in CASES])
def test_torch_says_the_same(verb, make):
    rng = random.Random(f"{verb}, {make.__name__}")  # noqa: S311
    numbers = np.random.default_rng(len(verb))
    compared = 0
    for _ in range(TRIES):
        if compared == GEOMETRIES:
            break
        try:
            args, shapes, module = make(rng)
        except ValueError:
            continue
        trained, buffers = prepared(module, numbers)
        operator = OPERATORS[verb](**args)
        arrays = [numbers.standard_normal(shape) for shape in shapes]
        truth = ran(module, arrays)
        assert legal(operator, shapes) is (truth is not None), (operator, shapes, truth)
        if truth is None:
            continue
        compared += 1
        output = operator.output(*shapes)
        assert output == truth[0].shape, (operator, shapes)
        values = operator.run(*arrays, **trained, **buffers)
        np.testing.assert_allclose(values, truth[0], rtol=0, atol=TOLERANCE, err_msg=f"{operator!r} {shapes}")
        if verb in CONTRACTIONS:
            assert operator.cost(tuple(shapes), output).macs == truth[1], (operator, shapes)
        weights = operator.weights(*shapes)
        assert {name: w.shape for name, w in weights.items() if w.trainable} == shapes_of(trained)
        assert {name: w.shape for name, w in weights.items() if not w.trainable} == shapes_of(buffers)
    assert compared == GEOMETRIES


def shapes_of(tensors):
    return {name: tensor.shape for name, tensor in tensors.items()}
