"""Models of Keras read from their configs: weights and shape of every layer are those that Keras itself gives.

`measured.json` was written by `measure.py` where Keras is installed.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.errors import SpecError
from cnnplan.ops import OPERATORS
from cnnplan.plan import plan_spec
from cnnplan.report import Report
from cnnplan.report.html.data import network
from cnnplan.rules import check
from cnnplan.translation import load_spec
from cnnplan.translation.draft import legal

HERE = Path(__file__).parent
MEASURED = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))["models"]
if "biases" not in OPERATORS["lstm"].model_fields:
    MEASURED.pop("sequences")
SIZES = {"N": 1, "H": 23, "W": 31}

UNCOUNTED = {"Normalization": 1}
"""It keeps how many samples it has seen, as a weight."""


def written(folder, config):
    file = folder / "model.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    return file


@pytest.fixture
def planned(tmp_path):
    def plan(config):
        spec = load_spec(written(tmp_path, config))
        return plan_spec(spec).at(**{name: SIZES[name] for name in spec.symbols})

    return plan


def filled(shape):
    numbers = iter([SIZES["H"], SIZES["W"]])
    return [1, *(next(numbers) if extent is None else extent for extent in shape[1:])]


@pytest.mark.parametrize("name", MEASURED)
def test_weights_of_every_layer(planned, name):
    trained, others = Counter(), Counter()
    for node in planned(MEASURED[name]["config"]):
        layer = node.name.split(".")[0].rpartition("unit_")[2].rpartition("tail_")[2]
        if node.node.owner == node.name:
            trained[layer] += node.params
            others[layer] += node.buffers
    for layer, kind, own, rest, _ in MEASURED[name]["layers"]:
        called = legal(layer)
        assert (layer, trained[called], others[called] + UNCOUNTED.get(kind, 0)) == (layer, own, rest)


@pytest.mark.parametrize("name", MEASURED)
def test_shape_of_every_layer(planned, name):
    shapes = {}
    plan = planned(MEASURED[name]["config"])
    for node in plan:
        called = node.name.split(".")[0].rpartition("unit_")[2].rpartition("tail_")[2]
        shapes[called] = [*plan.spec.arranged(node.name, node.shape)]
    for layer, _, _, _, shape in MEASURED[name]["layers"]:
        assert (layer, shapes[legal(layer)]) == (layer, filled(shape))


def test_reports_show_shapes_as_keras_has_them(tmp_path):
    """Channels last, those of the parts of a layer too; what we multiply by is ours."""
    file = str(written(tmp_path, MEASURED["windows"]["config"]))
    document = json.loads(CliRunner().invoke(app, ["report", file, "-f", "json"]).output)
    shapes = {layer["name"]: (layer["shape"], layer["formula"][1:]) for layer in document["layers"]}
    assert document["layout"] == "channels_last"
    assert shapes["conv.act"] == ([1, 19, 29, 8], ["19", "29", "8"])
    assert shapes["depthwise.conv"] == ([1, 8, 13, 12], ["8", "13", "12"])
    assert shapes["global.flat"][0] == [1, 6]
    table = CliRunner().invoke(app, ["report", file, "--columns", "name,in,out"]).output
    assert "1, 8, 13, 12  1, 4, 7, 12" in table
    assert "shapes                as the file has them, channels last" in table
    page = network(Report.of(plan_spec(load_spec(file))))[0]["structures"][0]
    assert [page["constants"][extent] for extent in page["inputs"][0]["shape"][1:]] == ["37", "29", "5"]
    assert [page["constants"][extent] for extent in page["kinds"][0]["shape"][1:]] == ["19", "29", "8"]


def test_sequences_and_maps_are_compared_as_keras_has_them(tmp_path):
    """Two models of Keras in its order; a model and a spec as operators have them."""
    before = MEASURED["windows"]["config"]
    text = json.dumps(before).replace('"filters": 8', '"filters": 7')
    after = tmp_path / "after.json"
    after.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(app, ["diff", str(written(tmp_path, before)), str(after)]).output
    assert "(N, 15, 25, 14)" in told
    spec = tmp_path / "ours.yaml"
    CliRunner().invoke(app, ["convert", str(after), "-o", str(spec)])
    told = CliRunner().invoke(app, ["diff", str(written(tmp_path, before)), str(spec)]).output
    assert "(N, 14, 15, 25)" in told


@pytest.mark.parametrize("name", MEASURED)
def test_nothing_is_wrong_with_them(tmp_path, name):
    found = check(written(tmp_path, MEASURED[name]["config"]))
    assert [str(finding) for finding in found if finding.severity == "error"] == []


def test_a_layer_that_is_called_twice_has_its_weights_once(planned):
    plan = planned(MEASURED["nested"]["config"])
    convs = [node for node in plan if node.op.verb == "conv"]
    assert [node.node.owner for node in convs] == [convs[0].name, convs[0].name]


def test_open_extents_are_symbols(tmp_path):
    spec = load_spec(written(tmp_path, MEASURED["squeezed"]["config"]))
    assert list(spec.symbols) == ["N", "H", "W"]
    named = load_spec(written(tmp_path, MEASURED["squeezed"]["config"]), dims={"image": ("B", 64, "W", 6)})
    assert list(named.symbols) == ["B", "W"]


def test_a_keras_file_is_a_zip(tmp_path):
    file = tmp_path / "net.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(MEASURED["windows"]["config"]))
    assert plan_spec(load_spec(file)).params == sum(layer[2] for layer in MEASURED["windows"]["layers"])
    assert "net.keras: taken for Keras model" in CliRunner().invoke(app, ["check", str(tmp_path)]).output


def test_what_keras_calls_a_shape_is_explained(tmp_path):
    file = written(tmp_path, MEASURED["windows"]["config"])
    told = CliRunner().invoke(app, ["explain", str(file), "conv"]).output
    assert told == f"conv (Conv2D) in {file}\nas Keras has it, channels last: (None, 19, 29, 8)\n"


def layer(name, kind, reads, config=None, module="keras.layers"):
    history = {"class_name": "__keras_tensor__", "config": {"shape": [None, 8, 8, 4], "keras_history": [reads, 0, 0]}}
    own = {"module": module, "class_name": kind, "name": name, "config": {"name": name, **(config or {})}}
    return {**own, "inbound_nodes": [{"args": [history], "kwargs": {}}] if reads else []}


def functional(*layers, end):
    image = layer("image", "InputLayer", None, {"batch_shape": [None, 8, 8, 4]})
    config = {"name": "net", "layers": [image, *layers], "input_layers": ["image", 0, 0], "output_layers": [end, 0, 0]}
    return {"module": "keras", "class_name": "Functional", "config": config}


FLAT = layer("a", "Flatten", "image")
REFUSED = {
    "a Lambda": (
        functional(layer("f", "Lambda", "image"), end="f"),
        "f (Lambda): not understood: a Lambda holds the bytecode",
    ),
    "a class of one's own": (
        functional(layer("f", "Mine", "image", module="net.layers"), end="f"),
        "f (Mine): not understood: there is no Mine of net.layers here",
    ),
    "a subclassed model": (
        {"class_name": "Net", "config": {}, "registered_name": "Net", "build_config": {}},
        "Net is a model of its own class: its config has no layers",
    ),
    "a cycle": (
        functional(layer("a", "Flatten", "b"), layer("b", "Flatten", "a"), end="b"),
        "a cycle through a, b",
    ),
    "a layer that is not there": (
        functional(FLAT, layer("b", "Flatten", "zz"), end="b"),
        "no layer gives zz, which is read by b",
    ),
    "layers in the opposite order": (
        functional(
            *(layer(f"a{i}", "Flatten", f"a{i - 1}" if i else "image") for i in reversed(range(300))), end="a299"
        ),
        "its layers stand in no order",
    ),
    "an output that is not there": (
        functional(FLAT, end="z"),
        "an output that nothing gives",
    ),
    "a config without what it needs": (
        functional(layer("a", "Conv2D", "image"), end="a"),
        "a (Conv2D): its config cannot be read",
    ),
    "no model": ({"class_name": "Functional", "config": 3}, "this is JSON, and no model: it has no config"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(tmp_path, name):
    config, message = REFUSED[name]
    with pytest.raises(SpecError) as caught:
        load_spec(written(tmp_path, {"class_name": "Functional"} | config))
    assert message in str(caught.value.findings[0])


def test_an_unequal_sum_is_told_of_its_layer(tmp_path):
    side = layer("side", "MaxPooling2D", "image", {"pool_size": [2, 2], "padding": "valid"})
    both = layer("both", "Add", "image")
    both["inbound_nodes"][0]["args"] = [
        [layer("", "", name)["inbound_nodes"][0]["args"][0] for name in ("image", "side")]
    ]
    (finding,) = check(written(tmp_path, functional(side, both, end="both")))
    assert "both (Add)" in str(finding)
    assert "8 meets 4" in finding.message


def test_hostile_files(tmp_path):
    """A zip that unpacks to gigabytes, a zip without a config, a text that nests without end."""
    bomb = tmp_path / "bomb.keras"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("config.json", "w") as member:
        for _ in range(64):
            member.write(b" " * 1_000_000)
    deep = tmp_path / "deep.json"
    deep.write_text('{"class_name": "Functional", "config": ' + "[" * 10_000 + "]" * 10_000 + "}", encoding="utf-8")
    empty = tmp_path / "empty.keras"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("metadata.json", "{}")
    torn = tmp_path / "torn.keras"
    torn.write_bytes(bomb.read_bytes()[:300])
    messages = {
        bomb: "longer than 16,000,000 bytes",
        deep: "deeper than 64 levels",
        empty: "a zip without config.json",
        torn: "not readable as a zip",
    }
    for file, message in messages.items():
        with pytest.raises(SpecError, match=message):
            load_spec(file)


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_the_sizes_of_transposed_convolutions(planned, kernel, stride, dilation, padding):
    """`same` gives n * stride, `valid` what the filters spread over and no gap: n * stride + max(span - stride, 0)."""
    config = {"filters": 5, "kernel_size": [kernel, 3], "strides": [stride, 1], "padding": padding}
    config |= {"dilation_rate": [dilation, 1], "use_bias": True, "activation": "linear"}
    plan = planned(functional(layer("up", "Conv2DTranspose", "image", config), end="up"))
    ((_, *sizes),) = plan.outputs.values()
    span = dilation * (kernel - 1) + 1
    high, wide = (8 * stride, 8) if padding == "same" else (8 * stride + max(span - stride, 0), 8 + 2)
    assert sorted(sizes) == sorted((high, wide, 5))
