"""What a function gives on tensors without numbers; where PyTorch takes long to say so, it is said here.

A batch norm on meta is taken apart into seven operations, three quarters of the time of a ResNet; normalizations,
linear layers and some activations are alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import torch

from cnnplan.translation.torch.choosing import usual

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def _batch_norm(  # noqa: PLR0913, PLR0917 - PyTorch's
    x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None, training: Any = None, *_: Any, **__: Any
) -> Any:
    """As its input, where that is in order and every table has as many elements as there are channels."""
    tables = [each for each in (mean, var, weight, bias) if each is not None]
    right = x.dim() > 1 and tables and all(each.shape == x.shape[1:2] and each.dtype == x.dtype for each in tables)
    return torch.empty_like(x) if right and x.is_contiguous() and not training else None


def _layer_norm(x: Any, shape: Any, weight: Any = None, bias: Any = None, *_: Any, **__: Any) -> Any:
    """As its input, in order, where the tables have the extents that are said."""
    tables = [each for each in (weight, bias) if each is not None]
    right = x.shape[-len(shape) :] == tuple(shape) if shape else False
    right = right and all(each.shape == tuple(shape) and each.dtype == x.dtype for each in tables)
    return torch.empty(x.shape, dtype=x.dtype, device=x.device) if right else None


def _linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Its features replaced, where they are as many as the weight has columns."""
    right = x.dim() > 1 and weight.dim() == MATRIX and x.shape[-1] == weight.shape[1] and x.dtype == weight.dtype
    right = right and (bias is None or (bias.shape == weight.shape[:1] and bias.dtype == x.dtype))
    return torch.empty((*x.shape[:-1], weight.shape[0]), dtype=x.dtype, device=x.device) if right else None


def _elementwise(x: Any, *args: Any, **kwargs: Any) -> Any:
    """As its input; written into it, itself, as another function that is written into it."""
    if not x.is_floating_point():
        return None
    return x.relu_() if any(each is True for each in (*args, kwargs.get("inplace"))) else torch.empty_like(x)


def _softmax(x: Any, *_: Any, **kwargs: Any) -> Any:
    """As its input, in order."""
    right = x.is_floating_point() and kwargs.get("dtype") is None
    return torch.empty(x.shape, dtype=x.dtype, device=x.device) if right else None


MATRIX: Final = 2
SHORTCUTS: Final[dict[str, Callable[..., Any]]] = {
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "linear": _linear,
    **dict.fromkeys(("gelu", "hardswish", "hardsigmoid", "relu", "sigmoid", "silu"), _elementwise),
    "softmax": _softmax,
}
