"""Layers on one number, which has no axes: the shape, the cost and the value."""

from __future__ import annotations

import math

import numpy as np
import pytest

import cnnplan
from cnnplan.verification import verify

HEAD = "cnnplan: 1\nname: net\ninput: [2, 3, 4, 5]\nlayers:\n  - parameter: {shape: []}\n    name: w\n"
VALUES = {  # of 0.7
    "sigmoid": 1 / (1 + math.exp(-0.7)),
    "silu": 0.7 / (1 + math.exp(-0.7)),
    "gelu": 0.35 * (1 + math.erf(0.7 / math.sqrt(2))),
    "hard_swish": 0.7 * 3.7 / 6,
    "mish": 0.7 * math.tanh(math.log(1 + math.exp(0.7))),
    "softplus": math.log(1 + math.exp(0.7)),
    "exp": math.exp(0.7),
    "relu": 0.7,
}


@pytest.mark.parametrize("verb", VALUES)
def test_a_layer_on_a_number(verb):
    plan = cnnplan.load(f"{HEAD}  - {verb}\n")
    assert (plan.params, plan.outputs) == (1, {f"{verb}1": ()})
    run = cnnplan.execute(plan.graph, weights={"w.weight": np.float32(0.7)})
    assert run.outputs[f"{verb}1"].shape == ()
    assert run.outputs[f"{verb}1"] == pytest.approx(VALUES[verb], rel=1e-6)
    assert verify(plan.spec).ok


def test_a_number_times_an_image():
    plan = cnnplan.load(f"{HEAD}  - reshape: {{shape: [1, 1, 1, 1]}}\n  - multiply:\n    from: [prev, input]\n")
    image = np.arange(120, dtype="float32").reshape(2, 3, 4, 5)
    run = cnnplan.execute(plan.graph, inputs={"input": image}, weights={"w.weight": np.float32(0.5)})
    assert (run.outputs["multiply1"] == image / 2).all()
    assert verify(plan.spec).ok
