"""keras.applications: totals are those of the kept table; parameters and shapes of every layer are Keras's own.

The table was written by `measure.py`. What asks Keras itself is left out where it is not installed:

    KERAS_BACKEND=torch pytest -m slow tests/translation/keras/test_applications.py
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec
from cnnplan.translation.draft import legal

TABLE = json.loads((Path(__file__).parent / "applications.json").read_text(encoding="utf-8"))
TOTALS = TABLE["totals"]
IMAGE = {"N": 1, "H": 224, "W": 224}
SIZES = [(20, 33), (28, 29), (29, 31), (31, 32), (32, 75), (64, 96), (75, 76), (97, 130), (224, 192), (33, 7)]

NOWHERE = ("NASNetLarge", "NASNetMobile")
"""With open sizes Keras builds them, and they run at none."""

UNREAD = {"Normalization": 1}
"""The weights that nothing computes with: how many samples it has seen. We count none, as of batch norms of PyTorch."""


@pytest.fixture
def asked():
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "torch":
        pytest.skip("KERAS_BACKEND=torch builds without memory")
    return pytest.importorskip("tests.translation.keras.applications")


def written(folder, model):
    file = folder / "model.json"
    file.write_text(model.to_json(), encoding="utf-8")
    return file


def test_the_table_has_thirty():
    assert len(TOTALS) >= 30
    assert TABLE["keras"] == "3.15.1"


@pytest.mark.slow
@pytest.mark.parametrize("name", TOTALS)
def test_weights_and_shapes_of_every_layer(asked, tmp_path, name):
    model = asked.built(name)
    spec = load_spec(written(tmp_path, model))
    plan = plan_spec(spec).at(**{symbol: IMAGE[symbol] for symbol in spec.symbols})
    weights, shapes = counted(plan, spec)
    for layer, kind, own, rest, shape in asked.layers(model):
        called = legal(layer)
        assert (layer, *weights[called]) == (layer, own, rest - UNREAD.get(kind, 0) * (rest > 0))
        assert (layer, matching(shape, shapes[called])) == (layer, shapes[called])
    trained, all_, layers, _ = TOTALS[name]
    unread = sum(UNREAD.get(kind, 0) * (rest > 0) for _, kind, _, rest, _ in asked.layers(model))
    assert (plan.params, plan.params + plan.buffers + unread) == (trained, all_)
    assert len(list(asked.layers(model))) == layers


def counted(plan, spec):
    """Of every layer of the file trained weights and others, and the shape as Keras has it."""
    trained, others, shapes = Counter(), Counter(), {}
    for node in plan:
        layer = node.name.partition(".")[0]
        trained[layer] += node.params * (node.node.owner == node.name)
        others[layer] += node.buffers * (node.node.owner == node.name)
        shapes[layer] = [*spec.arranged(node.name, node.shape)]
    return {layer: (trained[layer], others[layer]) for layer in shapes}, shapes


def matching(shape, found):
    """A shape of Keras, what it leaves open filled in."""
    return [have if want is None else want for want, have in zip(shape, found, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("name", TOTALS)
def test_open_sizes(asked, tmp_path, name):
    """What the plan needs is what runs, and what comes out has its shape at every layer."""
    model = asked.built(name, free=True)
    file = written(tmp_path, model)
    spec = load_spec(file)
    plan = plan_spec(spec)
    assert plan.params == TOTALS[name][3]
    assert (name, [str(each.rule) for each in check(file) if each.severity == "error"]) == (
        name,
        ["CNN306"] if name in NOWHERE else [],
    )
    for height, width in SIZES:
        try:
            real = asked.shapes(model, (height, width))
        except (RuntimeError, ValueError):
            real = None
        holds = plan.condition.holds({"H": height, "W": width})
        assert (height, width, holds) == (height, width, real is not None and all(map(min, real.values())))
        if holds:
            _, shapes = counted(plan.at(N=1, H=height, W=width), spec)
            assert {layer: shapes[legal(layer)] for layer in real if legal(layer) in shapes} == {
                layer: shape for layer, shape in real.items() if legal(layer) in shapes
            }
