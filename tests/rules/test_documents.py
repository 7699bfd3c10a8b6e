"""Every rule and every error is documented, and its own examples show it: found in the one, not found in the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnplan import rules
from cnnplan.configuration import Budget, Configuration
from cnnplan.findings import Severity
from cnnplan.rules import FAULTS, RULES
from cnnplan.rules.documents import SECTIONS, snippets
from cnnplan.rules.faults import FOREIGN

EVERY = (*FAULTS, *RULES)
SHOWN = [rule for rule in EVERY if rule not in FOREIGN]
ROOMS = Path(rules.__file__).parent
LIBRARY = "cnnplan: 1\nblocks: {unit: {layers: [relu]}}\n"


@pytest.fixture
def found(tmp_path):
    """The rules that speak up about a spec, all being followed."""
    (tmp_path / "blocks.yaml").write_text(LIBRARY)

    def check(text):
        file = tmp_path / "network.yaml"
        file.write_text(text)
        asked = Configuration(select=("ALL",), budgets=(Budget("params <= 400"),), deploy=("ALL",))
        return [finding.rule for finding in rules.check(file, asked)]

    return check


def unlike(rule):
    """What the others of a family say is let be where it is not what the example is about."""
    return {"CNN302", "CNN214", "CNN216", "CNN411", "CNN412", "CNN413", "CNN414"} - {rule}


@pytest.mark.parametrize("rule", SHOWN)
def test_the_failing_example_fails(found, rule):
    assert rule in found(snippets(rule)[0])


@pytest.mark.parametrize("rule", SHOWN)
def test_the_mended_example_is_mended(found, rule):
    told = set(found(snippets(rule)[1]))
    assert rule not in told
    assert not {each for each in told if each.startswith(("CNN0", "CNN1"))}


@pytest.mark.parametrize("rule", RULES)
def test_an_example_is_about_one_thing(found, rule):
    assert set(found(snippets(rule)[0])) - unlike(rule) == {rule}


@pytest.mark.parametrize("rule", EVERY)
def test_a_document_has_a_title_and_four_sections(rule):
    heading, *rest = rules.documentation(rule).splitlines()
    assert heading.startswith(f"# {rule} ")
    assert [line.removeprefix("## ") for line in rest if line.startswith("## ")] == list(SECTIONS)
    assert max(map(len, rest)) <= 120


def test_the_table_of_contents_is_complete():
    modules = {file.stem for file in ROOMS.glob("*.py") if "\nRULE = Rule(" in file.read_text()}
    assert modules == set(RULES.values())
    assert {file.stem for file in (ROOMS / "faults").glob("*.md")} == set(FAULTS)


@pytest.mark.parametrize("identifier", RULES)
def test_a_rule_is_called_like_its_module(identifier):
    rule = rules.rule(identifier)
    assert rule.id == identifier
    assert rule.name == RULES[identifier].replace("_", "-")
    assert isinstance(rule.severity, Severity)
    assert rules.documentation(rule.name) == rules.documentation(identifier)


def test_every_error_that_is_raised_is_documented():
    code = "".join(file.read_text() for file in ROOMS.parent.rglob("*.py") if "rules" not in file.parts)
    assert set(re.findall(r"\bCNN[01]\d\d\b", code)) <= set(FAULTS)
