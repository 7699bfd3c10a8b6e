"""What whole networks keep for the backward pass, against PyTorch: tensors that several layers save count once.

PyTorch runs a network layer by layer as its graph says, in training mode, with a gradient for every weight and, as the
prediction has it, for the input. Small networks run on numbers; the specs run on the meta device, where shapes and the
graph of autograd are real and numbers are not. Skipped where PyTorch is not installed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan.graph import build
from cnnplan.memory import Memory
from cnnplan.spec import load_spec
from tests.ops.oracle import networks, saving

torch = pytest.importorskip("torch")

SPECS = Path(__file__).parents[1] / "specs"
NETWORKS = sorted(file.relative_to(SPECS).with_suffix("").as_posix() for file in SPECS.rglob("*.yaml"))
HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 2, H: 12, W: 16}\ninput: [N, 6, H, W]\nlayers:\n"

DIFFERENCES = {
    # PyTorch pads by another amount on each side with a layer of its own, and keeps the copy, not what was padded
    "mobile/tf_efficientnet_b0": 1_190_424,
    # a product of three whose last is a constant: what the first two give is kept for a gradient that nobody asks for
    "reparameterized/normalized": -4 * (256 + 64),
}
"""How many bytes more PyTorch keeps, and why, at N = 2 and the defaults of the spec."""

WITHOUT = {"images/deepface", "language/mamba_130m", "resnet/dcn_resnet50"}
"""Specs with a layer that PyTorch has not, or torchvision alone: locally connected, a scan, deformable convolutions."""

NO_GRADIENT = {
    # max_pool stands at the input, and need not say where its maxima were
    "inception_module": -8 * 2 * 192 * 16 * 24,
}
"""The same where the input has no gradient: the layers in front of the first weights keep less."""

ON_NUMBERS = {
    "language/stories15m": {},
    "transformer/vit": {"H": 32, "W": 48},
    "transformer/mobilevit_s": {"H": 64, "W": 128},
}
"""Specs that the meta device runs in another way than others: attention in one kernel; at these sizes."""

SMALL = {
    "residual": """
      - branches:
          join: add
          paths:
            - - conv: {out_channels: 8, kernel_size: 3, padding: 1, stride: 2, bias: false}
              - batch_norm
              - relu
              - conv: {out_channels: 8, kernel_size: 3, padding: 1, bias: false}
              - batch_norm
            - - conv: {out_channels: 8, kernel_size: 1, stride: 2, bias: false}
              - batch_norm
      - relu""",
    "across and up": """
      - conv: {out_channels: 4, kernel_size: 3, padding: 1}
      - relu:
        name: skip
      - max_pool: {kernel_size: 2}
      - conv: {out_channels: 8, kernel_size: 3, padding: 1}
      - relu
      - conv_transpose: {out_channels: 4, kernel_size: 2, stride: 2}
      - concat:
        from: [skip, prev]
      - conv: {out_channels: 4, kernel_size: 3, padding: 1}""",
    "squeeze and excite": """
      - conv: {out_channels: 12, kernel_size: 1, bias: false}
      - batch_norm
      - hard_swish
      - conv: {out_channels: 12, kernel_size: 3, padding: 1, groups: 12, bias: false}
      - batch_norm
      - hard_swish:
        name: wide
      - global_avg_pool
      - conv: {out_channels: 3, kernel_size: 1}
      - relu
      - conv: {out_channels: 12, kernel_size: 1}
      - hard_sigmoid
      - multiply:
        from: [wide, prev]
      - conv: {out_channels: 6, kernel_size: 1, bias: false}
      - add:
        from: [input, prev]""",
    "halves": """
      - conv: {out_channels: 8, kernel_size: 1}
      - relu:
        name: whole
      - slice: {end: 4}
        name: left
      - slice: {start: 4}
        from: whole
      - conv: {out_channels: 4, kernel_size: 1}
      - concat:
        from: [left, prev]
      - channel_shuffle: {groups: 2}""",
    "encoder": """
      - flatten: {start_dim: 2}
      - permute: {dims: [0, 2, 1]}
      - linear: {out_features: 12}
        name: tokens
      - layer_norm: {normalized_shape: 12}
      - multi_head_attention: {num_heads: 3}
      - drop_path: {p: 0.1}
      - add:
        from: [tokens, prev]
        name: attended
      - layer_norm: {normalized_shape: 12}
      - linear: {out_features: 24}
      - gelu
      - dropout: {p: 0.1}
      - linear: {out_features: 12}
      - add:
        from: [attended, prev]""",
    "classifier": """
      - conv: {out_channels: 5, kernel_size: 3}
      - relu
      - adaptive_avg_pool: {output_size: 3}
      - flatten
      - dropout: {p: 0.5}
      - linear: {out_features: 20}
      - relu
      - dropout: {p: 0.5}
      - linear: {out_features: 20}
      - relu
      - dropout: {p: 0}
      - linear: {out_features: 10}
      - softmax""",
    "shared": """
      - sequence:
          - conv: {out_channels: 6, kernel_size: 3, padding: 1}
          - tanh
        repeat: 3
        share: true""",
}


def both(source, device, *, gradient=True, **values):
    """The bytes that are predicted, from the formula and from numbers, and those that PyTorch keeps."""
    spec = load_spec(source)
    graph = build(spec, values, symbolic=False)
    assert not graph.findings
    with torch.device(device):
        tensors = [
            torch.zeros(shape, dtype=torch.int64)
            if spec.inputs[name].dtype == "int64"
            else torch.zeros(shape, requires_grad=gradient)
            for name, shape in graph.inputs.items()
        ]
        truth = saving.kept(networks.Network(graph), tensors)
    predicted = Memory(graph).saved()
    formula = Memory(build(spec, values)).saved()
    bound = {name: symbol.default for name, symbol in spec.symbols.items()} | values
    assert predicted == (formula if isinstance(formula, int) else formula.at(bound))
    return predicted, truth


@pytest.mark.parametrize("layers", SMALL.values(), ids=SMALL)
def test_torch_keeps_the_same_of_small_networks(layers):
    predicted, truth = both(HEAD + layers.replace("\n      ", "\n  ").lstrip("\n"), "cpu")
    assert predicted == truth


def sizes(network):
    if network == "graphs/gat":
        return {"V": 40}
    return {"N": 2, **({"H": 16, "W": 24} if network == "inception_module" else ON_NUMBERS.get(network, {}))}


@pytest.mark.parametrize("network", [n for n in NETWORKS if not n.endswith("/blocks") and n not in WITHOUT])
def test_torch_keeps_the_same(network):
    device = "cpu" if network in ON_NUMBERS else "meta"
    predicted, truth = both(SPECS / f"{network}.yaml", device, **sizes(network))
    assert predicted + DIFFERENCES.get(network, 0) == truth


@pytest.mark.parametrize("network", ["inception_module", "lenet5", "resnet", "googlenet", "mobilenet_v2", "unet"])
def test_an_input_without_gradient_changes_nothing_behind_the_first_weights(network):
    predicted, truth = both(SPECS / f"{network}.yaml", "meta", gradient=False, **sizes(network))
    assert predicted + NO_GRADIENT.get(network, 0) == truth
