"""A module made ready to be run: nothing in it is compiled, and lazy layers know what they take."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.parameter import UninitializedTensorMixin

from cnnplan.errors import UsageError
from cnnplan.translation.torch.sampling import inputs, samples

if TYPE_CHECKING:
    from cnnplan.translation.torch.sampling import Dims

__all__ = ["as_written", "materialized", "refuse_compiled"]


def refuse_compiled(module: Any, name: str) -> None:
    """Refuse what hides the functions that it calls.

    Raises:
        UsageError: a module in it was compiled by torch.jit.
    """
    for path, each in module.named_modules():
        if isinstance(each, torch.jit.ScriptModule):
            where = f"{name}: {path}" if path else name
            told = "is compiled (torch.jit), which hides what it calls"
            raise UsageError(
                f"{where} {told}: give the module that it was made of, or its file as torch.onnx.export wrote it"
            )


def materialized(module: Any, dims: Dims) -> str:
    """Let lazy layers find out what they take, as a first run does; the shapes of its inputs, "" where none is lazy."""
    every = (*module.parameters(), *module.buffers())
    if not any(isinstance(each, UninitializedTensorMixin) for each in every):
        return ""
    for sample in samples(module, dims):
        given = inputs(sample.dims, sample.first)
        try:
            with torch.no_grad():
                module(*given.values())
        except Exception:  # noqa: BLE001, S112 - whatever a forward raises: then at another size
            continue
        return " and ".join(str(tuple(each.shape)) for each in given.values())
    return ""


def as_written() -> AbstractContextManager[object]:
    """While this lasts, what torch.compile made of functions runs as it was written."""
    if "torch._dynamo" not in sys.modules:
        return nullcontext()
    stance: AbstractContextManager[object] = torch.compiler.set_stance("force_eager")
    return stance
