"""Files of our own in the dialect: parameters of every layer, shapes and GFLOPs are those that the package gives.

`measured.json` was written by `measure.py` where the package is installed; every module that a file can name occurs.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec
from cnnplan.translation.ultralytics import VERSION
from cnnplan.translation.ultralytics.modules import KNOWN
from cnnplan.translation.ultralytics.torch_nn import TORCH

FILES = Path(__file__).parent / "files"
MEASURED = json.loads((Path(__file__).parent / "measured.json").read_text(encoding="utf-8"))
NETWORKS = MEASURED["networks"]
REST = {"TorchVision", "CBAM", "Segment26", "YOLOEDetect", *(f"nn.{name}" for name in TORCH)}
"""It wants weights from the net; a file cannot name it; its parts occur in others; of torch.nn some occur."""


@cache
def planned(name):
    file, _, scale = name.partition(" ")
    return plan_spec(load_spec(FILES / f"{file}.yaml", scale=scale))


def number(node):
    """The number of the row that a layer belongs to."""
    return int(node.name.partition(".")[0].rpartition("_")[2])


def test_the_version_is_the_one_that_was_measured():
    assert MEASURED["ultralytics"] == VERSION


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_of_every_layer(name):
    params = Counter()
    for node in planned(name).at():
        params[number(node)] += node.params if node.node.owner == node.name else 0
    assert [params[i] for i in range(len(NETWORKS[name]["params"]))] == NETWORKS[name]["params"]


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes_of_every_map(name):
    shapes = {number(node): list(node.shape) for node in planned(name).at(N=1, H=128, W=192)}
    for i, shape in enumerate(NETWORKS[name]["shapes"]):
        assert shape is None or shapes[i] == shape


@pytest.mark.parametrize("name", [name for name, told in NETWORKS.items() if told["gflops"]])
def test_gflops(name):
    """Where the package gives up counting it says 0."""
    counted = planned(name).at(N=1, H=640, W=640).counted("ultralytics")
    assert int(counted.total) / 1e9 == pytest.approx(NETWORKS[name]["gflops"], rel=1e-12)


@pytest.mark.parametrize("file", sorted(FILES.glob("*.yaml")), ids=lambda file: file.stem)
def test_nothing_is_wrong_with_them(file):
    assert [str(finding) for finding in check(file) if finding.severity != "note"] == []


def test_every_module_occurs():
    text = "".join(file.read_text(encoding="utf-8") for file in FILES.glob("*.yaml"))
    assert [name for name in sorted(KNOWN - REST) if f" {name}, [" not in text] == []
