"""What a reader of ONNX raises where it does not understand."""

from __future__ import annotations

from cnnplan.errors import CnnplanError

__all__ = ["NotUnderstood", "Unknown"]


class NotUnderstood(CnnplanError):  # noqa: N818 - named after what is wrong
    """A node asks for what is not understood: an operator, an attribute, a value."""


class Unknown(Exception):  # noqa: N818 - a signal, not an error
    """A node rests on one that was refused; it is told once."""
