"""Receptive fields against what autograd reaches, in random networks; skipped where PyTorch is not installed.

An element is reached if the gradient there is not 0, in double precision with random weights. What is reached must lie
in what is predicted, always; and where nothing on the way touches padding, the two must be equal. Told as a whole axis
(None) and not held to more, each with its reason:

* what joins windows of different speeds or places, or lines them up: a window has one speed;
* recurrent layers, of which a step sees the steps before it only;
* all of an axis behind strides that leave something over at its end;
* where an axis was split in two, the second part is not followed: it counts as whole, whatever is left out of it;
* a shuffle of channels that stand where windows move: a window with holes counts from its first tap to its last;
* where an axis became longer, elements look at less in a pattern, of which a stride behind may visit a part: one of the
  pattern must reach each end, or fall short of it by less than the pattern is long.

`CNNPLAN_NETWORKS` says how many networks are drawn.
"""

from __future__ import annotations

import os
import random
from itertools import product
from math import ceil, floor

import numpy as np
import pytest

from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec
from tests.networks.drawing import network

torch = pytest.importorskip("torch")
networks = pytest.importorskip("tests.ops.oracle.networks")
nn = torch.nn

NETWORKS = int(os.environ.get("CNNPLAN_NETWORKS", "1000"))
SMOOTH = {
    # gradients of a maximum reach the greatest element only: a mean of the same windows looks at the same
    "max_pool": lambda op, x: nn.AvgPool2d(op.kernel_size, op.stride, before(op, x), ceil_mode=op.ceil_mode)
    if len(x) == 4 else ranked(nn.AvgPool1d, nn.AvgPool3d, op, x),
}  # fmt: skip


def before(op, x):
    return tuple(pair[0] for pair in op.margins(x[2:]))


def ranked(one, three, op, x):
    kind = one if len(x) == 3 else three
    return kind(op.kernel_size, op.stride, before(op, x), ceil_mode=op.ceil_mode)


class Field:
    """The windows of a layer on one axis of the input, as predicted, and where they are exact."""

    def __init__(self, plan):
        self.plan = plan
        self.clean = {"input": {axis: {axis: set(range(n))} for axis, n in enumerate(plan.inputs["input"]) if axis > 1}}
        for name, node in plan.nodes.items():
            self.clean[name] = {axis: self._behind(node.node, axis) for axis in self.clean["input"]}

    def window(self, name, axis):
        return self.plan.receptive_fields.windows(name)["input"][axis - 2]

    def _behind(self, node, axis):
        """The indices of each axis of a layer that look at nothing but clean ones; none where an axis has no window."""
        found = {}
        for along, n in enumerate(node.shape):
            places = set(range(n))
            for operand, tensor in enumerate(node.inputs):
                if node.op.measures(operand) or (tensor != "input" and not self.plan.receptive_fields.windows(tensor)):
                    continue
                mine = self.clean[tensor][axis]
                window = self.window(tensor, axis) if tensor != "input" else None
                own = axis if tensor == "input" else window and window.axis
                if own is None:
                    continue
                link = node.op.link(operand, own, *node.facts.shapes)
                placed = node.op.lies(operand, *node.facts.shapes)
                if link is None or link.axis != along or (placed and placed[0] == along):
                    places = set()
                    continue
                even = link.even
                places = {i for i in places if all(p in mine[own] for p in range(*reach(even, i)))}
            found[along] = places
        return found


def divided(plan, name, known):
    """Whether an axis was split, or shuffled, on the way to a layer."""
    if name not in known:
        node = plan.nodes.get(name)
        split = node is not None and node.op.verb == "reshape" and len(node.shape) > len(node.node.facts.shapes[0])
        own = split or (node is not None and node.op.verb == "channel_shuffle")
        known[name] = own or (node is not None and any(divided(plan, source, known) for source in node.inputs))
    return known[name]


def reach(link, i):
    return ceil((link.jump * i + link.first) / link.per), floor((link.jump * i + link.last) / link.per) + 1


def reached(y, x, axis, along, i, numbers):
    """The first and the last element of an axis of the input that elements i of an axis of a layer depend on."""
    values = y if along is None else y.select(along, i)
    weight = torch.from_numpy(numbers.uniform(0.5, 1.5, values.shape))
    (gradient,) = torch.autograd.grad((values * weight).sum(), x, retain_graph=True)
    seen = np.flatnonzero(gradient.abs().sum(dim=[d for d in range(x.ndim) if d != axis]).numpy())
    return (int(seen[0]), int(seen[-1])) if seen.size else None


def ran(plan, numbers):
    """All outputs in double precision, and the input."""
    module = networks.Network(plan.graph).double().eval()
    module.steps |= {
        name: SMOOTH[node.op.verb](node.op, *node.facts.shapes)
        for name, node in plan.graph.nodes.items()
        if node.op.verb in SMOOTH
    }
    for weight in module.parameters():
        weight.data = torch.from_numpy(numbers.uniform(-0.5, 0.5, tuple(weight.shape)))
    x = torch.from_numpy(numbers.uniform(0.5, 1.5, plan.inputs["input"])).requires_grad_()
    found = {}
    module.watch = found
    module(x)
    return x, found


def differences(seed):
    """What does not agree in one network, and how many windows were compared, and how many of them exactly."""
    rng, numbers = random.Random(seed), np.random.default_rng(seed)  # noqa: S311
    shape = (2, rng.choice([2, 3, 4]), rng.randint(14, 26), rng.randint(27, 36))
    text = network(rng, rng.randint(5, 30), shape).text()
    plan = plan_spec(load_spec(text), symbolic=False)
    field = Field(plan)
    try:
        x, outputs = ran(plan, numbers)
    except RuntimeError as error:
        if "smaller than kernel size" in str(error):  # the mean that stands for a maximum in 3-d
            return [], 0, 0
        raise
    names = rng.sample(list(outputs), min(5, len(outputs)))
    found, compared, exact = [], 0, 0
    for name, axis in product(dict.fromkeys([*names, list(outputs)[-1]]), (2, 3)):
        if "input" not in plan.receptive_fields.windows(name):
            continue
        window, n = field.window(name, axis), shape[axis]
        along = None if window is None else window.axis
        clean = sorted(field.clean[name][axis].get(along, ())) if along is not None else []
        extent = outputs[name].shape[along] if along is not None else 1
        middle = clean[len(clean) // 2 :][: max(3, int(window.phases) if window else 1)]
        places = {0, extent - 1, *middle}
        seen = {i: reached(outputs[name], x, axis, along, i, numbers) for i in places}
        compared += 1
        if window is None:
            continue
        for i, ends in seen.items():
            lo, hi = ceil(window.first + window.jump * i), floor(window.last + window.jump * i)
            if ends and not (lo <= ends[0] and ends[1] <= hi):
                found.append((seed, name, axis, i, (lo, hi), ends, text))
        whole = [i for i in middle if seen[i]]
        if along is None or len(middle) < window.phases or not whole or divided(plan, name, {}):
            continue
        exact += 1
        slack = max(int(window.phases) - 1, int(window.jump * (window.phases - 1) // window.phases))
        first = any(seen[i][0] <= ceil(window.first + window.jump * i) + slack for i in whole)
        last = any(seen[i][1] >= floor(window.last + window.jump * i) - slack for i in whole)
        if (
            not (first and last)
            and all(window.first + window.jump * i >= 0 for i in whole)
            and all(window.last + window.jump * i < n for i in whole)
        ):
            found.append((seed, name, axis, "tight", window, seen, text))
    return found, compared, exact


def test_windows_are_what_autograd_reaches():
    compared = exact = 0
    for seed in range(12):
        found, more, tight = differences(seed)
        assert not found, found[0]
        compared, exact = compared + more, exact + tight
    assert compared > 60
    assert exact > compared // 4


@pytest.mark.slow
def test_windows_are_what_autograd_reaches_in_many_networks():
    wrong = [found[0] for seed in range(NETWORKS) if (found := differences(seed)[0])]
    assert not wrong, (len(wrong), wrong[0])
