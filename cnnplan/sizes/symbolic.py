"""The bridge to sympy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.sizes.polynomials import Count

__all__ = ["to_sympy"]


def to_sympy(count: Count) -> Any:
    raise NotImplementedError
