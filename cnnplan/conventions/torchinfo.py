"""torchinfo: the parameters of a module, times what is left of its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.base import BIASES, Convention, Layer, Rule
from cnnplan.sizes import prod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term
    from cnnplan.sizes import Extent

__all__ = ["CONVENTION"]


def _counts(layer: Layer) -> tuple[Extent, Extent]:
    """The elements of the weights, and of the biases."""
    weights: Extent = 0
    biases: Extent = 0
    for name, weight in layer.operator.weights(*layer.shapes).items():
        if weight.trainable and "bias" in name:
            biases += prod(weight.shape)
        elif weight.trainable:
            weights += prod(weight.shape)
    return weights, biases


def _multiplied(name: str) -> Rule:
    """All parameters of a module that has no MACs, for each sample."""

    def rule(layer: Layer) -> Iterable[Term]:
        weights, biases = _counts(layer)
        yield name, layer.shape[0] * (weights + biases)

    return rule


def _conv(layer: Layer) -> Iterable[Term]:
    """All parameters at each position of the output, of a transposed convolution too."""
    weights, biases = _counts(layer)
    positions = layer.shape[0] * prod(layer.shape[2:])
    if layer.operator.verb != "conv":
        yield "positions of the output", weights * positions - layer.macs
    yield BIASES, biases * positions


def _linear(layer: Layer) -> Iterable[Term]:
    """All parameters for each sample, however many positions a sample has."""
    weights, biases = _counts(layer)
    yield "positions of a sequence", layer.shape[0] * weights - layer.macs
    yield BIASES, layer.shape[0] * biases


def _recurrent(layer: Layer) -> Iterable[Term]:
    """All parameters for each step."""
    _, biases = _counts(layer)
    yield BIASES, layer.shape[0] * layer.shape[1] * biases


RULES: dict[str, Rule] = {
    **dict.fromkeys(("conv", "conv_transpose"), _conv),
    "linear": _linear,
    "batch_norm": _multiplied("batch norm"),
    **dict.fromkeys(("instance_norm", "group_norm", "layer_norm"), _multiplied("other normalizations")),
    "prelu": _multiplied("activations"),
    "embedding": _multiplied("embeddings"),
    **dict.fromkeys(("rnn", "gru", "lstm"), _recurrent),
}

CONVENTION = Convention(
    name="torchinfo",
    version="1.8.0",
    unit="mult-adds",
    source="torchinfo/layer_info.py: LayerInfo.calculate_macs",
    note="Only modules without modules inside count, so that attention and bare parameters cost nothing.",
    rules=RULES,
)
