"""A file of weights against a design: what is missing, unexpected, misshapen or tied, and what is which."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cnnplan.checkpoints import read_checkpoint
from cnnplan.checkpoints.comparing import compare
from cnnplan.checkpoints.matching import match
from cnnplan.cli import app
from cnnplan.errors import UsageError
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


def test_a_weight_is_told_with_the_tensor_that_it_may_be(tmp_path):
    arrays = {**weights(), "tail.weight": np.zeros((7, 6), "float32")}
    arrays["trunk.weight"], arrays["trunk.bias"] = arrays.pop("stem.weight"), arrays.pop("stem.bias")
    writing.state_dict(tmp_path / "net.pt", arrays)
    (tmp_path / "net.yaml").write_text(SPEC)
    run = CliRunner().invoke(
        app, ["check", str(tmp_path / "net.yaml"), "--weights", str(tmp_path / "net.pt"), "-f", "json"]
    )
    told = [(each["rule"], each.get("layer"), each.get("hint", "")) for each in json.loads(run.stdout)["findings"]]
    told = [each for each in told if each[0].startswith("CNN4")]
    ways = "--match takes names so, --match -o names.json writes them"
    assert told == [
        ("CNN401", "stem", f"it may be trunk.weight: {ways}"),
        ("CNN401", "stem", f"it may be trunk.bias: {ways}"),
        ("CNN402", None, ""),
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


def test_a_tensor_that_is_another_by_another_name_is_unexpected_unless_a_layer_shares(tmp_path):
    """A name that is tied to a weight is a second name of it only where a layer of that name has it."""
    arrays = weights()
    made = {"copy.weight": writing.tensor("2", "float32", 324, (6, 6, 3, 3))}
    told = [
        (
            "CNN402",
            None,
            "copy.weight (6, 6, 3, 3) belongs to no layer of t, and is the same tensor as inner.0.weight",
            "",
        )
    ]
    assert [*arrays][2] == "inner.0.weight"
    assert held(tmp_path, arrays, made) == told
    shared = SPEC.replace("repeat: 2", "repeat: 2\n    share: true")
    del arrays["inner.1.weight"]
    assert held(tmp_path, arrays, made, shared) == told
    assert held(tmp_path, arrays, {"inner.1.weight": made["copy.weight"]}, shared) == []


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


RENAMED = {"stem": "conv1", "norm": "bn1", "inner.0": "layer1.0", "inner.1": "layer1.1", "head": "fc"}


def elsewhere(path):
    """The weights of the design under other names."""
    arrays = {f"{RENAMED[name.rpartition('.')[0]]}.{name.rpartition('.')[2]}": each for name, each in weights().items()}
    writing.safetensors(path, arrays)
    return arrays


def ran(*args):
    return CliRunner().invoke(app, [*map(str, args)])


def test_what_was_matched_is_written_and_read_again(tmp_path):
    (tmp_path / "t.yaml").write_text(SPEC)
    elsewhere(tmp_path / "other.safetensors")
    given = (tmp_path / "t.yaml", "--weights", tmp_path / "other.safetensors")
    assert ran("check", *given).exit_code == 1
    assert ran("verify", *given).exit_code == 2
    assert ran("check", *given, "--match", "-o", tmp_path / "names.json").exit_code == 0
    assert '"inner.1.weight": "layer1.1.weight"' in (tmp_path / "names.json").read_text()
    for way in (("--names", tmp_path / "names.json"), ("--match",)):
        assert ran("verify", *given, *way).exit_code == 0
        assert ran("export", *given, *way, "-o", tmp_path / "net.onnx").exit_code == 0
        held = read_checkpoint(tmp_path / "net.onnx")
        np.testing.assert_array_equal(held.read("inner.1.weight"), weights()["inner.1.weight"])
    assert ran("check", *given, "--names", tmp_path / "names.json").exit_code == 0


def test_pictures_are_those_of_the_weights_that_are_meant(tmp_path):
    image = pytest.importorskip("PIL.Image")
    numbers = np.random.default_rng(3).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    image.fromarray(numbers).save(tmp_path / "image.png")
    (tmp_path / "t.yaml").write_text(SPEC)
    writing.safetensors(tmp_path / "own.safetensors", weights())
    elsewhere(tmp_path / "other.safetensors")
    other = ("--weights", tmp_path / "other.safetensors")
    assert ran("check", tmp_path / "t.yaml", *other, "--match", "-o", tmp_path / "names.json").exit_code == 0
    ways = {
        "own": ("--weights", tmp_path / "own.safetensors"),
        "match": (*other, "--match"),
        "names": (*other, "--names", tmp_path / "names.json"),
    }
    given = (tmp_path / "t.yaml", "--input", tmp_path / "image.png")
    for way, told in ways.items():
        assert ran("run", *given, *told, "-o", tmp_path / way).exit_code == 0
    pictures = sorted(path.name for path in (tmp_path / "own").glob("*.png"))
    assert pictures
    for name in pictures:
        first = (tmp_path / "own" / name).read_bytes()
        assert first == (tmp_path / "match" / name).read_bytes() == (tmp_path / "names" / name).read_bytes()
    assert ran("run", *given, *other, "-o", tmp_path / "refused").exit_code == 2
    assert not (tmp_path / "refused").exists()


def test_renamed_tensors_are_run(tmp_path):
    elsewhere(tmp_path / "other.safetensors")
    graph, checkpoint = load(SPEC).graph, read_checkpoint(tmp_path / "other.safetensors")
    found = checkpoint.renamed(match(graph, checkpoint).names)
    assert {*found.tensors} == {*weights()}
    np.testing.assert_array_equal(
        execute(graph, weights=found).outputs["head"], execute(graph, weights=weights()).outputs["head"]
    )


WRONG = {
    "{": "names cannot be read",
    "[1]": 'names are {"layer1.conv1.weight": "features.0.weight", ...}',
    '{"stem.weight": "conv2.weight"}': "has no tensor conv2.weight; did you mean conv1.weight?",
    '{"stem.weight": "fc.weight", "head.weight": "fc.weight"}': "fc.weight stands for several weights",
}


@pytest.mark.parametrize("text", WRONG)
def test_names_that_are_none_are_refused(tmp_path, text):
    (tmp_path / "t.yaml").write_text(SPEC)
    elsewhere(tmp_path / "other.safetensors")
    (tmp_path / "names.json").write_text(text)
    given = (tmp_path / "t.yaml", "--weights", tmp_path / "other.safetensors", "--names", tmp_path / "names.json")
    found = ran("check", *given)
    assert (found.exit_code, WRONG[text] in found.stderr) == (2, True)
    assert ran("verify", *given).exit_code == 2


def test_names_are_of_a_file_of_weights(tmp_path):
    (tmp_path / "t.yaml").write_text(SPEC)
    found = ran("verify", tmp_path / "t.yaml", "--match")
    assert (found.exit_code, "--match and --names tell of the tensors of --weights FILE" in found.stderr) == (2, True)
    np.savez(tmp_path / "few.npz", **{"conv1.weight": weights()["stem.weight"]})
    found = ran("verify", tmp_path / "t.yaml", "--weights", tmp_path / "few.npz", "--match")
    assert (found.exit_code, "no tensor for stem.weight, stem.bias" in found.stderr) == (2, True)


def test_an_onnx_file_has_weights_too(tmp_path):
    from cnnplan.exporting import onnx  # noqa: PLC0415

    (tmp_path / "net.onnx").write_bytes(onnx(SPEC, weights=weights()))
    held = read_checkpoint(tmp_path / "net.onnx")
    assert (held.format, {name: each.shape for name, each in held.tensors.items()}) == (
        "onnx",
        {name: array.shape for name, array in weights().items()},
    )
    assert [*compare(load(SPEC).graph, held)] == []
    assert execute(load(SPEC).graph, weights=tmp_path / "net.onnx").outputs["head"].shape == (2, 5)
    (tmp_path / "cut.onnx").write_bytes((tmp_path / "net.onnx").read_bytes()[:500])
    with pytest.raises(UsageError, match=r"cut\.onnx: weights cannot be read"):
        read_checkpoint(tmp_path / "cut.onnx")
    with pytest.raises(UsageError, match="no such file"):
        read_checkpoint(tmp_path / "none.onnx")
