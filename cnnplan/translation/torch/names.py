"""Functions of PyTorch by name: what gives extents, what computes nothing, what makes tensors of shapes alone."""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import Any, Final

from cnnplan.translation.torch.extents import chosen

__all__ = ["EXTENTS", "MAKERS", "NUMBERED", "SILENT", "SYMBOLIC", "named"]

EXTENTS: Final = {"shape", "size", "numel", "nelement", "__len__", "stride", "is_same_size"}
"""What gives extents."""

NUMBERED: Final = {
    "__bool__": "a decision (if, while, and, or)", "__int__": "int()", "__float__": "float()", "__index__": "an index",
    "item": "item()", "tolist": "tolist()", "__getitem__": "a mask as an index",
}  # fmt: skip
"""What asks for the numbers of a tensor, in plain words."""

SILENT: Final = frozenset({
    "dim", "ndim", "ndimension", "dtype", "device",
    "layout", "is_cuda", "is_cpu", "is_meta", "is_mps",
    "is_xpu", "is_quantized", "is_sparse", "is_nested", "is_leaf",
    "is_contiguous", "is_floating_point", "is_complex", "requires_grad", "requires_grad_",
    "grad", "grad_fn", "data_ptr", "__hash__",
    "__repr__", "__format__", "_set_grad_enabled", "set_grad_enabled", "get_device",
    "element_size", "itemsize", "storage_offset", "is_inference",
    "_has_compatible_shallow_copy_type", "finfo", "get_default_dtype", "is_grad_enabled", "is_autocast_enabled",
    "_assert", "is_tensor", "_is_view", "register_hook",
    "__setstate__", "names", "_version", "output_nr", "_base",
    "is_conj", "is_neg", "can_cast", "promote_types", "result_type",
    "get_autocast_gpu_dtype", "layer_norm_kernel_available", "is_mkldnn", "is_vulkan", "is_ipu",
    "is_signed", "__class__", "name", "mT_", "is_storage",
    "typename",
})  # fmt: skip
"""What says something of a tensor, and computes nothing."""

SYMBOLIC: Final[dict[str, Any]] = {
    "sym_int": math.trunc, "sym_float": lambda x: x * 1.0, "sym_not": operator.not_, "sym_sum": sum,
    "sym_max": partial(chosen, "max", max), "sym_min": partial(chosen, "min", min),
    "sym_ite": lambda choice, one, other: one if choice else other,
}  # fmt: skip
"""PyTorch's own arithmetic of sizes."""

MAKERS: Final = {
    "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "zeros_like", "ones_like", "full_like",
    "empty_like", "rand_like", "randn_like",
}  # fmt: skip
"""What takes nothing of a tensor but its shape and type."""


def named(function: Any) -> str:
    """What a function is called; a property is called like itself."""
    name: str = getattr(function, "__name__", type(function).__name__)
    if name in {"__get__", "__set__", "__delete__"}:
        return str(getattr(function.__self__, "__name__", name)) if name == "__get__" else name
    return name
