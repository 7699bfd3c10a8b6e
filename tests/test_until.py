"""A network up to one of its layers: a backbone is a network too."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import cnnplan
from cnnplan.cli import app
from cnnplan.errors import SpecError, UsageError

HEADED = """
cnnplan: 1
name: headed
symbols: {N: 2, H: {default: 12, min: 3}, W: 10}
input: [N, 3, H, W]
blocks:
  twice:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3, padding: 1}
      - relu
      - conv: {out_channels: width, kernel_size: 1}
layers:
  - twice: {width: 5}
    name: body
  - conv: {out_channels: 7, kernel_size: [5, 2]}
    name: head
  - conv: {out_channels: 3, kernel_size: 1, bias: false}
    name: last
expect:
  - params == 999
"""


def test_a_backbone_is_what_torchvision_has_without_its_classifier() -> None:
    """Its 11,689,512 weights but for those of fc, 512 * 1000 + 1000."""
    whole = cnnplan.load("specs/resnet.yaml", variant="resnet18")
    body = cnnplan.load("specs/resnet.yaml", variant="resnet18", until="layer4")
    assert body.params == 11_176_512 == whole.params - 513_000
    assert body.at().macs == whole.at().macs - 512_000
    assert [str(extent) for extent in body.outputs["layer4.basic2.relu2"]] == ["N", "512", "ceil(H/32)", "ceil(W/32)"]
    assert (body.left_out.layers, body.left_out.params, body.at().left_out.macs) == (
        3,
        513_000,
        512_000,
    )


def test_an_error_behind_it_is_none_of_it() -> None:
    """The head needs five rows, and three are declared legal: the body alone takes three."""
    with pytest.raises(SpecError, match="needs H >= 5"):
        cnnplan.load(HEADED)
    body = cnnplan.load(HEADED, until="body")
    assert body.params == 3 * 9 * 5 + 5 + 5 * 5 + 5
    assert body.conditions == ()
    assert [*body.nodes] == ["body.conv1", "body.relu1", "body.conv2"]


def test_an_error_before_it_is_told() -> None:
    with pytest.raises(SpecError, match="needs H >= 5"):
        cnnplan.load(HEADED, until="last")


def test_several_ends_and_a_layer_inside_a_block() -> None:
    plan = cnnplan.load(HEADED.replace("min: 3", "min: 5"), until=["body.relu1", "head"])
    assert [*plan.outputs] == ["body.relu1", "head"]
    assert [*cnnplan.load(HEADED, until="body.conv1").nodes] == ["body.conv1"]


def test_shared_weights_are_counted_where_they_are_used() -> None:
    """The convolution that has the weights lies behind, the one that is left has them then."""
    text = """
cnnplan: 1
input: [2, 3, 9, 8]
layers:
  - conv: {out_channels: 3, kernel_size: 3}
    name: first
  - conv: {out_channels: 3, kernel_size: 3}
    share: first
    name: second
    from: input
"""
    plan = cnnplan.load(text, until="second")
    assert (plan.params, plan.left_out.layers, plan.left_out.params) == (84, 1, 0)


def test_a_name_that_it_does_not_have_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="has no layer boddy; did you mean body"):
        cnnplan.load(HEADED.replace("min: 3", "min: 5"), until="boddy")
    with pytest.raises(UsageError, match="it begins with body, head, last"):
        cnnplan.load(HEADED.replace("min: 3", "min: 5"), until="xyz")


def run(*words: str) -> str:
    result = CliRunner().invoke(app, [*words])
    assert result.exit_code == 0, result.output
    return result.output


def test_every_command_that_asks_about_a_network_can_stop_there(tmp_path) -> None:
    spec = tmp_path / "headed.yaml"
    spec.write_text(HEADED)
    up = ("--until", "body")
    report = json.loads(run("report", str(spec), *up, "-f", "json"))
    assert report["name"] == "headed until body"
    assert report["totals"]["params"] == 170
    # two maps of 8 rows, 9 columns, 5 * 10 weights; and 7 channels of 3 weights for the last
    assert report["left_out"] == {"layers": 2, "params": 7 * 50 + 7 + 21, "macs": 2 * 8 * 9 * (7 * 50 + 21)}
    text = run("check", str(spec), *up)
    assert "a promise is of the whole network, and not looked at up to body" in text
    assert "170" in run("sweep", str(spec), *up, "--set", "H=9,11")
    assert "all agree" in run("verify", str(spec), *up)
    assert "170" in run("report", run_export(spec, tmp_path))


def run_export(spec, folder) -> str:
    target = folder / "body.onnx"
    run("export", str(spec), "--until", "body", "-o", str(target))
    return str(target)
