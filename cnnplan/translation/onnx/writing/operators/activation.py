"""Activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def relu_(layer: Layer) -> str:
    """Relu."""
    return layer.call("Relu")


def relu6_(layer: Layer) -> str:
    """Clip from 0 to 6."""
    return layer.call("Clip", [layer.x, layer.number(0), layer.number(6)])


def leaky_relu_(layer: Layer) -> str:
    """LeakyRelu."""
    return layer.call("LeakyRelu", alpha=float(layer.op.negative_slope))


def elu_(layer: Layer) -> str:
    """Elu."""
    return layer.call("Elu", alpha=float(layer.op.alpha))


def selu_(layer: Layer) -> str:
    """Selu."""
    return layer.call("Selu")


def hard_sigmoid_(layer: Layer) -> str:
    """HardSigmoid with PyTorch's slope."""
    return layer.call("HardSigmoid", alpha=1 / 6, beta=0.5)


def hard_swish_(layer: Layer) -> str:
    """HardSwish."""
    return layer.call("HardSwish")


def gelu_(layer: Layer) -> str:
    """Gelu."""
    return layer.call("Gelu", approximate=layer.op.approximate)


def silu_(layer: Layer) -> str:
    """A product with the sigmoid."""
    return layer.call("Mul", [layer.x, layer.call("Sigmoid")])


def mish_(layer: Layer) -> str:
    """Mish."""
    return layer.call("Mish")


def sigmoid_(layer: Layer) -> str:
    """Sigmoid."""
    return layer.call("Sigmoid")


def tanh_(layer: Layer) -> str:
    """Tanh."""
    return layer.call("Tanh")


def softplus_(layer: Layer) -> str:
    """Softplus, of beta x over beta."""
    if layer.op.beta == 1:
        return layer.call("Softplus")
    beta = layer.number(layer.op.beta)
    return layer.call("Div", [layer.call("Softplus", [layer.call("Mul", [layer.x, beta])]), beta])


def softmax_(layer: Layer) -> str:
    """Softmax along an axis."""
    return layer.call("Softmax", axis=layer.bound(layer.op.dim))


def log_softmax_(layer: Layer) -> str:
    """LogSoftmax along an axis."""
    return layer.call("LogSoftmax", axis=layer.bound(layer.op.dim))


def glu_(layer: Layer) -> str:
    """One half times the sigmoid of the other."""
    value, gate = layer.calls("Split", [layer.x], 2, axis=layer.bound(layer.op.dim), num_outputs=2)
    return layer.call("Mul", [value, layer.call("Sigmoid", [gate])])
