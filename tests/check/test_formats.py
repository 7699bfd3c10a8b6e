"""Findings in every format: as they are written, valid where there is a schema, and with nothing in them that acts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from cnnplan.configuration import Configuration
from cnnplan.findings import Finding, Location, Place, Severity
from cnnplan.repairs import repairs
from cnnplan.report.findings import FORMATS, render_findings
from cnnplan.report.findings.excerpts import excerpt, remember
from cnnplan.rules import check

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE / "sarif-2.1.0.schema.json").read_text())
"""The schema of OASIS, as it ships with Microsoft's `@microsoft/sarif-multitool` 5.7.0 (MIT)."""

FILES = ("shop/nets/clean.yaml", "shop/nets/smelly.yaml", "shop/nets/broken.yaml")


@pytest.fixture
def found(monkeypatch):
    monkeypatch.chdir(HERE)
    return [finding for file in FILES for finding in check(Path(file), Configuration(root=Path("shop")))]


@pytest.mark.parametrize(
    ("name", "file"), [*zip(FORMATS, ("txt", "json", "sarif", "github", "gitlab", "xml"), strict=True)]
)
def test_what_is_written(found, name, file, expected):
    expected(render_findings(found, name, files=FILES), f"findings.{file}")


def test_sarif_is_valid(found):
    log = json.loads(render_findings(found, "sarif", files=FILES))
    Draft202012Validator(SCHEMA).validate(log)
    assert json.loads(render_findings([], "sarif"))["runs"][0]["results"] == []
    Draft202012Validator(SCHEMA).validate(json.loads(render_findings([], "sarif")))


def test_sarif_is_what_code_scanning_takes(found):
    (run,) = json.loads(render_findings(found, "sarif", files=FILES))["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].startswith("shop/")
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    marks = [result["partialFingerprints"]["cnnplan/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks) > 3
    assert all(rule["help"]["markdown"].startswith(f"# {rule['id']}") for rule in rules)


def test_sarif_has_fixes_and_messages_by_their_parts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text("cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n  - rellu\n")
    found = check(Path("net.yaml"))
    log = json.loads(render_findings(found, "sarif", repairs=repairs(Path("net.yaml"))))
    Draft202012Validator(SCHEMA).validate(log)
    driver, (result,) = log["runs"][0]["tool"]["driver"], log["runs"][0]["results"]
    assert driver["informationUri"].startswith("https://")
    message = result["message"]
    template = driver["rules"][0]["messageStrings"][message["id"]]["text"]
    assert template.format(*message["arguments"]) == message["text"]
    (fix,) = result["fixes"]
    assert fix["description"]["text"] == "write relu for rellu"
    assert fix["artifactChanges"] == [
        {
            "artifactLocation": {"uri": "net.yaml", "uriBaseId": "%SRCROOT%"},
            "replacements": [
                {
                    "deletedRegion": {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 10},
                    "insertedContent": {"text": "relu"},
                }
            ],
        }
    ]


def test_gitlab_is_told_what_it_asks_for(found):
    """The members that https://docs.gitlab.com/ci/testing/code_quality/ lists, with the values it allows."""
    issues = json.loads(render_findings(found, "gitlab", files=FILES))
    assert len(issues) == len(found)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["path"].startswith("shop/")
        assert issue["location"]["lines"]["begin"] >= 1
    assert json.loads(render_findings([], "gitlab")) == []


def test_junit_tells_how_long_a_file_took(found):
    times = {"shop/nets/clean.yaml": 0.25, "shop/nets/smelly.yaml": 0.5, "shop/nets/broken.yaml": 1.0}
    whole = ET.fromstring(render_findings(found, "junit", files=FILES, times=times))  # noqa: S314 - our own
    assert whole.get("time") == "1.750"
    assert [suite.get("time") for suite in whole] == ["0.250", "0.500", "1.000"]
    for suite in whole:
        assert sum(float(case.get("time")) for case in suite) == pytest.approx(float(suite.get("time")), abs=0.01)


def test_fingerprints_stay_when_lines_move(tmp_path, monkeypatch):
    def marks(text):
        (tmp_path / "smelly.yaml").write_text(text)
        log = json.loads(render_findings(check(Path("smelly.yaml"), Configuration(root=HERE / "shop")), "sarif"))
        return [result["partialFingerprints"] for result in log["runs"][0]["results"]]

    monkeypatch.chdir(tmp_path)
    (tmp_path / "common.yaml").write_text((HERE / "shop/common.yaml").read_text())
    text = (HERE / FILES[1]).read_text().replace("../common.yaml", "common.yaml")
    assert marks(text) == marks("# moved\n\n" + text.replace("out_channels: 40", "out_channels: 48"))


def test_junit_is_xml_that_counts(found):
    suites = ET.fromstring(render_findings(found, "junit", files=FILES))  # noqa: S314 - our own
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    assert suites.get("failures") == str(len(errors)) == str(len(suites.findall(".//failure")))
    assert suites.get("tests") == str(len(suites.findall(".//testcase"))) == str(len(found) + 1)
    assert [suite.get("name") for suite in suites] == list(FILES)


HOSTILE = "a\x1b[31m\x9b\u202e<b9>&\"'%0A::error::x,y:z`|@me ](1){0} ]]>\r\nb"


def hostile(file):
    finding = Finding("CNN013", Severity.ERROR, HOSTILE, Place(file, ("layers", 0)), Location(file, 2, 4))
    calls = (Location(file, 1, 1),)
    return Finding(**{slot: getattr(finding, slot) for slot in finding.__slots__} | {"called_from": calls})


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_a_message_acts(name, tmp_path):
    file = tmp_path / "a,b:c%<b9>.yaml"
    file.write_text(f"x: {HOSTILE}\n - \x1b[2J<b9>\n")
    text = render_findings([hostile(str(file))], name, files=[str(file)])
    assert not any(char in text for char in "\x1b\x9b\u202e\r\x00")
    if name == "github":
        assert text.count("\n") == 1
        properties, _, message = text.removeprefix("::error ").partition("::")
        assert "," not in properties.split("file=")[1].split(",line")[0]
        assert "%250A" in message
    if name == "junit":
        assert "<b9>" not in text
        ET.fromstring(text)  # noqa: S314 - our own
    if name == "sarif":
        Draft202012Validator(SCHEMA).validate(json.loads(text))
        message = json.loads(text)["runs"][0]["results"][0]["message"]["text"]
        assert "\\]" in message
        assert "{{0}}" in message


WIDE = [
    # line, column, what stands under it
    ("a: 漢字 bad", 7, "             |        ^^^"),
    ("ok: " + "x" * 200 + " bad", 206, "^^^"),
    ("", 1, ""),
    ("short", 99, ""),
]


@pytest.mark.parametrize(("line", "column", "caret"), WIDE)
def test_the_caret_stands_below_the_place(line, column, caret, tmp_path):
    file = tmp_path / "wide.yaml"
    file.write_text(line + "\n", encoding="utf-8")
    finding = Finding("CNN013", Severity.ERROR, "m", Place(str(file)), Location(str(file), 1, column))
    _, *shown = render_findings([finding]).splitlines()
    assert max(map(len, shown), default=0) <= 110
    assert (shown[1].split("|")[1].strip() if shown else "") == caret.split("|")[-1].strip()
    if shown and "漢" in line:
        assert shown[1].index("^") == shown[0].index("bad") + 2


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("", 0),
        ("abc ", 4),
        ("\u6f22\u5b57 ", 5),
        ("\uff21\uff22\uff23 ", 7),
        ("\uff71\uff72 ", 3),
        ("e\u0301a\u0300 ", 3),
        ("\t", 4),
    ],
    ids=["nothing", "letters", "Chinese", "full width", "half width", "accents on their own", "a tab"],
)
def test_what_lies_before_the_caret_is_as_wide_as_a_terminal_shows_it(before, columns):
    remember("net.yaml", f"one\n{before}wrong: 3\n")
    line, caret = excerpt(Location("net.yaml", 2, len(before) + 1))
    gutter = line.index("| ") + 2
    assert line[:gutter] == "     2 | "
    if before != "\t":
        assert caret[gutter:] == " " * columns + "^^^^^"
    assert caret.count("^") == 5
