"""ONNX files written by hand: symbols, claims, patterns, weights, and everything that is refused at once."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan import rules
from cnnplan.errors import SpecError, UsageError
from cnnplan.executor import execute
from cnnplan.plan import load, plan_spec
from cnnplan.translation import load_spec
from cnnplan.translation.onnx.wire import fields, message, signed
from tests.translation.onnx.building import INT64, function, info, model, node, tensor

X = info("x", ["N", 3, "H", "W"])


@pytest.fixture
def write(tmp_path):
    def written(*args, **options):
        path = tmp_path / "net.onnx"
        path.write_bytes(model(*args, **options))
        return path

    return written


def test_a_message_is_read_as_it_was_written():
    data = message([(1, 300), (2, "text"), (3, -1), (4, 1.5), (17, b"\0" * 200)])
    found = [*fields(data, 0, len(data))]
    assert [number for number, *_ in found] == [1, 2, 3, 4, 17]
    assert found[0][2] == 300
    assert signed(found[2][2]) == -1
    assert data[found[1][2] : found[1][3]] == b"text"


def test_the_same_letter_is_the_same_symbol_and_an_unknown_axis_one_of_its_own(write):
    path = write([node("Relu", ["x"], ["y"])], [info("x", ["?", 3, "?", "?"])], [info("y", None)])
    assert [*map(str, load(path).inputs["input"])] == ["N", "3", "H", "W"]
    path = write([node("Relu", ["x"], ["y"])], [info("x", [0, "", "S", "S"])], [info("y", None)])
    assert [*map(str, load(path).inputs["input"])] == ["N", "C", "S", "S"]


def test_extents_may_be_told(write):
    path = write([node("Relu", ["x"], ["y"])], [info("x", [1, 3, 224, 224])], [info("y", None)])
    plan = plan_spec(load_spec(path, dims={"x": ("N", 3, "H", "W")}))
    assert [*map(str, plan.outputs["y_Relu"])] == ["N", "3", "H", "W"]
    with pytest.raises(UsageError, match="there is no such input; did you mean x"):
        load_spec(path, dims={"X": (1,)})
    with pytest.raises(UsageError, match="2 extents for 4 axes"):
        load_spec(path, dims={"x": (1, 2)})


def test_what_a_file_declares_of_its_outputs_is_a_claim(write):
    path = write([node("Transpose", ["x"], ["y"], perm=[1, 0, 2])], [info("x", [1, "T", 8])], [info("y", [1, "T", 8])])
    (finding,) = [each for each in rules.check(path) if each.rule == "CNN032"]
    assert finding.message == "declared as [1, T, 8], and [T, 1, 8] comes out"


def test_everything_that_is_not_understood_is_said_at_once(write):
    nodes = [
        node("NonZero", ["x"], ["a"], "/a"),
        node("Det", ["x"], ["b"], "/b"),
        node("Det", ["x"], ["c"], "/c"),
        node("Resize", ["x", "", "s"], ["d"], "/d", coordinate_transformation_mode="tf_crop_and_resize"),
        node("Relu", ["b"], ["e"], "/e"),
        node("Relu", ["x"], ["f"], "/f", domain="custom"),
    ]
    path = write(nodes, [X], [info(n, None) for n in "abcdef"], [tensor("s", [4], [1, 1, 2, 2])])
    places = "coordinate_transformation_mode tf_crop_and_resize"
    with pytest.raises(SpecError) as error:
        load(path)
    assert [each.removeprefix(f"{path}: error: ") for each in str(error.value).splitlines()] == [
        "/a (NonZero): the size of its output depends on values [CNN031]",
        "/b (Det): it is not understood (2 nodes: /c (Det)) [CNN031]",
        f"/d (Resize): nearest with {places} and nearest_mode round_prefer_floor [CNN031]",
        "/f (Relu): the operator custom.Relu is not understood [CNN031]",
    ]


def scalar(name, value):
    return tensor(name, [], [value])


GELU = [
    node("Div", ["x", "root"], ["a"]),
    node("Erf", ["a"], ["b"]),
    node("Add", ["b", "one"], ["c"]),
    node("Mul", ["x", "c"], ["d"]),
    node("Mul", ["d", "half"], ["y"]),
]
PATTERNS = {
    "gelu": GELU,
    "silu": [node("Sigmoid", ["x"], ["a"]), node("Mul", ["a", "x"], ["y"])],
    "hard_swish": [
        node("Add", ["x", "three"], ["a"]),
        node("Clip", ["a", "zero", "six"], ["b"]),
        node("Mul", ["x", "b"], ["c"]),
        node("Div", ["c", "six"], ["y"]),
    ],
    "hard_sigmoid": [
        node("Add", ["x", "three"], ["a"]),
        node("Clip", ["a", "zero", "six"], ["b"]),
        node("Div", ["b", "six"], ["y"]),
    ],
    "mish": [node("Softplus", ["x"], ["a"]), node("Tanh", ["a"], ["b"]), node("Mul", ["x", "b"], ["y"])],
    "layer_norm": [
        node("ReduceMean", ["x"], ["m"], axes=[-1]),
        node("Sub", ["x", "m"], ["a"]),
        node("Pow", ["a", "two"], ["b"]),
        node("ReduceMean", ["b"], ["v"], axes=[-1]),
        node("Add", ["v", "eps"], ["c"]),
        node("Sqrt", ["c"], ["d"]),
        node("Div", ["a", "d"], ["e"]),
        node("Mul", ["e", "norm.weight"], ["f"]),
        node("Add", ["f", "norm.bias"], ["y"]),
    ],
    "linear": [node("MatMul", ["x", "fc.weight"], ["a"]), node("Add", ["a", "norm.bias"], ["y"])],
    "roll": [
        node("Slice", ["x", "i2", "end", "i1"], ["a"]),
        node("Slice", ["x", "i0", "i2", "i1"], ["b"]),
        node("Concat", ["a", "b"], ["y"], axis=1),
    ],
}
CONSTANTS = [
    *(scalar(*pair) for pair in (("root", 2**0.5), ("one", 1), ("half", 0.5), ("three", 3), ("zero", 0), ("six", 6))),
    *(scalar(*pair) for pair in (("two", 2), ("eps", 1e-6))),
    tensor("norm.weight", [6], [1.0] * 6),
    tensor("norm.bias", [6], [0.0] * 6),
    tensor("fc.weight", [6, 6], [0.25] * 36),
    *(tensor(name, [1], [value], INT64) for name, value in (("i0", 0), ("i1", 1), ("i2", 2), ("end", 2**63 - 1))),
]


@pytest.mark.parametrize("verb", PATTERNS)
def test_nodes_that_are_one_layer_become_one(write, verb):
    path = write(PATTERNS[verb], [info("x", ["N", 5, 6])], [info("y", None)], CONSTANTS)
    (layer,) = load(path)
    assert layer.op.verb == verb
    assert [*map(str, layer.shape)] == ["N", "5", "6"]


def test_a_pattern_whose_inside_is_read_elsewhere_is_none(write):
    path = write(GELU, [info("x", ["N", 5])], [info("y", None), info("c", None)], CONSTANTS)
    with pytest.raises(SpecError, match=r"\(Erf\): it is not understood"):
        load(path)


def test_a_network_runs_with_its_own_weights(write):
    weight, bias = [float(n) for n in range(12)], [1.0, 2.0, 3.0]
    nodes = [node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], transB=1)]
    tensors = [tensor("fc.weight", [3, 4], weight), tensor("fc.bias", [3], bias)]
    plan = load(write(nodes, [info("x", ["N", 4])], [info("y", ["N", 3])], tensors), N=2)
    x = np.arange(8, dtype="float32").reshape(2, 4)
    (y,) = execute(plan.graph, inputs={"input": x}).outputs.values()
    assert np.array_equal(y, x @ np.reshape(weight, (3, 4)).T + bias)


def test_weights_outside_the_folder_are_not_read(write, tmp_path):
    (tmp_path.parent / "secret.bin").write_bytes(b"\0" * 48)
    nodes = [node("Gemm", ["x", "fc.weight"], ["y"], transB=1)]
    tensors = [tensor("fc.weight", [3, 4], external="../secret.bin")]
    plan = load(write(nodes, [info("x", [2, 4])], [info("y", None)], tensors))
    assert plan.params == 12
    with pytest.raises(UsageError, match=r"outside the folder of the model: \.\./secret.bin"):
        execute(plan.graph)


def test_shape_arithmetic_is_done_on_sizes(write):
    """x.view(N, C, -1), as exporters write it."""
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "zero"], ["n"]),
        node("Unsqueeze", ["n", "axis"], ["n1"]),
        node("Concat", ["n1", "rest"], ["shape"], axis=0),
        node("Reshape", ["x", "shape"], ["y"]),
    ]
    tensors = [tensor("zero", [], [0], INT64), tensor("axis", [1], [0], INT64), tensor("rest", [2], [3, -1], INT64)]
    plan = load(write(nodes, [X], [info("y", None)], tensors))
    assert [*map(str, plan.outputs["y_Reshape"])] == ["N", "3", "H*W"]
    assert plan.conditions == ()


def test_functions_of_a_model_are_written_out(write):
    """block(x) = leaky(relu(x)), where leaky hands its slope on."""
    slope = message([(1, "alpha"), (21, "slope"), (20, 1)])
    inner = message([(1, "a"), (2, "b"), (3, "act"), (4, "LeakyRelu"), (5, slope)])
    leaky = function("leaky", "own", ["a"], ["b"], [inner], ["slope"])
    calls = [node("Relu", ["a"], ["c"], "first"), node("leaky", ["c"], ["b"], "second", "own", slope=0.25)]
    block = function("block", "own", ["a"], ["b"], calls)
    nodes = [node("block", ["x"], ["m"], "one", "own"), node("block", ["m"], ["y"], "two", "own")]
    plan = load(write(nodes, [X], [info("y", None)], functions=[block, leaky]))
    assert [layer.op.verb for layer in plan] == ["relu", "leaky_relu"] * 2
    assert [layer.origin for layer in plan][:2] == ["one.first", "one.second.act"]
    assert float(plan.nodes["one_second_act"].op.negative_slope) == 0.25


def test_functions_that_call_themselves_are_refused(write):
    again = function("again", "own", ["a"], ["b"], [node("again", ["a"], ["b"], "a", "own")])
    path = write([node("again", ["x"], ["y"], "one", "own")], [X], [info("y", None)], functions=[again])
    with pytest.raises(SpecError, match="functions call each other more than 16 deep"):
        load(path)


def test_what_no_output_rests_on_is_left_out(write):
    nodes = [node("Relu", ["x"], ["y"]), node("Det", ["x"], ["z"])]
    assert [layer.op.verb for layer in load(write(nodes, [X], [info("y", None)]))] == ["relu"]


@pytest.mark.parametrize(("reads", "verbs"), [("y", ["instance_norm"]), ("mean", None)])
def test_statistics_that_training_carries_on_are_no_part_of_what_comes_out(write, reads, verbs):
    """Standardized weights are exported so: the means that come in are those that came before."""
    nodes = [
        node("ReduceMean", ["table"], ["before"], axes=[1], keepdims=0),
        node("BatchNormalization", ["x", "s", "b", "before", "v"], ["y", "mean", "var"], training_mode=1),
    ]
    tensors = [tensor("table", [3, 7]), *(tensor(name, [3]) for name in ("s", "b", "v"))]
    path = write(nodes, [info("x", [1, 3, "H", "W"])], [info(reads, None)], tensors)
    if verbs is None:
        with pytest.raises(SpecError, match="output 1 is read"):
            load(path)
        return
    plan = load(path)
    assert [layer.op.verb for layer in plan] == verbs
    assert plan.params == 6


def test_a_weight_that_two_nodes_have_is_counted_once(write):
    nodes = [
        node("Conv", ["x", "conv.weight"], ["a"], pads=[1, 1, 1, 1]),
        node("Conv", ["a", "conv.weight"], ["y"], pads=[1, 1, 1, 1]),
    ]
    plan = load(write(nodes, [X], [info("y", None)], [tensor("conv.weight", [3, 3, 3, 3])]))
    assert plan.params == 81
    assert [layer.shared for layer in plan] == [None, "conv"]


@pytest.mark.parametrize("suffix", [".onnx", ".bin"])
def test_a_file_is_told_by_its_content(write, suffix):
    path = write([node("Relu", ["x"], ["y"])], [X], [info("y", None)])
    assert len(load(path.rename(path.with_suffix(suffix)))) == 1


@pytest.mark.parametrize(("auto", "pairs"), [
    ("NOTSET", [[1, 0], [0, 0]]), ("SAME_LOWER", [[1, 0], [0, 0]]), ("SAME_UPPER", [[0, 1], [0, 0]]),
])  # fmt: skip
def test_the_odd_element_of_an_output_shape(write, auto, pairs):
    """It is taken off at the end where SAME_UPPER says so, at the start otherwise: ONNX's ConvTranspose."""
    up = node("ConvTranspose", ["x", "w"], ["y"], "/up", strides=[2, 2], output_shape=[12, 11], auto_pad=auto)
    path = write([up], [info("x", [1, 2, 6, 5])], [info("y", None)], [tensor("w", [2, 4, 3, 3], [0.5] * 72)])
    plan = load(path)
    assert plan.outputs["up"] == (1, 4, 12, 11)
    assert [[*pair] for pair in plan["up"].op.cuts(2)] == pairs


@pytest.mark.parametrize(("said", "read"), [([3, 5], True), ([5, 3], False), ([3, 3], False), ([3], False)])
def test_a_kernel_is_what_its_weight_is(write, said, read):
    conv = node("Conv", ["x", "w"], ["y"], "/conv", kernel_shape=said)
    path = write([conv], [X], [info("y", None)], [tensor("w", [4, 3, 3, 5], [0.5] * 180)])
    if read:
        assert load(path)["conv"].op.kernel_size == (3, 5)
        return
    with pytest.raises(SpecError, match="kernel_shape"):
        load(path)


@pytest.mark.parametrize(("height", "pads", "read"), [
    (8, [0, 0, 1, 1], True), (7, [0, 0, 1, 1], False), (8, [1, 1, 0, 0], True), (9, [0, 0, 0, 0], True),
    (8, [0, 0, 0, 0], False), (7, [1, 1, 1, 1], True),
])  # fmt: skip
def test_maxima_go_back_where_their_size_is_what_was_pooled(write, height, pads, read):
    """Without output_shape it is (n - 1) * stride + kernel less the padding of both sides."""
    window = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": pads}
    pool = node("MaxPool", ["x"], ["p", "at"], "/pool", **window)
    nodes = [pool, node("MaxUnpool", ["p", "at"], ["y"], "/up", **window)]
    path = write(nodes, [info("x", [1, 2, height, height + 2])], [info("y", None)])
    if read:
        assert load(path).outputs["up"] == (1, 2, height, height + 2)
        return
    with pytest.raises(SpecError, match="no output_shape, and places in"):
        load(path)
