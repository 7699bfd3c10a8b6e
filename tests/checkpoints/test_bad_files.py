"""Files of weights that are none, or lie, from the command line: what is said, whole; nothing in them is run."""

from __future__ import annotations

import os
import pickle
import struct

import numpy as np
import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from tests.checkpoints import writing

NET = """cnnplan: 1
name: net
input: [1, 3, 8, 9]
layers:
  - {conv: {out_channels: 4, kernel_size: 3}, name: c}
"""

ARRAYS = {"c.weight": np.zeros((4, 3, 3, 3), "float32"), "c.bias": np.zeros(4, "float32")}


class Trap:
    """Whoever unpickles it makes a folder."""

    def __reduce__(self):
        return os.mkdir, ("trapped",)


def cut_header(file):
    writing.safetensors(file, ARRAYS)
    file.write_bytes(file.read_bytes()[:40])


def billion(file):
    file.write_bytes(struct.pack("<Q", 10**9))


def sparse_billion(file):
    with file.open("wb") as stream:
        stream.write(struct.pack("<Q", 10**9))
        stream.truncate(2 * 10**9)


def tied(file):
    made = {"head.weight": writing.tensor("0", "float32", 108, (4, 3, 3, 3))}
    writing.state_dict(file, ARRAYS, made)


def cut(file):
    writing.state_dict(file, ARRAYS)
    file.write_bytes(file.read_bytes()[:-100])


UNREAD = "cnnplan: {file}: weights cannot be read: "

FILES = {
    "header.safetensors": (
        cut_header,
        f"{UNREAD}its header would have 183 bytes, and the file has 40: it was cut, or is none\n",
    ),
    "data.safetensors": (
        lambda file: writing.safetensors(file, ARRAYS, cut=20),
        f"{UNREAD}'c.weight' ends at byte 432 of 428: the file was cut\n",
    ),
    "billion.safetensors": (
        billion,
        f"{UNREAD}its header would have 1,000,000,000 bytes, and the file has 8: it was cut, or is none\n",
    ),
    "sparse.safetensors": (
        sparse_billion,
        f"{UNREAD}its header has 1,000,000,000 bytes, and at most 100,000,000 are read\n",
    ),
    "overlapping.safetensors": (
        lambda file: writing.safetensors(file, ARRAYS, **{"c.bias": {"data_offsets": [0, 16]}}),
        f"{UNREAD}'c.bias' and 'c.weight' overlap\n",
    ),
    "trap.pth": (
        lambda file: writing.state_dict(file, {}, pickle=pickle.dumps({"c.weight": Trap()}, 2)),
        f"{UNREAD}it asks to run posix.mkdir, which no table of tensors needs: it is not run\n",
    ),
    "bare.pth": (
        lambda file: file.write_bytes(pickle.dumps({"c.weight": Trap()})),
        f"{UNREAD}it is no archive of torch.save since 1.6; load it there and save its state_dict anew\n",
    ),
    "cut.pth": (cut, f"{UNREAD}the end of its archive is missing: it was cut, or is none\n"),
    "cut.npz": (
        lambda file: file.write_bytes(b"PK\x03\x04"),
        f"{UNREAD}the end of its archive is missing: it was cut, or is none\n",
    ),
    "objects.npz": (
        lambda file: np.savez(file, c=np.array([Trap()], dtype=object)),
        f"{UNREAD}it holds object, which are no numbers: objects are never unpickled\n",
    ),
}


def checked(tmp_path, file):
    (tmp_path / "net.yaml").write_text(NET)
    run = CliRunner().invoke(app, ["check", "net.yaml", "--weights", file], env={"COLUMNS": "200"})
    return run.exit_code, run.output


@pytest.mark.skipif(os.name == "nt", reason="the module of mkdir is called otherwise there")
@pytest.mark.parametrize("file", FILES)
def test_a_file_that_cannot_be_read(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, told = FILES[file]
    make(tmp_path / file)
    assert checked(tmp_path, file) == (2, told.format(file=file))
    assert not (tmp_path / "trapped").exists()


def test_a_tensor_that_is_tied_to_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tied(tmp_path / "tied.pth")
    code, output = checked(tmp_path, "tied.pth")
    told = "head.weight (4, 3, 3, 3) belongs to no layer of net, and is the same tensor as c.weight"
    assert code == 1
    assert output.partition("\n")[2] == f"tied.pth: error: {told} [CNN402]\n1 error in 1 file\n"
