"""`check --fix`, `--diff` and `-`: what is written to files, what is printed, and how each ends."""

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app

SLIP = "cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n  - Conv2d: {filters: 8, kernel_size: 3}  # stem\n  - relu\n"
MENDED = SLIP.replace("Conv2d: {filters", "conv: {out_channels")
UNUSED = MENDED.replace("input:", "symbols: {K: 5}\ninput:")
HOPELESS = "cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n  - conv: {kernel_size: 3}\n"


@pytest.fixture
def cnnplan(tmp_path, monkeypatch):
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNPLAN_CACHE", str(tmp_path / ".cache"))

    def run(*arguments, stdin=None):
        return CliRunner().invoke(app, ["check", *map(str, arguments)], input=stdin)

    return run


def test_a_file_is_mended_and_what_was_done_is_told(cnnplan):
    Path("net.yaml").write_text(SLIP)
    ran = cnnplan("net.yaml", "--fix")
    assert Path("net.yaml").read_text() == MENDED
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == (
        "net.yaml:4:5: fixed: write conv for Conv2d [CNN010]\n"
        "net.yaml:4:12: fixed: write out_channels for filters [CNN011]\n"
        "2 fixed in 1 file\n"
        "1 file: clean\n"
    )


def test_a_diff_is_one_that_patch_reads_and_nothing_is_written(cnnplan):
    Path("net.yaml").write_text(SLIP.rstrip("\n"))
    ran = cnnplan("net.yaml", "--diff")
    assert (ran.exit_code, Path("net.yaml").read_text()) == (1, SLIP.rstrip("\n"))
    Path("fix.patch").write_text(ran.stdout)
    subprocess.run(["git", "apply", "--unsafe-paths", "fix.patch"], check=True)  # noqa: S607
    assert Path("net.yaml").read_text() == MENDED.rstrip("\n")
    assert cnnplan("net.yaml", "--diff").exit_code == 0


def test_what_cannot_be_mended_is_told_and_left(cnnplan):
    Path("net.yaml").write_text(HOPELESS)
    ran = cnnplan("net.yaml", "--fix")
    assert (ran.exit_code, Path("net.yaml").read_text()) == (1, HOPELESS)
    assert "conv needs the argument out_channels" in ran.stdout


def test_a_warning_is_mended_where_that_is_asked_for(cnnplan):
    Path("net.yaml").write_text(UNUSED)
    assert cnnplan("net.yaml", "--fix").exit_code == 0
    assert Path("net.yaml").read_text() == UNUSED
    cnnplan("net.yaml", "--fix", "--unsafe-fixes")
    assert "K" not in Path("net.yaml").read_text()


def test_what_is_claimed_is_held_back_and_that_is_said(cnnplan):
    claimed = "symbols: {H: {default: 9, min: 1}}\ninput: [1, 3, H, 9]\nlayers:\n  - conv: {out_channels: 4, "
    claimed += "kernel_size: 5}\n"
    Path("net.yaml").write_text("cnnplan: 1\n" + claimed)
    ran = cnnplan("net.yaml", "--fix")
    assert ran.exit_code == 1
    assert "1 finding can be fixed by changing what is legal already, or what is claimed: --unsafe-fixes" in ran.stderr
    assert cnnplan("net.yaml", "--fix", "--unsafe-fixes").exit_code == 0
    assert "min: 5" in Path("net.yaml").read_text()


def test_all_files_of_a_repair_are_written_or_none(cnnplan):
    Path("net.yaml").write_text(f"cnnplan: 1\ninclude: [parts/blocks.yaml]\n{SLIP.partition(chr(10))[2]}  - act\n")
    Path("parts").mkdir()
    Path("parts/blocks.yaml").write_text("cnnplan: 1\nblocks:\n  act:\n    layers:\n      - rellu\n")
    before = {file: file.read_text() for file in Path().rglob("*.yaml")}
    Path("parts").chmod(0o500)
    try:
        ran = cnnplan("net.yaml", "--fix")
        if ran.exit_code == 2:  # where permissions bind us
            assert {file: file.read_text() for file in before} == before
            assert not list(Path().rglob(".*.yaml.*"))
    finally:
        Path("parts").chmod(0o700)
    assert cnnplan("net.yaml", "--fix").exit_code == 0
    assert "relu\n" in Path("parts/blocks.yaml").read_text()


def test_a_mark_at_the_beginning_and_the_mode_of_a_file_stay(cnnplan):
    Path("net.yaml").write_bytes(b"\xef\xbb\xbf" + SLIP.replace("\n", "\r\n").encode())
    Path("net.yaml").chmod(0o640)
    assert cnnplan("net.yaml", "--fix").exit_code == 0
    assert Path("net.yaml").read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()
    assert Path("net.yaml").stat().st_mode & 0o777 == 0o640


def test_stdin_is_checked_under_its_name(cnnplan):
    Path("blocks.yaml").write_text("cnnplan: 1\nblocks:\n  act:\n    layers:\n      - relu\n")
    spec = "cnnplan: 1\ninclude: [blocks.yaml]\ninput: [1, 3, 32, 48]\nlayers:\n  - act\n  - rellu\n"
    ran = cnnplan("-", "--stdin-filename", "net.yaml", stdin=spec)
    assert ran.exit_code == 1
    assert ran.stdout.startswith(
        "net.yaml:6:5: error: rellu1: unknown operator rellu; did you mean relu? [CNN010]\n     6 |   - rellu\n"
    )
    assert cnnplan("-", "--stdin-filename", "net.yaml", stdin=spec.replace("rellu", "relu")).exit_code == 0


def test_stdin_is_mended_to_stdout(cnnplan):
    ran = cnnplan("-", "--fix", stdin=SLIP)
    assert (ran.exit_code, ran.stdout) == (0, MENDED)
    ran = cnnplan("-", "--fix", stdin=HOPELESS)
    assert (ran.exit_code, ran.stdout) == (1, HOPELESS)
    assert "out_channels" in ran.stderr
    ran = cnnplan("-", "--diff", stdin=SLIP)
    assert ran.exit_code == 1
    assert ran.stdout.startswith("--- a/<stdin>\n+++ b/<stdin>\n")


def test_what_a_spec_from_stdin_includes_is_not_mended_and_its_faults_are_told(cnnplan):
    """One text is printed: a repair of another file would be lost, and the spec as illegal as before."""
    block = "cnnplan: 1\nblocks:\n  act:\n    layers:\n      - rellu\n"
    Path("blocks.yaml").write_text(block)
    spec = "cnnplan: 1\ninclude: [blocks.yaml]\ninput: [1, 3, 32, 48]\nlayers:\n  - act\n  - sigmid\n"
    ran = cnnplan("-", "--fix", "--stdin-filename", "net.yaml", stdin=spec)
    assert (ran.exit_code, ran.stdout) == (1, spec.replace("sigmid", "sigmoid"))
    assert "blocks.yaml:5:9: error: act.rellu1: unknown operator rellu" in ran.stderr
    assert Path("blocks.yaml").read_text() == block


def test_a_file_that_is_read_only_is_not_replaced(cnnplan):
    Path("net.yaml").write_text(SLIP)
    Path("net.yaml").chmod(0o444)
    if os.access("net.yaml", os.W_OK):
        pytest.skip("who may write everything is not refused")
    ran = cnnplan("net.yaml", "--fix")
    assert (ran.exit_code, Path("net.yaml").read_text()) == (2, SLIP)
    assert "net.yaml: cannot be written: Permission denied" in ran.stderr


def test_beside_stdin_no_file_is_checked(cnnplan):
    assert cnnplan("-", "net.yaml", stdin=SLIP).exit_code == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-", "--watch"), "--watch has no meaning here: - is a spec from stdin"),
        (("-", "--update-baseline", "--baseline", "known.json"), "--update-baseline has no meaning here: - is a spec"),
        (("-", "--weights", "net.npz"), "--weights has no meaning here: - is a spec from stdin"),
        (("-", "--fix", "--set", "H=3"), "--set has no meaning here: what is mended is mended for every value"),
        (("net.yaml", "--diff", "--watch"), "--watch has no meaning here: --diff shows what would change"),
        (("net.yaml", "--stdin-filename", "other.yaml"), "--stdin-filename names a spec from stdin: give -"),
    ],
    ids=" ".join,
)
def test_no_option_is_passed_over_in_silence(cnnplan, options, said):
    Path("net.yaml").write_text(SLIP)
    ran = cnnplan(*options, stdin=SLIP)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert Path("net.yaml").read_text() == SLIP


def test_stdin_is_checked_at_the_values_that_are_set(cnnplan):
    spec = "cnnplan: 1\nsymbols: {H: 32}\ninput: [1, 3, H, 48]\nlayers:\n  - max_pool: {kernel_size: 7}\n  - relu\n"
    assert cnnplan("-", stdin=spec).exit_code == 0
    ran = cnnplan("-", "--set", "H=5", stdin=spec)
    assert ran.exit_code == 1
    assert "needs H >= 7" in ran.stdout


def test_statistics_count_by_rule(cnnplan):
    Path("a.yaml").write_text(SLIP)
    Path("b.yaml").write_text(HOPELESS + "  - reluu\n  - taanh\n")
    ran = cnnplan("a.yaml", "b.yaml", "--statistics")
    assert ran.exit_code == 1
    assert ran.stdout == ("3  CNN010  error    an-unknown-verb\n1  CNN012  error    something-is-missing\n")
    assert cnnplan("a.yaml", "--statistics", "-f", "json").exit_code == 2
