"""Which reshapes are views: NumPy lays its arrays out by the same rules, and says whether memory is shared."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplan.graph import build
from cnnplan.memory.layouts import copied, packed, viewed
from cnnplan.spec import load_spec

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 2, T: 7}\ninput: [N, T, 12]\nlayers:\n"
HEADS = "  - reshape: {shape: '[in_shape[0], in_shape[1], 3, 4]'}\n  - transpose: {dim0: 1, dim1: 2}\n"
BACK = "  - transpose: {dim0: 1, dim1: 2}\n  - flatten: {start_dim: 2}\n"
ATTENDED = "  - {scaled_dot_product_attention: {}, from: [q, q, q]}\n"

CASES = {
    "heads come in front, and back": (HEADS + BACK, []),
    "heads are merged with places": (HEADS + "  - flatten: {start_dim: 1, end_dim: 2}\n", ["flatten1"]),
    "features are split behind it": (HEADS + "  - reshape: {shape: '[in_shape[0], 3, in_shape[2], 2, 2]'}\n", []),
    "attention lies as its queries do": (HEADS + "  - {relu: , name: q}\n" + ATTENDED + BACK, []),
    "queries that were lined up": (
        HEADS + "  - {softmax: {dim: -1}, name: q}\n" + ATTENDED + BACK,
        ["flatten1"],
    ),
    "a part of the features": ("  - slice: {dim: 2, end: 5}\n  - flatten: {start_dim: 1}\n", ["flatten1"]),
    "a part of the places": ("  - slice: {dim: 1, end: 5}\n  - flatten: {start_dim: 1}\n", []),
    "a place that is repeated": (
        "  - mean: {dim: 1, keepdim: true}\n  - expand: {shape: '[-1, 5, -1]'}\n  - flatten: {start_dim: 1}\n",
        ["flatten1"],
    ),
}


@pytest.mark.parametrize(("layers", "copies"), CASES.values(), ids=CASES)
def test_which_layers_copy(layers, copies):
    graph = build(load_spec(HEAD + layers))
    assert not graph.findings
    assert sorted(copied(graph, lambda extent: extent)) == copies
    bound = build(load_spec(HEAD + layers), {"N": 2, "T": 7}, symbolic=False)
    assert sorted(copied(bound, lambda extent: extent)) == copies


@st.composite
def arrays(draw):
    """A shape, its axes in another order, and a shape for the same elements."""
    old = draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=4))
    order = draw(st.permutations(range(len(old))))
    new, left = [], prod(old)
    for _ in range(draw(st.integers(0, 4))):
        n = draw(st.sampled_from([n for n in range(1, left + 1) if left % n == 0]))
        new.append(n)
        left //= n
    return tuple(old), tuple(order), (*new, left)


@given(arrays())
def test_views_are_numpys(case):
    old, order, new = case
    array = np.arange(prod(old)).reshape(old).transpose(order)
    strides, places = packed(old)
    before = type(packed(old))(tuple(strides[dim] for dim in order), tuple(order.index(axis) for axis in places))
    found = viewed(array.shape, before, new)
    made = array.reshape(new)
    assert (found is not None) == np.shares_memory(array, made)
    if found is not None:
        told = [(n, step // array.itemsize) for n, step in zip(new, made.strides, strict=True) if n != 1]
        assert [(n, step) for n, step in zip(new, found.strides, strict=True) if n != 1] == told
        outer = [found.strides[axis] for axis in found.order if new[axis] != 1]
        assert outer == sorted(outer, reverse=True)
