"""Networks as PyTorch source: what comes out is Python as people write it, and is the same network again."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import cnnplan
from cnnplan.cli import app
from cnnplan.errors import CnnplanError, UsageError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.executor.weights import Weights
from cnnplan.exporting import settled
from cnnplan.exporting import torch as source
from cnnplan.plan import load
from cnnplan.translation.layout import unknown

SPECS = Path(__file__).parents[2] / "specs"
EXPECTED = Path(__file__).parent / "expected"

NETWORKS = [
    str(path.relative_to(SPECS).with_suffix(""))
    for path in sorted(SPECS.rglob("*.yaml"))
    if "\nlayers:" in path.read_text() and "- opaque:" not in path.read_text()
]
"""All specs that are networks, but those with a part that is declared: that one is refused."""

VARIANTS = {
    "resnet": ("resnet18", "resnet34", "resnet101", "resnet152"),
    "mobile/efficientnet": ("efficientnet_b1", "efficientnet_b3"),
    "mobile/shufflenet_v2": ("shufflenet_v2_x0_5",),
}


def module(name, tmp_path):
    """The class of the network that a spec is written as."""
    text = source(SPECS / f"{name}.yaml")
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
    assert source(SPECS / f"{name}.yaml") == (EXPECTED / f"{Path(name).name}.txt").read_text()


@pytest.mark.parametrize("name", NETWORKS)
def test_source_is_formatted_and_clean(name, tmp_path):
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    file = tmp_path / "network.py"
    file.write_text(source(SPECS / f"{name}.yaml"))
    for command in (["check"], ["format", "--check"]):
        run = subprocess.run([ruff, *command, "--isolated", "--no-cache", str(file)], capture_output=True, check=False)  # noqa: S603
        assert run.returncode == 0, run.stdout.decode()


def small(plan):
    """Small sizes at which a network is legal, no two alike if it allows that; else those of the spec."""
    letters = {name for shape in plan.inputs.values() for n in shape for name in getattr(n, "symbols", ())}
    fixed = any(not isinstance(n, int) for node in plan.nodes.values() for w in node.weights.values() for n in w.shape)
    for size, more in product((1, 4, 8, 16, 32, 48, 64, 75, 96, 128, 160, 224), () if fixed else (16, 32, 4, 64, 0)):
        values = {name: 2 if name == "N" else size + more * (name == "W") for name in letters}
        with contextlib.suppress(CnnplanError):
            plan.at(**values)
            if not all(each.holds({**plan.values, **values}) for each in plan.graph.structure):
                continue
            return {**plan.values, **values}
    return dict(plan.values)


def again(network, plan, name):
    """The written module, read again."""
    dims = {name: tuple(map(str, shape)) for name, shape in plan.inputs.items()}
    if name in FIXED or not all(extent.isalnum() for shape in dims.values() for extent in shape):
        dims = {
            name: tuple(str(n if isinstance(n, int) else n.at(plan.values)) for n in shape)
            for name, shape in plan.inputs.items()
        }
    return cnnplan.load(network, dims=dims if len(dims) > 1 else next(iter(dims.values())))


STORED = {
    "transformer/swin_t": {"buffers", "flops"},
    "language/stories15m": {"buffers", "flops"},
    "audio/wavenet": {"macs", "params", "flops"},
}
"""What differs: what rests on no input, as masks, is worked out once; a layer that leads to no output is not read."""

ONE = {"transformer/swin_t"}
"""A network whose masks are read for the number of windows of the sizes that the spec shows."""

FIXED = {"lenet5", "two_conv", "transformer/vit"}
"""Networks whose weights have the size of what comes in: the module is for the sizes that the spec shows."""


@pytest.mark.parametrize("name", NETWORKS)
def test_the_written_module_is_the_same_network(name, tmp_path):
    torch = pytest.importorskip("torch")
    plan = settled(load(SPECS / f"{name}.yaml"), {})
    if not plan.spec.symbols.keys() <= plan.values.keys():
        pytest.skip("the spec shows no sizes")
    with torch.device("meta"):
        network = module(name, tmp_path)().eval()
    assert state(network) == shapes(plan)
    found = again(network, plan, name)
    for values in (plan.values, *([small(plan)] if name not in ONE else [])):
        if not found.spec.symbols.keys() >= {
            each for shape in plan.inputs.values() for n in shape for each in getattr(n, "symbols", ())
        }:
            values = plan.values  # noqa: PLW2901 - it is for these alone
        known = {each: value for each, value in values.items() if each in found.spec.symbols}
        one, other = found.at(**known), plan.at(**{each: values[each] for each in plan.spec.symbols if each in values})
        differ = {key for key in ("macs", "params", "flops", "buffers") if getattr(one, key) != getattr(other, key)}
        assert differ <= STORED.get(name, set())
    if name not in FIXED:
        assert set(map(str, plan.conditions)) <= set(map(str, found.conditions))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_written_module_computes_the_same(name, tmp_path):
    """In float64: some networks make much of small differences."""
    torch = pytest.importorskip("torch")
    plan = settled(load(SPECS / f"{name}.yaml"), {})
    values = small(plan)
    if not plan.spec.symbols.keys() <= values.keys():
        pytest.skip("the spec shows no sizes")
    weights = Weights(None, plan.graph.nodes, 3, "float64")
    truth = execute(plan.graph, values=values, weights=weights, seed=3, dtype="float64")
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        network = module(name, tmp_path)().eval()
        state = {key: torch.from_numpy(np.array(weight)) for key, weight in weights.used.items()}
        missing = network.load_state_dict(state, strict=False)
        assert not missing.unexpected_keys
        assert not [key for key in missing.missing_keys if "num_batches" not in key]
        with torch.no_grad():
            found = network(*map(torch.from_numpy, fed(plan.graph, values, {}, 3, "float64").values()))
    finally:
        torch.set_default_dtype(before)
    outputs = found if isinstance(found, tuple) else (found,)
    for output, expected in zip(outputs, truth.outputs.values(), strict=True):
        np.testing.assert_allclose(output.numpy(), expected, rtol=0, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize(("name", "variant"), [(name, each) for name, every in VARIANTS.items() for each in every])
def test_one_class_is_every_variant(name, variant, tmp_path):
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        network = module(name, tmp_path)(variant=variant)
    assert state(network) == shapes(load(SPECS / f"{name}.yaml", variant=variant))


def test_a_condition_is_an_error_that_says_what_is_needed(tmp_path):
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        network = module("unet", tmp_path)()
    with pytest.raises(ValueError, match="needs h % 16 == 0, got 40"):
        network(torch.zeros(1, 3, 40, 64, device="meta"))


OPAQUE = """cnnplan: 1
name: net
input: [1, 3, 8, 9]
layers:
  - relu
  - opaque: {shape: [1, 5], macs: 7}
"""


def test_what_is_not_written_is_refused_by_place_and_name(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(OPAQUE)
    with pytest.raises(
        UsageError, match=r"net: not written as PyTorch source: .*net\.yaml:6:5: opaque1: the operator opaque"
    ):
        source(file)


def test_a_network_with_a_part_that_is_declared_is_refused():
    with pytest.raises(UsageError, match=r"mamba_130m: not written as PyTorch source: .*scan: the operator opaque"):
        source(SPECS / "language" / "mamba_130m.yaml")


def test_the_command_line(tmp_path):
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "-o", str(tmp_path / "net.py")])
    assert run.exit_code == 0
    assert (tmp_path / "net.py").read_text() == (EXPECTED / "unet.txt").read_text()
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "-o", str(tmp_path / "net.txt")])
    assert run.exit_code == 2
    assert "a file that ends in .py" in run.output
    (tmp_path / "net.yaml").write_text(OPAQUE)
    run = CliRunner().invoke(app, ["export", str(tmp_path / "net.yaml"), "-o", str(tmp_path / "other.py")])
    assert run.exit_code == 2
    assert "the operator opaque; nor is it written as anything else" in run.output
    run = CliRunner().invoke(app, ["export", str(tmp_path / "missing.yaml"), "-o", str(tmp_path / "other.py")])
    assert (run.exit_code, "ONNX" in run.output) == (2, False)
    assert not (tmp_path / "other.py").exists()
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "-o", str(tmp_path / "net.PY")])
    assert run.exit_code == 0
    run = CliRunner().invoke(app, ["export", str(SPECS / "resnet.yaml"), "--until", "layer2"])
    assert run.exit_code == 0
    assert run.output.endswith("        x = self.layer1(x)\n        return self.layer2(x)\n")


SIZED = """cnnplan: 1
name: net
symbols: {N: 2, H: 9, W: 12}
input: [N, 3, H, W]
layers:
  - pad: {padding: [["in_shape[2] % 2", 1], ["in_shape[3] % 2 + 1", 2]]}
  - relu
"""


def test_what_pads_by_the_size_is_no_number():
    text = source(SIZED)
    assert "F.pad(x, (x.shape[3] % 2 + 1, 2, x.shape[2] % 2, 1))" in text


def test_a_variable_is_not_called_like_a_size():
    """Of many tensors at once one would be called `w`, and the width is read behind it."""
    head = "cnnplan: 1\nname: net\nsymbols: {N: 2, H: 9, W: 12}\ninput: [N, 3, H, W]\nlayers:\n"
    paths = "".join(f"          - [conv: {{out_channels: {k + 4}, kernel_size: 1}}]\n" for k in range(8))
    text = f"{head}  - branches:\n      paths:\n{paths}  - reshape: {{shape: [N, 60, H * W]}}\n"
    made = source(text)
    assert "h, w = x.shape[2:]" in made
    assert "        w = self." not in made


def test_a_letter_without_a_value_stays_one():
    assert source(SIZED.replace("H: 9, W: 12", "H: {min: 1}, W: {min: 1}")) == source(SIZED)


def test_a_network_whose_weights_have_an_open_size_is_refused_with_the_way_out():
    text = (
        "cnnplan: 1\nname: net\nsymbols: {N: 2, T: {min: 1}}\ninput: [N, T]\nlayers:\n  - linear: {out_features: 5}\n"
    )
    with pytest.raises(UsageError, match=r"which has no value: give it one, --set T=NUMBER"):
        source(text)


def test_weights_of_an_open_size_are_made_at_the_number_that_it_is_bound_to():
    """All letters without one are named at once; bound, `__init__` has them as numbers, and `forward` asks for them."""
    head = "cnnplan: 1\nname: net\nsymbols: {N: 2, H: {min: 1}, W: {min: 1}}\ninput: [N, 3, H, W]\nlayers:\n"
    text = f"{head}  - {{parameter: {{shape: [1, 3, H, W]}}, name: table}}\n  - {{add: {{}}, from: [input, table]}}\n"
    with pytest.raises(UsageError, match="of H and W, which have no values: give them, --set H=NUMBER --set W=NUMBER"):
        source(text)
    made = source(text, H=7, W=5)
    before, _, behind = made.partition("class Net(")[2].partition("def forward")
    assert "h = 7" in before
    assert "w = 5" in before
    assert "if h != 7:" in behind
    compile(made, "net.py", "exec")


def test_parameters_that_nobody_gives_are_none():
    """Of a block: an argument that follows from others, a flag and a kind of layer; a number stays."""
    text = """cnnplan: 1
name: net
input: [2, 6, 9, 8]
blocks:
  unit:
    args: {width: 4, kernel_size: required, padding: kernel_size // 2, act: relu, bias: true}
    layers:
      - conv: {out_channels: width, kernel_size: kernel_size, padding: padding, bias: bias}
      - act
layers:
  - unit: {kernel_size: 3}
  - unit: {kernel_size: 5}
"""
    made = source(text).partition("class Net(")[0]
    assert "def __init__(self, in_channels: int, kernel_size: int, width: int = 4) -> None:" in made
    assert "padding=kernel_size // 2" in made
    assert "self.act1 = nn.ReLU()" in made


COPIED = """cnnplan: 1
name: net
input: [2, 6, 9, 8]
blocks:
  squeeze:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 1}
      - relu
  unit:
    args: {width: required, squeezed: required}
    layers:
      - squeeze: {width: width // 2}
      - squeeze: {width: squeezed}
        when: squeezed > 0
layers:
  - sequence:
      - unit: {width: "[10, 26, 44][i]", squeezed: "[0, 7, 8][i]"}
      - relu:
        repeat: "[1, 3, 2][i]"
    repeat: {i: 3}
"""
"""Copies of what is no module, so often as a list says: the network is written at values."""


def test_what_a_spec_computes_of_an_argument_is_computed_of_it_where_it_is_written_at_values():
    """Of one that expressions alone read, and of one that is 0 where the layer is off that it is the width of."""
    made = source(COPIED)
    assert "Squeeze(in_channels, width=width // 2)" in made
    assert "if squeezed > 0:" in made
    assert "self.unit1 = Unit(6, width=10, squeezed=0)" in made
    assert "self.unit2 = Unit(5, width=26, squeezed=7)" in made


def test_an_element_of_a_list_by_its_number_is_that_element():
    text = source(COPIED.replace('        repeat: "[1, 3, 2][i]"\n', ""))
    assert "self.unit2 = Unit(5, width=26, squeezed=7)" in text
    made = source(SPECS / "inception" / "xception41.yaml")
    assert "            channels = width\n" in made
    assert "self.middle.append(Residual(728, widths=(728, 728, 728)))" in made
    assert ")[" not in text
    assert ")[2]" not in made


def test_a_turn_that_nothing_reads_is_not_named():
    assert "nn.ModuleList(Encoder() for _ in range(12))" in source(SPECS / "transformer" / "vit.yaml")


def test_copies_of_what_is_no_module_are_calls():
    made = source(COPIED)
    assert "torch.relu(torch.relu(torch.relu(self.unit2(x))))" in made
    text = "cnnplan: 1\nname: net\nsymbols: {k: 3}\ninput: [2, 6, 99, 98]\nlayers:\n"
    made = source(f"{text}  - max_pool: {{kernel_size: 3}}\n    repeat: k\n")
    assert made.count("F.max_pool2d(") == 3


LATER = [
    ("- {parameter: {shape: [5, 3, 1, 1]}, name: w}\n  - {conv: {out_channels: 5, kernel_size: 1}, from: [a, w]}"),
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
    (tmp_path / "late.py").write_text(source(text))
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


def test_infinity_is_a_number_of_python():
    text = "cnnplan: 1\nname: net\ninput: [2, 3, 9, 8]\nlayers:\n  - pad: {padding: 1, value: -.inf}\n"
    assert 'F.pad(x, (1, 1, 1, 1), value=float("-inf"))' in source(text)
