"""ONNX files as specs: the wire format, symbols, shape arithmetic, and a table of what each operator becomes."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any

from cnnplan.errors import SpecError, UsageError
from cnnplan.findings import Finding, Location, Place, Severity
from cnnplan.translation.draft import Draft
from cnnplan.translation.onnx.network import Network
from cnnplan.translation.onnx.reading import read_model
from cnnplan.translation.onnx.wire import Damaged

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read"]


def read(path: Path, options: Options) -> Foreign:
    """The network of an ONNX file; its weights stay where they are.

    Raises:
        SpecError: the file is damaged.
        UsageError: it cannot be read, or an option is of no input.
    """
    data = mapped(path)
    draft = Draft(str(path), path.stem)
    try:
        Network(draft, read_model(data), path, options).translate()
    except (Damaged, RecursionError, MemoryError) as error:
        message = str(error) if isinstance(error, Damaged) else "it is nested too deep"
        place = Place(str(path))
        raise SpecError([Finding("CNN030", Severity.ERROR, message, place, Location(str(path), 0, 0))]) from None
    return draft.done()


def mapped(path: Path) -> Any:
    """The bytes of a file, read as they are looked at."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        return b""
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
