"""Files of weights are read from their headers, whole or not at all, and nothing in them is run."""

from __future__ import annotations

import io
import os
import pickle
import struct

import numpy as np
import pytest

from cnnplan.checkpoints import read_checkpoint
from cnnplan.errors import UsageError
from tests.checkpoints import writing

ARRAYS = {
    "stem.weight": np.arange(6 * 3 * 5 * 7, dtype="float32").reshape(6, 3, 5, 7),
    "stem.bias": np.arange(6, dtype="float32"),
    "steps": np.array(9, dtype="int64"),
}
WRITERS = {
    "net.safetensors": writing.safetensors,
    "net.npz": lambda file, arrays: np.savez(file, **arrays),
    "net.pt": writing.state_dict,
}


@pytest.mark.parametrize("name", WRITERS)
def test_names_shapes_and_numbers_are_those_that_were_written(tmp_path, name):
    file = tmp_path / name
    WRITERS[name](file, ARRAYS)
    found = read_checkpoint(file)
    assert {name: (stored.shape, stored.dtype) for name, stored in found.tensors.items()} == {
        name: (array.shape, array.dtype.name) for name, array in ARRAYS.items()
    }
    assert found.elements == 630 + 6 + 1
    assert found.size == file.stat().st_size
    for key, array in ARRAYS.items():
        assert np.array_equal(found.read(key), array)


def test_a_folder_of_arrays_is_read(tmp_path):
    for name, array in ARRAYS.items():
        np.save(tmp_path / f"{name}.npy", array)
    found = read_checkpoint(tmp_path)
    assert found.tensors["stem.weight"].shape == (6, 3, 5, 7)
    assert np.array_equal(found.read("stem.bias"), ARRAYS["stem.bias"])


def test_a_header_says_what_it_is(tmp_path):
    file = tmp_path / "net.safetensors"
    writing.safetensors(file, ARRAYS)
    told = f"{file}: 3 tensors, 637 numbers, 2 float32 and 1 int64, {file.stat().st_size:,} bytes (safetensors)"
    assert str(read_checkpoint(file)) == told


def test_only_the_header_is_read(tmp_path):
    """A file whose numbers are a hole of a terabyte is read in no time."""
    file = tmp_path / "net.safetensors"
    header = b'{"w":{"dtype":"F32","shape":[1024,1024,256,1024],"data_offsets":[0,1099511627776]}}'
    with file.open("wb") as stream:
        stream.write(struct.pack("<Q", len(header)) + header)
        stream.truncate(8 + len(header) + 2**40)
    assert read_checkpoint(file).tensors["w"].nbytes == 2**40


def test_bfloat16_becomes_float32(tmp_path):
    file = tmp_path / "net.safetensors"
    header = b'{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    file.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<HH", 0x3F80, 0xC040))
    found = read_checkpoint(file)
    assert found.tensors["w"].dtype == "bfloat16"
    assert found.read("w").tolist() == [1.0, -3.0]


def test_tied_and_transposed_tensors_are_views(tmp_path):
    file = tmp_path / "net.pt"
    made = {
        "tied": writing.tensor("0", "float32", 630, (6, 3, 5, 7)),
        "turned": writing.tensor("1", "float32", 6, (3, 2), 0, (1, 3)),
    }
    writing.state_dict(file, ARRAYS, made)
    found = read_checkpoint(file)
    assert found.ties == (("stem.weight", "tied"),)
    assert found.read("turned").tolist() == [[0, 3], [1, 4], [2, 5]]


def test_the_table_inside_of_a_training_run_is_found(tmp_path):
    file = tmp_path / "run.ckpt"
    inner = writing.table({"stem.bias": writing.tensor("0", "float32", 6, (6,))})
    run = writing.table({"epoch": writing.number(3), "state_dict": inner})
    writing.state_dict(file, {"stem.bias": ARRAYS["stem.bias"]}, pickle=b"\x80\x02" + run + b".")
    assert [*read_checkpoint(file).tensors] == ["stem.bias"]


class Trap:
    def __reduce__(self):
        return os.mkdir, ("trapped",)


def refused(file):
    with pytest.raises(UsageError) as error:
        read_checkpoint(file)
    return str(error.value)


def test_a_pickle_that_would_run_code_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for protocol in range(6):
        file = tmp_path / "net.pt"
        writing.state_dict(file, {}, pickle=pickle.dumps({"stem": Trap()}, protocol))
        told = refused(file)
        assert "it is not run" in told
        assert ".mkdir, which no table of tensors needs" in told or "REDUCE" in told
    assert not (tmp_path / "trapped").exists()


def test_a_whole_module_is_refused(tmp_path):
    file = tmp_path / "net.pt"
    writing.state_dict(file, {}, pickle=pickle.dumps(io.StringIO()))
    assert "it is not run" in refused(file)


SOUND = b"\x80\x02" + writing.table({"w": writing.tensor("0", "float32", 6, (2, 3))}) + b"."
PICKLES = {
    "cut": (SOUND[:-20], "cannot be read: "),
    "without an end": (b"\x80\x02}", "exhausted"),
    "an empty stack": (b"\x80\x02R.", "no sound pickle"),
    "no mark": (b"\x80\x02t.", "no sound pickle"),
    "a number": (b"\x80\x02K\x05.", "holds a int, and no state_dict"),
    "a table of numbers": (b"\x80\x02}X\x01\x00\x00\x00aK\x05s.", "a table of a, and no state_dict"),
    "a list as key": (b"\x80\x02}]K\x05s.", "a key is neither text nor number"),
    "beyond its storage": (
        SOUND.replace(writing.numbers((2, 3)), writing.numbers((2, 4)), 1),
        "reaches to element 6 of 6",
    ),
    "a negative extent": (SOUND.replace(writing.numbers((2, 3)), writing.numbers((2, -3)), 1), "is no shape"),
    "an unknown storage": (SOUND.replace(b"FloatStorage", b"WeirdStorage"), "no storage of numbers"),
    "too large a storage": (SOUND.replace(writing.number(6), writing.number(2_000_000)), "24 bytes of 8,000,000"),
}


@pytest.mark.parametrize("case", PICKLES)
def test_a_pickle_that_is_not_sound_is_refused(tmp_path, case):
    file = tmp_path / "net.pt"
    data, told = PICKLES[case]
    writing.state_dict(file, {"w": ARRAYS["stem.bias"]}, pickle=data)
    with pytest.raises(UsageError, match=told):
        read_checkpoint(file)


HEADERS = {
    "a header of a billion": (struct.pack("<Q", 10**9), "header would have 1,000,000,000 bytes, and the file has 8"),
    "an empty file": (b"", "header would have 0 bytes, and the file has 0"),
    "no JSON": (struct.pack("<Q", 3) + b"abc", "cannot be read"),
    "a list": (struct.pack("<Q", 2) + b"[]", "no mapping"),
    "deep": (struct.pack("<Q", 100_000) + b"[" * 100_000, "cannot be read"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_that_is_none_is_refused(tmp_path, case):
    file = tmp_path / "net.safetensors"
    data, told = HEADERS[case]
    file.write_bytes(data)
    assert told in refused(file)


def test_a_header_of_a_billion_bytes_is_not_read(tmp_path):
    file = tmp_path / "net.safetensors"
    with file.open("wb") as stream:
        stream.write(struct.pack("<Q", 10**9))
        stream.truncate(2 * 10**9)
    assert "at most 100,000,000 are read" in refused(file)


TENSORS = {
    "its bytes do not fit its shape": ({"shape": [6, 3, 5, 8]}, "2,520 bytes, and its shape (6, 3, 5, 8) asks 2,880"),
    "no type": ({"dtype": "F31"}, "no dtype that is known"),
    "no shape": ({"shape": [6, -3, 5, 7]}, "is no shape"),
    "it overlaps": ({"data_offsets": [8, 2528]}, "overlap"),
}


@pytest.mark.parametrize("case", TENSORS)
def test_a_tensor_that_contradicts_itself_is_refused(tmp_path, case):
    file = tmp_path / "net.safetensors"
    change, told = TENSORS[case]
    writing.safetensors(file, ARRAYS, **{"stem.weight": change})
    assert told in refused(file)


def test_a_file_that_was_cut_is_refused(tmp_path):
    file = tmp_path / "net.safetensors"
    writing.safetensors(file, ARRAYS, cut=1)
    assert "the file was cut" in refused(file)
    file = tmp_path / "net.pt"
    writing.state_dict(file, ARRAYS)
    file.write_bytes(file.read_bytes()[:-100])
    assert "cannot be read" in refused(file)


def test_objects_of_numpy_are_not_unpickled(tmp_path):
    np.savez(tmp_path / "net.npz", w=np.array([Trap()], dtype=object))
    assert "objects are never unpickled" in refused(tmp_path / "net.npz")


def test_other_files_are_refused_with_what_is_read(tmp_path):
    assert ".safetensors, .npz" in refused(tmp_path / "net.h5")
    assert "cannot be read: No such file" in refused(tmp_path / "net.npz")
    (tmp_path / "old.pth").write_bytes(pickle.dumps([1, 2]))
    assert "save its state_dict anew" in refused(tmp_path / "old.pth")


def test_files_of_pytorch_are_read(tmp_path):
    torch = pytest.importorskip("torch")
    stored = pytest.importorskip("safetensors.torch")
    layer = torch.nn.Sequential(torch.nn.Conv2d(3, 6, (5, 7)), torch.nn.BatchNorm2d(6))
    weights = layer.state_dict()
    torch.save(weights, tmp_path / "net.pt")
    torch.save({"model": weights, "optimizer": torch.optim.Adam(layer.parameters()).state_dict()}, tmp_path / "run.pt")
    torch.save(dict(layer.named_parameters()), tmp_path / "parameters.pt")
    torch.save(layer, tmp_path / "module.pt")
    stored.save_file(weights, tmp_path / "net.safetensors")
    for name in ("net.pt", "run.pt", "net.safetensors"):
        found = read_checkpoint(tmp_path / name)
        assert {name: stored.shape for name, stored in found.tensors.items()} == {
            name: tuple(tensor.shape) for name, tensor in weights.items()
        }
        for key, tensor in weights.items():
            assert np.array_equal(found.read(key), tensor.numpy())
    assert [*read_checkpoint(tmp_path / "parameters.pt").tensors] == [name for name, _ in layer.named_parameters()]
    assert "it is not run" in refused(tmp_path / "module.pt")
