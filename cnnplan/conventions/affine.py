"""Normalizations, as tools count them: by whether a scale and a shift follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.conventions.base import Rule

__all__ = ["affine", "normalization"]


def affine(with_scale: int, without: int, name: str = "batch norm", field: str = "affine") -> Rule:
    """So many for each element with, and so many without a trained scale."""
    return lambda layer: [(name, (with_scale if getattr(layer.op, field) else without) * layer.inputs)]


def normalization(with_scale: int, without: int) -> dict[str, Rule]:
    """The same for the normalizations that take their statistics from the input."""
    name = "other normalizations"
    return {
        "instance_norm": affine(with_scale, without, name),
        "group_norm": affine(with_scale, without, name),
        "layer_norm": affine(with_scale, without, name, "elementwise_affine"),
    }
