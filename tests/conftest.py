"""What all tests share: `--refresh` writes whole expected outputs anew instead of comparing them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

with suppress(ImportError):
    from hypothesis import settings

    settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
    settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write the expected outputs anew")


@pytest.fixture(scope="session", autouse=True)
def _memory(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What `check` remembers of clean specs is forgotten after the tests."""
    os.environ["CNNPLAN_CACHE"] = str(tmp_path_factory.mktemp("memory"))


@pytest.fixture(scope="session")
def specs() -> Path:
    return ROOT / "specs"


class Effort:
    """How many functions were called, which a busy machine does not change."""

    calls = 0

    def count(self, _frame: object, event: str, _argument: object) -> None:
        self.calls += event in ("call", "c_call")


@pytest.fixture(scope="session")
def effort():
    """What is done inside `with effort() as done`: done.calls."""

    @contextmanager
    def counted():
        done = Effort()
        sys.setprofile(done.count)
        try:
            yield done
        finally:
            sys.setprofile(None)

    return counted


@pytest.fixture
def expected(request: pytest.FixtureRequest):
    """Compare a text with the file of that name in the folder `expected` beside the test."""

    def compare(text: str, name: str) -> None:
        file = request.path.parent / "expected" / name
        if request.config.getoption("--refresh"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{file}: look at the difference, then run pytest --refresh"

    return compare


@pytest.fixture(scope="session")
def python():
    """Run Python in a process of its own, with this cnnplan; what it printed and its exit code."""

    def run(*arguments, cwd=ROOT, **environment):
        return subprocess.run(  # noqa: S603 - our own Python on our own code
            [sys.executable, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def shell(tmp_path):
    """Run a command line as a reader would: in a folder, 80 columns wide, with `cnnplan` on the path."""
    bin_ = tmp_path / ".bin"
    bin_.mkdir()
    shim = bin_ / "cnnplan"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnnplan "$@"\n')
    shim.chmod(0o755)
    path = f"{bin_}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"}

    def run(command, folder):
        ran = subprocess.run(  # noqa: S602 - commands of our own texts
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return ran.stdout + ran.stderr

    return run
