"""The operators, by the verb that calls them in a spec.

One file per family. A verb that is not here is not known, and nothing is registered from elsewhere.
"""

from __future__ import annotations

from cnnplan.ops.activation import Gelu, LogSoftmax, Mish, Sigmoid, Silu, Softmax, Softplus, Tanh
from cnnplan.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool, GlobalAvgPool, GlobalMaxPool
from cnnplan.ops.arrangement import Flatten, Permute, Reshape
from cnnplan.ops.base import Operator, Requirement, Weight
from cnnplan.ops.borders import Crop, Pad
from cnnplan.ops.convolution import Conv, ConvTranspose
from cnnplan.ops.elementwise import Add, Divide, Dropout, Identity, Multiply, Subtract
from cnnplan.ops.linear import Linear
from cnnplan.ops.normalization import GroupNorm, LayerNorm
from cnnplan.ops.pooling import AvgPool, MaxPool
from cnnplan.ops.rectifiers import Elu, HardSigmoid, HardSwish, LeakyRelu, Prelu, Relu, Relu6, Selu
from cnnplan.ops.reduction import Mean
from cnnplan.ops.resampling import Upsample
from cnnplan.ops.response import LocalResponseNorm
from cnnplan.ops.selection import Concat, Slice
from cnnplan.ops.shuffling import ChannelShuffle, PixelShuffle, PixelUnshuffle
from cnnplan.ops.statistics import BatchNorm, InstanceNorm

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
    "batch_norm": BatchNorm,
    "layer_norm": LayerNorm,
    "group_norm": GroupNorm,
    "instance_norm": InstanceNorm,
    "local_response_norm": LocalResponseNorm,
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
    "dropout": Dropout,
    "identity": Identity,
    "flatten": Flatten,
    "reshape": Reshape,
    "permute": Permute,
    "pad": Pad,
    "crop": Crop,
    "slice": Slice,
    "concat": Concat,
    "add": Add,
    "subtract": Subtract,
    "multiply": Multiply,
    "divide": Divide,
    "mean": Mean,
    "upsample": Upsample,
    "pixel_shuffle": PixelShuffle,
    "pixel_unshuffle": PixelUnshuffle,
    "channel_shuffle": ChannelShuffle,
}
