"""What a function gives on tensors without numbers; where PyTorch takes long to say so, it is said here.

A batch norm on meta is taken apart into seven operations, a sum goes through the rules of promotion: together they
take most of the time of a network. Said is only what is plain: tensors in order, of one type, that fit.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import torch

from cnnplan.translation.torch.choosing import usual

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["answered"]


def answered(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What it gives.

    Args:
        name: of the function.
        function: itself.
        args: as it takes them, plain.
        kwargs: likewise.
    """
    shortcut = SHORTCUTS.get(name)
    made = shortcut(*args, **kwargs) if shortcut else None
    if made is not None:
        return made
    with usual():
        return function(*args, **kwargs)


def _of(x: Any, shape: Sequence[int]) -> Any:
    """A tensor of this shape, in order, of the type of another; of no other function it takes less than a tenth."""
    return torch.empty(shape, dtype=x.dtype, device=x.device)


def _like(x: Any) -> Any:
    return _of(x, x.shape) if x.is_contiguous() else torch.empty_like(x)


def _is_plain(x: Any) -> bool:
    """Whether it is a tensor of decimals, in order."""
    return isinstance(x, torch.Tensor) and x.is_contiguous() and x.is_floating_point()


def _fit(x: Any, shape: Any, tables: tuple[Any, ...]) -> bool:
    """Whether all tables that there are have this shape, and the type of a tensor."""
    return all(each is None or (each.shape == shape and each.dtype == x.dtype) for each in tables)


def _batch_norm(  # noqa: PLR0913, PLR0917 - PyTorch's
    x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None, training: Any = None, *_: Any, **__: Any
) -> Any:
    """As its input, where that is in order and every table has as many elements as there are channels."""
    right = x.dim() > 1 and mean is not None and x.is_contiguous() and not training
    return _of(x, x.shape) if right and _fit(x, x.shape[1:2], (mean, var, weight, bias)) else None


def _layer_norm(x: Any, shape: Any, weight: Any = None, bias: Any = None, *_: Any, **__: Any) -> Any:
    """As its input, in order, where the tables have the extents that are said."""
    right = x.shape[-len(shape) :] == tuple(shape) if shape else False
    return _of(x, x.shape) if right and _fit(x, tuple(shape), (weight, bias)) else None


def _group_norm(x: Any, groups: int, weight: Any = None, bias: Any = None, *_: Any, **__: Any) -> Any:
    """As its input, where that is in order and the groups divide its channels."""
    right = _is_plain(x) and x.dim() > 1 and groups > 0 and x.shape[1] % groups == 0 and x.numel() > x.shape[0] * groups
    return _of(x, x.shape) if right and _fit(x, x.shape[1:2], (weight, bias)) else None


def _linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Its features replaced, where they are as many as the weight has columns."""
    right = x.dim() > 1 and weight.dim() == MATRIX and x.shape[-1] == weight.shape[1] and x.dtype == weight.dtype
    return _of(x, (*x.shape[:-1], weight.shape[0])) if right and _fit(x, weight.shape[:1], (bias,)) else None


def _conv(  # noqa: PLR0913, PLR0917 - PyTorch's
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Every window's channels, where all is in order and channels and groups fit."""
    given = (stride, padding, dilation)
    if not (_is_plain(x) and x.dim() == weight.dim() == IMAGE and all(type(each) is tuple for each in given)):
        return None
    (_, own, *sizes), (out, into, *kernel) = x.shape, weight.shape
    right = own == into * groups and groups > 0 and out % groups == 0 and _fit(x, weight.shape[:1], (bias,))
    if not right or weight.dtype != x.dtype or x.is_contiguous(memory_format=torch.channels_last):
        return None
    given = tuple(each * 2 if len(each) == 1 else each for each in given)
    steps = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(sizes, kernel, *given, strict=True)]
    legal = min(steps) > 0 and min(given[0]) > 0 and min(given[1]) >= 0 and min(given[2]) > 0
    return _of(x, (x.shape[0], out, *steps)) if legal else None


def _elementwise(x: Any, *args: Any, **kwargs: Any) -> Any:
    """As its input; written into it, itself, as another function that is written into it."""
    if not x.is_floating_point():
        return None
    return x.relu_() if any(each is True for each in (*args, kwargs.get("inplace"))) else _like(x)


def _softmax(x: Any, *_: Any, **kwargs: Any) -> Any:
    """As its input, in order."""
    return _of(x, x.shape) if x.is_floating_point() and kwargs.get("dtype") is None else None


def _binary(x: Any, y: Any = None, **kwargs: Any) -> Any:
    """Of a tensor and a number, as the tensor; of two, the greater extent of each axis, where one of two is 1."""
    if kwargs or not _is_plain(x):
        return None
    if type(y) in {int, float}:
        return _of(x, x.shape)
    if not _is_plain(y) or x.dtype != y.dtype or x.device != y.device:
        return None
    shape = _broadcast(x.shape, y.shape)
    return None if shape is None else _of(x, shape)


def _broadcast(one: Sequence[int], two: Sequence[int]) -> Sequence[int] | None:
    """The shape of two together; None where they do not fit."""
    if one == two:
        return one
    pairs = [*zip_longest(reversed(one), reversed(two), fillvalue=1)]
    return None if any(a != b and 1 not in {a, b} for a, b in pairs) else [a if b == 1 else b for a, b in pairs][::-1]


def _mean(x: Any, dim: Any = None, keepdim: Any = False, **kwargs: Any) -> Any:  # noqa: FBT002 - PyTorch's
    """Without these axes, or with one element each."""
    dims = (dim,) if type(dim) is int else dim
    right = not kwargs and type(dims) in {tuple, list} and dims and all(-x.dim() <= each < x.dim() for each in dims)
    if not right or not _is_plain(x):
        return None
    gone = {each % x.dim() for each in dims}
    kept = [1 if i in gone else n for i, n in enumerate(x.shape) if keepdim or i not in gone]
    return _of(x, kept) if len(gone) == len(dims) else None


def _cat(tensors: Any, dim: Any = 0, **kwargs: Any) -> Any:
    """One behind the other along an axis, where the others agree."""
    if kwargs or not tensors or not all(map(_is_plain, tensors)) or type(dim) is not int:
        return None
    first = tensors[0]
    if not -first.dim() <= dim < first.dim() or len({(each.dtype, each.dim()) for each in tensors}) > 1:
        return None
    dim %= first.dim()
    rest = {(each.shape[:dim], each.shape[dim + 1 :]) for each in tensors}
    total = sum(each.shape[dim] for each in tensors)
    return _of(first, (*first.shape[:dim], total, *first.shape[dim + 1 :])) if len(rest) == 1 else None


def _matmul(x: Any, y: Any, **kwargs: Any) -> Any:
    """Rows of one by columns of the other, matrix by matrix."""
    right = isinstance(x, torch.Tensor) and isinstance(y, torch.Tensor) and not kwargs and x.is_floating_point()
    if not right or x.dtype != y.dtype or x.dim() != y.dim() or x.dim() < MATRIX:
        return None
    fits = x.shape[:-2] == y.shape[:-2] and x.shape[-1] == y.shape[-2]
    return _of(x, (*x.shape[:-1], y.shape[-1])) if fits else None


def _attention(q: Any, k: Any, v: Any, attn_mask: Any = None, *_: Any, **kwargs: Any) -> Any:
    """A value for each query."""
    rest = {(each.dtype, each.shape[:-2]) for each in (q, k, v)}
    plain = len(rest) == 1 and q.is_floating_point() and q.dim() >= MATRIX and not kwargs.get("enable_gqa")
    if not plain or attn_mask is not None or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        return None
    return _of(q, (*q.shape[:-1], v.shape[-1]))


def _roll(x: Any, shifts: Any = None, dims: Any = None) -> Any:
    """As its input, in order."""
    right = type(shifts) is tuple and type(dims) is tuple and len(shifts) == len(dims) > 0
    return _like(x) if right and _is_plain(x) and all(-x.dim() <= each < x.dim() for each in dims) else None


MATRIX: Final = 2
IMAGE: Final = 4
SHORTCUTS: Final[dict[str, Callable[..., Any]]] = {
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "linear": _linear,
    "conv2d": _conv,
    **dict.fromkeys(("gelu", "hardswish", "hardsigmoid", "relu", "sigmoid", "silu"), _elementwise),
    "softmax": _softmax,
    **dict.fromkeys(("add", "sub", "mul", "div", "__rsub__", "__rdiv__"), _binary),
    "mean": _mean,
    "cat": _cat,
    "matmul": _matmul,
    "scaled_dot_product_attention": _attention,
    "roll": _roll,
}
