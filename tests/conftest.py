"""What all tests share: `--refresh` writes whole expected outputs anew instead of comparing them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write the expected outputs anew")


@pytest.fixture(scope="session")
def specs() -> Path:
    return ROOT / "specs"


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
