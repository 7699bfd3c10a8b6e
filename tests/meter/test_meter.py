"""What the meter counts, by hand; and that it refuses what it does not know."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnplan.cost import KINDS
from cnnplan.meter import KINDS as METERED
from cnnplan.meter import Meter, Watched

erf = np.frompyfunc(math.erf, 1, 1)


def add_at(x):
    np.add.at(x, (np.array([0, 1, 0]),), 1.0)


def in_place(x):
    sums = np.zeros_like(x, shape=(3, 7))
    np.add(sums, np.matmul(x, np.ones((5, 7))), out=sums)


def in_place_of_a_view(x):
    sums = np.zeros_like(x, shape=(21,))
    np.add(sums, np.matmul(x, np.ones((5, 7))).reshape(21), out=sums)


def into_another_array(x):
    sums, other = np.zeros_like(x, shape=(3, 7)), np.zeros_like(x, shape=(3, 7))
    np.add(sums, np.matmul(x, np.ones((5, 7))), out=other)


def product_first(x):
    sums = np.zeros_like(x, shape=(3, 7))
    np.add(np.matmul(x, np.ones((5, 7))), sums, out=sums)


def product_of_two(x):
    sums = np.zeros_like(x, shape=(3, 7))
    np.add(sums, np.matmul(x, np.ones((5, 7))) * 2, out=sums)


def after_a_contraction(x):
    products = np.matmul(x, np.ones((5, 7)))
    np.add(products, np.ones(7), out=products)


def einsum(text, *shapes):
    return lambda x: np.einsum(text, x, *map(np.ones, shapes))


# what is done to a (3, 5); what it is
COUNTED = [
    (lambda x: x + 1, {"adds": 15}),
    (lambda x: 1 - x, {"adds": 15}),
    (lambda x: np.ones((2, 1, 1)) * x, {"multiplies": 30}),
    (lambda x: x / x, {"divides": 15}),
    (lambda x: 1 / x[0], {"divides": 5}),
    (lambda x: x > 0, {"compares": 15}),
    (lambda x: np.maximum(x, 0), {"compares": 15}),
    (lambda x: np.clip(x, 0, 6), {"compares": 30}),
    (np.exp, {"transcendentals": 15}),
    (np.sqrt, {"transcendentals": 15}),
    (lambda x: x**0.75, {"transcendentals": 15}),
    (erf, {"transcendentals": 15}),
    (np.std, {"adds": 43, "multiplies": 15, "divides": 2, "transcendentals": 1}),
    (np.prod, {"multiplies": 14}),
    (lambda x: x.cumprod(axis=1), {"multiplies": 12}),
    (lambda x: np.any(x, axis=0), {}),
    (np.min, {"compares": 14}),
    (np.argmax, {"compares": 14}),
    (lambda x: x.argmin(axis=1), {"compares": 12}),
    (lambda x: np.floor(x) + np.rint(x), {"adds": 15}),
    (lambda x: np.take_along_axis(x, np.array([[1]]), axis=1), {}),
    (np.square, {"multiplies": 15}),
    (lambda x: -np.abs(x), {}),
    (lambda x: np.where(x > 0, x, 0) * 2, {"compares": 15, "multiplies": 15}),
    (np.sum, {"adds": 14}),
    (lambda x: x.sum(axis=1), {"adds": 12}),
    (lambda x: np.sum(x, axis=0, initial=1.0), {"adds": 15}),
    (np.mean, {"adds": 14, "divides": 1}),
    (lambda x: x.mean(axis=0, keepdims=True), {"adds": 10, "divides": 5}),
    (lambda x: np.max(x, axis=1), {"compares": 12}),
    (np.var, {"adds": 43, "multiplies": 15, "divides": 2}),
    (lambda x: np.cumsum(x, axis=1), {"adds": 12}),
    (lambda x: np.add.accumulate(x, axis=0), {"adds": 10}),
    (lambda x: np.multiply.outer(x, np.ones(7)), {"multiplies": 105}),
    (add_at, {"adds": 15}),
    (lambda x: x @ np.ones((5, 7)), {"macs": 105}),
    (lambda x: np.ones((2, 4, 3)) @ x, {"macs": 120}),
    (lambda x: np.dot(x, np.ones((5, 7))), {"macs": 105}),
    (lambda x: x.dot(np.ones(5)), {"macs": 15}),
    (lambda x: np.inner(x, np.ones((7, 5))), {"macs": 105}),
    (lambda x: np.tensordot(x, np.ones((3, 5, 7)), axes=2), {"macs": 105}),
    (einsum("ij,jk->ik", (5, 7)), {"macs": 105}),
    (einsum("ij,jk", (5, 7)), {"macs": 105}),
    (einsum("ij,k->ijk", (7,)), {"multiplies": 105}),
    (einsum("ij->j"), {"adds": 10}),
    (in_place, {"macs": 105}),
    (into_another_array, {"macs": 105, "adds": 21}),
    (product_first, {"macs": 105, "adds": 21}),
    (product_of_two, {"macs": 105, "multiplies": 21, "adds": 21}),
    (in_place_of_a_view, {"macs": 105}),
    (after_a_contraction, {"macs": 105, "adds": 21}),
    (lambda x: np.concatenate([x, x]).T.copy().reshape(5, 6)[:, ::2] + 1, {"adds": 15}),
    (lambda x: np.stack(np.split(x, 5, axis=1)) * 2, {"multiplies": 15}),
    (lambda x: np.take(x, [0, 0], axis=0) * 2, {"multiplies": 10}),
]

REFUSED = [
    np.linalg.norm,
    lambda x: np.convolve(x[0], x[1]),
    np.sort,
    lambda x: x.trace(),
    lambda x: np.add(x, 1, out=np.empty((3, 5))),
    lambda x: np.copyto(np.empty((3, 5)), x),
    lambda x: np.sum(x, where=x > 0),
    lambda x: np.add.reduceat(x, [0, 1]),
    lambda x: np.einsum("ij,jk,kl->il", x, np.ones((5, 7)), np.ones((7, 2))),
    lambda x: np.einsum("ii->i", x[:, :3]),
    lambda x: np.dot(x, 2.0),
    lambda x: np.gcd(x.astype(int), 2),
]


@pytest.mark.parametrize(("done", "expected"), COUNTED)
def test_arithmetic_is_counted_by_kind(done, expected):
    meter = Meter()
    done(meter.watch(np.arange(1.0, 16).reshape(3, 5)))
    assert {kind: number for kind, number in meter.tally.items() if number} == expected


@pytest.mark.parametrize("done", REFUSED)
def test_what_it_does_not_know_it_refuses(done):
    with pytest.raises(TypeError):
        done(Meter().watch(np.arange(1.0, 16).reshape(3, 5)))


def test_the_kinds_are_those_of_a_cost():
    assert METERED == KINDS
    assert tuple(Meter().tally) == KINDS


def test_what_is_not_watched_is_not_counted():
    meter = Meter()
    weight = np.ones((3, 5))
    meter.watch(weight)
    assert (weight + 1).sum() == 30
    assert not any(meter.tally.values())


def test_results_are_those_of_numpy():
    x = np.arange(1.0, 16).reshape(3, 5)
    for done, _ in COUNTED:
        watched = Meter().watch(x.copy())
        result, expected = done(watched), done(x.copy())
        assert np.array_equal(np.asarray(result), expected) if expected is not None else result is None


def test_watching_copies_nothing_and_forgets_other_meters():
    x, first, second = np.ones((3, 5)), Meter(), Meter()
    watched = second.watch(first.watch(x))
    assert np.shares_memory(watched, x)
    assert isinstance(watched + 1, Watched)
    assert not first.tally["adds"]
    assert second.tally["adds"] == 15
