"""The pages of `explain`: what they show is what the program prints, and everything that has a name has a page."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import cnnplan
from cnnplan.configuration import configuration
from cnnplan.findings import Severity
from cnnplan.ops import OPERATORS
from cnnplan.reference import GROUPS, contents, explained, pages, topics
from cnnplan.rules import known
from cnnplan.spec.documents import DOCUMENTS, keys
from cnnplan.spec.functions import FUNCTIONS
from tests.console import README, ROOT, blocks, sessions

FOLDER = Path(cnnplan.__file__).with_name("reference") / "pages"
LISTS = {"operators", "rules", "convention"}
"""What `explain` lists or computes, besides pages."""

PAGES = [pytest.param(topic, id=topic) for topic in pages()]


def files(topic):
    """The specs of a page by file name: the first is net.yaml, another says its name in a comment."""
    found = blocks(pages()[topic].text, "yaml")
    named = [re.match(r"# (\S+\.yaml)\n", block) for block in found]
    return {match[1] if match else "net.yaml": block for match, block in zip(named, found, strict=True)}


@pytest.mark.parametrize("topic", PAGES)
def test_what_a_page_shows_is_what_the_program_prints(topic, tmp_path, shell, request):
    specs = files(topic)
    for name, text in specs.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command, output in sessions(pages()[topic].text):
        printed = shell(command, tmp_path if specs else ROOT)
        if request.config.getoption("--refresh"):
            file = FOLDER / f"{topic}.md"
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace(f"$ {command}\n{output}", f"$ {command}\n{printed}", 1), encoding="utf-8")
        else:
            assert printed == output


@pytest.mark.parametrize("topic", PAGES)
def test_a_page_has_a_title_a_group_and_a_snippet(topic):
    page = pages()[topic]
    assert page.group in GROUPS
    assert page.text.startswith(f"# {topic}: ")
    assert page.title
    assert sessions(page.text) or any(blocks(page.text, language) for language in ("yaml", "yml", "pycon"))
    assert max(map(len, page.text.splitlines())) <= 150


def test_one_page_whole(expected):
    expected(explained("from"), "from.md")


def test_the_contents(expected):
    expected(contents(), "contents.txt")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_key_of_the_language_has_a_page_that_says_what_the_schema_says(document):
    shown = " ".join(explained(topic) for topic in pages()).lower()
    for key, field in zip(keys(DOCUMENTS[document]), DOCUMENTS[document].model_fields.values(), strict=True):
        assert key in topics() or key in explained(document)
        assert field.description.lower() in shown


def test_a_function_has_a_page_with_an_example_that_is_true():
    assert "    make_divisible(1.5 * 24, 8) == 40\n" in explained("make_divisible")
    assert all(explained(name) for name in FUNCTIONS)


MENTIONED = re.compile(r"`(?:cnnplan )?explain ([A-Za-z_0-9-]+)`")


@pytest.mark.parametrize("text", [*(page.text for page in pages().values()), README.read_text(encoding="utf-8")])
def test_what_a_text_leads_to_is_there(text):
    for word in MENTIONED.findall(text):
        assert word in topics() or word in OPERATORS or word in LISTS or known(word), word


def test_a_topic_is_no_operator():
    assert not (set(topics()) - set(FUNCTIONS)) & set(OPERATORS)


@pytest.mark.parametrize("topic", PAGES)
def test_a_spec_of_a_page_is_legal(topic, tmp_path):
    for name, text in files(topic).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in files(topic):
        found = cnnplan.check(tmp_path / name)
        assert [finding for finding in found if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize("topic", [topic for topic in pages() if blocks(pages()[topic].text, "pycon")])
def test_the_python_of_a_page(topic, monkeypatch):
    monkeypatch.chdir(ROOT)
    tests = doctest.DocTestParser().get_doctest("".join(blocks(pages()[topic].text, "pycon")), {}, topic, topic, 0)
    assert tests.examples
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(tests).failed == 0


def test_the_configuration_that_is_shown(tmp_path):
    (block,) = blocks(pages()["configuration"].text, "toml")
    (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
    (tmp_path / "specs").mkdir()
    read = configuration(start=tmp_path)
    assert (read.fail_on, len(read.budgets), read.options) == ("warning", 2, {"CNN215": {"factor": 32}})


def test_an_unknown_word():
    assert not explained("nonsense")
