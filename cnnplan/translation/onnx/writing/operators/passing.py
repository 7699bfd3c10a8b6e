"""Layers that pass on what comes in when the network runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def dropout_(layer: Layer) -> str:
    """The input."""
    return layer.call("Identity")


def drop_path_(layer: Layer) -> str:
    """The input."""
    return layer.call("Identity")


def identity_(layer: Layer) -> str:
    """The input."""
    return layer.call("Identity")


def require_(layer: Layer) -> str:
    """The input: a file of ONNX says nothing of the sizes that it is for."""
    return layer.call("Identity")
