"""NumPy's files: an .npz archive, one .npy file, or a folder of them; objects in them are never unpickled."""

from __future__ import annotations

import zipfile
from math import prod
from typing import TYPE_CHECKING, Any

from cnnplan.checkpoints.base import MOST_TENSORS, Checkpoint, Stored, extents, unreadable
from cnnplan.dtypes import BITS
from cnnplan.lazy import np

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["folder", "read"]


def read(file: Path) -> Checkpoint:
    """The arrays of an .npz file, from the head of each.

    Raises:
        UsageError: it is none, or holds objects.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            tensors = _heads(archive)
    except zipfile.BadZipFile:
        raise unreadable(file, "the end of its archive is missing: it was cut, or is none") from None
    except (ValueError, RuntimeError) as error:
        raise unreadable(file, error) from None

    def numbers(name: str) -> Any:
        with np.load(file, allow_pickle=False) as arrays:
            return arrays[name]

    return Checkpoint(file, "npz", tensors, file.stat().st_size, numbers)


def folder(path: Path) -> Checkpoint:
    """The .npy files of a folder, each an array of its name.

    Raises:
        UsageError: one is no .npy file, or holds objects.
    """
    files = {file.stem: file for file in sorted(path.glob("*.npy"))}
    tensors = {}
    for name, file in files.items():
        try:
            with file.open("rb") as stream:
                tensors[name] = _kept(_head(stream), file.stat().st_size, file.name)
        except (OSError, ValueError) as error:
            raise unreadable(file, error) from None

    def numbers(name: str) -> Any:
        return np.load(files[name], mmap_mode="r", allow_pickle=False)

    size = sum(file.stat().st_size for file in files.values())
    return Checkpoint(path, "npy", tensors, size, numbers)


def _heads(archive: zipfile.ZipFile) -> dict[str, Stored]:
    names = [name for name in archive.namelist() if name.endswith(".npy")]
    if len(names) > MOST_TENSORS:
        raise ValueError(f"it holds {len(names):,} arrays, and at most {MOST_TENSORS:,} are read")
    tensors = {}
    for name in names:
        with archive.open(name) as stream:
            tensors[name.removesuffix(".npy")] = _kept(_head(stream), archive.getinfo(name).file_size, name)
    return tensors


def _kept(head: Stored, size: int, name: str) -> Stored:
    """A head that promises no more than there is."""
    promised = prod(head.shape) * BITS[head.dtype] // 8
    if promised > size:
        raise ValueError(f"the head of {name} promises {promised:,} bytes, and there are {size:,} in all")
    return head


def _head(stream: Any) -> Stored:
    """What the head of a .npy file says."""
    major, _ = np.lib.format.read_magic(stream)
    heads = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
    if major not in heads:
        raise ValueError(f"version {major} of the format is not known")
    shape, _, dtype = heads[major](stream)
    if dtype.hasobject or dtype.name not in BITS:
        raise ValueError(f"it holds {dtype}, which are no numbers: objects are never unpickled")
    return Stored(dtype.name, extents(tuple(map(int, shape))))
