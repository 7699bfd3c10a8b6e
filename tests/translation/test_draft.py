"""What readers of other worlds share: a network put together by code is read, judged and shown like a spec."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cnnplan import rules
from cnnplan.cli import app
from cnnplan.errors import SpecError, UsageError
from cnnplan.findings import Severity
from cnnplan.plan import load, plan_spec
from cnnplan.report import Report, render
from cnnplan.report.findings import render_findings
from cnnplan.translation import Kind, kinds, load_spec
from cnnplan.translation.draft import Draft, legal


def net(path, options):
    """A file whose text is `net`, then the number of groups of a convolution."""
    draft = Draft(str(path), "net")
    shape = options.dims.get("x", ("N", 6, "H", "W"))
    for symbol in shape:
        if isinstance(symbol, str):
            draft.symbol(symbol)
    x = draft.inputs({"x": {"shape": [*shape]}})["x"]
    groups = int(path.read_text().split()[1])
    conv = {"out_channels": 8, "kernel_size": 3, "groups": groups}
    y = draft.add("conv", conv, [x], origin="layer1.0.conv1", where="/layer1/Conv (Conv)")
    z = draft.add("relu", {}, [y], where="/layer1/Relu (Relu)")
    draft.output(draft.add("add", {}, [y, z], origin="/Add", where="/Add (Add)"))
    draft.remark("CNN032", "declared as [1], and more comes out", "y")
    if groups == 0:
        draft.refuse("CNN031", "the operator is not understood", "/Odd (Odd)", "leave it out")
        draft.refuse("CNN031", "nor is this", "/Even (Even)")
    return draft.done()


@pytest.fixture
def file(tmp_path, monkeypatch):
    module = SimpleNamespace(read=net)
    monkeypatch.setitem(sys.modules, "cnnplan.translation.net", module)
    kind = Kind("Net", "cnnplan.translation.net", (".net",), lambda head: head.startswith(b"net"), options=("dims",))
    monkeypatch.setattr(kinds, "KINDS", (kind,))
    path = tmp_path / "a.net"
    path.write_text("net 2")
    return path


def test_it_is_planned_like_a_spec(file):
    plan = load(file, H=20, W=30)
    assert [node.name for node in plan] == ["layer1_0_conv1", "relu_", "Add"]
    assert [node.origin for node in plan] == ["layer1.0.conv1", "", "/Add"]
    assert plan.params == 8 * 3 * 9 + 8
    assert [str(condition) for condition in plan.conditions] == ["H >= 3", "W >= 3"]
    assert plan.outputs["Add"][2:] == tuple(n - 2 for n in plan.inputs["input"][2:])


def test_extents_may_be_told(file):
    plan = plan_spec(load_spec(file, dims={"x": (1, 4, 9, "K")}))
    assert [*map(str, plan.outputs["Add"])] == ["1", "8", "7", "K - 2"]


def test_origins_are_shown(file):
    report = Report.of(load(file, N=1, H=20, W=30))
    layers = json.loads(render(report, "json"))["layers"]
    assert [layer.get("origin") for layer in layers] == ["layer1.0.conv1", None, "/Add"]
    assert all("line" not in layer for layer in layers)
    assert "layer1.0.conv1" in render(report, "table", width=140)


def test_a_fault_is_found_at_its_node(file):
    file.write_text("net 4")
    (finding,) = rules.check(file)
    assert str(finding).startswith(
        f"{file}: error: /layer1/Conv (Conv): groups (=4) does not divide the 6 input channels"
    )


def test_what_the_reader_refuses_is_told_at_once(file):
    file.write_text("net 0")
    with pytest.raises(SpecError) as error:
        load(file)
    assert str(error.value).splitlines() == [
        f"{file}: error: /Odd (Odd): the operator is not understood [CNN031]",
        f"{file}: error: /Even (Even): nor is this [CNN031]",
    ]


def test_what_the_reader_remarks_is_checked(file):
    (remark,) = [finding for finding in rules.check(file) if finding.rule == "CNN032"]
    assert remark.severity is Severity.WARNING
    assert str(remark) == f"{file}: warning: y: declared as [1], and more comes out [CNN032]"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "junit"])
def test_every_format_of_findings_names_the_node(file, form):
    file.write_text("net 4")
    text = render_findings(rules.check(file), form)
    assert "/layer1/Conv (Conv)" in text
    assert "startLine" not in text
    if form == "json":
        assert "line" not in json.loads(text)["findings"][0]
    if form == "sarif":
        (result,) = json.loads(text)["runs"][0]["results"]
        (place,) = result["locations"]
        assert place["logicalLocations"] == [{"fullyQualifiedName": "/layer1/Conv (Conv)", "kind": "member"}]
        assert set(place["physicalLocation"]) == {"artifactLocation"}


def test_commands_read_it_and_folders_are_searched(file):
    (file.parent / "b.net").write_text("no network")
    (file.parent / "c.yaml").write_text("cnnplan: 1\ninput: [1, 3, 8, 8]\nlayers: [relu]\n")
    told = CliRunner().invoke(app, ["check", str(file.parent), "--format", "json"])
    assert [each.rpartition("/")[2] for each in json.loads(told.stdout)["files"]] == ["a.net", "c.yaml"]


def test_the_dims_of_the_command_line_reach_the_reader(file):
    args = ["report", str(file), "--format", "json", "--dims", "x=2,6,9,W", "--set", "W=11"]
    told = CliRunner().invoke(app, args)
    assert json.loads(told.stdout)["outputs"]["Add"] == {"shape": [2, 8, 7, 9], "formula": ["2", "8", "7", "W - 2"]}


def test_dims_that_nobody_understands_are_said(tmp_path):
    spec = tmp_path / "c.yaml"
    spec.write_text("cnnplan: 1\ninput: [1, 3, 8, 8]\nlayers: [relu]\n")
    told = CliRunner().invoke(app, ["report", str(spec), "--dims", "x=1,3"])
    assert "--dims was not used" in told.stderr
    with pytest.raises(UsageError, match="dims means nothing for a YAML spec"):
        load_spec(spec, dims={"x": (1, 3)})


@pytest.mark.parametrize("text", ["", "x=", "=1", "x=1,", "x=-1", "x=1;2"])
def test_dims_are_written_in_one_way(file, text):
    told = CliRunner().invoke(app, ["report", str(file), "--dims", text])
    assert told.exit_code == 2
    assert "write INPUT=EXTENTS for each" in told.stderr


NAMES = [
    ("layer1.0.conv1", "layer1_0_conv1"),
    ("/layer1/Add", "layer1_Add"),
    ("22", "_22"),
    ("relu", "relu_"),
    ("input", "input_"),
    ("in_shape", "in_shape_"),
    ("", "x"),
    ("::", "x"),
    ("é", "x"),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_names_are_legal(text, name):
    assert legal(text) == name


def test_names_are_given_once():
    draft = Draft("x")
    assert [draft.add("relu", name="a") for _ in range(3)] == ["a", "a_2", "a_3"]
