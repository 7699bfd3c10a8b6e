"""Networks from elsewhere as PyTorch source: the modules that they come from, under the names that they have there."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan.exporting import settled
from cnnplan.exporting import torch as source
from cnnplan.plan import load
from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.templates.paths import paths
from cnnplan.translation.torch.source.sequential import in_a_row, listed
from tests.translation.round_trip import by_source

GRAPHS = Path(__file__).parent / "onnx" / "graphs"
EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_large"])
def test_source_of_an_import_reads_as_it_did(name):
    """Refresh with `cnnplan export tests/translation/onnx/graphs/NAME.onnx`."""
    assert source(GRAPHS / f"{name}.onnx") == (EXPECTED / f"{name}_onnx.txt").read_text()


@pytest.mark.parametrize("path", sorted(GRAPHS.glob("*.onnx")), ids=lambda path: path.stem)
def test_the_written_module_is_the_same_network(path, tmp_path):
    pytest.importorskip("torch")
    differ = by_source(str(path), tmp_path, outputs=path.stem in {"resnet18", "squeezenet1_0", "mobilenet_v3_large"})
    assert not {claim: found for claim, found in differ.items() if found}


def test_layers_are_called_as_the_modules_were():
    """The second convolution of a block that halves, and the one beside it; what has no weights stands between them."""
    plan = settled(load(GRAPHS / "resnet18.onnx"), {})
    found = [".".join(path) for path in paths(plan.graph).values()]
    at = found.index("layer2.0.conv1")
    assert found[at : at + 6] == [
        "layer2.0.conv1",
        "layer2.0.relu",
        "layer2.0.conv2",
        "layer2.0.downsample.0",
        "layer2.0.add",
        "layer2.0.relu_2",
    ]


def test_a_spec_has_the_names_of_its_own():
    plan = load("cnnplan: 1\nname: t\ninput: [2, 3, 9, 8]\nlayers:\n  - conv: {out_channels: 5, kernel_size: 3}\n")
    assert paths(plan.graph) == {}


CONVS = {(0,): "nn.Conv2d(3, 5, 3)", (3,): "nn.Conv2d(5, 7, 1)"}


@pytest.mark.parametrize(
    ("forward", "made"),
    [
        (
            ["x = F.relu6(self[0](x))", "x = F.max_pool2d(x, 2, stride=1)", "x = self[3](x)"],
            ["nn.Conv2d(3, 5, 3)", "nn.ReLU6()", "nn.MaxPool2d(2, stride=1)", "nn.Conv2d(5, 7, 1)"],
        ),
        (["x = self[3](torch.relu(self[0](x)))"], [CONVS[0,], "nn.ReLU()", "nn.Identity()", CONVS[3,]]),
        (["y = self[0](x)", "y = torch.relu(y)", "x = self[3](x)"], []),
        (["x = self[0](x)", "x = self[3](x) + x"], []),
        (["x = self[3](x)", "x = self[0](x)"], []),
        (["x = self[0](x)"], []),
        (["x = self[0](x)", *["x = torch.tanh(x)"] * 3, "x = self[3](x)"], []),
    ],
)
def test_modules_in_a_row_are_a_sequential(forward, made):
    """At their numbers; where one is called twice or not, out of order, or on something else, they are none."""
    assert in_a_row(CONVS, forward, ["x"], "x") == made


def test_a_list_in_a_list_is_called_at_once():
    modules = {(0, 0): "A()", (0, 1): "B()", (1,): "C()"}
    forward = ["y = self.stem(x)", "y = self.body[0][0](y)", "y = self.body[0][1](y)", "z = self.body[1](y)"]
    made, lines = listed("body", modules, [*forward, "x = z + x"])
    assert made == "nn.Sequential(nn.Sequential(A(), B()), C())"
    assert lines == ["y = self.stem(x)", "z = self.body(y)", "x = z + x"]


def test_a_list_whose_parts_are_read_later_stays_one():
    modules = {(0,): "A()", (2,): "B()"}
    forward = ["y = self.body[0](x)", "z = self.body[2](y)", "x = z + y"]
    assert listed("body", modules, forward) == ("nn.ModuleList([A(), nn.Identity(), B()])", forward)


def test_a_list_whose_parts_are_returned_stays_one():
    forward = ["y = self.body[0](x)", "z = self.body[1](y)", "return z, y"]
    assert listed("body", {(0,): "A()", (1,): "B()"}, forward)[0] == "nn.ModuleList([A(), B()])"


def test_modules_whose_numbers_are_far_apart_are_no_list():
    with pytest.raises(Unwritable, match="far apart"):
        listed("body", {(0,): "A()", (99,): "B()"}, ["y = self.body[0](x)", "x = self.body[99](x)"])


def test_a_variable_that_is_given_anew_is_not_read_later():
    """What stands between two parts of a list is `y`, and `y` is something else behind them, before it is read."""
    forward = ["y = self.body[0](x)", "z = self.body[1](y)", "y = self.stem(x)", "x = z + y"]
    made, lines = listed("body", {(0,): "A()", (1,): "B()"}, forward)
    assert made == "nn.Sequential(A(), B())"
    assert lines == ["z = self.body(x)", "y = self.stem(x)", "x = z + y"]
