"""A file of another world as a spec: read again it is the same network, as short as a person would write it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.conversion import convert, figures
from cnnplan.errors import UsageError
from cnnplan.plan import load
from cnnplan.rules import check

GRAPHS = Path(__file__).parent / "onnx" / "graphs"

LINES = {
    "resnet18": 45,
    "resnet50": 50,
    "resnet50_bn_kept": 60,
    "googlenet": 60,
    "squeezenet1_0": 45,
    "mobilenet_v3_large": 100,
    "dla34": 100,
    "hrnet_w18_small": 150,
    "vgg16_bn": 55,
    "alexnet_dynamo": 40,
}
"""The most lines of what a network becomes."""


@pytest.mark.parametrize("name", LINES)
def test_it_is_the_same_network_in_few_lines(name):
    path = GRAPHS / f"{name}.onnx"
    text = convert(path)
    assert figures(load(text)) == figures(load(path))
    assert text.count("\n") <= LINES[name]
    yaml.safe_load(text)


@pytest.mark.parametrize("flat", [True, False])
def test_weighted_layers_keep_their_origins(flat):
    path = GRAPHS / "resnet50_bn_kept.onnx"
    origins = {node.origin: str(node.params) for node in load(convert(path, flat=flat)) if node.weights}
    assert origins == {node.origin: str(node.params) for node in load(path) if node.weights}


def test_flat_it_has_every_layer_under_its_name():
    path = GRAPHS / "squeezenet1_0.onnx"
    text = convert(path, flat=True)
    assert figures(load(text)) == figures(load(path))
    assert [*load(text).nodes] == [*load(path).nodes]


def test_what_is_written_promises_the_totals(tmp_path):
    file = tmp_path / "net.yaml"
    args = ["convert", str(GRAPHS / "resnet18.onnx"), "-o", str(file)]
    assert CliRunner().invoke(app, args).exit_code == 0
    assert "params == 11684712" in file.read_text()
    assert "macs == 1814073344" in file.read_text()
    assert not [finding for finding in check(file) if finding.severity == "error"]
    file.write_text(file.read_text().replace("11684712", "11684713"))
    assert "CNN301" in [finding.rule for finding in check(file)]


def test_a_spec_is_one_already(specs):
    with pytest.raises(UsageError, match="is a spec already"):
        convert(specs / "alexnet.yaml")


DIALECT = sorted((Path(__file__).parent / "ultralytics" / "files").glob("*.yaml"))[::5]


@pytest.mark.parametrize("path", DIALECT, ids=lambda path: path.stem)
def test_a_dialect_becomes_a_spec_with_the_blocks_that_it_calls(path):
    text = convert(path)
    assert figures(load(text)) == figures(load(path))
    assert set(yaml.safe_load(text)["blocks"]) <= set(re.findall(r"\w+", text))


def test_a_dialect_is_written_as_a_person_would():
    """The whole text: blocks as they are, no `from` that goes without saying, the totals promised."""
    text = convert(Path(__file__).parent / "ultralytics" / "files" / "lean.yaml")
    assert text == (Path(__file__).parent / "expected" / "lean.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DIALECT, ids=lambda path: path.stem)
def test_what_a_dialect_becomes_keeps_its_promises(path, tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(convert(path), encoding="utf-8")
    assert "that: macs ==" in file.read_text(encoding="utf-8")
    assert not [finding for finding in check(file) if finding.rule.startswith("CNN30")]
