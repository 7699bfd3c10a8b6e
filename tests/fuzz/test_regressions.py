"""What a fuzzer found once, and random specs: only the tool's own errors, in bounded work and memory, all escaped."""

from __future__ import annotations

import importlib.util
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
CASES = sorted((HERE / "regressions").iterdir())
CALLS = 20_000_000
"""Of functions, in one step: twice what is called for a report of eighteen thousand layers."""
KIB = 1024**2


def module(name):
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", HERE / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


survival = module("survival")
mutation = module("mutation")
SPECS = [file.read_bytes() for file in sorted((HERE.parents[1] / "specs").glob("*.yaml"))]
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@pytest.fixture(scope="session")
def survives(effort):
    """That a spec of these bytes is survived, and that no step of it takes more work than is allowed."""

    @contextmanager
    def step():
        with effort() as done:
            yield
        assert done.calls < CALLS

    return lambda data: survival.survives(data, step)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_found_once_is_survived(survives, case):
    survives(case.read_bytes())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < KIB


@QUICK
@given(spec=st.sampled_from(SPECS), seed=st.integers(0, 2**32))
def test_specs_made_of_specs_are_survived(survives, spec, seed):
    survives(mutation.mutated(spec, seed))


STARTS = [b"", b"cnnplan: 1\n", b"cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n"]


@QUICK
@given(data=st.binary(max_size=300), start=st.sampled_from(STARTS))
def test_any_bytes_are_survived(survives, data, start):
    survives(start + data)


@QUICK
@given(text=st.text(max_size=60))
def test_any_expression_is_survived(survives, text):
    quoted = "'" + text.replace("'", "''").replace("\n", " ") + "'"
    head = "cnnplan: 1\nsymbols: {H: 20}\ninput: [1, 3, H, 48]\n"
    layer = f"layers:\n  - conv: {{out_channels: {quoted}, kernel_size: 3}}\n"
    survives(f"{head}{layer}expect: [{quoted}]\n".encode("utf-8", "surrogatepass"))
