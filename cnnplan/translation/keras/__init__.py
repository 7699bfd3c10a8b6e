"""Models of Keras 3, from their config alone: functional, sequential and nested ones; Keras itself is not needed.

Extents that a config leaves open, `None`, are symbols. Our operators have the channels behind the batch; reports show
shapes as Keras has them, channels last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.keras.archive import config
from cnnplan.translation.keras.models import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read"]


def read(path: Path, options: Options) -> Foreign:
    """The network of a `.keras` file, or of the text of `to_json()`, as the data of a spec."""
    return Reader(path, options).read(config(path))
