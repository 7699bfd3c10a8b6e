"""The tables of facts held against what the runtimes said, geometry by geometry."""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from cnnplan.runtimes import RUNTIMES, Effect, Layer, named, runtime
from cnnplan.sizes import Context, Domain, evaluate

sys.path.insert(0, str(Path(__file__).parent))

from drawing import here, operator

HERE = Path(__file__).parent
LEAST = 20
"""The geometries that a fact must have been seen at."""

UNEXPLAINED = {
    "onnxruntime": 12,
    "openvino": 7,
    "opencv4": 10,
    "opencv5": 3,
    "ncnn": 1,
    "keras_jax": 2,
    "paddlepaddle": 4,
}
"""Differences of which no fact speaks: few, of no rule that was found, most of them of antialias."""


@cache
def geometries():
    return json.loads((HERE / "geometries.json").read_text())


@cache
def layers():
    """Each geometry as a layer, of numbers."""
    return [Layer(operator(g), tuple(g["x"]), here(g)[0]) for g in geometries()]


@cache
def measured(name):
    return json.loads((HERE / f"{name}.json").read_text())


def predicted(where, number):
    """The outcome that the facts say, and the fact that says so."""
    opset, layer = geometries()[number]["opset"], layers()[number]
    order = [*Effect]
    found = [each for each in where.differences(layer) if each.fact.opsets[0] <= opset <= each.fact.opsets[1]]
    for each in sorted(found, key=lambda each: order.index(each.fact.effect)):
        assert each.agrees.verdict is False, "numbers are decided"
        told = {Effect.REFUSED: "!", Effect.VALUES: "~"}
        return told.get(each.fact.effect) or [list(each.shape)], each.fact
    return "=", None


@pytest.mark.parametrize("name", RUNTIMES)
def test_every_fact_is_what_was_measured(name):
    where, seen, unexplained = runtime(name), Counter(), 0
    for number, outcome in enumerate(measured(name)["outcomes"]):
        if outcome in ("-", "?", "."):
            continue
        told, fact = predicted(where, number)
        if fact is None:
            unexplained += outcome != "="
        elif name == "onnx_inference" and told == "~":
            continue
        else:
            assert told == outcome, (fact.name, number, geometries()[number])
            seen[fact] += 1
    assert {fact.name: seen[fact] for fact in where.facts if seen[fact] < LEAST} == {}
    assert unexplained == UNEXPLAINED.get(name, 0)


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_table_says_what_was_measured_and_when(name):
    where = runtime(name)
    assert where.name == name
    assert dict(where.versions) == {key: value for key, value in measured(name)["versions"].items() if key != "backend"}
    assert all(fact.says and fact.instead and fact.verbs for fact in where.facts)


def test_enough_is_measured():
    assert len(geometries()) >= 3_000
    assert len({str(geometry) for geometry in geometries()}) == len(geometries())
    for file in HERE.glob("*.json"):
        if file.name != "geometries.json":
            outcomes = measured(file.stem)["outcomes"]
            assert len(outcomes) == len(geometries())
            assert "x" not in outcomes


def test_pytorch_is_what_it_is_here():
    """But for one, an antialiased image of one column, whose rows are all alike in PyTorch 2.14.1."""
    outcomes = measured("pytorch")["outcomes"]
    assert Counter(outcome for outcome in outcomes if outcome not in "-.") == {"=": outcomes.count("="), "~": 1}
    assert outcomes.count("=") > 3_000


@pytest.mark.parametrize("name", RUNTIMES)
def test_sizes_of_letters_are_those_of_numbers(name):
    where = runtime(name)
    for number in range(0, len(geometries()), 17):
        layer = layers()[number]
        context = Context()
        values = {f"n{dim}": n for dim, n in enumerate(layer.x) if dim > 1}
        x = (*layer.x[:2], *(context.symbol(letter, Domain(min=1)) for letter in values))
        try:
            lettered = Layer(layer.op, x, layer.op.output(x))
        except (ArithmeticError, TypeError, ValueError):
            continue
        told = {each.fact: each for each in where.differences(lettered)}
        for each in where.differences(layer):
            assert each.fact in told, (each.fact.name, geometries()[number])
            shape = told[each.fact].shape
            if shape is not None:
                assert tuple(evaluate(n, values) for n in shape) == each.shape


def test_words_for_runtimes():
    assert named(["opencv", "onnxruntime", "opencv5"]) == ("opencv4", "opencv5", "onnxruntime")
    assert named(["ALL"]) == RUNTIMES
    assert named(["paddle"]) == ("paddlepaddle",)
    with pytest.raises(Exception, match="nothing was measured of a runtime tensorrt: choose of"):
        named(["tensorrt"])
