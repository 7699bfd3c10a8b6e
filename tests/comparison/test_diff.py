"""`cnnplan diff` of files, and against revisions of git with the files that they include."""

from __future__ import annotations

import json
import subprocess

import pytest
from typer.testing import CliRunner

from cnnplan import load
from cnnplan.cli import app

SPEC = """\
cnnplan: 1
include: [parts/blocks.yaml]
symbols: {N: 1, H: 40, W: 64}
input: [N, 3, H, W]
layers:
  - unit: {width: 24}
"""
BLOCKS = """\
cnnplan: 1
blocks:
  unit:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3, padding: 1}
      - relu
"""


def git(folder, *arguments):
    name = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *name, *arguments]  # no shell
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one commit, in whose folder work is done."""
    (tmp_path / "nets/parts").mkdir(parents=True)
    (tmp_path / "nets/net.yaml").write_text(SPEC)
    (tmp_path / "nets/parts/blocks.yaml").write_text(BLOCKS)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cnnplan(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def change(ran):
    (comparison,) = json.loads(ran.stdout)["comparisons"]
    return comparison["totals"]["params"]["difference"]


def test_an_included_file_that_changed(repository):
    (repository / "nets/parts/blocks.yaml").write_text(BLOCKS.replace("kernel_size: 3", "kernel_size: 5"))
    ran = cnnplan("diff", "nets/net.yaml", "--against", "HEAD", "-f", "json")
    assert (ran.exit_code, change(ran)) == (0, 16 * 3 * 24)
    assert cnnplan("diff", "nets/net.yaml", "--against", "main", "--fail-if", "params > +5%").exit_code == 1


def test_nothing_changed(repository):
    ran = cnnplan("diff", "nets/net.yaml", "--against", "HEAD")
    assert ran.exit_code == 0
    assert ran.stdout == "nets/net.yaml@HEAD -> nets/net.yaml\n  the same network\n"
    assert not list(repository.glob("**/cnnplan-*"))


def test_a_file_that_is_new(repository):
    (repository / "nets/new.yaml").write_text(SPEC)
    ran = cnnplan("diff", "nets/new.yaml", "nets/net.yaml", "--against", "HEAD", "-f", "json")
    assert ran.exit_code == 0
    assert "it is new" in ran.stderr
    assert len(json.loads(ran.stdout)["comparisons"]) == 1


def test_a_revision_with_an_error_is_said_by_its_own_name(repository):
    (repository / "nets/parts/blocks.yaml").write_text(BLOCKS.replace("relu", "rleu"))
    git(repository, "commit", "-qam", "two")
    (repository / "nets/parts/blocks.yaml").write_text(BLOCKS)
    ran = cnnplan("diff", "nets/net.yaml", "--against", "HEAD")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("nets/parts/blocks.yaml@HEAD:7:9: error:")


def test_an_include_does_not_lead_out_of_the_repository(repository):
    outside = repository.parent / f"{repository.name}-outside.yaml"
    outside.write_text(BLOCKS)
    (repository / "nets/net.yaml").write_text(SPEC.replace("parts/blocks.yaml", f"../../{outside.name}"))
    git(repository, "commit", "-qam", "two")
    ran = cnnplan("diff", "nets/net.yaml", "--against", "HEAD", "--root", repository.parent)
    assert ran.exit_code == 1
    assert "outside the folder" in ran.stderr


@pytest.mark.usefixtures("repository")
def test_two_bindings_of_one_spec():
    ran = cnnplan("diff", "nets/net.yaml", "--set", "N=2", "--set-before", "H=20", "--set-after", "H=40")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[0] == "nets/net.yaml (H=20) -> nets/net.yaml (H=40)"
    macs = [line.split() for line in ran.stdout.splitlines() if line.split()[0] == "macs"]
    before, after = (load("nets/net.yaml", N=2, H=H).at().macs for H in (20, 40))
    assert macs[0][1:3] == [f"{before:,}", f"{after:,}"]


USAGE = [
    (["nets/net.yaml"], "diff takes two specs"),
    (["nets/net.yaml", "--set-before", "H=20", "--set-after", "H=20"], "diff takes two specs"),
    (["nets/net.yaml", "nets/net.yaml", "nets/net.yaml"], "diff takes two specs"),
    (["nets/net.yaml", "missing.yaml"], "missing.yaml"),
    (["nets/net.yaml", "--against", "nowhere"], "--against nowhere: the repository"),
    (["nets/net.yaml", "--against", "--output=x"], "has no such revision"),
    (["nets/nett.yaml", "--against", "HEAD"], "nett.yaml: there is no such file, neither here nor at HEAD"),
    (["nots/net.yaml", "--against", "HEAD"], "nots/net.yaml is no file"),
    (["nets/net.yaml", "--against", "HEAD", "--fail-if", "macs"], "--fail-if macs"),
    (["nets/net.yaml", "--against", "HEAD", "-f", "xml"], "text, markdown, json"),
]


@pytest.mark.parametrize(("arguments", "said"), USAGE)
@pytest.mark.usefixtures("repository")
def test_what_could_not_run(arguments, said):
    ran = cnnplan("diff", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_outside_of_a_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "net.yaml").write_text(SPEC)
    ran = cnnplan("diff", tmp_path / "net.yaml", "--against", "HEAD")
    assert ran.exit_code == 2
    assert "git rev-parse" in ran.stderr
