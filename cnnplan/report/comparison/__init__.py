"""Comparisons in, text out: one renderer a file, FORMATS is the table of contents."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.comparison import Comparison

__all__ = ["FORMATS", "render_comparisons"]

FORMATS: dict[str, str] = {
    "text": "cnnplan.report.comparison.text",
    "markdown": "cnnplan.report.comparison.markdown",
    "json": "cnnplan.report.comparison.json_",
}
"""The formats and the modules that write them."""


def render_comparisons(comparisons: Sequence[Comparison], format: str = "text") -> str:  # noqa: A002 - the option's name
    """What changed, as text."""
    if format not in FORMATS:
        raise UsageError(f"no format {format!r}: choose one of {', '.join(FORMATS)}")
    text: str = import_module(FORMATS[format]).render(comparisons)
    return text
