"""The executor: what it computes, what it holds and frees, what it refuses, and that it sees no prediction."""

from __future__ import annotations

import random
import tracemalloc
import weakref
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import yaml

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.executor.budget import afford
from cnnplan.executor.tensors import live, owned, root
from cnnplan.graph import build
from cnnplan.memory import Memory
from cnnplan.ops import OPERATORS
from cnnplan.spec import load_spec
from tests.ops.geometries import DRAWS

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 2, H: 7, W: 5}\ninput: [N, 3, H, W]\nlayers:\n"
TWO_WAYS = """\
cnnplan: 1
name: two_ways
symbols: {N: 2, H: 6, W: 4}
inputs: {left: [N, 3, H, W], right: {shape: [N, 5], dtype: int64, below: 4 * H}}
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
    from: left
    name: a
  - max_pool: {kernel_size: 2}
    name: b
  - identity:
    from: right
    name: c
outputs: [b, a, c]
"""


def graph_of(layers, head=HEAD):
    return build(load_spec(head + "".join(f"  {line}\n" for line in layers.splitlines())), symbolic=False)


def test_values_by_hand():
    graph = graph_of("- avg_pool: {kernel_size: [7, 5]}\n- flatten\n- linear: {out_features: 2}")
    x = np.arange(2 * 3 * 7 * 5).reshape(2, 3, 7, 5)
    weights = {"linear1.weight": [[1, 2, 3], [0, 1, 0]], "linear1.bias": [10, 20]}
    run = execute(graph, inputs={"input": x}, weights=weights, dtype="float64")
    means = [[17, 52, 87], [122, 157, 192]]
    expected = [[a + 2 * b + 3 * c + 10, b + 20] for a, b, c in means]
    assert run.outputs["linear1"].tolist() == expected


def test_a_measurement():
    graph = graph_of("- conv: {out_channels: 4, kernel_size: [3, 2]}\n- batch_norm\n- relu")
    conv, norm, relu = execute(graph, metered=True).measurements.values()
    assert (conv.shape, conv.dtype, conv.params, conv.buffers) == ((2, 4, 5, 4), "float32", 4 * 3 * 6 + 4, 0)
    assert (norm.params, norm.buffers, relu.params) == (8, 8, 0)
    assert (conv.cost.macs, conv.cost.adds, relu.cost.compares) == (160 * 18, 160, 160)
    assert [m.live for m in (conv, norm, relu)] == [4 * (210 + 160), 4 * 160, 4 * 160]
    assert all(m.seconds >= 0 for m in (conv, norm, relu))


def test_nobody_counts_unless_asked():
    run = execute(graph_of("- relu"))
    assert run.cost is None
    assert run.measurements["relu1"].cost is None


class Poison:
    """Nothing may be read of it."""

    def __getattr__(self, name):
        raise AssertionError(f"the executor read {name}")


@pytest.mark.parametrize(("name", "values"), [("lenet5", {}), ("googlenet", {"H": 15, "W": 31})])
def test_of_a_layer_it_reads_operator_inputs_and_names_only(specs, name, values):
    spec = load_spec(specs / f"{name}.yaml")
    untouched = execute(build(spec, values, symbolic=False))
    graph = build(spec, values, symbolic=False)
    for node in graph.nodes.values():
        node.facts = Poison()
        node.place = node.called_from = Poison()
    poisoned = execute(graph)
    for output, array in poisoned.outputs.items():
        assert np.array_equal(array, untouched.outputs[output])


def test_several_inputs_and_outputs():
    graph = graph_of("", TWO_WAYS)
    run = execute(graph, seed=3)
    assert {name: array.shape for name, array in run.outputs.items()} == {
        "b": (2, 8, 3, 2),
        "a": (2, 8, 6, 4),
        "c": (2, 5),
    }
    assert run.outputs["c"].dtype == np.int64
    assert run.outputs["c"].max() < 24
    assert list(run.outputs) == ["b", "a", "c"]


def test_tensors_are_freed_after_their_last_use():
    graph = graph_of(
        "- conv: {out_channels: 4, kernel_size: 1}\n  name: a\n- tanh\n"
        "- add:\n  from: [a, prev]\n- max_pool: {kernel_size: 2}"
    )
    alive = []
    seen = {}

    def watch(name, y):
        seen[name] = weakref.ref(root(y))
        alive.append({other for other, array in seen.items() if array() is not None})

    execute(graph, watch=watch)
    # the addition writes over the convolution, whose array lives on as the addition's
    assert alive == [{"a"}, {"a", "tanh1"}, {"a", "tanh1", "add1"}, {"a", "add1", "max_pool1"}]


HELD = [("lenet5", {}, "float32"), ("lenet5", {}, "float64"), ("googlenet", {"H": 32, "W": 40}, "float32")]


@pytest.mark.parametrize(("name", "values", "dtype"), HELD)
def test_memory_is_what_is_held(specs, name, values, dtype):
    graph = build(load_spec(specs / f"{name}.yaml"), values, symbolic=False)
    weights = execute(graph, dtype=dtype).weights
    tracemalloc.start()
    try:
        run = execute(graph, dtype=dtype, weights=weights)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    predicted = Memory(graph, dtype=dtype)
    assert {name: m.live for name, m in run.measurements.items()} == {n: m.live for n, m in predicted.nodes.items()}
    assert (run.peak, run.weight_bytes) == (predicted.peak, predicted.weights)
    assert run.peak <= most


def test_an_array_of_its_own():
    whole = np.zeros((4, 6))
    for view in (whole[:2], whole.T, whole[:, :3]):
        assert owned(view, []).base is None
        assert live([owned(view, [])]) == view.nbytes
    assert owned(whole, []) is whole
    assert owned(whole, [whole]) is not whole
    assert live([whole, whole[:2]]) == whole.nbytes
    assert live([whole, whole[:2]], {id(whole)}) == 0


def test_what_is_drawn_depends_on_seed_and_name_only():
    one = execute(
        graph_of(
            "- conv: {out_channels: 4, kernel_size: 1}\n  name: a\n- conv: {out_channels: 6, kernel_size: 1}\n  name: b"
        )
    )
    two = execute(
        graph_of(
            "- conv: {out_channels: 6, kernel_size: 1}\n  name: c\n- conv: {out_channels: 4, kernel_size: 1}\n  name: a"
        )
    )
    assert np.array_equal(one.weights["a.bias"], two.weights["a.bias"])
    assert not np.array_equal(one.weights["a.bias"], one.weights["b.bias"][:4])
    other = execute(graph_of("- conv: {out_channels: 4, kernel_size: 1}\n  name: a"), seed=1)
    assert not np.array_equal(one.weights["a.weight"], other.weights["a.weight"])


def test_weights_from_a_file_and_a_folder(tmp_path):
    graph = graph_of("- conv: {out_channels: 4, kernel_size: 3}\n- batch_norm\n- relu")
    run = execute(graph, seed=5)
    (output,) = run.outputs.values()
    np.savez(tmp_path / "all.npz", **run.weights)
    for name, array in run.weights.items():
        np.save(tmp_path / f"{name}.npy", array)
    for weights in (tmp_path / "all.npz", str(tmp_path), dict(run.weights)):
        (again,) = execute(graph, seed=5, weights=weights).outputs.values()
        assert np.array_equal(again, output)


WRONG = [
    # what is given, what is said
    ({"conv1.weight": np.ones((4, 3, 3, 3))}, "conv1.bias .*was not given"),
    ({"conv1.weight": np.ones((4, 3, 3, 1)), "conv1.bias": np.ones(4)}, r"\(4, 3, 3, 1\).*\(4, 3, 3, 3\)"),
    ({"conv1.weight": np.ones((4, 3, 3, 3), complex)}, "conv1.weight holds complex128, and numbers are asked for"),
    ({"conv1.weight": np.array([None])}, "conv1.weight holds object"),
    ({"conv2.weight": np.ones((4, 3, 3, 3))}, "conv2.weight belongs to no layer; did you mean conv1"),
    ({"weight": np.ones((4, 3, 3, 3))}, "the weight weight belongs to no layer$"),
]


@pytest.mark.parametrize(("weights", "said"), WRONG)
def test_weights_that_do_not_fit(weights, said):
    with pytest.raises(UsageError, match=said):
        execute(graph_of("- conv: {out_channels: 4, kernel_size: 3}"), weights=weights)


class Counting(dict):
    """Arrays that count how often they are read."""

    def __init__(self, arrays):
        super().__init__(arrays)
        self.reads = Counter()

    def __getitem__(self, name):
        self.reads[name] += 1
        return super().__getitem__(name)


def test_what_was_given_is_read_once():
    graph = graph_of("- conv: {out_channels: 4, kernel_size: 3}\n- batch_norm")
    given = Counting(execute(graph).weights)
    execute(graph, weights=given)
    assert given.reads == dict.fromkeys(given, 1)


def test_the_buffers_of_numpy_are_as_they_were():
    seen = []
    execute(graph_of("- relu"), watch=lambda *_: seen.append(np.getbufsize()))
    with pytest.raises(UsageError):
        execute(graph_of("- conv: {out_channels: 4, kernel_size: 3}"), weights={})
    assert (seen, np.getbufsize()) == ([1024], 8192)


def test_inputs_that_do_not_fit():
    graph = graph_of("- relu")
    with pytest.raises(UsageError, match="no input image"):
        execute(graph, inputs={"image": np.ones(3)})
    with pytest.raises(UsageError, match=r"\(2, 3, 7, 5\)"):
        execute(graph, inputs={"input": np.ones((2, 3, 5, 7))})


@pytest.mark.parametrize("verb", sorted(OPERATORS.keys() & DRAWS.keys()))
def test_what_was_returned_is_taken(verb, tmp_path):
    """The weights of any operator, as a mapping and from a file; nothing else is drawn."""
    rng = random.Random(verb)  # noqa: S311
    for _ in range(60):
        args, shapes = DRAWS[verb](rng)
        operator = OPERATORS[verb](**args)
        if verb != "embedding" and all(bool(need.condition) for need in operator.requires(*shapes)):
            break
    else:
        operator, shapes = OPERATORS["embedding"](num_embeddings=7, embedding_dim=3), [(2, 5)]
    dtype = "int64" if verb == "embedding" else "float32"
    declared = {f"x{number}": {"shape": list(shape), "dtype": dtype} for number, shape in enumerate(shapes)}
    layer = {"from": list(declared)} if shapes else {}
    layer |= {verb: {name: written(value) for name, value in operator.model_dump(exclude_defaults=True).items()}}
    document = {"cnnplan": 1, "inputs": declared or {"nobody": [1]}, "layers": [layer]}
    graph = build(load_spec(yaml.safe_dump(document, sort_keys=False)))
    if graph.findings:
        pytest.skip(f"{graph.findings[0].message}")
    run = execute(graph)
    np.savez(tmp_path / "weights.npz", **run.weights)
    for weights in (dict(run.weights), tmp_path / "weights.npz") if run.weights else (dict(run.weights),):
        again = execute(graph, weights=weights)
        assert again.weights.keys() == run.weights.keys()
        for name, array in run.outputs.items():
            assert np.array_equal(array, again.outputs[name], equal_nan=True)


def written(value):
    """A value as YAML has it."""
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return float(value) if isinstance(value, Fraction) else value


def test_a_symbol_without_a_value_is_named():
    text = "cnnplan: 1\nname: t\nsymbols: {N: , H: 4, W: }\ninput: [N, 3, H, W]\nlayers:\n  - relu\n"
    graph = build(load_spec(text))
    with pytest.raises(UsageError, match="no value for N and W"):
        execute(graph)
    (y,) = execute(graph, values={"N": 2, "W": 5}).outputs.values()
    assert y.shape == (2, 3, 4, 5)


def test_files_that_are_no_weights(tmp_path):
    (tmp_path / "weights.npz").write_text("none")
    for path in ("weights.npz", "missing.npz"):
        with pytest.raises(UsageError, match=path):
            execute(graph_of("- relu"), weights=tmp_path / path)


def test_a_type_that_cannot_be_run():
    with pytest.raises(UsageError, match="float16"):
        execute(graph_of("- relu"), dtype="float16")


def test_a_run_that_needs_too_much_is_refused_before_it_starts(specs):
    plan = cnnplan.load(specs / "vgg.yaml").at(N=64)
    tracemalloc.start()
    try:
        with pytest.raises(UsageError, match=r"2\.047 GiB.*1 GiB"):
            execute(plan.graph, values=plan.values, need=plan.memory.inference, limit=2**30)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("need", "limit", "fits"), [(99, 100, True), (100, 100, True), (101, 100, False), (0, 0, True)]
)
def test_what_just_fits_is_run(need, limit, fits):
    if fits:
        afford(need, limit)
        return
    with pytest.raises(UsageError, match="101 bytes, more than the 100 bytes"):
        afford(need, limit)


def test_shared_weights_are_drawn_once():
    run = execute(graph_of("- conv: {out_channels: 3, kernel_size: 1}\n  repeat: 3\n  share: true"))
    assert sorted(run.weights) == ["conv1.bias", "conv1.weight"]
    assert [m.params for m in run.measurements.values()] == [12, 0, 0]


@pytest.mark.parametrize(("name", "values"), [("resnet", {"variant": "resnet18"}), ("googlenet", {})])
def test_the_network_in_pytorch_gives_the_same(specs, name, values):  # noqa: C901 - a table of layers
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    graph = build(load_spec(specs / f"{name}.yaml"), {**values, "N": 2, "H": 64, "W": 40}, symbolic=False)
    x = np.random.default_rng(0).standard_normal((2, 3, 64, 40), dtype=np.float32)
    run = execute(graph, inputs={"input": x})
    known = {"input": torch.from_numpy(x)}

    def forward(node):
        op, arrays = node.op, [known[source] for source in node.inputs]
        w = {
            key.rpartition(".")[2]: torch.from_numpy(a)
            for key, a in run.weights.items()
            if key.rpartition(".")[0] == node.owner
        }
        match op.verb:
            case "conv":
                return functional.conv2d(
                    *arrays, w["weight"], w.get("bias"), op.stride, op.padding, op.dilation, op.groups
                )
            case "batch_norm":
                return functional.batch_norm(
                    *arrays, w["running_mean"], w["running_var"], w["weight"], w["bias"], eps=op.eps
                )
            case "max_pool":
                return functional.max_pool2d(*arrays, op.kernel_size, op.stride, op.padding, ceil_mode=op.ceil_mode)
            case "linear":
                return functional.linear(*arrays, w["weight"], w["bias"])
            case "global_avg_pool":
                return functional.adaptive_avg_pool2d(*arrays, 1)
            case "concat":
                return torch.cat(arrays, op.dim)
            case "add":
                return arrays[0] + arrays[1]
            case "relu" | "flatten":
                return getattr(torch, op.verb)(*arrays, *([1] if op.verb == "flatten" else []))
            case "dropout":
                return arrays[0]
        raise AssertionError(op.verb)

    with torch.no_grad():
        for node in graph.nodes.values():
            known[node.name] = forward(node)
    for output, array in run.outputs.items():
        theirs = known[output].numpy()
        assert np.abs(array - theirs).max() <= 1e-4 * max(1, np.abs(theirs).max())


def test_padding_by_less_than_everything_is_what_a_max_pool_sees_past_the_edge():
    """PyTorch pads a max pool by -inf: the same, written out."""
    head = "cnnplan: 1\ninput: [2, 3, 17, 23]\nlayers:\n"
    inside = head + "  - max_pool: {kernel_size: 3, stride: 2, padding: 1}\n"
    outside = head + "  - pad: {padding: [[1, 1], [1, 1]], value: -.inf}\n  - max_pool: {kernel_size: 3, stride: 2}\n"
    x = np.random.default_rng(5).uniform(-9, -1, (2, 3, 17, 23))
    one, other = (execute(build(load_spec(text)), inputs={"input": x}).outputs for text in (inside, outside))
    assert np.array_equal(one["max_pool1"], other["max_pool1"])
