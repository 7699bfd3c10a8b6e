"""`cnnplan verify`: what it prints, and its exit codes."""

from __future__ import annotations

import json

import pytest

from tests.verification.networks import NET


@pytest.fixture
def run(python, tmp_path):
    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "bad.yaml").write_text(NET.replace("kernel_size: 3", "kernel_size: 13"))

    def cnnplan_(*arguments):
        return python("-m", "cnnplan", "verify", *arguments, cwd=tmp_path)

    return cnnplan_


def test_the_command(run):
    ran = run("net.yaml")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.rstrip().endswith("all agree")
    (document,) = json.loads(run("net.yaml", "--format", "json", "--set", "H=6", "--set", "W=4").stdout)
    assert document["ok"]
    assert {run_["at"]["H"] for run_ in document["runs"]} == {6}


EXITS = [
    (["bad.yaml"], 1, "bad.yaml:6"),
    (["missing.yaml"], 2, "missing.yaml"),
    (["net.yaml", "--set", "Q=3"], 2, "Q"),
    (["net.yaml", "--memory", "1KiB"], 2, "1 KiB"),
    (["net.yaml", "--memory", "much"], 2, "4GiB"),
    (["net.yaml", "--format", "pdf"], 2, "table, json"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), EXITS)
def test_exit_codes(run, arguments, code, said):
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert said in ran.stderr


def test_a_folder_with_a_library(run, tmp_path):
    folder = tmp_path / "designs"
    folder.mkdir()
    (folder / "net.yaml").write_text(NET)
    (folder / "blocks.yaml").write_text("cnnplan: 1\nblocks:\n  act:\n    layers:\n      - relu\n")
    ran = run("designs", "--set", "H=6", "--set", "W=4")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("all agree") == 1
    assert run("designs/blocks.yaml").returncode == 2
