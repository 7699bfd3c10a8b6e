"""Every operator against torch.nn, over random geometries; skipped where PyTorch is not installed.

`CNNPLAN_GEOMETRIES` says how many legal geometries every operator gets, in double precision.
"""

from __future__ import annotations

import os
import random

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from tests.ops.oracle import sequences
from tests.ops.oracle.every import MAKERS, MORE

torch = pytest.importorskip("torch")
nn = torch.nn
flop_counter = pytest.importorskip("torch.utils.flop_counter")

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same'")

GEOMETRIES = int(os.environ.get("CNNPLAN_GEOMETRIES", "30"))
TRIES = 10 * GEOMETRIES
TOLERANCE = 1e-9
CONTRACTIONS = {"conv", "conv_transpose", "linear", "matmul", "einsum"}

CASES = [*MAKERS.items(), *MORE, *sequences.ELSEWHERE]


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


@pytest.mark.parametrize("whole", [True, False])
def test_masks_of_attention_by_torch(whole):
    """Truth values, or minus infinity where they are false; now and then a query that sees no key."""
    rng, numbers = random.Random(f"masks {whole}"), np.random.default_rng(7)  # noqa: S311
    blind = 0
    for _ in range(GEOMETRIES):
        _, (*shapes, pairs), _ = sequences.attention_with_bias(rng)
        arrays = [numbers.standard_normal(shape) for shape in shapes]
        mask = numbers.random(pairs) < rng.choice([0.3, 0.8])
        given = mask if whole else np.where(mask, 0.0, -np.inf)
        operator = OPERATORS["scaled_dot_product_attention"]()
        assert legal(operator, [*shapes, pairs])
        tensors = map(torch.from_numpy, (*arrays, given))
        truth = nn.functional.scaled_dot_product_attention(*tensors).numpy()
        blind += not truth.any(axis=-1).all()
        np.testing.assert_allclose(operator.run(*arrays, given), truth, rtol=0, atol=TOLERANCE)
    assert blind


@pytest.mark.parametrize("whole", [True, False])
def test_masks_of_several_heads_by_torch(whole):
    """True where a key is not seen, or numbers that are added; of all heads, or of each."""
    rng, numbers = random.Random(f"heads {whole}"), np.random.default_rng(11)  # noqa: S311
    for _ in range(GEOMETRIES):
        heads, batch, queries, keys = rng.sample(range(1, 7), 4)
        features, alone = heads * rng.randint(1, 3), rng.random() < 0.5
        module = nn.MultiheadAttention(features, heads, batch_first=True)
        weights, _ = prepared(module, numbers)
        x = numbers.standard_normal((batch, queries, features))
        reads = [x] if alone else [x, *(numbers.standard_normal((batch, keys, features)) for _ in range(2))]
        pairs = (*rng.choice([(), (batch * heads,)]), queries, queries if alone else keys)
        mask = numbers.random(pairs) < 0.5 if whole else numbers.standard_normal(pairs)
        if whole:
            mask[..., 0] = False  # PyTorch's module gives NaN for a query that sees no key, or 0
        operator = OPERATORS["multi_head_attention"](num_heads=heads)
        assert legal(operator, [*(each.shape for each in reads), mask.shape])
        tensors = [torch.from_numpy(each) for each in (reads * 3 if alone else reads)]
        with torch.no_grad():
            truth = module(*tensors, attn_mask=torch.from_numpy(mask))[0].numpy()
        np.testing.assert_allclose(operator.run(*reads, mask, **weights), truth, rtol=0, atol=TOLERANCE)


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


@pytest.fixture(autouse=True)
def one_thread():
    """Where windows overlap, max_unpool writes twice to a place: with several threads either may come last."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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
