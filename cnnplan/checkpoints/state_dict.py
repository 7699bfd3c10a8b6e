"""PyTorch's `torch.save(model.state_dict())`: an archive of one pickle and a record for each storage.

The pickle is read as data (see `pickles`) and never run.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final

from cnnplan.checkpoints.base import MOST_HEADER, MOST_TENSORS, Checkpoint, Stored, extents, unreadable
from cnnplan.checkpoints.numbers import flat
from cnnplan.checkpoints.pickles import Storage, Tensor, unpickled
from cnnplan.dtypes import BITS
from cnnplan.errors import UsageError
from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read"]

INSIDE: Final = ("state_dict", "model_state_dict", "model", "model_state", "params_ema", "params", "net")
"""Where a checkpoint of a training run holds the table of weights."""

PICKLE: Final = "data.pkl"


def read(file: Path) -> Checkpoint:
    """The tensors of a state_dict, without running its pickle.

    Raises:
        UsageError: it is none, it was cut, or its pickle asks for more than tables of tensors.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            records = {entry.filename: entry.file_size for entry in archive.infolist()}
            pickle = _pickle(records)
            tensors = _tensors(unpickled(archive.read(pickle)))
        folder = pickle.removesuffix(PICKLE)
        for name, tensor in tensors.items():
            _sound(name, tensor, records.get(f"{folder}data/{tensor.storage.key}"))
    except zipfile.BadZipFile:
        raise unreadable(file, "the end of its archive is missing: it was cut, or is none") from None
    except (ValueError, RuntimeError, RecursionError) as error:
        raise unreadable(file, error) from None

    def numbers(name: str) -> Any:
        with zipfile.ZipFile(file) as archive:
            return _array(archive.read(f"{folder}data/{tensors[name].storage.key}"), tensors[name])

    stored = {name: _stored(tensor) for name, tensor in tensors.items()}
    return Checkpoint(file, "state_dict", stored, file.stat().st_size, numbers)


def _pickle(records: Mapping[str, int]) -> str:
    """The record that says what there is."""
    found = next((name for name in records if name.rpartition("/")[2] == PICKLE), "")
    if not found:
        raise ValueError(f"there is no {PICKLE} in it: it is no file of torch.save")
    if records[found] > MOST_HEADER:
        raise ValueError(f"its pickle has {records[found]:,} bytes, and at most {MOST_HEADER:,} are read")
    return found


def _tensors(data: Any) -> Mapping[str, Tensor]:
    """The table of tensors in what was saved."""
    found = _table(data)
    if found is None and isinstance(data, dict):
        found = next((table for key in INSIDE if (table := _table(data.get(key)))), None)
    if found is None:
        held = f"a table of {', '.join(map(str, data))}"[:120] if isinstance(data, dict) else f"a {type(data).__name__}"
        raise ValueError(f"it holds {held}, and no state_dict: save model.state_dict()")
    if len(found) > MOST_TENSORS:
        raise ValueError(f"it holds {len(found):,} tensors, and at most {MOST_TENSORS:,} are read")
    return found


def _table(data: Any) -> dict[str, Tensor] | None:
    if not isinstance(data, dict):
        return None
    found = {name: value for name, value in data.items() if isinstance(name, str) and isinstance(value, Tensor)}
    return found if len(found) == len(data) or (found and not any(isinstance(v, dict) for v in data.values())) else None


def _sound(name: str, tensor: Tensor, record: int | None) -> None:
    """Refuse a tensor that reaches beyond its storage, or a storage that is not all there."""
    storage = tensor.storage
    if not isinstance(storage, Storage) or type(tensor.offset) is not int or tensor.offset < 0:
        raise ValueError(f"{name!r:.80} lies nowhere")
    shape, stride = extents(tensor.shape), extents(tensor.stride)
    if len(shape) != len(stride):
        raise ValueError(f"{name!r:.80} has {len(shape)} extents and {len(stride)} strides")
    last = tensor.offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
    if 0 not in shape and last >= storage.elements:
        raise ValueError(f"{name!r:.80} reaches to element {last:,} of {storage.elements:,}")
    wanted = storage.elements * BITS[storage.dtype] // 8
    if record != wanted:
        raise ValueError(f"the numbers of {name!r:.80} are {record or 0:,} bytes of {wanted:,}: the file was cut")


def _stored(tensor: Tensor) -> Stored:
    return Stored(tensor.storage.dtype, tensor.shape, (tensor.storage.key, tensor.offset, tensor.stride))


def _array(data: bytes, tensor: Tensor) -> Any:
    """The part of a storage that a tensor is."""
    elements = flat(data, tensor.storage.dtype)
    if len(elements) != tensor.storage.elements:
        raise UsageError("its numbers are not all there: the file was cut")
    strides = tuple(step * elements.itemsize for step in tensor.stride)
    return np.lib.stride_tricks.as_strided(elements[tensor.offset :], tensor.shape, strides, writeable=False)
