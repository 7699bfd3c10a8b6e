"""`cnnplan init`: a first spec that is legal, of which no rule has anything to say, and never over a file."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cnnplan import check, load, verify
from cnnplan.cli import app
from cnnplan.cli.init import KINDS
from cnnplan.spec import load_spec


def init(*arguments):
    return CliRunner().invoke(app, ["init", *arguments])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_spec_is_legal_and_commented(folder):
    assert init().exit_code == 0
    text = (folder / "network.yaml").read_text()
    assert check(folder / "network.yaml") == []
    assert text.count("#") >= 10
    assert load(folder / "network.yaml", width=64)["features"].shape[1].at({"width": 64}) == 256


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_legal_without_a_remark_and_runs_as_predicted(folder, kind):
    ran = init("net.yaml", "--kind", kind)
    assert (ran.exit_code, ran.stdout) == (0, "net.yaml is written; see it with: cnnplan report net.yaml\n")
    text = (folder / "net.yaml").read_text()
    assert text.count("#") >= 10
    assert check(folder / "net.yaml") == []
    small = {"N": 2, "width": 4} | ({"T": 9, "words": 30} if kind == "sequence" else {"H": 32, "W": 64})
    assert verify(load_spec(text), **small).ok


def test_a_kind_that_is_none(folder):
    ran = init("--kind", "gan")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "choose one of classifier, unet, detector, sequence" in ran.stderr
    assert list(folder.iterdir()) == []


def test_a_name_may_be_given(folder):
    assert init("other.yaml").exit_code == 0
    assert [file.name for file in folder.iterdir()] == ["other.yaml"]


def test_a_file_that_is_there_stays(folder):
    (folder / "network.yaml").write_text("mine")
    ran = init()
    assert ran.exit_code == 2
    assert "it stays as it is" in ran.stderr
    assert (folder / "network.yaml").read_text() == "mine"


def test_neither_does_a_link_lead_elsewhere(folder):
    (folder / "network.yaml").symlink_to(folder / "elsewhere.yaml")
    assert init().exit_code == 2
    assert not (folder / "elsewhere.yaml").exists()


def test_a_folder_that_is_not_there():
    ran = init("no/such/network.yaml")
    assert (ran.exit_code, ran.stdout) == (2, "")
