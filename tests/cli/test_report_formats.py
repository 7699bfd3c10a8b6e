"""`cnnplan report` in its formats: options that a format has, several specs, a run beside it, watching."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SPEC = """\
cnnplan: 1
name: stem
symbols: {N: 1, H: {default: 20, min: 8}, W: {default: 24, min: 8}}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 5, kernel_size: 3, stride: 2, padding: 1}
  - batch_norm
"""


@pytest.fixture
def run(python, tmp_path):
    (tmp_path / "stem.yaml").write_text(SPEC)
    (tmp_path / "wide.yaml").write_text(SPEC.replace("stem", "wide").replace("5", "7"))

    def cnnplan(*arguments):
        ran = python("-m", "cnnplan", "report", *arguments, cwd=tmp_path)
        assert "Traceback" not in ran.stdout + ran.stderr
        return ran

    return cnnplan


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("stem.yaml", "-f", "json", "--depth", "1"), "the format json has no option depth"),
        (("stem.yaml", "wide.yaml"), "the format table shows one network: --format html compares several"),
        (("stem.yaml", "--verify"), "--verify is shown by html and md; cnnplan verify prints it by itself"),
        (
            ("stem.yaml", "-f", "csv", "--convention", "fvcore"),
            "--convention is shown by table and json; cnnplan explain",
        ),
        (("stem.yaml", "-f", "pie"), "no format 'pie': choose one of table, json, md"),
    ],
)
def test_what_a_format_does_not_do(run, arguments, message):
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr


def test_the_run_beside_a_report_is_at_its_sizes(run):
    ran = run("stem.yaml", "-f", "md", "--verify", "--set", "N=2", "--set", "H=14", "--set", "W=18")
    assert ran.returncode == 0
    assert "stem: 1 binding, " in ran.stdout


def test_two_specs_on_one_page_with_a_run_of_each(run, tmp_path):
    ran = run("stem.yaml", "wide.yaml", "-f", "html", "-o", "both.html", "--verify")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "stem and wide" in page
    assert page.count("all agree") == 2


def test_markdown_says_that_it_was_verified(run):
    assert "Verified: stem:" in run("stem.yaml", "-f", "md", "--verify").stdout


@pytest.mark.usefixtures("run")
def test_watching_reports_again(tmp_path):
    command = [sys.executable, "-m", "cnnplan", "report", "stem.yaml", "--watch", "-f", "csv", "-o", "stem.csv"]
    watching = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL, env={"PYTHONPATH": str(ROOT)})  # noqa: S603
    try:
        for text, found in ((SPEC, ",140,"), (SPEC.replace("5", "6"), ",168,")):
            (tmp_path / "stem.yaml").write_text(text)
            assert _until(lambda found=found: found in _text(tmp_path / "stem.csv"))
        assert watching.poll() is None
    finally:
        watching.kill()
        watching.wait()


def _text(path):
    return path.read_text() if path.exists() else ""


def _until(done, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.1)
    return False
