"""The specs that come with cnnplan: legal in every variant, documented, and as they promise under `expect`."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest
import yaml

import cnnplan
from cnnplan.ops import OPERATORS
from cnnplan.spec import UnknownName, load_spec

ROOT = Path(__file__).parents[1] / "specs"
FILES = sorted(ROOT.rglob("*.yaml"))
LIBRARIES = [file for file in FILES if load_spec(file).is_library]
SPECS = [file for file in FILES if file not in LIBRARIES]
TOTALS = {"params", "buffers", "macs", "flops"}
SIZES = ({"N": 1, "H": 224, "W": 224}, {"N": 3, "H": 352, "W": 288}, {"N": 2, "H": 256, "W": 320})


def variants(spec):
    variant = load_spec(spec).symbols.get("variant")
    return [{"variant": choice} for choice in variant.choices] if variant else [{}]


CASES = [pytest.param(spec, case, id=case.get("variant", spec.stem)) for spec in SPECS for case in variants(spec)]


class Promised:
    """What the expressions of `expect` see, at one point."""

    def __init__(self, plan):
        self.plan = plan

    def lookup(self, name):
        if name in self.plan.values:
            return self.plan.values[name]
        if name in TOTALS:
            return getattr(self.plan, name)
        raise UnknownName(name)

    def shape(self, name):
        return self.plan[name].shape

    def decide(self, condition):
        return bool(condition)


def kept(plan, promise, sizes):
    at = {name: value.evaluate(Promised(plan)) for name, value in promise.at.items()}
    return promise.that.evaluate(Promised(plan.at(**{**sizes, **at})))


@pytest.mark.parametrize(("spec", "case"), CASES)
def test_what_is_expected_holds(spec, case):
    plan = cnnplan.load(spec, **case)
    points = [{name: size for name, size in sizes.items() if name in plan.spec.symbols} for sizes in SIZES]
    points = [point for point in points if plan.condition.holds({**plan.values, **point})]
    promises = [p for p in plan.spec.expect if p.that.names <= {*TOTALS, *plan.spec.symbols}]
    broken = [(p.text, sizes) for p in promises for sizes in points if not kept(plan, p, sizes)]
    assert promises
    assert points
    assert broken == []


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_a_spec_says_what_it_is_and_where_it_comes_from(spec):
    described = load_spec(spec)
    assert described.name == spec.stem
    assert "Source: " in described.description


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_a_spec_is_legal_and_little_is_remarked(spec):
    found = cnnplan.check(spec)
    assert [finding for finding in found if finding.severity is cnnplan.Severity.ERROR] == []
    assert len(found) <= 3


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda file: file.parent.name)
def test_shared_blocks_are_legal_and_a_network_rests_on_them(library):
    assert cnnplan.check(library) == []
    including = [spec for spec in SPECS if any(file.endswith(str(library)) for file in sources(spec))]
    assert len(including) > 1
    with pytest.raises(cnnplan.UsageError, match="holds blocks for specs to include, and no network"):
        cnnplan.load(library)


def sources(spec):
    return {block.place.file for block in load_spec(spec).blocks.values()}


def test_specs_are_as_short_as_a_person_would_write_them():
    lines = {file: file.read_text().splitlines() for file in FILES}
    assert median(len(lines[spec]) for spec in SPECS) < 65
    assert max(map(len, lines.values())) < 160
    assert [file for file in FILES if max(map(len, lines[file])) > 100] == []


def words(value):
    """Keys and texts of a document, where verbs may stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from () if key in ("name", "from") else words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    elif isinstance(value, str):
        yield value


def test_every_verb_has_a_use():
    """In a network that comes with cnnplan, or in a snippet of an explain page, which a test runs."""
    pages = (Path(cnnplan.__file__).parent / "reference" / "pages").glob("*.md")
    snippets = [text for page in pages for text in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
    texts = [*(file.read_text("utf-8") for file in FILES), *snippets]
    used = {word for text in texts for word in words(yaml.safe_load(text)) if isinstance(word, str)}
    assert set(OPERATORS) - used == set()
