"""What a fuzzer found once, and random specs: only the tool's own errors, in bounded time and memory, all escaped."""

from __future__ import annotations

import importlib.util
import resource
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = sorted((HERE / "regressions").iterdir())
SECONDS = 5
KIB = 1024**2


def module(name):
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", HERE / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


survival = module("survival")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_found_once_is_survived(case):
    assert survival.survives(case.read_bytes()) < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < KIB
