"""The weights of an ONNX file: under the names of the layers that they belong to, in PyTorch's arrangement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.checkpoints.base import Checkpoint, Stored, unreadable
from cnnplan.errors import SpecError
from cnnplan.translation.onnx import read as read_network
from cnnplan.translation.options import Options

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read"]


def read(file: Path) -> Checkpoint:
    """The tensors that are weights of a layer; none of them is looked into.

    Raises:
        UsageError: it is damaged, or some of its nodes are not understood.
    """
    if not file.exists():
        raise unreadable(file, "there is no such file")
    try:
        foreign = read_network(file, Options())
    except SpecError as error:
        raise unreadable(file, error.findings[0].message) from None
    if foreign.faults.found:
        raise unreadable(file, foreign.faults.found[0].message)
    weights = foreign.weights() if foreign.weights else {}
    tensors = {name: Stored(*weights.kind(name)) for name in weights}  # type: ignore[attr-defined]
    return Checkpoint(file, "onnx", tensors, file.stat().st_size, weights.__getitem__)
