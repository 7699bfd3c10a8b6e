"""Specs as Keras 3 code: the model has the sizes, parameters and outputs of the spec, with the same weights."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.executor.weights import Weights
from cnnplan.exporting import keras as source
from cnnplan.exporting import settled
from cnnplan.plan import load
from tests.translation.test_source import small

SPECS = Path(__file__).parents[3] / "specs"

REFUSED = {
    "audio/deepspeech": "rnn1: rnn with biases: both: Keras has one, say biases: one",
    "audio/demucs": "lstm1: lstm with biases: both: Keras has one, say biases: one",
    "images/deepface": "l4: the operator locally_connected, which Keras has not",
    "images/spatial_transformer": "turned: the operator grid_sample, which Keras has not",
    "language/mamba_130m": "layer1.scan: the operator opaque, which Keras has not",
    "resnet/dcn_resnet50": "c3.block1.deformed1.deform_conv1: the operator deform_conv, which Keras has not",
    "segmentation/segnet": "up1.max_unpool1: the operator max_unpool, which Keras has not",
    "sequence/crnn": "lstm1: lstm with biases: both: Keras has one, say biases: one",
}
"""Specs with something that Keras has not, and what that is."""

NETWORKS = [
    name
    for name in (str(path.relative_to(SPECS).with_suffix("")) for path in sorted(SPECS.rglob("*.yaml")))
    if name not in REFUSED and "\nlayers:" in (SPECS / f"{name}.yaml").read_text()
]
"""The others."""

DEAD = {"audio/wavenet"}
"""A layer that leads to no output is no part of a model of Keras."""

SMALL = ("two_conv", "lenet5", "unet", "mobilenet_v2", "resnet", "segmentation/nnunet_3d", "mobile/tf_efficientnet_b0")
"""Of those, networks whose outputs are looked at in every run; of the others in slow ones."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_has_not_is_refused_by_place_and_name(name):
    with pytest.raises(UsageError, match="not written as Keras code") as caught:
        source(SPECS / f"{name}.yaml")
    assert REFUSED[name] in str(caught.value)
    assert ".yaml:" in str(caught.value)


@pytest.mark.parametrize("name", NETWORKS)
def test_code_is_clean(name, tmp_path):
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    file = tmp_path / "network.py"
    file.write_text(source(SPECS / f"{name}.yaml"))
    run = subprocess.run([ruff, "check", "--isolated", "--no-cache", str(file)], capture_output=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stdout.decode()
    assert max(map(len, file.read_text().splitlines())) <= 120


def model(source_, tmp_path):
    """The model of a text."""
    file = tmp_path / "written.py"
    file.write_text(source_)
    found = importlib.util.spec_from_file_location("written", file)
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made.build()


def convolved(w):
    return [np.moveaxis(w["weight"], (0, 1), (-1, -2)), *([w["bias"]] if "bias" in w else [])]


def dense(w):
    return [w["weight"].T, *([w["bias"]] if "bias" in w else [])]


def attended(w):
    """Queries, keys and values apart: a kernel (features, heads, width) and a bias each; then what comes out."""
    found = []
    for kernel, bias in zip(np.split(w["in_proj_weight"], 3), np.split(w["in_proj_bias"], 3), strict=True):
        found += [kernel.T, bias]
    return [*found, w["out_proj.weight"].T, w["out_proj.bias"]]


def recurrent(w):
    """What comes in, what comes back, one bias or both; of a GRU the gates in another order."""
    found = []
    for end in ("l0", *(["l0_reverse"] if "weight_ih_l0_reverse" in w else [])):
        into, back = w[f"weight_ih_{end}"], w[f"weight_hh_{end}"]
        biases = [w[f"bias_{kind}_{end}"] for kind in ("ih", "hh") if f"bias_{kind}_{end}" in w]
        if len(into) == 3 * back.shape[1]:
            into, back, *biases = (gated(each) for each in (into, back, *biases))
        found += [into.T, back.T, np.stack(biases) if len(biases) > 1 else biases[0]]
    return found


def gated(array):
    """PyTorch's gates of a GRU are reset, update, new; Keras' update, reset, new."""
    reset, update, new = np.split(array, 3)
    return np.concatenate([update, reset, new])


def in_order(*names):
    return lambda w: [w[name] for name in names if name in w]


USUAL = in_order("weight", "bias", "running_mean", "running_var", "value")
WEIGHTS = {
    "Dense": dense,
    "MultiHeadAttention": attended,
    "LSTM": recurrent,
    "GRU": recurrent,
    "SimpleRNN": recurrent,
    "Bidirectional": recurrent,
}
"""The weights of a layer in Keras' order and with its axes; of convolutions and others below."""


def called(key):
    """The layer of a weight, and its name there: PyTorch's backend allows no dots in names."""
    layer, _, name = key.rpartition(".")
    if layer.endswith(".out_proj"):
        layer, name = layer.removesuffix(".out_proj"), f"out_proj.{name}"
    return layer.replace(".", "_"), name


def fill(network, weights):
    """Give a model the weights of an execution, by the names of layers."""
    of = {}
    for key, array in weights.items():
        layer, name = called(key)
        of.setdefault(layer, {})[name] = array
    for layer in network._flatten_layers(include_self=False, recursive=True):
        if layer.name not in of:
            continue
        kind = type(layer).__name__
        arrays = (convolved if kind.startswith("Conv") else WEIGHTS.get(kind, USUAL))(of[layer.name])
        shapes = [tuple(w.shape) for w in layer.weights]
        layer.set_weights([a.reshape(shape) for a, shape in zip(arrays, shapes, strict=True)])


@pytest.fixture
def keras(monkeypatch):
    """Keras in double precision: some networks make much of small differences."""
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "jax"))
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    found = pytest.importorskip("keras")
    found.backend.clear_session()
    before = found.config.floatx()
    found.config.set_floatx("float64")
    yield found
    found.config.set_floatx(before)


def sizes(network, plan):
    """Sizes that a model takes: small ones, or those that it was written for."""
    letters = [not isinstance(n, int) for shape in plan.inputs.values() for n in shape[1:]]
    free = [n is None for tensor in network.inputs for n in tensor.shape[1:]]
    if letters == free:
        return small(plan)
    return {**plan.values, **({"N": 2} if "N" in plan.values else {})}


def held(text, plan, tmp_path, *, whole=True):
    """Hold the model of a text against the executor, with the same weights."""
    network = model(text, tmp_path)
    values = sizes(network, plan)
    weights = Weights(None, plan.graph.nodes, 3, "float64")
    truth = execute(plan.graph, values=values, weights=weights, seed=3, dtype="float64")
    figures = plan.at(**{each: value for each, value in values.items() if each in plan.spec.symbols})
    if whole:
        assert sum(int(np.prod(w.shape)) for w in network.trainable_weights) == figures.params
    fill(network, weights.used)
    inputs = [*fed(plan.graph, values, {}, 3, "float64").values()]
    found = network(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = found if isinstance(found, list | tuple) else [found]
    for output, expected in zip(outputs, truth.outputs.values(), strict=True):
        array = output.detach().numpy() if hasattr(output, "detach") else np.asarray(output)
        np.testing.assert_allclose(array, expected, rtol=0, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize(
    "name", [name if name in SMALL else pytest.param(name, marks=pytest.mark.slow) for name in NETWORKS]
)
@pytest.mark.usefixtures("keras")
def test_the_model_computes_the_same(name, tmp_path):
    plan = settled(load(SPECS / f"{name}.yaml"), {})
    if not plan.spec.symbols.keys() <= plan.values.keys():
        pytest.skip("the spec shows no sizes")
    held(source(SPECS / f"{name}.yaml"), plan, tmp_path, whole=name not in DEAD)


HELD = """cnnplan: 1
name: t
symbols: {N: 2, H: 9, W: 12}
input: [N, 3, H, W]
blocks:
  unit:
    layers: [{conv: {out_channels: 5, kernel_size: 3}}, batch_norm]
layers:
  - {conv: {out_channels: 3, kernel_size: 1}, name: stem, trainable: false}
  - {unit: {}, repeat: 2, name: held, trainable: false}
  - {unit: {}, name: free}
"""
NUMBERED = HELD.replace("name: free", "name: held_out").replace("name: stem", "name: free").replace("repeat: 2, ", "")
FREEZING = {
    HELD: 'f"{layer.name}_".startswith(("stem_", "held_"))',
    HELD.replace(", name: stem, trainable: false", ", name: stem"): 'f"{layer.name}_".startswith("held_")',
    NUMBERED: 'f"{layer.name}_".startswith(("free_", "held_conv1_", "held_batch_norm1_"))',
}


@pytest.mark.parametrize("text", FREEZING)
def test_what_is_frozen_is_frozen_in_the_model(text):
    *_, loop, test, done, returned = source(text).splitlines()
    assert (loop, test) == ("    for layer in model.layers:", f"        if {FREEZING[text]}:")
    assert (done, returned) == ("            layer.trainable = False", "    return model")


@pytest.mark.parametrize("text", FREEZING)
@pytest.mark.usefixtures("keras")
def test_a_model_trains_what_the_spec_does(text, tmp_path):
    network, plan = model(source(text), tmp_path), load(text)
    trained = sum(int(np.prod(w.shape)) for w in network.trainable_weights)
    assert 0 < trained == plan.params - plan.frozen < plan.params


IMAGE = "input: {shape: [2, 6, 9, 8], dtype: float32}"
STEPS = "input: [2, 7, 6]"
SMALLER = {
    "lstm": (STEPS, "- lstm: {hidden_size: 5, biases: one}"),
    "lstm both ways": (STEPS, "- lstm: {hidden_size: 5, biases: one, bidirectional: true}"),
    "gru": (STEPS, "- gru: {hidden_size: 5}"),
    "rnn": (STEPS, "- rnn: {hidden_size: 5, biases: one, nonlinearity: relu}"),
    "attention": (STEPS, "- multi_head_attention: {num_heads: 3}"),
    "ceil": (IMAGE, "- max_pool: {kernel_size: 3, stride: 2, padding: 1, ceil_mode: true}"),
    "mean without padding": (IMAGE, "- avg_pool: {kernel_size: 3, stride: 2, padding: 1, count_include_pad: false}"),
    "mirrored": (IMAGE, "- pad: {padding: [[1, 2], [0, 3]], mode: reflect}"),
    "edges": (IMAGE, "- pad: {padding: [[1, 2], [0, 3]], mode: replicate}"),
    "along": (IMAGE, "- pad: {padding: [[1, 2], [0, 3]], dims: [1, 3], value: 0.5}"),
    "parts": (IMAGE, "- {split: {sections: [1, 2, 3]}, name: a}\n  - {multiply: {}, from: [a.0, a.2]}"),
    "shuffled": (IMAGE, "- slice: {dim: 2, end: 8}\n  - pixel_unshuffle: {downscale_factor: 2}"),
    "turned": (IMAGE, "- flip: {dims: [1, 3]}\n  - glu: {dim: 1}"),
    "neighbours": (IMAGE, "- local_response_norm: {size: 4, alpha: 0.5, beta: 0.6, k: 2}"),
    "norm": (IMAGE, "- lp_pool: {norm_type: 2, kernel_size: 3, stride: 2}"),
    "transposed": (IMAGE, "- conv_transpose: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}"),
    "larger": (IMAGE, "- upsample: {size: [18, 24]}\n  - upsample: {size: [20, 21], mode: bilinear}"),
    "middle": (IMAGE, "- crop: {size: [5, 3]}"),
    "chosen": (IMAGE, "- {compare: {mode: less, value: 0.1}, name: a}\n  - {where: {value: 3}, from: [a, input]}"),
    "gathered": (IMAGE, "- gather: {dim: 1, index: [3, 0, 5]}\n  - reduce: {mode: l2, dim: 2}"),
    "twice": (
        IMAGE,
        "- {conv: {out_channels: 6, kernel_size: 1}, name: a}\n  - {conv: {out_channels: 6, kernel_size: 1}, share: a}",
    ),
    "identity": (IMAGE, "- identity\n  - relu"),
    "filled": (IMAGE, "- {constant: {shape: [2, 6, 9, 8], value: 0.25}}\n  - {add: {}, from: [input, prev]}"),
    "listed": (
        IMAGE,
        "- {constant: {values: [[[[1, 2.5, 3, 4, 5, 6, 7, -8]]]]}}\n  - {multiply: {}, from: [input, prev]}",
    ),
    "mish": (IMAGE, "- mish"),
    "dealt out": (IMAGE, "- channel_shuffle: {groups: 3}"),
    "a shape as an argument": (
        IMAGE,
        """- turned: {to: [2, 9, 6, 8]}
  - turned: {to: [2, 54, 8]}
blocks: {turned: {args: {to: required}, layers: [{reshape: {shape: to}}, relu]}}""",
    ),
}


@pytest.mark.parametrize("case", SMALLER)
@pytest.mark.usefixtures("keras")
def test_an_operator_computes_the_same(case, tmp_path):
    shape, layers = SMALLER[case]
    text = f"cnnplan: 1\nname: t\n{shape}\nlayers:\n  {layers}\n"
    held(source(text), load(text), tmp_path)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of Keras, on PyTorch's backend
def test_a_saved_model_is_loaded_again(keras, tmp_path):
    """The helpers that are layers are known to Keras by name."""
    text = "cnnplan: 1\nname: t\ninput: [2, 6]\nlayers:\n  - {parameter: {shape: [1, 6]}, name: p}\n"
    text += "  - {multiply: {}, from: [input, p]}\n  - scale: {dim: 1}\n"
    network = model(source(text), tmp_path)
    network.save(tmp_path / "t.keras")
    again = keras.saving.load_model(tmp_path / "t.keras")
    assert [w.shape for w in again.weights] == [w.shape for w in network.weights]


def test_what_stands_for_a_layer_that_is_left_out_overwrites_nothing_that_it_reads():
    """The sum reads what comes in as `x`, and is called `x` itself."""
    made = source(SPECS / "mobilenet_v2.yaml")
    assert "    if has_add1:\n        x = x + y\n    else:\n        x = y\n    return x\n" in made


def test_the_command_line(tmp_path):
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "--keras", "-o", str(tmp_path / "net.py")])
    assert run.exit_code == 0
    assert "import keras" in (tmp_path / "net.py").read_text()
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "--keras", "-o", str(tmp_path / "net.onnx")])
    assert run.exit_code == 2
    assert "--keras writes source, to a file that ends in .py" in run.output


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("segmentation/segnet", "it is written as PyTorch source (without --keras) and as an ONNX file (-o FILE.onnx)"),
        ("images/deepface", "it is written as PyTorch source (without --keras)\n"),
        ("language/mamba_130m", "nor is it written as anything else"),
    ],
)
def test_what_keras_has_not_is_told_with_what_has_it(name, ways, tmp_path):
    run = CliRunner().invoke(app, ["export", str(SPECS / f"{name}.yaml"), "--keras", "-o", str(tmp_path / "net.py")])
    assert run.exit_code == 2
    assert f"; {ways}" in run.output
