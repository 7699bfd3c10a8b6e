"""Designs that are too many to try are counted, layer by layer: as many as trying finds."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

import cnnplan
from cnnplan.exploration import Window, chains


def stack(layers):
    """A spec of that many convolutions, each with a kernel and padding of its own."""
    symbols = "".join(
        f"  k{i}: {{default: 3, choices: [1, 3, 5, 7]}}\n  p{i}: {{default: 1, min: 0, max: 7}}\n"
        for i in range(layers)
    )
    convs = "".join(
        f"  - conv: {{out_channels: 5, kernel_size: [k{i}, 1], padding: [p{i}, 0]}}\n" for i in range(layers)
    )
    return f"cnnplan: 1\nname: stack\nsymbols:\n  N: 1\n  H: 56\n  W: 3\n{symbols}input: [N, 3, H, W]\nlayers:\n{convs}"


def asked(layers, size=56):
    names = [f"{letter}{i}" for i in range(layers) for letter in "kp"]
    return {"for_": names, "where": f'shape("conv{layers}")[2] == {size}', "H": size}


def test_designs_that_are_too_many_to_try_are_counted_by_layer_and_size():
    answer = cnnplan.solve(stack(16), **asked(16))
    windows = [Window(k, 1, p) for k in (1, 3, 5, 7) for p in range(8)]
    assert answer.designs == 32**16
    assert answer.solutions == chains(56, 56, windows, 16)[0] > 10**20
    plan = cnnplan.load(stack(16), **answer.rows[0])
    assert plan.at()["conv16"].shape[2] == 56


def test_counting_and_trying_agree(monkeypatch):
    tried = cnnplan.solve(stack(2), **asked(2, 7))
    monkeypatch.setattr("cnnplan.exploration.solving.MOST_TRIED", 0)
    assert cnnplan.solve(stack(2), **asked(2, 7)).solutions == tried.solutions > 0


JOINED = """\
cnnplan: 1
name: joined
symbols:
  N: 1
  H: 6
  W: 5
  a: {default: 1, choices: [1, 2, 3]}
  b: {default: 1, choices: [1, 2, 3]}
  p: {default: 0, choices: [0, 1, 2]}
input: [N, 4, H, W]
layers:
  - branches:
      join: add
      paths:
        - - conv: {out_channels: 4 * a, kernel_size: 3, stride: a, padding: p}
        - - conv: {out_channels: 4 * b, kernel_size: [1, 3], stride: b, padding: [0, p]}
  - conv: {out_channels: 7, kernel_size: 3, padding: 1}
"""


def test_counting_knows_joins(monkeypatch):
    question = {"for_": ("a", "b", "p"), "where": 'shape("conv3")[2] >= 1'}
    tried = cnnplan.solve(JOINED, **question)
    monkeypatch.setattr("cnnplan.exploration.solving.MOST_TRIED", 0)
    counted = cnnplan.solve(JOINED, **question)
    assert (
        counted.solutions == tried.solutions == sum(legal(*case) for case in product((1, 2, 3), (1, 2, 3), (0, 1, 2)))
    )
    with pytest.raises(cnnplan.UsageError, match="ask for shapes"):
        cnnplan.solve(JOINED, **{**question, "where": "macs < 10"})


ONES = """\
cnnplan: 1
name: ones
symbols: {N: 1, H: 6, W: 5, k: {default: 1, choices: [1, 3, 6]}, l: {default: 1, choices: [1, 3, 6]}}
input: [N, 4, H, W]
layers:
  - branches:
      join: add
      paths:
        - - conv: {out_channels: 7, kernel_size: [k, 1]}
        - - conv: {out_channels: 7, kernel_size: [l, 1]}
"""


def test_counting_does_not_repeat_what_happens_to_be_one(monkeypatch):
    question = {"for_": ("k", "l"), "where": 'shape("add1")[2] >= 1'}
    assert cnnplan.solve(ONES, **question).solutions == 3
    monkeypatch.setattr("cnnplan.exploration.solving.MOST_TRIED", 0)
    assert cnnplan.solve(ONES, **question).solutions == 3


def legal(a, b, p):
    above = [((n + 2 * p - 3) // a + 1, (n + 2 * q - k) // b + 1) for n, k, q in ((6, 1, 0), (5, 3, p))]
    return a == b and all(left == right for left, right in above) and prod(x for pair in above for x in pair) > 0
