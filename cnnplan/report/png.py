"""The graph as a picture in dots: the SVG, drawn by CairoSVG. Bytes, so it goes to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.errors import MissingExtra, UsageError
from cnnplan.report import svg

if TYPE_CHECKING:
    from cnnplan.report import Report

__all__ = ["render"]

SCALE = 2
"""Dots for each unit of the SVG."""


def render(report: Report, *, depth: int | None = None) -> bytes:
    """The graph as a PNG."""
    try:
        import cairosvg  # noqa: PLC0415
    except (ImportError, OSError):
        raise MissingExtra("a picture in dots", "cairosvg", "pictures") from None
    drawn = svg.render(report, depth=depth)
    drawn = drawn[: drawn.index("  @media")] + drawn[drawn.index("  </style>") :]
    try:
        png: bytes = cairosvg.svg2png(drawn.encode(), scale=SCALE, background_color="white")
    except cairosvg.surface.cairo.CairoError:
        raise UsageError("the picture is too large for dots: draw fewer levels, or --format svg") from None
    return png
