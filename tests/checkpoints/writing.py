"""Files of weights, written byte by byte."""

from __future__ import annotations

import json
import struct
import zipfile

import numpy as np

KINDS = {"float32": "FloatStorage", "int64": "LongStorage"}


def safetensors(file, arrays, cut=0, **changes):
    """A safetensors file; `changes` are other headers of tensors."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in arrays.items():
        kind = {"float32": "F32", "int64": "I64"}[array.dtype.name]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    for name, change in changes.items():
        header[name] = {**header[name], **change}
    text = json.dumps(header).encode()
    whole = struct.pack("<Q", len(text)) + text + data
    file.write_bytes(whole[: len(whole) - cut])


def text(word):
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def number(value):
    return b"J" + struct.pack("<i", value)


def numbers(values):
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(key, dtype, elements, shape, offset=0, stride=None):
    """The instructions that make a tensor."""
    stride = tuple(int(np.prod(shape[i + 1 :])) for i in range(len(shape))) if stride is None else stride
    place = b"(" + text("storage") + b"ctorch\n" + KINDS[dtype].encode() + b"\n" + text(key) + text("cpu")
    place += number(elements) + b"tQ"
    hooks = b"\x89ccollections\nOrderedDict\n)R"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + place
        + number(offset)
        + numbers(shape)
        + numbers(stride)
        + hooks
        + b"tR"
    )


def table(entries):
    """The instructions that make a table of what other instructions make."""
    return b"}(" + b"".join(text(name) + made for name, made in entries.items()) + b"u"


def state_dict(file, arrays, made=None, pickle=None):
    """An archive as torch.save writes it; `made` are tensors besides, as instructions."""
    entries = {
        name: tensor(str(i), array.dtype.name, array.size, array.shape)
        for i, (name, array) in enumerate(arrays.items())
    }
    with zipfile.ZipFile(file, "w") as archive:
        whole = b"\x80\x02" + table({**entries, **(made or {})}) + b"." if pickle is None else pickle
        archive.writestr("net/data.pkl", whole)
        for i, array in enumerate(arrays.values()):
            archive.writestr(f"net/data/{i}", array.tobytes())
