"""A file of weights against a design: what is missing, unexpected, misshapen or tied, and what is which."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from cnnplan.checkpoints import read_checkpoint
from cnnplan.checkpoints.comparing import compare
from cnnplan.checkpoints.matching import match
from cnnplan.cli import app
from cnnplan.executor import execute
from cnnplan.plan import load
from cnnplan.verification import verify
from tests.checkpoints import writing

SPEC = """
cnnplan: 1
name: t
symbols: {N: 2, H: 9, W: 11}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 6, kernel_size: 3, padding: 1}
    name: stem
  - batch_norm:
    name: norm
  - conv: {out_channels: 6, kernel_size: 3, padding: 1, bias: false}
    name: inner
    repeat: 2
  - global_avg_pool
  - flatten
  - linear: {out_features: 5}
    name: head
"""


def weights():
    shapes = {"stem.weight": (6, 3, 3, 3), "stem.bias": (6,), "inner.0.weight": (6, 6, 3, 3)}
    shapes |= {f"norm.{name}": (6,) for name in ("weight", "bias", "running_mean", "running_var")}
    shapes |= {"inner.1.weight": (6, 6, 3, 3), "head.weight": (5, 6), "head.bias": (5,)}
    numbers = np.random.default_rng(3)
    return {name: abs(numbers.standard_normal(shape)).astype("float32") for name, shape in shapes.items()}


def held(tmp_path, arrays, made=None, spec=SPEC):
    writing.state_dict(tmp_path / "net.pt", arrays, made)
    graph = load(spec).graph
    return [
        (finding.rule, finding.layer, finding.message.replace(str(tmp_path / "net.pt"), "FILE"), finding.hint)
        for finding in compare(graph, read_checkpoint(tmp_path / "net.pt"))
    ]


def test_weights_of_the_design_fit(tmp_path):
    assert held(tmp_path, weights()) == []
    assert held(tmp_path, {**weights(), "norm.num_batches_tracked": np.array(7)}) == []


def test_what_is_missing_and_what_is_unexpected_is_told(tmp_path):
    arrays = weights()
    arrays["tail.weight"] = arrays.pop("head.weight")
    assert held(tmp_path, arrays) == [
        ("CNN401", "head", "weight (5, 6) is not in FILE", ""),
        ("CNN402", None, "tail.weight (5, 6) belongs to no layer of t", ""),
    ]


CHANGES = {
    "out_channels": ({"stem.weight": (8, 3, 3, 3), "stem.bias": (8,)}, "stem", "out_channels 6 -> 8"),
    "kernel_size": ({"stem.weight": (6, 3, 5, 5)}, "stem", "kernel_size 3 -> 5"),
    "a kernel of two": ({"stem.weight": (6, 3, 3, 5)}, "stem", "kernel_size 3 -> (3, 5)"),
    "groups": ({"inner.0.weight": (6, 1, 3, 3)}, "inner.0", "groups 1 -> 6"),
    "out_features": ({"head.weight": (7, 6), "head.bias": (7,)}, "head", "out_features 5 -> 7"),
    "the input": ({"stem.weight": (6, 4, 3, 3)}, "stem", "input would have 4 instead of 3 on axis 1"),
    "nothing alone": ({"stem.weight": (8, 3, 5, 5), "stem.bias": (8,)}, "stem", ""),
}


@pytest.mark.parametrize("case", CHANGES)
def test_the_argument_that_would_make_it_fit_is_named(tmp_path, case):
    shapes, layer, hint = CHANGES[case]
    arrays = {**weights(), **{name: np.zeros(shape, "float32") for name, shape in shapes.items()}}
    ((rule, found, message, way_out),) = held(tmp_path, arrays)
    assert (rule, found, way_out) == ("CNN403", layer, hint)
    assert all(f"{name} {shape}" in message for name, shape in shapes.items())


def test_one_tensor_for_two_weights_is_told_unless_they_are_shared(tmp_path):
    arrays = weights()
    made = {"inner.1.weight": writing.tensor("2", "float32", 324, (6, 6, 3, 3))}
    del arrays["inner.1.weight"]
    assert [*arrays][2] == "inner.0.weight"
    ((rule, layer, _, hint),) = held(tmp_path, arrays, made)
    assert (rule, layer, hint) == ("CNN404", "inner.1", "write share: inner.0 at inner.1")
    assert held(tmp_path, arrays, made, SPEC.replace("repeat: 2", "repeat: 2\n    share: true")) == []


def test_names_that_differ_are_matched_by_shape_and_order(tmp_path):
    names = {"stem": "conv1", "norm": "bn1", "inner.0": "layer1.0", "inner.1": "layer1.1", "head": "fc"}
    arrays = {}
    for name, array in weights().items():
        layer, _, weight = name.rpartition(".")
        arrays[f"{names[layer]}.{weight}"] = array
    arrays["bn1.num_batches_tracked"] = np.array(7)
    arrays["other.weight"] = np.zeros((2, 3), "float32")
    writing.safetensors(tmp_path / "net.safetensors", arrays)
    found = match(load(SPEC).graph, read_checkpoint(tmp_path / "net.safetensors"))
    assert found.names == {name: f"{names[name.rpartition('.')[0]]}.{name.rpartition('.')[2]}" for name in weights()}
    assert (found.same, found.weights, found.tensors) == (0, (), ("other.weight",))
    assert str(found).endswith("10 of 10 weights have a tensor, 0 of the same name\nno weight for other.weight")


def test_a_run_takes_every_format(tmp_path):
    arrays = weights()
    writing.state_dict(tmp_path / "net.pt", {**arrays, "norm.num_batches_tracked": np.array(7)})
    writing.safetensors(tmp_path / "net.safetensors", arrays)
    np.savez(tmp_path / "net.npz", **arrays)
    graph = load(SPEC).graph
    truth = execute(graph, weights=arrays).outputs["head"]
    for name in ("net.pt", "net.safetensors", "net.npz"):
        assert np.array_equal(execute(graph, weights=tmp_path / name).outputs["head"], truth)
    assert verify(SPEC, weights=tmp_path / "net.pt", H=9, W=11).ok


def test_the_command_line(tmp_path):
    (tmp_path / "t.yaml").write_text(SPEC)
    np.savez(tmp_path / "net.npz", **{**weights(), "stem.weight": np.zeros((6, 3, 5, 5), "float32")})
    run = CliRunner().invoke(app, ["check", str(tmp_path / "t.yaml"), "--weights", str(tmp_path / "net.npz")])
    assert run.exit_code == 1
    assert "t.yaml:7:5: error: stem: weight is (6, 3, 3, 3), and stem.weight (6, 3, 5, 5) in" in run.output
    assert "10 tensors, 1,163 numbers, float32" in run.output
    asked = ["check", str(tmp_path / "t.yaml"), "--match"]
    assert CliRunner().invoke(app, asked).exit_code == 2
    run = CliRunner().invoke(app, [*asked, "--weights", str(tmp_path / "net.npz")])
    assert run.exit_code == 0
    assert run.output == "10 of 10 weights have a tensor, 10 of the same name\n"
