"""The types of the fields of operators; what is said here once about kernels and strides holds for all of them."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cnnplan.models import field
from cnnplan.ops.kinds import (
    Kind,
    either,
    extents,
    factor,
    flag,
    keyword,
    listed,
    nested,
    number,
    optional,
    paddings,
    plain,
    text,
    truth,
    whole,
)
from cnnplan.sizes import Condition, Count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = [
    "AnyNumber",
    "Approximate",
    "Dilation",
    "Dim",
    "DimOrDims",
    "Dims",
    "Eps",
    "Extents",
    "Flag",
    "Groups",
    "Interpolation",
    "KernelSize",
    "Margins",
    "Momentum",
    "NonNegativePerAxis",
    "Number",
    "PadMode",
    "Padding",
    "PaddingMode",
    "Positive",
    "Positives",
    "Probability",
    "Prose",
    "ScalePerAxis",
    "Sides",
    "Size",
    "SizeOrKeptPerAxis",
    "SizePerAxis",
    "Stride",
    "Truth",
    "Whole",
    "bounded",
    "kinds",
    "leaves",
    "spatial",
    "words",
]

# Aliases that pydantic can evaluate; to a type checker they are the Extent of cnnplan.sizes.
Size = int | Count
PerAxis = Size | tuple[Size, ...]

Nested = tuple[Any, ...]
"""A list, or a list of lists of the same length, and so on."""

DIM = plain("the number of an axis")
POSITIVE = whole(1)
POSITIVES = listed(POSITIVE, "a list of numbers")

Flag = Annotated[bool, flag()]
Truth = Annotated[bool | Condition, truth()]
Number = Annotated[float, number()]
AnyNumber = Annotated[float, number(infinite=True)]
Probability = Annotated[float, number(0, 1)]

Whole = Annotated[Size, whole()]
Eps = Annotated[float, number(), field(description="Added to the variance, so that it is never 0.")]
Momentum = Annotated[float, number(), field(description="Weight of a batch in the running statistics; for training.")]

Positive = Annotated[Size, POSITIVE]
Positives = Annotated[PerAxis, either(POSITIVE, POSITIVES)]
Extents = Annotated[tuple[Size, ...], extents()]

Dim = Annotated[int, DIM]
Dims = Annotated[tuple[int, ...], listed(DIM, "a list of axes")]
DimOrDims = Annotated[int | tuple[int, ...], either(DIM, listed(DIM, "a list of axes"))]

SizePerAxis = Annotated[PerAxis, POSITIVE.per_spatial_axis()]
SizeOrKeptPerAxis = Annotated[Size | tuple[Size | None, ...], optional(POSITIVE).per_spatial_axis()]
ScalePerAxis = Annotated[Size | Fraction | tuple[Size | Fraction, ...], factor().per_spatial_axis()]
NonNegativePerAxis = Annotated[PerAxis, whole(0).per_spatial_axis()]

KernelSize = Annotated[PerAxis, POSITIVE.per_spatial_axis(), field(description="Extent of the window, per axis.")]
Stride = Annotated[PerAxis, POSITIVE.per_spatial_axis(), field(description="Distance between windows, per axis.")]
Dilation = Annotated[PerAxis, POSITIVE.per_spatial_axis(), field(description="Distance between the taps of a window.")]
Groups = Annotated[
    Size, POSITIVE, field(description="Number of groups of channels that do not see each other; divides both sides.")
]

Pairs = PerAxis | tuple[tuple[Size, Size], ...]
Margins = Annotated[
    Pairs | Literal["valid"],
    paddings("valid"),
    field(description="What is added around the input: a number, one per axis, or a [before, after] pair per axis."),
]
Sides = Annotated[
    Pairs,
    paddings(least=None),
    field(
        description="What is added to the axes: a number, one per axis, or a [before, after] pair per axis; "
        "what is below 0 is cut off."
    ),
]
Padding = Annotated[
    Pairs | Literal["valid", "same", "same_lower"],
    paddings("valid", "same", "same_lower"),
    field(
        description="What is added around the input: a number, one per axis, a [before, after] pair per axis, `valid` "
        "(nothing), or `same`: what gives ceil(n / stride) steps, the odd one at the end (`same_lower`: in front).",
    ),
]
PaddingMode = Annotated[
    Literal["zeros", "reflect", "replicate", "circular"],
    keyword("zeros", "reflect", "replicate", "circular"),
    field(description="What the padding is filled with."),
]

PadMode = Annotated[
    Literal["constant", "reflect", "replicate", "circular"], keyword("constant", "reflect", "replicate", "circular")
]
Interpolation = Annotated[
    Literal["nearest", "linear", "bilinear", "trilinear", "bicubic"],
    keyword("nearest", "linear", "bilinear", "trilinear", "bicubic"),
]
Sampling = Annotated[Literal["bilinear", "nearest"], keyword("bilinear", "nearest")]
Beyond = Annotated[Literal["zeros", "border"], keyword("zeros", "border")]
Reduction = Annotated[
    Literal["sum", "mean", "max", "min", "prod", "l1", "l2", "sum_square", "logsumexp", "var", "std"],
    keyword("sum", "mean", "max", "min", "prod", "l1", "l2", "sum_square", "logsumexp", "var", "std"),
]
Comparison = Annotated[
    Literal["greater", "greater_equal", "less", "less_equal", "equal", "not_equal"],
    keyword("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"),
]
IntegerType = Annotated[
    Literal["int64", "int32", "int16", "int8", "uint8"], keyword("int64", "int32", "int16", "int8", "uint8")
]
ConstantType = Annotated[
    Literal["int64", "int32", "int16", "int8", "uint8", "bool"],
    keyword("int64", "int32", "int16", "int8", "uint8", "bool"),
]
QuantizedType = Annotated[
    Literal["int4", "uint4", "int8", "uint8", "int16", "uint16"],
    keyword("int4", "uint4", "int8", "uint8", "int16", "uint16"),
]
ZeroPoint = Annotated[int, plain("the whole number that stands for 0")]
Amount = Annotated[Size, whole(0)]
Correction = Annotated[int, plain("0, 1 or more", 0)]
Indices = Annotated[Nested, nested(whole(), "whole numbers")]
Numbers = Annotated[Nested, nested(number(), "numbers")]
Equation = Annotated[str, text()]
Prose = Annotated[str, text(prose=True)]
Shifts = Annotated[PerAxis, either(whole(), listed(whole(), "a list of numbers"))]
Biases = Annotated[Literal["both", "one", "new"], keyword("both", "one", "new")]
Reset = Annotated[Literal["after", "before"], keyword("after", "before")]
Nonlinearity = Annotated[Literal["tanh", "relu"], keyword("tanh", "relu")]
Sections = Annotated[int | tuple[Size, ...], either(plain("a number of parts", 1), POSITIVES)]
Several = Annotated[int, plain("a number", 1)]
WholeShape = Annotated[tuple[Size, ...], extents(0)]
Expansion = Annotated[tuple[Size, ...], extents(None)]
Approximate = Annotated[Literal["none", "tanh"], keyword("none", "tanh")]


@cache
def spatial(operator: Any) -> tuple[str, ...]:
    """The fields of an operator that may be lists of one element per spatial axis."""
    return tuple(name for name, kind in kinds(operator).items() if kind.spatial)


@cache
def bounded(operator: Any) -> dict[str, int]:
    """The fields of an operator that have a least value, with that."""
    return {name: kind.least for name, kind in kinds(operator).items() if kind.least is not None}


@cache
def kinds(operator: Any) -> dict[str, Kind]:
    """The kind of each field of an operator."""
    return {name: each.reader for name, each in operator.model_fields.items()}


def words(operator: Any) -> frozenset[str]:
    """All keywords that the fields of an operator know; they win over names."""
    return frozenset(word for kind in kinds(operator).values() for word in kind.words)


def leaves(value: Any) -> Iterator[Count]:
    """The symbolic sizes in the value of a field."""
    if isinstance(value, tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, Count):
        yield value


def evaluated(value: Any, values: Mapping[str, Any]) -> Any:
    """The value of a field, at values of the symbols; the same object where it has none."""
    if isinstance(value, tuple):
        found = tuple(evaluated(item, values) for item in value)
        return value if all(new is old for new, old in zip(found, value, strict=True)) else found
    return value.at(values) if isinstance(value, Count) else value
