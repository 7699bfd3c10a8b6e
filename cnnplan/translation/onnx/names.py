"""Where a layer comes from: the path of the module, where names of weights or nodes tell it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["module", "origin"]

_WEIGHT: Final = re.compile(
    r"(?P<module>(?!onnx::)[^:]+?)[./_]"
    r"(weight|bias|kernel|gamma|beta|scale|running_mean|running_var|moving_mean|moving_variance|mean|var|w|b)"
    r"(_?(v|g|orig|quantized|scale|zero_point|reparam))?(:0)?",
    re.IGNORECASE,
)
"""How weights are called after the module that they belong to."""


def module(tensors: Iterable[str]) -> str:
    """The module that these weights belong to, "" where their names do not tell."""
    found = (match["module"] for name in tensors if (match := _WEIGHT.fullmatch(name)))
    return next(found, "")


def origin(node: str, op: str) -> str:
    """The name of a node as a path: `/layer1/layer1.0/conv1/Conv` as `layer1.0.conv1.Conv`."""
    parts = [part for part in node.split("/") if part]
    kept = [
        part
        for part, behind in zip(parts, [*parts[1:], ""], strict=True)
        if not behind.startswith((f"{part}.", part + ":"))
    ]
    del op
    return ".".join(kept)
