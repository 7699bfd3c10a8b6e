"""Whole random networks, planned once with letters, against PyTorch at five sizes; skipped where it is not installed.

Compared are shapes, parameters, what PyTorch's counter counts, which sizes are legal, bytes saved for the backward
pass, and values in double precision. Known to differ, each with its reason:

* PyTorch's slices and crops never fail where there is less than was asked for; here they do;
* behind a permute PyTorch's layers may give memory in another order, which a later layer copies: no bytes compared; nor
  behind a layer norm over the channels, which is a permute and back, where a part of a tensor is taken or a row read;
* PyTorch repeats an extent that happens to be 1; here one that *may* be another does not meet it.

`CNNPLAN_NETWORKS` says how many networks are drawn.
"""

from __future__ import annotations

import os
import random
import warnings

import numpy as np
import pytest

from cnnplan.errors import OutsideConditions
from cnnplan.executor import execute
from cnnplan.graph import build
from cnnplan.memory import Memory
from cnnplan.ops import OPERATORS
from cnnplan.plan import Plan, plan_spec
from cnnplan.spec import load_spec
from tests.networks import drawing
from tests.ops.oracle import saving

torch = pytest.importorskip("torch")
networks = pytest.importorskip("tests.ops.oracle.networks")
flop_counter = pytest.importorskip("torch.utils.flop_counter")

NETWORKS = int(os.environ.get("CNNPLAN_NETWORKS", "3000"))
LENIENT = {"slice", "crop", "pad", "concat", "add", "multiply"}


def turned(net, _):
    return len(net.shape) == 4 and net.add("permute", dims=(0, 1, 3, 2))


def channels(net, rng):
    n = net.shape[1]
    start = rng.randint(0, n - 1)
    return net.add("slice", start=start, end=rng.randint(start + 1, n))


MOVES = [drawing.conv] * 6 + [
    drawing.pool, drawing.pool, drawing.upsample, drawing.conv_transpose, drawing.normal, drawing.normal,
    drawing.pointwise, drawing.pointwise, channels, channels, drawing.crop, drawing.pad, drawing.concat, drawing.concat,
    drawing.join, drawing.join, drawing.shuffle, drawing.back, turned,
]  # fmt: skip


def drawn(seed):
    """The text of a network, and the sizes at which it is compared."""
    rng = random.Random(seed)  # noqa: S311
    base = {"N": 2, "H": rng.randint(9, 18), "W": rng.randint(19, 26)}
    shape = (base["N"], rng.choice([2, 3, 4]), base["H"], base["W"])
    net = drawing.network(rng, rng.randint(3, 14), shape, MOVES, ("N", shape[1], "H", "W"))
    sizes = [base] + [{"N": rng.randint(1, 3), "H": rng.randint(3, 30), "W": rng.randint(3, 34)} for _ in range(4)]
    return net.text(symbols=base), sizes


def differences(seed):
    """What does not agree, and how many sizes were legal."""
    text, sizes = drawn(seed)
    plan = plan_spec(load_spec(text))
    found, legal = [], 0
    for at in sizes:
        try:
            here = plan.at(**at)
        except OutsideConditions as error:
            here = str(error)
        graph = build(load_spec(text), at, symbolic=False)
        if bool(graph.findings) is not isinstance(here, str):
            found.append((seed, at, "legality by letters and by numbers", here, graph.findings[:1]))
        elif isinstance(here, Plan):
            legal += 1
            found += [(seed, at, *one) for one in _compared(here, graph, at)]
        else:
            found += [(seed, at, *one) for one in _refused(here, graph)]
    return found, legal


def _refused(said, graph):
    """PyTorch refuses as well, unless it is lenient where we are not."""
    finding = graph.findings[0]
    entry = next(entry for entry in graph.spec.layers if entry.name == finding.layer)
    if entry.verb in LENIENT:
        return
    (name,) = entry.from_
    shape = graph.nodes[name].shape if name in graph.nodes else graph.inputs[name]
    operator = OPERATORS[entry.verb](**{key: value.value for key, value in entry.args.items()})
    x = torch.zeros(shape)
    try:
        module = networks.LAYERS[entry.verb](operator, shape)
        y = module.eval()(x) if isinstance(module, torch.nn.Module) else module(x)
    except (RuntimeError, ValueError):
        return
    if 0 not in y.shape:
        yield "PyTorch runs it", said, tuple(y.shape)


def _compared(plan, graph, at):
    """One size: PyTorch's module with our weights."""
    x = np.random.default_rng(3).uniform(0.1, 1, plan.inputs["input"])
    outputs = {}
    run = execute(
        graph, values=at, inputs={"input": x}, dtype="float64", watch=lambda name, y: outputs.update({name: y.copy()})
    )
    module = networks.Network(graph).double().eval()
    with flop_counter.FlopCounterMode(display=False) as counter, torch.no_grad():
        for name, step in module.steps.items():
            for place, weight in _weights(step):
                weight.data = torch.from_numpy(np.array(run.weights[f"{graph.nodes[name].owner}.{place}"]))
        module(torch.from_numpy(x))
    for name, node in plan.nodes.items():
        truth = module.watch[name].numpy()
        if tuple(truth.shape) != node.shape:
            yield "shape", name, node.shape, truth.shape
        elif not np.allclose(outputs[name], truth, rtol=1e-7, atol=1e-9, equal_nan=True):
            yield "values", name, float(np.abs(outputs[name] - truth).max()), graph.nodes[name].op
            return
    weights = sum(weight.numel() for weight in {id(p): p for p in module.parameters()}.values())
    if weights != plan.params:
        yield "parameters", plan.params, weights
    if counter.get_total_flops() != plan.counted("torch").total:
        yield "counter", plan.counted("torch").total, counter.get_total_flops()
    yield from _saved(plan, graph)


def _saved(plan, graph):
    """The bytes kept in training, in single precision."""
    verbs = {node.op.verb for node in graph.nodes.values()}
    if "permute" in verbs or ("layer_norm" in verbs and verbs & {"slice", "crop", "linear"}):
        return
    module = networks.Network(graph).float().train()
    try:
        with warnings.catch_warnings(action="ignore"), torch.backends.mkldnn.flags(enabled=False):
            truth = saving.kept(module, [(0.5 + torch.rand(plan.inputs["input"])).requires_grad_()])
    except ValueError:  # a batch norm on one value
        return
    ours = Memory(plan.graph, plan.values, "float32").saved()
    if ours != truth:
        yield "saved", ours, truth


def _weights(step):
    """The weights of a module by our names."""
    if isinstance(step, torch.nn.Module):
        for name, weight in [*step.named_parameters(), *step.named_buffers()]:
            if not name.endswith("num_batches_tracked"):
                yield name.removeprefix("1.").removeprefix("layer."), weight


def test_random_networks_are_what_torch_runs():
    legal = 0
    for seed in range(8):
        found, more = differences(seed)
        assert not found, (found[0], drawn(seed)[0])
        legal += more
    assert legal > 20


@pytest.mark.slow
def test_many_random_networks_are_what_torch_runs():
    wrong = [found[0] for seed in range(NETWORKS) if (found := differences(seed)[0])]
    assert not wrong, (len(wrong), wrong[0])
