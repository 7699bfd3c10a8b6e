"""What was clean is not looked at again until something of it changes; many specs are judged on all cores."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app, workers

CLEAN = """\
cnnplan: 1
input: [2, 3, 32, 48]
include: [parts/blocks.yaml]
layers:
  - body: {width: 40}
"""
BLOCKS = """\
cnnplan: 1
blocks:
  body:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3}
"""
BROKEN = BLOCKS.replace("kernel_size: 3", "kernel_size: 33")


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Check a spec that includes a file, with a memory of its own; how many files were looked at, and the exit code."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "net.yaml").write_text(CLEAN)
    (tmp_path / "parts" / "blocks.yaml").write_text(BLOCKS)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNPLAN_CACHE", str(tmp_path / "memory"))
    looked: list[Path] = []
    judged = workers._judged
    monkeypatch.setattr(workers, "_judged", lambda path, *more: (looked.append(path), judged(path, *more))[1])

    def run(*options):
        looked.clear()
        result = CliRunner().invoke(app, ["check", "net.yaml", *options])
        return len(looked), result.exit_code

    return run


def test_a_clean_spec_is_looked_at_once(check):
    assert [check(), check(), check()] == [(1, 0), (0, 0), (0, 0)]
    assert check("--no-cache") == (1, 0)


def test_an_included_file_counts(check):
    assert check() == (1, 0)
    Path("parts/blocks.yaml").write_text(BROKEN)
    assert [check(), check()] == [(1, 1), (1, 1)]
    Path("parts/blocks.yaml").write_text(BLOCKS)
    assert check() == (0, 0)


def test_the_spec_itself_counts(check):
    check()
    Path("net.yaml").write_text(CLEAN.replace("32, 48", "2, 48"))
    assert check() == (1, 1)


@pytest.mark.parametrize("options", [("--select", "ALL"), ("--ignore", "CNN215"), ("--fail-on", "note")])
def test_another_configuration_is_another_question(check, options):
    check()
    assert [check(*options), check(*options), check()] == [(1, 0), (0, 0), (0, 0)]


def test_a_budget_counts(check):
    check()
    Path("cnnplan.toml").write_text('budgets = ["params <= 7"]\n')
    assert check() == (1, 1)


def test_what_is_told_is_never_remembered(check):
    Path("parts/blocks.yaml").write_text(
        BLOCKS.replace(
            "layers:", "layers:\n      - conv: {out_channels: 3, kernel_size: 1}\n      - relu\n      - relu"
        )
    )
    assert [check(), check()] == [(1, 0), (1, 0)]


def test_a_memory_that_is_no_folder_is_no_memory(check, monkeypatch):
    monkeypatch.setenv("CNNPLAN_CACHE", "net.yaml")
    assert [check(), check()] == [(1, 0), (1, 0)]


def test_a_damaged_memory_is_no_memory(check, tmp_path):
    check()
    for entry in (tmp_path / "memory").iterdir():
        entry.write_text("[1]")
    assert check() == (1, 0)


def test_all_cores_say_what_one_says(python, tmp_path):
    texts = [
        CLEAN,
        CLEAN.replace("32, 48", "2, 48"),
        "cnnplan: 1\ninput: [1, 3, 5, 7]\nlayers: [relu, relu]\n",
        "cnnplan: 2\n",
    ]
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "blocks.yaml").write_text(BLOCKS)
    for i in range(24):
        (tmp_path / f"net{i:02}.yaml").write_text(texts[i % 4])
    script = "import sys; from cnnplan.cli import main, workers; workers.cores = lambda: {}; sys.argv[1:] = {}; main()"
    arguments = ["check", ".", "nothing.yaml", "--no-cache", "--format", "json"]
    one, three = (python("-c", script.format(cores, arguments), cwd=tmp_path) for cores in (1, 3))
    assert (one.stdout, one.stderr, one.returncode) == (three.stdout, three.stderr, three.returncode)
    assert one.returncode == 2
    assert "net23.yaml" in one.stdout


def test_what_is_remembered_needs_no_reader(python, tmp_path):
    (tmp_path / "net.yaml").write_text("cnnplan: 1\ninput: [1, 3, 5, 7]\nlayers: [relu]\n")
    script = (
        "import sys; from cnnplan.cli import app; sys.argv[1:] = ['check', 'net.yaml']; app(standalone_mode=False);"
        " print(sorted(name for name in sys.modules if name in ('cnnplan.spec', 'cnnplan.sizes', 'yaml')))"
    )
    first, second = (python("-c", script, cwd=tmp_path, CNNPLAN_CACHE=str(tmp_path / "memory")) for _ in range(2))
    assert (first.stdout.strip(), second.stdout.strip()) == ("['cnnplan.sizes', 'cnnplan.spec', 'yaml']", "[]"), second
