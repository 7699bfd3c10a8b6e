"""`cnnplan init`: a first spec that is legal, of which no rule has anything to say, and never over a file."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cnnplan import check, load, verify
from cnnplan.cli import app
from cnnplan.cli.init import KINDS
from cnnplan.spec import load_spec
from cnnplan.spec.schema import json_schema


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
    assert sorted(file.name for file in folder.iterdir()) == ["cnnplan.schema.json", "other.yaml"]


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


def test_the_first_line_names_the_schema_to_editors_and_it_is_there(folder):
    (folder / ".git").mkdir()
    assert init("net.cnnplan.yaml").exit_code == 0
    assert (folder / "net.cnnplan.yaml").read_text().startswith("# yaml-language-server: $schema=cnnplan.schema.json\n")
    schema = json.loads((folder / "cnnplan.schema.json").read_text())
    assert schema == json_schema()
    (folder / "specs").mkdir()
    assert init("specs/other.yaml").exit_code == 0
    head = (folder / "specs" / "other.yaml").read_text().partition("\n")[0]
    assert head == "# yaml-language-server: $schema=../cnnplan.schema.json"
    assert [path.name for path in (folder / "specs").iterdir()] == ["other.yaml"]
    assert init("plain.yaml", "--no-schema").exit_code == 0
    assert not (folder / "plain.yaml").read_text().startswith("# yaml")
    assert CliRunner().invoke(app, ["check", "."]).exit_code == 0


def test_a_schema_that_is_there_stays(folder):
    (folder / "cnnplan.schema.json").write_text("{}")
    init("net.yaml")
    assert (folder / "cnnplan.schema.json").read_text() == "{}"


def test_a_spec_without_a_name_is_called_like_its_file(folder):
    (folder / "net.cnnplan.yaml").write_text("cnnplan: 1\ninput: [1, 3, 5, 7]\nlayers: [relu]\n")
    assert load(folder / "net.cnnplan.yaml").name == "net"
