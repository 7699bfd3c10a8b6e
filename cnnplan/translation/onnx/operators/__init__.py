"""What each operator of ONNX becomes: one file a family, imported when one of its operators is met."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job

__all__ = ["FAMILIES", "Rule", "rule"]

Rule = Callable[["Job"], None]

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "convolution": ("Conv", "ConvTranspose", "DeformConv"),
    "pooling": ("MaxPool", "MaxUnpool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool"),
    "normalization": (
        *("BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization", "LRN"),
        *("LpNormalization", "RMSNormalization", "MeanVarianceNormalization", "SimplifiedLayerNormalization"),
    ),
    "activation": (
        *("Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Softplus"),
        *("Mish", "Gelu", "Softmax", "LogSoftmax", "Clip", "Softsign", "Swish"),
    ),
    "elementwise": (
        *("Add", "Sub", "Mul", "Div", "Pow", "Sum", "Mean", "Max", "Min", "Mod", "And", "Or", "Xor"),
        *("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Where"),
    ),
    "unary": (
        *("Sqrt", "Abs", "Exp", "Log", "Sin", "Cos", "Neg", "Reciprocal", "Not", "Floor", "Ceil", "Round", "Sign"),
        *("Identity", "Dropout", "Cast", "CastLike"),
    ),
    "products": ("MatMul", "Gemm", "Einsum"),
    "reduction": (
        *("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"),
        *("ReduceSumSquare", "ReduceLogSumExp"),
    ),
    "arrangement": (
        *("Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Concat", "Split"),
        *("DepthToSpace", "SpaceToDepth"),
    ),
    "selection": ("Slice", "Gather", "TopK"),
    "borders": ("Pad", "Tile"),
    "resizing": ("Resize", "Upsample", "GridSample"),
    "attention": ("Attention",),
    "plumbing": (
        *("Shape", "Size", "Constant", "ConstantOfShape", "Range", "CumSum", "NonZero", "Trilu", "EyeLike", "OneHot"),
    ),
    "scattering": ("ScatterND", "ScatterElements", "GatherND", "GatherElements"),
    "recurrent": ("LSTM", "GRU", "RNN"),
    "control": ("If",),
    "quantization": (
        *("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul"),
        *("ConvInteger", "MatMulInteger"),
    ),
    "fused": ("cnnplan:",),
}
"""The operators of each module of this room; the rule of `GlobalMaxPool` is called like it."""

RUNTIME: Final[dict[str, tuple[str, ...]]] = {
    "quantization": ("QuantizeLinear", "DequantizeLinear"),
    "quantized": (
        *("QLinearAdd", "QLinearMul", "QLinearConcat", "QLinearAveragePool", "QLinearGlobalAveragePool"),
        *("QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax", "QGemm", "DynamicQuantizeMatMul"),
        *("MatMulIntegerToFloat", "DynamicQuantizeLSTM", "MatMulNBits"),
    ),
    "microsoft": (
        *("FusedConv", "FusedGemm", "FusedMatMul", "Gelu", "FastGelu", "BiasGelu", "QuickGelu"),
        *("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "EmbedLayerNormalization"),
    ),
    "heads": ("Attention", "MultiHeadAttention"),
}
"""The same of the operators that onnxruntime has of its own, com.microsoft."""

_FAMILY: Final = {
    "": {op: family for family, ops in FAMILIES.items() for op in ops},
    "com.microsoft": {op: family for family, ops in RUNTIME.items() for op in ops},
}


@cache
def rule(domain: str, op: str) -> Rule:
    """What turns a node of this operator into layers.

    Raises:
        NotUnderstood: nothing does.
    """
    if domain == "cnnplan":
        found: Rule = getattr(import_module(f"{__name__}.fused"), op)
        return found
    family = _FAMILY.get(domain, {}).get(op)
    if family is None:
        raise NotUnderstood(f"the operator {domain}.{op} is not understood" if domain else "it is not understood")
    rule_: Rule = getattr(import_module(f"{__name__}.{family}"), _snake(op))
    return rule_


def _snake(op: str) -> str:
    """`GlobalMaxPool` as a rule is called: in lower case, with a `_` behind."""
    return f"{op.lower()}_"
