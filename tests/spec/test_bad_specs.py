"""Every faulty spec of `bad/` and all that is said about it, in the file beside it; `--refresh` writes those anew."""

import tracemalloc
from pathlib import Path

import pytest

from cnnplan.errors import SpecError
from cnnplan.spec import load_spec

BAD = Path(__file__).parent / "bad"
SPECS = sorted(BAD.glob("*.yaml"))


def said(file: Path) -> str:
    """The findings of a spec, each with its hint below it."""
    with pytest.raises(SpecError) as caught:
        load_spec(file)
    lines = []
    for finding in caught.value.findings:
        assert finding.location is not None
        lines.append(str(finding))
        lines.extend([f"    {finding.hint}"] if finding.hint else [])
    return "\n".join(lines).replace(f"{BAD}/", "") + "\n"


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_everything_that_is_wrong_is_said_at_once(file, request):
    expected = file.with_suffix(".txt")
    text = said(file)
    if request.config.getoption("--refresh"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["alias_bomb", "nested_flow", "nested_block", "powers", "recursion"])
def test_hostile_texts_cost_little(name, effort):
    with effort() as done:
        said(BAD / f"{name}.yaml")
    tracemalloc.start()
    said(BAD / f"{name}.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.calls < 100_000
    assert peak < 20e6


def test_no_expectation_without_a_spec():
    assert {file.stem for file in BAD.glob("*.txt")} == {file.stem for file in SPECS}
