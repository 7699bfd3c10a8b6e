"""The JSON report: the format of the agreed design, its schema, and honest gaps."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import cnnplan
from cnnplan.report.json_ import schema

SPECS = [file for file in sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml")) if file.stem != "blocks"]

STEM = """\
cnnplan: 1
name: stem
symbols: {N: 1, H: 224, W: 224}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 64, kernel_size: 7, stride: 2, padding: 3, bias: false}
"""


def told(spec, **bindings):
    return json.loads(cnnplan.render(cnnplan.load(spec, **bindings), "json"))


def test_the_document_of_a_stem(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("stem.yaml").write_text(STEM)
    assert told("stem.yaml") == {
        "cnnplan": 1,
        "spec": "stem.yaml",
        "name": "stem",
        "at": {"N": 1, "H": 224, "W": 224},
        "complete": True,
        "totals": {
            "params": 9408,
            "buffers": 0,
            "macs": 118013952,
            "flops": 236027904,
            "connections": 118_013_952,
            "dense": 120_846_286_848,
            "weight_bytes": 37632,
            "activation_bytes": 3211264,
            "peak_bytes": 602112 + 3211264,
        },
        "formulas": {
            "params": "9408",
            "macs": "9408*N*ceil(H/2)*ceil(W/2)",
            "peak_bytes": "N*(12*H*W + 256*ceil(H/2)*ceil(W/2))",
        },
        "conditions": [],
        "outputs": {"conv1": {"shape": [1, 64, 112, 112], "formula": ["N", "64", "ceil(H/2)", "ceil(W/2)"]}},
        "layers": [
            {
                "name": "conv1",
                "op": "conv",
                "inputs": ["input"],
                "shape": [1, 64, 112, 112],
                "formula": ["N", "64", "ceil(H/2)", "ceil(W/2)"],
                "params": 9408,
                "buffers": 0,
                "macs": 118013952,
                "flops": 236027904,
                "connections": 118_013_952,
                "dense": 120_846_286_848,
                "weight_bytes": 37632,
                "activation_bytes": 3211264,
                "live_bytes": 602112 + 3211264,
                "receptive_fields": {"input": {"size": [7, 7], "jump": [2, 2], "offset": [-3, -3]}},
                "line": 6,
            }
        ],
    }


def test_what_needs_a_symbol_without_a_value_is_left_out():
    open_height = STEM.replace("H: 224", "H: {min: 1}")
    document = told(open_height)
    (layer,) = document["layers"]
    assert document["at"] == {"N": 1, "W": 224}
    assert document["totals"] == {"params": 9408, "buffers": 0, "weight_bytes": 37632}
    assert document["formulas"]["macs"] == "9408*N*ceil(H/2)*ceil(W/2)"
    assert layer["shape"] == [1, 64, None, 112]
    assert layer["formula"] == ["N", "64", "ceil(H/2)", "ceil(W/2)"]
    assert layer.keys().isdisjoint({"macs", "flops"})
    jsonschema.validate(document, schema())


def test_conditions_are_texts():
    assert told(SPECS[0].parent / "unet.yaml")["conditions"] == ["H % 16 == 0", "W % 16 == 0"]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_the_schema_holds(spec):
    jsonschema.validate(told(spec), schema())


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


def without(document, *path):
    *steps, last = path
    for step in steps:
        document = document[step]
    del document[last]


@pytest.mark.parametrize(
    "path", [("at",), ("conditions",), ("layers", 0, "shape"), ("layers", 0, "inputs"), ("outputs", "conv1", "formula")]
)
def test_the_schema_misses_what_is_missing(path):
    document = told(STEM)
    without(document, *path)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())


def test_the_schema_knows_no_other_keys():
    for place in (lambda d: d, lambda d: d["totals"], lambda d: d["layers"][0]):
        document = told(STEM)
        place(document)["memory"] = 0
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, schema())
