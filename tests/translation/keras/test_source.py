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
    "audio/cdur": "the operator lp_pool, which Keras has not",
    "audio/conv_tasnet": "a reshape that changes the batch",
    "audio/deepspeech": "rnn with biases: both: Keras has one, say biases: one",
    "audio/demucs": "a size that depends on that of the input",
    "generative/dcgan": "the weights of of_drawn, shared",
    "generative/edsr": "the operator pixel_shuffle, which Keras has not",
    "googlenet": "max_pool in ceil mode",
    "graphs/gat": "the operator parameter, which Keras has not",
    "images/deepface": "max_pool in ceil mode",
    "images/ffdnet": "a size that depends on that of the input",
    "images/spatial_transformer": "the operator constant, which Keras has not",
    "images/zf_spp": "the operator local_response_norm, which Keras has not",
    "inception/inception_v4": "avg_pool that leaves its padding out of the mean",
    "language/mamba_130m": "a split into unequal parts",
    "language/stories15m": "the operator scaled_dot_product_attention, which Keras has not",
    "mobile/squeezenet": "max_pool in ceil mode",
    "multiscale/bifpn": "the operator parameter, which Keras has not",
    "reparameterized/normalized": "the operator parameter, which Keras has not",
    "resnet/dcn_resnet50": "the operator deform_conv, which Keras has not",
    "resnet/deeplabv3_resnet50": "a size that depends on that of the input",
    "resnet/fcn_resnet50": "a size that depends on that of the input",
    "segmentation/segnet": "the operator max_unpool, which Keras has not",
    "sequence/crnn": "lstm with biases: both: Keras has one, say biases: one",
    "transformer/mobilevit_s": "a reshape that changes the batch",
    "transformer/swin_t": "a reshape that changes the batch",
    "transformer/vit": "the operator parameter, which Keras has not",
    "unet_valid_paper": "the operator crop, which Keras has not",
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


def model(name, tmp_path):
    file = tmp_path / "written.py"
    file.write_text(source(SPECS / f"{name}.yaml"))
    found = importlib.util.spec_from_file_location("written", file)
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made.build()


def turned(layer, name, array):
    """A weight in the order of axes that Keras has it in."""
    kind = type(layer).__name__
    if name == "weight" and kind.startswith("Conv") and kind.endswith("Transpose"):
        return np.moveaxis(array, (0, 1), (-1, -2))
    if name == "weight" and kind.startswith("Conv"):
        return np.moveaxis(array, (0, 1), (-1, -2))
    if name == "weight" and kind == "Dense":
        return array.T
    return array


ORDER = {
    "BatchNormalization": ("weight", "bias", "running_mean", "running_var"),
    "PReLU": ("weight",),
}
USUAL = ("weight", "bias")


def called(key):
    """The layer of a weight: PyTorch's backend allows no dots in names."""
    return key.rpartition(".")[0].replace(".", "_")


def fill(network, weights):
    """Give a model the weights of an execution, by the names of layers."""
    for layer in network.layers:
        mine = {key.rpartition(".")[2]: array for key, array in weights.items() if called(key) == layer.name}
        if not mine:
            assert not layer.weights
            continue
        order = [name for name in ORDER.get(type(layer).__name__, USUAL) if name in mine]
        arrays = [turned(layer, name, mine[name]) for name in order]
        layer.set_weights([a.reshape(tuple(w.shape)) for a, w in zip(arrays, layer.weights, strict=True)])


@pytest.mark.parametrize(
    "name", [name if name in SMALL else pytest.param(name, marks=pytest.mark.slow) for name in NETWORKS]
)
def test_the_model_computes_the_same(name, tmp_path):
    os.environ.setdefault("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    keras.backend.clear_session()
    plan = settled(load(SPECS / f"{name}.yaml"), {})
    if not plan.spec.symbols.keys() <= plan.values.keys():
        pytest.skip("the spec shows no sizes")
    values = small(plan)
    weights = Weights(None, plan.graph.nodes, 3, "float32")
    truth = execute(plan.graph, values=values, weights=weights, seed=3)
    network = model(name, tmp_path)
    figures = plan.at(**{each: value for each, value in values.items() if each in plan.spec.symbols})
    if name not in DEAD:
        assert sum(int(np.prod(w.shape)) for w in network.trainable_weights) == figures.params
    fill(network, weights.used)
    inputs = [*fed(plan.graph, values, {}, 3, "float32").values()]
    found = network(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = found if isinstance(found, list | tuple) else [found]
    for output, expected in zip(outputs, truth.outputs.values(), strict=True):
        np.testing.assert_allclose(np.asarray(output), expected, rtol=0, atol=1e-3 * np.abs(expected).max())


def test_the_command_line(tmp_path):
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "--keras", "-o", str(tmp_path / "net.py")])
    assert run.exit_code == 0
    assert "import keras" in (tmp_path / "net.py").read_text()
    run = CliRunner().invoke(app, ["export", str(SPECS / "unet.yaml"), "--keras", "-o", str(tmp_path / "net.onnx")])
    assert run.exit_code == 2
    assert "--keras writes source, to a file that ends in .py" in run.output
