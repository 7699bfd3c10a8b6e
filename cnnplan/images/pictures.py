"""Pictures in and out: an image as an array, what a layer gave as a sheet of tiles."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cnnplan.errors import MissingExtra, UsageError
from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["data_uri", "png", "read", "sheet"]

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""What an image of so many channels is to Pillow."""

MOST_PIXELS = 100_000_000

TILES, TILE, LARGEST, GAP = 16, 96, 320, 2
"""The most tiles of a sheet; how small and how large a tile may be; the line between two."""

PAPER = 128


def read(path: Path, channels: int, size: Sequence[int] | None = None) -> NDArray[Any]:
    """An image as channels, height and width, from 0 to 1.

    Args:
        path: of a file that Pillow reads.
        channels: 1 for shades of gray, 3 for colors, 4 with opacity.
        size: height and width to bring it to; left out, its own.

    Raises:
        MissingExtra: Pillow is not installed.
        UsageError: it cannot be read, or not with so many channels.
    """
    image = _pillow()
    if channels not in MODES:
        raise UsageError(f"an image has 1, 3 or 4 channels, and the network takes {channels}")
    try:
        with image.open(path) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UsageError(f"{path}: the image is too large")
            made = opened.convert(MODES[channels])
    except (OSError, ValueError, SyntaxError, image.DecompressionBombError) as error:
        raise UsageError(f"{path}: the image cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if size is not None and (made.height, made.width) != tuple(size):
        made = made.resize((size[1], size[0]), image.Resampling.BILINEAR)
    array: NDArray[Any] = np.asarray(made, dtype="float32") / 255
    return array[None] if array.ndim == len("HW") else array.transpose(2, 0, 1)


def sheet(channels: NDArray[Any]) -> NDArray[np.uint8]:
    """The first channels as tiles in shades of gray, dark where the least of them is and light where the greatest."""
    shown = channels[:TILES]
    low, high = float(shown.min()), float(shown.max())
    gray = np.clip((shown - low) * (255 / (high - low) if high > low else 0), 0, 255).astype(np.uint8)
    height, width = gray.shape[1:]
    times = max(1, TILE // max(height, width))
    skip = max(1, -(-max(height, width) // LARGEST))
    tiles = gray[:, ::skip, ::skip].repeat(times, axis=1).repeat(times, axis=2)
    across = int(np.ceil(np.sqrt(len(tiles))))
    down = -(-len(tiles) // across)
    height, width = tiles.shape[1:]
    made = np.full((down * (height + GAP) - GAP, across * (width + GAP) - GAP), PAPER, dtype=np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // across * (height + GAP), number % across * (width + GAP)
        made[top : top + height, left : left + width] = tile
    return made


def png(gray: NDArray[np.uint8]) -> bytes:
    """Shades of gray as a PNG."""
    buffer = BytesIO()
    _pillow().fromarray(gray).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def data_uri(data: bytes) -> str:
    """A PNG within a page."""
    return f"data:image/png;base64,{b64encode(data).decode('ascii')}"


def _pillow() -> Any:
    try:
        from PIL import Image  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("reading and writing images", "pillow", "images") from None
    return Image
