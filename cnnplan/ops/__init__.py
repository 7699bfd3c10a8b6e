"""The operators, by the verb that calls them in a spec.

One file per family. A verb that is not here is not known, and nothing is registered from elsewhere.
"""

from __future__ import annotations

from cnnplan.ops.activation import Gelu, LogSoftmax, Mish, Sigmoid, Silu, Softmax, Softplus, Tanh
from cnnplan.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool, GlobalAvgPool, GlobalMaxPool
from cnnplan.ops.arrangement import Expand, Flatten, Permute, Reshape
from cnnplan.ops.attention import MultiHeadAttention, ScaledDotProductAttention
from cnnplan.ops.base import Operator, Requirement, Weight
from cnnplan.ops.borders import Crop, Pad
from cnnplan.ops.convolution import Conv, ConvTranspose
from cnnplan.ops.division import Chunk, Split
from cnnplan.ops.elementwise import Add, Divide, Multiply, Subtract
from cnnplan.ops.linear import Linear
from cnnplan.ops.normalization import GroupNorm, LayerNorm
from cnnplan.ops.parameters import Embedding, Parameter, Scale
from cnnplan.ops.passing import Dropout, DropPath, Identity
from cnnplan.ops.pooling import AvgPool, LpPool, MaxPool
from cnnplan.ops.powers import Abs, Pow, Sqrt
from cnnplan.ops.products import Matmul
from cnnplan.ops.rectifiers import Elu, HardSigmoid, HardSwish, LeakyRelu, Prelu, Relu, Relu6, Selu
from cnnplan.ops.recurrent import Gru, Lstm, Rnn
from cnnplan.ops.reduction import Mean, Reduce
from cnnplan.ops.resampling import Upsample
from cnnplan.ops.response import LocalResponseNorm
from cnnplan.ops.selection import Concat, Slice
from cnnplan.ops.shuffling import ChannelShuffle, PixelShuffle, PixelUnshuffle
from cnnplan.ops.statistics import BatchNorm, InstanceNorm
from cnnplan.ops.unshared import LocallyConnected

__all__ = ["OPERATORS", "Operator", "Requirement", "Weight"]

OPERATORS: dict[str, type[Operator]] = {
    "conv": Conv,
    "conv_transpose": ConvTranspose,
    "locally_connected": LocallyConnected,
    "max_pool": MaxPool,
    "avg_pool": AvgPool,
    "lp_pool": LpPool,
    "adaptive_avg_pool": AdaptiveAvgPool,
    "adaptive_max_pool": AdaptiveMaxPool,
    "global_avg_pool": GlobalAvgPool,
    "global_max_pool": GlobalMaxPool,
    "linear": Linear,
    "matmul": Matmul,
    "scaled_dot_product_attention": ScaledDotProductAttention,
    "multi_head_attention": MultiHeadAttention,
    "rnn": Rnn,
    "lstm": Lstm,
    "gru": Gru,
    "embedding": Embedding,
    "parameter": Parameter,
    "scale": Scale,
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
    "drop_path": DropPath,
    "identity": Identity,
    "flatten": Flatten,
    "reshape": Reshape,
    "permute": Permute,
    "expand": Expand,
    "pad": Pad,
    "crop": Crop,
    "slice": Slice,
    "split": Split,
    "chunk": Chunk,
    "concat": Concat,
    "add": Add,
    "subtract": Subtract,
    "multiply": Multiply,
    "divide": Divide,
    "abs": Abs,
    "pow": Pow,
    "sqrt": Sqrt,
    "mean": Mean,
    "reduce": Reduce,
    "upsample": Upsample,
    "pixel_shuffle": PixelShuffle,
    "pixel_unshuffle": PixelUnshuffle,
    "channel_shuffle": ChannelShuffle,
}
