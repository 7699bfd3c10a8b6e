"""Networks as PyTorch source: what comes out is Python as people write it, and is the same network again."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import cnnplan
from cnnplan.cli import app
from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.executor.weights import Weights
from cnnplan.plan import load
from cnnplan.translation.torch.source import source
from cnnplan.translation.torch.source.layout import unknown

SPECS = Path(__file__).parents[2] / "specs"
EXPECTED = Path(__file__).parent / "expected"

WRITTEN = (
    "alexnet",
    "densenet121",
    "generative/dcgan",
    "googlenet",
    "inception/inception_v3",
    "inception/xception41",
    "mobile/efficientnet",
    "mobile/mnasnet",
    "mobile/mobilenet_v1",
    "mobilenet_v2",
    "resnet",
    "resnet/darknet53",
    "resnet/fcn_resnet50",
    "resnet/resnext",
    "resnet/seresnet50",
    "unet",
    "vgg",
)
"""Specs that are written; that others are refused by name is tested too."""

VARIANTS = {
    "resnet": ("resnet18", "resnet34", "resnet101", "resnet152"),
    "mobile/efficientnet": ("efficientnet_b1", "efficientnet_b3"),
}


def module(name, tmp_path):
    """The class of the network that a spec is written as."""
    text = source(load(SPECS / f"{name}.yaml"))
    file = tmp_path / "written.py"
    file.write_text(text)
    found = importlib.util.spec_from_file_location("written", file)
    made = importlib.util.module_from_spec(found)
    sys.modules["written"] = made
    found.loader.exec_module(made)
    return [each for each in vars(made).values() if isinstance(each, type) and each.__module__ == "written"][-1]


def shapes(plan):
    return {
        f"{node.name}.{name}": tuple(weight.shape)
        for node in plan.at()
        if not node.shared
        for name, weight in node.weights.items()
    }


def state(network):
    return {name: tuple(t.shape) for name, t in network.state_dict().items() if "num_batches" not in name}


@pytest.mark.parametrize("name", ["unet", "resnet", "inception/inception_v3", "mobile/efficientnet"])
def test_source_reads_as_it_did(name):
    """Refresh with `cnnplan export specs/NAME.yaml`."""
    assert source(load(SPECS / f"{name}.yaml")) == (EXPECTED / f"{Path(name).name}.txt").read_text()


@pytest.mark.parametrize("name", WRITTEN)
def test_source_is_formatted_and_clean(name, tmp_path):
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    file = tmp_path / "network.py"
    file.write_text(source(load(SPECS / f"{name}.yaml")))
    for command in (["check"], ["format", "--check"]):
        run = subprocess.run([ruff, *command, "--isolated", "--no-cache", str(file)], capture_output=True, check=False)  # noqa: S603
        assert run.returncode == 0, run.stdout.decode()


@pytest.mark.parametrize("name", WRITTEN)
def test_the_written_module_is_the_same_network(name, tmp_path):
    torch = pytest.importorskip("torch")
    plan = load(SPECS / f"{name}.yaml")
    with torch.device("meta"):
        network = module(name, tmp_path)().eval()
    assert state(network) == shapes(plan)
    dims = {name: tuple(map(str, shape)) for name, shape in plan.inputs.items()}
    again = cnnplan.load(network, dims=dims if len(dims) > 1 else next(iter(dims.values())))
    values = {name: value for name, value in plan.values.items() if name in again.spec.symbols}
    assert again.at(**values).macs == plan.at().macs
    assert again.at(**values).params == plan.at().params
    promised = [*map(str, again.conditions)]
    for condition in plan.conditions:
        assert str(condition) in promised


@pytest.mark.parametrize(("name", "variant"), [(name, each) for name, every in VARIANTS.items() for each in every])
def test_one_class_is_every_variant(name, variant, tmp_path):
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        network = module(name, tmp_path)(variant=variant)
    assert state(network) == shapes(load(SPECS / f"{name}.yaml", variant=variant))


SMALL = {"unet": (32, 48), "resnet": (40, 56), "googlenet": (40, 56), "inception/inception_v3": (75, 91)}


@pytest.mark.parametrize("name", SMALL)
def test_the_written_module_computes_the_same(name, tmp_path):
    torch = pytest.importorskip("torch")
    plan = load(SPECS / f"{name}.yaml")
    values = {**plan.values, "H": SMALL[name][0], "W": SMALL[name][1]}
    weights = Weights(None, plan.graph.nodes, 3, "float32")
    truth = execute(plan.graph, values=values, weights=weights, seed=3)
    network = module(name, tmp_path)().eval()
    network.load_state_dict({key: torch.from_numpy(np.array(w)) for key, w in weights.used.items()}, strict=False)
    inputs = fed(plan.graph, values, {}, 3, "float32").values()
    with torch.no_grad():
        (output,) = (network(*map(torch.from_numpy, inputs)),)
    (expected,) = truth.outputs.values()
    np.testing.assert_allclose(output.numpy(), expected, rtol=0, atol=1e-4 * np.abs(expected).max())


def test_a_condition_is_an_error_that_says_what_is_needed(tmp_path):
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        network = module("unet", tmp_path)()
    with pytest.raises(ValueError, match="needs h % 16 == 0, got 40"):
        network(torch.zeros(1, 3, 40, 64, device="meta"))


def test_what_is_not_written_is_refused_by_name():
    with pytest.raises(UsageError, match="unet_valid_paper: not written as PyTorch source: crop of skip"):
        source(load(SPECS / "unet_valid_paper.yaml"))


def test_the_command_line(tmp_path):
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "-o", str(tmp_path / "net.py")])
    assert run.exit_code == 0
    assert (tmp_path / "net.py").read_text() == (EXPECTED / "unet.txt").read_text()
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "-o", str(tmp_path / "net.txt")])
    assert run.exit_code == 2
    assert "a file that ends in .py" in run.output
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet_valid_paper.yaml"), "-o", str(tmp_path / "other.py")])
    assert run.exit_code == 2
    assert "crop of skip; an ONNX file holds more: -o FILE.onnx" in run.output
    assert not (tmp_path / "other.py").exists()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("mobile/shufflenet_v2", "unit as often as a symbol says, behind other such copies: give them a name"),
        ("mobile/mobilenet_v3", "relu as the value of an argument"),
    ],
)
def test_what_would_be_another_network_is_not_written(name, what):
    with pytest.raises(UsageError, match=f"not written as PyTorch source: {what}"):
        source(load(SPECS / f"{name}.yaml"))


LATER = [
    "- topk: {k: 3, dim: 2, largest: false}",
    "- glu: {dim: -1}",
    "- flip: {dims: [2, 3]}\n  - flip: {dims: 1}",
    (
        "- {max_pool: {kernel_size: 3, stride: 2, padding: 1}}\n"
        "  - {max_unpool: {kernel_size: 3, stride: 2, padding: 1}, from: [prev, a]}"
    ),
    "- unfold: {kernel_size: [3, 2], stride: 2, padding: 1}",
    "- {unfold: {kernel_size: [3, 2]}}\n  - fold: {output_size: [9, 8], kernel_size: [3, 2]}",
    (
        "- {conv: {out_channels: 2, kernel_size: 1}}\n  - {permute: {dims: [0, 2, 3, 1]}}\n"
        "  - {grid_sample: {padding_mode: border}, from: [a, prev]}"
    ),
]


@pytest.mark.parametrize("layers", LATER)
def test_an_operator_that_came_later_computes_the_same(layers, tmp_path):
    torch = pytest.importorskip("torch")
    text = f"cnnplan: 1\nname: late\ninput: [2, 3, 9, 8]\nlayers:\n  - {{relu: , name: a}}\n  {layers}\n"
    plan = load(text)
    (tmp_path / "late.py").write_text(source(plan))
    found = importlib.util.spec_from_file_location("late", tmp_path / "late.py")
    made = importlib.util.module_from_spec(found)
    sys.modules["late"] = made
    found.loader.exec_module(made)
    weights = Weights(None, plan.graph.nodes, 3, "float32")
    truth = execute(plan.graph, weights=weights, seed=3)
    network = made.Late().eval()
    network.load_state_dict({key: torch.from_numpy(np.array(w)) for key, w in weights.used.items()})
    (array,) = fed(plan.graph, plan.values, {}, 3, "float32").values()
    with torch.no_grad():
        output = network(torch.from_numpy(array))
    (expected,) = truth.outputs.values()
    np.testing.assert_allclose(output.numpy(), expected, rtol=0, atol=1e-5)


def test_names_without_a_meaning_are_found():
    text = "import torch\n\n\ndef f(x):\n    y = x + z\n    return torch.relu(len(y))\n"
    assert unknown(text) == ["z"]
