"""What each operator is written as: one file a family, imported when one of its operators is met."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

__all__ = ["FAMILIES", "Rule", "rule"]

Rule = Callable[["Layer"], str]
"""Makes the nodes of a layer, and gives the name of what comes out."""

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "convolution": ("conv", "conv_transpose", "deform_conv"),
    "pooling": ("max_pool", "max_unpool", "avg_pool", "lp_pool", "global_avg_pool", "global_max_pool"),
    "adaptive": ("adaptive_avg_pool", "adaptive_max_pool"),
    "products": ("linear", "matmul", "einsum"),
    "attention": ("scaled_dot_product_attention", "multi_head_attention"),
    "recurrent": ("rnn", "lstm", "gru"),
    "weights": ("embedding", "parameter", "scale", "constant", "prelu"),
    "normalization": ("batch_norm", "instance_norm", "layer_norm", "group_norm", "local_response_norm"),
    "activation": (
        *("relu", "relu6", "leaky_relu", "elu", "selu", "hard_sigmoid", "hard_swish", "gelu", "silu", "mish"),
        *("sigmoid", "tanh", "softplus", "softmax", "log_softmax", "glu"),
    ),
    "elementwise": (
        *("add", "subtract", "multiply", "divide", "abs", "pow", "sqrt", "exp", "log", "sin", "cos"),
        *("clip", "compare", "where"),
    ),
    "quantization": ("fake_quantize",),
    "passing": ("dropout", "drop_path", "identity", "require"),
    "arrangement": (
        *("flatten", "reshape", "permute", "expand", "unsqueeze", "squeeze", "transpose", "stack", "concat"),
        *("pixel_shuffle", "pixel_unshuffle", "channel_shuffle"),
    ),
    "selection": ("slice", "gather", "roll", "flip", "topk", "pad", "crop"),
    "reduction": ("mean", "reduce"),
    "resampling": ("upsample", "grid_sample"),
}
"""The operators of each module of this room; the rule of `global_max_pool` is called like it, with a `_` behind."""

_FAMILY: Final = {verb: family for family, verbs in FAMILIES.items() for verb in verbs}


def rule(verb: str) -> Rule:
    """What makes the nodes of an operator.

    Raises:
        Unwritable: ONNX has nothing like it.
    """
    if verb not in _FAMILY:
        raise Unwritable(f"ONNX has no operator for {verb}")
    found: Rule = getattr(import_module(f"{__name__}.{_FAMILY[verb]}"), f"{verb}_")
    return found
