"""Files of trained weights: what they hold from their headers alone, and whether a design is what they were made for.

safetensors, NumPy's .npz and folders of .npy, ONNX, and PyTorch's state_dict. A header is held against the length of
the file, everything in it is bounded, and no pickle is ever run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cnnplan.checkpoints import npz, onnx, safetensors, state_dict
from cnnplan.checkpoints.base import Checkpoint, Stored, unreadable
from cnnplan.errors import UsageError

__all__ = ["Checkpoint", "Stored", "read_checkpoint"]

READERS: Final = {
    ".safetensors": safetensors.read,
    ".npz": npz.read,
    ".onnx": onnx.read,
    **dict.fromkeys((".pt", ".pth", ".bin", ".ckpt", ".tar"), state_dict.read),
}
"""What reads a file, by its suffix."""

ARCHIVE: Final = b"PK\x03\x04"


def read_checkpoint(path: str | Path) -> Checkpoint:
    """What a file of weights holds: the names, shapes and types of its tensors, from its header alone.

    Args:
        path: .safetensors, .npz, .onnx, a folder of .npy files, or a state_dict (.pt, .pth, .bin, .ckpt).

    Raises:
        UsageError: there is no such file, it is of none of these formats, or it is not sound.
    """
    file = Path(path)
    try:
        if file.is_dir():
            return npz.folder(file)
        reader = READERS.get(file.suffix.lower())
        if reader is None:
            raise UsageError(f"{file}: weights are one of {', '.join(READERS)}, or a folder of .npy files")
        if reader is state_dict.read:
            _refuse_bare(file)
        return reader(file)
    except OSError as error:
        raise unreadable(file, error.strerror or error) from None


def _refuse_bare(file: Path) -> None:
    """Refuse what was written before 2020, or by another program: a pickle with nothing around it."""
    with file.open("rb") as stream:
        head = stream.read(len(ARCHIVE))
    if head != ARCHIVE:
        raise unreadable(file, "it is no archive of torch.save since 1.6; load it there and save its state_dict anew")
