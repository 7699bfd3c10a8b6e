"""What is not written as ONNX."""

from __future__ import annotations

__all__ = ["Unwritable"]


class Unwritable(Exception):  # noqa: N818 - the cause; the door adds which layer
    """Something that ONNX does not have, or that is not written."""
