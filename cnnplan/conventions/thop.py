"""thop (pytorch-OpCounter): a hook for each kind of module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.affine import affine
from cnnplan.conventions.base import NOTHING, Convention, Layer, Rule, of_input, of_output
from cnnplan.conventions.recurrent import recurrent
from cnnplan.sizes import floor, prod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term

__all__ = ["CONVENTION"]

BLENDS = {"nearest": 1, "linear": 5, "bilinear": 11, "bicubic": 259}
OTHER = "other normalizations"


def _transposed(layer: Layer) -> Iterable[Term]:
    """The rule of a convolution, taken as it is: filters by the positions of the output."""
    weight = layer.op.weights(layer.x)["weight"].shape
    yield "positions of the output", layer.outputs * (layer.x[1] // layer.op.groups) * prod(weight[2:]) - layer.macs


def _adaptive(layer: Layer) -> Iterable[Term]:
    """A sum over the mean window, and a division, for each element of the output."""
    yield "adaptive pooling", layer.inputs + layer.outputs


def _softmax(layer: Layer) -> Iterable[Term]:
    """For each of n features exp and a division, and n - 1 adds."""
    features = layer.x[layer.op.dim]
    yield "softmax", 3 * layer.inputs - floor(layer.inputs / features)


def _upsample(layer: Layer) -> Iterable[Term]:
    yield "upsampling", BLENDS.get(layer.op.mode, 0) * layer.outputs


RULES: dict[str, Rule] = {
    **dict.fromkeys(("conv", "linear"), NOTHING),
    "conv_transpose": _transposed,
    "batch_norm": affine(4, 2),
    "instance_norm": affine(4, 2, OTHER),
    "layer_norm": affine(4, 2, OTHER, "elementwise_affine"),
    "prelu": of_input("activations"),
    "softmax": _softmax,
    "avg_pool": of_output("pooling"),
    "adaptive_avg_pool": _adaptive,
    "global_avg_pool": _adaptive,
    "upsample": _upsample,
    **recurrent({"rnn": 1, "gru": 3 + 4, "lstm": 4 + 4}),
}

CONVENTION = Convention(
    name="thop",
    version="0.1.1.post2209072238",
    unit="MACs",
    source="thop/vision/basic_hooks.py, calc_func.py and rnn_hooks.py: profile",
    note="Modules without a hook, attention and group norm among them, and functions cost nothing.",
    rules=RULES,
)
