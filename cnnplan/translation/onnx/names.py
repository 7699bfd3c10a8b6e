"""Where a layer comes from: the path of the module, where names of weights or nodes tell it."""

from __future__ import annotations

import re
from itertools import pairwise
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


def origin(node: str) -> str:
    """The name of a node as a path: `/layer1/layer1.0/conv1/Conv` as `layer1.0.conv1.Conv`."""
    parts = [*filter(None, node.split("/"))]
    kept = [part for part, behind in pairwise(parts) if not _is_below(behind, part)]
    return ".".join([*kept, *parts[-1:]])


def _is_below(inner: str, outer: str) -> bool:
    """Whether a part of a path is one inside of the part before it, whose name it repeats: `layer1.0` of `layer1`."""
    return inner.startswith(outer) and inner[len(outer) : len(outer) + 1] in (".", ":")
