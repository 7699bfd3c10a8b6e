"""The operators, by the verb that calls them in a spec.

One file per family. A verb that is not here is not known, and nothing is registered from elsewhere.
"""

from __future__ import annotations

from cnnplan.ops.activation import Gelu, LogSoftmax, Mish, Sigmoid, Silu, Softmax, Softplus, Tanh
from cnnplan.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool, GlobalAvgPool, GlobalMaxPool
from cnnplan.ops.base import Operator, Requirement, Weight
from cnnplan.ops.convolution import Conv, ConvTranspose
from cnnplan.ops.linear import Linear
from cnnplan.ops.pooling import AvgPool, MaxPool
from cnnplan.ops.rectifiers import Elu, HardSigmoid, HardSwish, LeakyRelu, Prelu, Relu, Relu6, Selu

__all__ = ["OPERATORS", "Operator", "Requirement", "Weight"]

OPERATORS: dict[str, type[Operator]] = {
    "conv": Conv,
    "conv_transpose": ConvTranspose,
    "max_pool": MaxPool,
    "avg_pool": AvgPool,
    "adaptive_avg_pool": AdaptiveAvgPool,
    "adaptive_max_pool": AdaptiveMaxPool,
    "global_avg_pool": GlobalAvgPool,
    "global_max_pool": GlobalMaxPool,
    "linear": Linear,
    "relu": Relu,
    "relu6": Relu6,
    "leaky_relu": LeakyRelu,
    "prelu": Prelu,
    "elu": Elu,
    "selu": Selu,
    "hard_sigmoid": HardSigmoid,
    "hard_swish": HardSwish,
    "gelu": Gelu,
    "silu": Silu,
    "mish": Mish,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softplus": Softplus,
    "softmax": Softmax,
    "log_softmax": LogSoftmax,
}
