"""The backward pass against PyTorch: its multiply-adds, and what a question about training answers.

PyTorch's own counter takes the gradient of a grouped convolution's weight for that of a dense one; here it is told how
to count it. Convolutions in groups are worked out by hand besides.
"""

from __future__ import annotations

from math import prod
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.exploration import solve
from cnnplan.plan import load
from cnnplan.sizes import combine, evaluate

SPECS = Path(__file__).parents[1] / "specs"

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 2, H: 12, W: 16}\ninput: [N, 6, H, W]\nlayers:\n"
LAYERS = """
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - conv: {out_channels: 12, kernel_size: 3, groups: GROUPS}
  - conv_transpose: {out_channels: 4, kernel_size: 2, stride: 2}
  - global_avg_pool
  - flatten
  - linear: {out_features: 5}
"""


def test_backward_macs_by_hand():
    """The first layer has no gradient of its input; every other layer is done twice, groups or not."""
    plan = load(HEAD + LAYERS.replace("GROUPS", "4")).at()
    first, grouped = 2 * 8 * 12 * 16 * 6 * 9, 2 * 12 * 10 * 14 * 2 * 9
    spread, last = 2 * 12 * 10 * 14 * 4 * 4, 2 * 4 * 5
    assert [node.macs for node in plan if node.macs] == [first, grouped, spread, last]
    assert plan.backward_macs == first + 2 * (grouped + spread + last)


WIDE, NARROW = "  - linear: {out_features: 16}\n    name: a\n", "  - linear: {out_features: 12}\n    name: a\n"
TURNED = "  - transpose: {dim0: 1, dim1: 2}\n"
WITH = "  - matmul:\n    from: [%s]\n"
PRODUCTS = {
    # layers on (2, 12, 16), and how often each product is done again: once for each operand that has a gradient
    "two that depend on weights": (f"{WIDE}  - linear: {{out_features: 16}}\n{TURNED}{WITH % 'a, prev'}", [1, 2, 2]),
    "one of them the input": (NARROW + WITH % "a, input", [1, 1]),
    "none of them": (TURNED + WITH % "input, prev", [0]),
    "a tensor and a weight": (f"{NARROW}  - parameter: {{shape: [2, 12, 9]}}\n{WITH % 'a, prev'}", [1, 2]),
    "letters for axes": (
        f"{WIDE}  - linear: {{out_features: 16}}\n  - einsum: {{equation: 'ntd,nsd->nts'}}\n    from: [a, prev]\n",
        [1, 2, 2],
    ),
}


@pytest.mark.parametrize("case", PRODUCTS)
def test_a_product_is_done_again_for_each_operand_that_has_a_gradient(case):
    layers, times = PRODUCTS[case]
    plan = load("cnnplan: 1\ninput: [2, 12, 16]\nlayers:\n" + layers)
    forward = [node.macs for node in plan if node.macs]
    assert plan.backward_macs == sum(macs * often for macs, often in zip(forward, times, strict=True))


GRU = """
cnnplan: 1
inputs: {x: [2, 5, 7], h: [LAYERS, 2, 3]}
layers:
  - {linear: {out_features: 7}, from: x, name: trained}
  - {gru: {hidden_size: 3, reset: RESET, bidirectional: BOTH}, from: [READS]}
"""


def gru_by_hand(torch, x, state, weights, reset):
    """One direction: what comes in at once, then step by step; the reset gate hides the state or what it gives."""
    into, back = weights
    given = x @ into.T
    steps = []
    for new in given.unbind(1):
        if reset == "after":
            r, z, n = (state @ back.T).chunk(3, dim=1)
            ri, zi, ni = new.chunk(3, dim=1)
            r, z = torch.sigmoid(ri + r), torch.sigmoid(zi + z)
            n = torch.tanh(ni + r * n)
        else:
            r, z = torch.sigmoid(new[:, :6] + state @ back[:6].T).chunk(2, dim=1)
            n = torch.tanh(new[:, 6:] + (r * state) @ back[6:].T)
        state = (1 - z) * n + z * state
        steps.append(state)
    return torch.stack(steps, dim=1)


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("reads", ["x", "trained", "x, h", "trained, h"])
@pytest.mark.parametrize("both", [False, True])
def test_backward_macs_of_a_gru_are_those_of_one_written_by_hand(reset, reads, both):
    torch = pytest.importorskip("torch")
    counting = pytest.importorskip("torch.utils.flop_counter")
    layers = 2 if both else 1
    text = GRU.replace("LAYERS", str(layers)).replace("RESET", reset).replace("READS", reads)
    plan = load(text.replace("BOTH", str(both).lower()))
    assert not plan.findings
    with torch.device("meta"):
        x = torch.zeros(2, 5, 7)
        trained = torch.zeros(7, 7, requires_grad=True)
        weights = [
            (torch.zeros(9, 7, requires_grad=True), torch.zeros(9, 3, requires_grad=True)) for _ in range(layers)
        ]
        counter = counting.FlopCounterMode(display=False)
        with counter:
            read = x @ trained.T if "trained" in reads else x
            found = [
                gru_by_hand(torch, read.flip(1) if turn else read, torch.zeros(2, 3), each, reset)
                for turn, each in enumerate(weights)
            ]
        forward = counter.get_total_flops() // 2
        with counter:
            torch.cat(found).sum().backward()
    unread = 2 * 5 * 7 * 7 if "trained" not in reads else 0
    assert plan.macs == forward + unread
    assert plan.backward_macs == counter.get_total_flops() // 2


SPECS_ALL = [
    str(path.relative_to(SPECS).with_suffix(""))
    for path in sorted(SPECS.rglob("*.yaml"))
    if "\nlayers:" in path.read_text()
]


def built(name, values):
    from cnnplan.graph import build  # noqa: PLC0415
    from cnnplan.spec import load_spec  # noqa: PLC0415

    return build(load_spec(SPECS / f"{name}.yaml"), values, symbolic=False)


def convolved(given, x, weight, _bias, _stride, _padding, _dilation, spread, _more, _groups, wanted, **_):
    """Each gradient takes what the layer takes: a weight meets every step of the output, or of the input if spread."""
    return 2 * x[0] * prod((x if spread else given)[2:]) * prod(weight) * sum(wanted[:2])


NOT_COUNTED = {
    # a layer that PyTorch has no module for, or whose multiply-adds its counter does not know
    "language/mamba_130m": "a scan",
    "resnet/dcn_resnet50": "deformable convolutions",
}
FEWER = {
    # a vector times a vector is no product of matrices there: 64 in the forward pass, 64 in the backward one
    "reparameterized/normalized": 64,
}
"""Multiply-adds that PyTorch's counter leaves out, of either pass."""
SMALL = {
    "audio/deepspeech": {"T": 24},
    "language/stories15m": {"T": 24},
    "graphs/gat": {"V": 108},
    "inception_module": {"H": 16, "W": 24},
}


@pytest.mark.parametrize("name", [name for name in SPECS_ALL if name not in NOT_COUNTED])
def test_backward_macs_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    networks = pytest.importorskip("tests.ops.oracle.networks")
    counting = pytest.importorskip("torch.utils.flop_counter")
    attention = pytest.importorskip("torch.nn.attention")
    plan = load(SPECS / f"{name}.yaml")
    values = {"N": 2} | SMALL.get(name, {})
    values = {symbol: values[symbol] for symbol in plan.spec.symbols if symbol in values}
    plan, graph = plan.at(**values), built(name, values)
    counter = counting.FlopCounterMode(display=False, custom_mapping={torch.ops.aten.convolution_backward: convolved})
    with torch.device("meta"), attention.sdpa_kernel(attention.SDPBackend.MATH):
        network = networks.Network(graph)
        inputs = [
            torch.zeros(shape, dtype=getattr(torch, plan.spec.inputs[key].dtype or "float32"))
            for key, shape in plan.inputs.items()
        ]
        with counter:
            network(*inputs)
        forward = counter.get_total_flops() // 2
        with counter:
            network(*inputs)
            sum(network.watch[output].sum() for output in graph.outputs).backward()
    both = counter.get_total_flops() // 2
    fewer = FEWER.get(name, 0)
    assert (forward, both - forward) == (plan.macs - fewer, plan.backward_macs - fewer)


@pytest.mark.parametrize("name", SPECS_ALL)
@pytest.mark.parametrize(("optimizer", "mixed"), [("adam", False), ("momentum", True)])
def test_layers_take_together_what_the_step_takes(name, optimizer, mixed):
    plan = load(SPECS / f"{name}.yaml")
    memory, values = plan.memory, dict.fromkeys(plan.spec.symbols, 64) | plan.values
    whole = memory.training(optimizer, mixed=mixed)
    layers = memory.training_nodes(optimizer, mixed=mixed).values()
    for part in ("weights", "gradients", "optimizer", "saved"):
        found = combine((getattr(layer, part), 1) for layer in layers)
        assert evaluate(found, values) == evaluate(getattr(whole, part), values)


def test_what_a_layer_takes_by_hand():
    """The grouped convolution: 12 filters of 2 x 3 x 3 and 12 biases; what it reads, 2 x 8 x 12 x 16 numbers."""
    plan = load(HEAD + LAYERS.replace("GROUPS", "4")).at()
    grouped = load(HEAD + LAYERS.replace("GROUPS", "4")).memory.training_nodes("adam")["conv2"]
    weights = (12 * 2 * 9 + 12) * 4
    assert grouped[:3] == (weights, weights, 2 * weights)
    assert evaluate(grouped.saved, plan.values) == 2 * 8 * 12 * 16 * 4


def test_the_largest_batch_that_can_be_trained():
    found = solve(SPECS / "resnet.yaml", where="training_memory <= 24GB", max="N", optimizer="adam")
    plan = load(SPECS / "resnet.yaml")
    assert found.value == plan.memory.largest_batch(24 * 10**9, "adam").at(plan.values)
    assert (
        solve(SPECS / "resnet.yaml", where="training_memory <= 24GB", max="N", optimizer="adam", mixed=True).value
        > found.value
    )


def test_the_command_line():
    run = CliRunner().invoke(app, ["report", str(SPECS / "unet.yaml"), "--training", "--optimizer", "adam"])
    assert run.exit_code == 0
    assert "backward MACs" in run.output
    assert "bytes, with adam" in run.output
    assert "in training" in run.output
    run = CliRunner().invoke(app, ["report", str(SPECS / "unet.yaml"), "--training", "--optimizer", "adan"])
    assert run.exit_code == 2
    asked = [
        "solve",
        str(SPECS / "unet.yaml"),
        "--max",
        "N",
        "--where",
        "training_memory <= 24GiB",
        "--optimizer",
        "adam",
    ]
    run = CliRunner().invoke(app, asked)
    assert run.exit_code == 0
    assert "N =" in run.output
