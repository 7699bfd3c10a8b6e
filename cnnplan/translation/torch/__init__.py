"""Modules of PyTorch, read by running them twice on tensors without numbers.

What was called is written down and becomes layers; what differs between the two runs becomes a formula. The sizes,
costs and conditions that follow are cnnplan's own: PyTorch says only which operators there are, with which arguments.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.translation.torch.building import built, gave, on_meta

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read", "read_live"]


def read(path: Path, options: Options) -> Foreign:
    """The network that a factory builds, `package.module:name`; importing the module runs it.

    Raises:
        UsageError: there is no such factory, it raises, gives no module, or PyTorch is not installed.
    """
    text = str(path)
    module = built(text, options.arguments)
    from cnnplan.translation.torch.tracing import traced  # noqa: PLC0415 - needs PyTorch, of which built has made sure

    return traced(module, text, options)


def read_live(source: Any, options: Options) -> Foreign:
    """The network of a module that is there, or of a function that gives one; the module stays as it is.

    Raises:
        UsageError: it is no module, or gives none.
    """
    torch = sys.modules.get("torch")
    if torch is None or not (isinstance(source, torch.nn.Module) or callable(source)):
        raise UsageError(f"a {type(source).__name__} is no spec, no path and no nn.Module")
    from cnnplan.translation.torch.tracing import traced  # noqa: PLC0415 - needs PyTorch

    name = type(source).__name__ if isinstance(source, torch.nn.Module) else getattr(source, "__name__", "module")
    module = on_meta(source) if isinstance(source, torch.nn.Module) else gave(name, source, options.arguments)
    return traced(module, name, options)
