"""Input that means harm: a clear error with exit code 2, in bounded time and memory, and nothing half written."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from cnnplan.cli.output import put
from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.plan import load

SPEC = "cnnplan: 1\nname: s\nsymbols: {N: 1, H: 9}\ninput: [N, 3, H]\nlayers:\n"
SPEC += "  - conv: {out_channels: 4, kernel_size: 3}\n"
WEIGHT, BIAS = np.ones((4, 3, 3), np.float32), np.ones(4, np.float32)


def archive(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **{name.replace("_", ".", 1): array for name, array in arrays.items()})
    return file.getvalue()


def lying():
    """An array of 4 TB, of which 4 bytes are there."""
    head, file = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6)})
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("conv1.weight.npy", head.getvalue() + b"0000")
    return file.getvalue()


def nothing():
    file = io.BytesIO()
    zipfile.ZipFile(file, "w").close()
    return file.getvalue()


WEIGHTS = {
    # the bytes of a file of weights, and what is said
    "objects": (archive(conv1_weight=np.array([{}]), conv1_bias=BIAS), "objects are never unpickled"),
    "text": (archive(conv1_weight=np.array(["a"]), conv1_bias=BIAS), "which are no numbers"),
    "complex": (archive(conv1_weight=WEIGHT.astype(complex), conv1_bias=BIAS), "holds complex128"),
    "cut off": (archive(conv1_weight=WEIGHT, conv1_bias=BIAS)[:300], "cannot be read"),
    "no bytes": (b"", "cannot be read"),
    "an empty archive": (nothing(), "was not given"),
    "a head that lies": (lying(), "promises 4,000,000,000,000 bytes"),
    "zeros of another shape": (
        archive(conv1_weight=np.zeros(2 * 10**7, np.int8), conv1_bias=BIAS),
        r"shape \(20000000,\)",
    ),
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_that_are_none(kind, tmp_path):
    data, said = WEIGHTS[kind]
    (tmp_path / "w.npz").write_bytes(data)
    with pytest.raises(UsageError, match=said):
        execute(load(SPEC).graph, weights=tmp_path / "w.npz")


def run(*arguments, folder, **options):
    command = [sys.executable, "-m", "cnnplan", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=200, **options)  # noqa: S603 - ours


CONFIGURATIONS = {
    'root = "nowhere"': "root (=nowhere): there is no such folder",
    'budgets = [{that = "macs <= 1G", files = "../nets/*"}]': "files (=../nets/*) can match no spec",
    'budgets = ["macs <= Q"]': "unknown name Q",
}


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_configurations_that_mean_nothing(text, tmp_path):
    (tmp_path / "s.yaml").write_text(SPEC)
    (tmp_path / "cnnplan.toml").write_text(text)
    found = run("check", "s.yaml", folder=tmp_path)
    assert (found.returncode, CONFIGURATIONS[text] in found.stderr) == (2, True), found.stderr


@pytest.mark.parametrize("command", [("check", "s.yaml"), ("diff", "s.yaml", "s.yaml")])
def test_a_root_that_is_not_there(command, tmp_path):
    (tmp_path / "s.yaml").write_text(SPEC)
    found = run(*command, "--root", "nowhere", folder=tmp_path)
    assert (found.returncode, "there is no folder nowhere" in found.stderr) == (2, True), found.stderr


def test_a_configuration_that_is_a_folder(tmp_path):
    (tmp_path / "s.yaml").write_text(SPEC)
    (tmp_path / "cnnplan.toml").mkdir()
    found = run("check", "s.yaml", folder=tmp_path)
    assert (found.returncode, "is a folder" in found.stderr) == (2, True), found.stderr


@pytest.mark.skipif(os.name != "posix", reason="how a stream is closed")
def test_a_closed_output(tmp_path):
    (tmp_path / "s.yaml").write_text(SPEC)
    shell = f"{sys.executable} -m cnnplan report s.yaml >&-"
    options = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 200}
    found = subprocess.run(shell, check=False, shell=True, **options)  # noqa: S602 - a closed stream
    assert (found.returncode, "the standard output is closed" in found.stderr) == (2, True)


def test_chains_without_end_are_refused(tmp_path):
    assert run("solve", "--map", "56:56", "--layers", "1000", folder=tmp_path).returncode == 2


def test_what_a_killed_run_left_is_removed(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, other = tmp_path / f".out.txt.{dead.pid}.abc", tmp_path / f".out.txt.{os.getpid()}.abc"
    left.write_text("half")
    other.write_text("another run's")
    put("whole", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "whole"
    assert (left.exists(), other.exists()) == (False, True)
