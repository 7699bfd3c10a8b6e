"""What the reader of ONNX judged is the first graph: the same that is built of its entries, which nobody reads."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from cnnplan.errors import SpecError
from cnnplan.graph import build
from cnnplan.graph.unrolling import Builder
from cnnplan.plan import plan_spec
from cnnplan.spec.deferred import Deferred
from cnnplan.translation import load_spec
from cnnplan.translation.onnx.messages import Span
from cnnplan.translation.onnx.reading import read_graph
from tests.translation.onnx.building import INT8, INT64, info, message, model, node, tensor

GRAPHS = sorted((Path(__file__).parent / "graphs").glob("*.onnx"))
X = info("x", ["N", 4, "H", "W"])
KERNEL = tensor("conv.weight", [4, 4, 3, 3], [0.5] * 144)
CONV = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}

NETWORKS = {
    "shared weights": ([node("Conv", ["x", "w"], ["a"], **CONV), node("Conv", ["a", "w"], ["y"], **CONV)], ["y"]),
    "several outputs": ([node("Relu", ["x"], ["a"]), node("Sigmoid", ["a"], ["b"]), node("Tanh", ["a"], ["c"])], "cb"),
    "parts": ([node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2), node("Mul", ["b", "a"], ["y"])], ["y"]),
    "a part that is an output": ([node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2)], "ab"),
    "what is left": ([node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["n"]),
                      node("Concat", ["n", "rest"], ["r"], axis=0), node("Reshape", ["x", "r"], ["y"])], ["y"]),
    "words": ([node("Gelu", ["x"], ["a"], approximate="tanh"), node("Pad", ["a", "p"], ["y"], mode="reflect")], ["y"]),
    "a part of a size": ([node("Slice", ["x", "i", "two", "axis"], ["y"])], ["y"]),
    "integers": ([node("DequantizeLinear", ["q", "scale"], ["w8"]), node("Conv", ["x", "w8"], ["y"], **CONV)], "y"),
    "a table": ([node("Add", ["x", "table"], ["y"])], ["y"]),
}  # fmt: skip
TENSORS = [
    tensor("w", [4, 4, 3, 3], [0.5] * 144),
    tensor("i", [1], [0], INT64),
    tensor("two", [1], [2], INT64),
    tensor("axis", [1], [2], INT64),
    tensor("rest", [3], [2, 2, -1], INT64),
    tensor("many", [1], [192], INT64),
    tensor("p", [8], [0, 0, 1, 1, 0, 0, 1, 1], INT64),
    tensor("q", [4, 4, 3, 3], [1] * 144, INT8),
    tensor("scale", [], [0.5]),
    tensor("table", [4, 1, 1], [0.5, 1.5, 2.5, 3.5]),
]


def told(graph):
    """All that a graph says of its layers."""
    layers = [
        (each.name, repr(each.op), each.inputs, str(each.shape), each.place, each.origin, each.storage, each.owner)
        for each in graph.nodes.values()
    ]
    opens = [(str(o.condition), o.requirement.message, o.witness) for each in graph.kinds for o in each.open]
    counts = [(repr(each.op), count, graph.owners[each]) for each, count in graph.kinds.items()]
    return layers, opens, counts, graph.outputs, graph.inputs, graph.findings, [*graph.omitted]


def unread(monkeypatch):
    """Nothing may be unrolled from now on."""
    monkeypatch.setattr(Builder, "network", lambda *_: pytest.fail("the entries were read"))


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
@pytest.mark.parametrize("values", [{}, {"N": 2}], ids=["letters", "values"])
def test_a_file_gives_the_graph_that_its_entries_give(path, values, monkeypatch):
    spec = load_spec(path)
    values = values if "N" in spec.symbols else {}
    with monkeypatch.context() as patch:
        unread(patch)
        first = told(build(spec, values))
    assert isinstance(spec.layers, Deferred)
    assert first == told(build(spec, values))


FLAT = [node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["n"]),
        node("Concat", ["n", "many"], ["r"], axis=0), node("Reshape", ["x", "r"], ["y"])]  # fmt: skip
CASES = {name: (*each, X) for name, each in NETWORKS.items()} | {
    "the only size": (FLAT, ["y"], info("x", ["N", 4, 6, 8])),
}


@pytest.mark.parametrize("case", CASES)
def test_a_network_gives_the_graph_that_its_entries_give(case, tmp_path, monkeypatch):
    nodes, outputs, given = CASES[case]
    path = tmp_path / "net.onnx"
    path.write_bytes(model(nodes, [given], [info(name, None) for name in outputs], TENSORS, opset=20))
    spec = load_spec(path)
    with monkeypatch.context() as patch:
        unread(patch)
        first = told(build(spec))
    assert first == told(build(spec))


def written(path, *nodes):
    path.write_bytes(model([*nodes], [X], [info("y", None)], [KERNEL]))
    return load_spec(path)


def test_a_size_at_which_a_condition_fails_is_refused_with_its_layer(tmp_path):
    spec = written(tmp_path / "net.onnx", node("Conv", ["x", "conv.weight"], ["y"], kernel_shape=[3, 3]))
    with pytest.raises(SpecError) as first:
        plan_spec(spec, {"H": 2})
    with pytest.raises(SpecError) as second:
        plan_spec(spec, {"H": 2})
    assert str(first.value) == str(second.value)
    assert "needs H >= 3" in str(first.value)


def test_what_wants_more_than_letters_is_built_of_the_entries(tmp_path):
    path = tmp_path / "net.onnx"
    numbers = build(written(path, node("Relu", ["x"], ["y"])), {"N": 2, "H": 5, "W": 7}, symbolic=False)
    assert [each.shape for each in numbers.nodes.values()] == [(2, 4, 5, 7)]


def test_a_node_that_is_two_outputs_is_a_fault_as_ever(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(model([node("Relu", ["x"], ["y"])], [X], [info("y", None), info("y", None)]))
    with pytest.raises(SpecError, match="is named twice"):
        load_spec(path)


def test_entries_that_are_read_later_are_a_tuple(tmp_path):
    spec = written(tmp_path / "net.onnx", node("Relu", ["x"], ["a"]), node("Tanh", ["a"], ["y"]))
    layers = spec.layers
    assert len(layers) == 2
    assert [each.verb for each in layers] == ["relu", "tanh"]
    assert layers[-1].verb == "tanh"
    assert layers == layers[:]
    assert repr(layers) == repr(layers[:])
    assert layers != [*layers]


def test_entries_that_are_read_later_are_kept_as_a_tuple():
    assert pickle.loads(pickle.dumps(Deferred(lambda: (), 0))) == ()  # noqa: S301 - our own


def read(*parts):
    data = message([(1, message(each)) for each in parts])
    return read_graph(Span(data, 0, len(data))).nodes


ALPHA = message([(1, "alpha"), (2, 0.5), (20, 1)])


def test_nodes_that_are_alike_have_the_names_of_their_own():
    first, second = read(
        [(1, "x"), (2, "a"), (3, "one"), (4, "Elu"), (5, ALPHA)],
        [(1, "a"), (2, "b"), (3, "two"), (4, "Elu"), (5, ALPHA)],
    )
    assert (first.inputs, first.outputs, first.name) == (["x"], ["a"], "one")
    assert (second.inputs, second.outputs, second.name) == (["a"], ["b"], "two")
    assert first.attributes == second.attributes
    assert first.attributes["alpha"].value == 0.5


@pytest.mark.parametrize("parts", [
    [(4, "Elu"), (1, "x"), (2, "a"), (3, "one"), (5, ALPHA)],
    [(1, "x"), (4, "Elu"), (2, "a"), (5, ALPHA), (3, "one")],
    [(3, "one"), (2, "a"), (1, "x"), (5, ALPHA), (4, "Elu")],
])  # fmt: skip
def test_the_fields_of_a_node_may_stand_in_any_order(parts):
    for each in read(parts, parts):
        assert (each.op, each.inputs, each.outputs, each.name) == ("Elu", ["x"], ["a"], "one")
        assert each.attributes["alpha"].value == 0.5


def test_long_names_are_names():
    long = "x" * 300
    parts = [(1, long), (2, "a"), (3, long), (4, "Elu")]
    for each in read(parts, parts):
        assert (each.op, each.inputs, each.outputs, each.name) == ("Elu", [long], ["a"], long)


def test_each_constant_has_a_tensor_of_its_own():
    value = message([(1, "value"), (5, tensor("", [2], [1.5, 2.5])), (20, 4)])
    nodes = read([(2, "a"), (4, "Constant"), (5, value)], [(2, "b"), (4, "Constant"), (5, value)])
    first, second = (each.attributes["value"].value for each in nodes)
    assert first == second
    assert first is not second
    assert first.raw.read() == second.raw.read()
