"""Memory to the byte: worked by hand, as formulas, in training; and the greatest of many counts."""

from __future__ import annotations

from itertools import combinations, product
from math import prod

import numpy as np
import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.memory import Memory
from cnnplan.memory.summits import summits
from cnnplan.sizes import Context, ceil_div, evaluate, maximum

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 1, H: 8, W: 6}\ninput: [N, 3, H, W]\nlayers:\n"

# layers, the bytes alive at each of them at N = 2, H = 8, W = 6, in float32
#   the input has 2*3*8*6 = 288 elements
LIVE = [
    # a convolution makes 2*5*8*6 = 480 elements
    ("- conv: {out_channels: 5, kernel_size: 1}", [288 + 480]),
    # relu writes over the convolution, whose input is gone
    ("- conv: {out_channels: 5, kernel_size: 1}\n- relu", [288 + 480, 480]),
    # a normalization that has to find its statistics reads its input to the end
    ("- conv: {out_channels: 5, kernel_size: 1}\n- instance_norm", [288 + 480, 480 + 480]),
    # the input of the network is never written over
    ("- relu", [288 + 288]),
    # tanh of what is read again later takes memory of its own; the addition writes over its first input
    ("- conv: {out_channels: 5, kernel_size: 1}\n  name: a\n- tanh\n- add:\n  from: [a, prev]", [768, 960, 960]),
    # a tensor that is added to itself is not written over
    ("- conv: {out_channels: 5, kernel_size: 1}\n  name: a\n- add:\n  from: [a, a]", [768, 960]),
    # flatten gives the same memory, and keeps it alive
    ("- max_pool: {kernel_size: 2}\n- flatten\n- linear: {out_features: 7, bias: false}", [288 + 72, 72, 72 + 14]),
    # so relu after it writes over what flatten looks at
    ("- max_pool: {kernel_size: 2}\n- flatten\n- relu", [360, 72, 72]),
    # a view of the input is the input: it is neither copied nor written over
    ("- dropout\n- relu", [288, 576]),
    # slice takes memory of its own, although NumPy would give a view
    ("- slice: {start: 1}", [288 + 192]),
    # what nobody reads is freed at once
    ("- conv: {out_channels: 5, kernel_size: 1}\n- relu:\n  from: input\n- relu", [768, 576, 288]),
    # group norm has no way to write over its input
    ("- conv: {out_channels: 4, kernel_size: 1}\n- group_norm: {num_groups: 2}", [288 + 384, 768]),
]


def planned(layers, outputs=""):
    indented = "".join(f"  {line}\n" for line in layers.splitlines())
    return cnnplan.load(HEAD + indented + outputs)


@pytest.mark.parametrize(("layers", "elements"), LIVE)
def test_live_bytes(layers, elements):
    plan = planned(layers).at(N=2)
    assert [node.memory.live for node in plan] == [4 * n for n in elements]
    assert plan.memory.peak == 4 * max(elements)


OWNED = [
    # a weight is no tensor that may be written over, nor is one that two layers read
    "- parameter: {shape: [1, 5, 8, 6]}\n- relu\n- sigmoid",
    "- parameter: {shape: [1, 3, 8, 6]}\n  name: w\n- relu\n- multiply:\n  from: [relu1, w]",
    "- conv: {out_channels: 5, kernel_size: 1}\n  name: a\n- multiply:\n  from: [a, a]\n- relu",
    "- constant: {shape: [1, 3, 8, 6], value: 2}\n- relu\n- add:\n  from: [prev, input]",
]


@pytest.mark.parametrize("layers", [*(layers for layers, _ in LIVE), *OWNED])
def test_live_bytes_are_those_that_a_run_holds(layers):
    plan = planned(layers).at(N=2)
    run = execute(plan.graph, values=plan.values)
    predicted = {name: memory.live for name, memory in plan.memory.nodes.items()}
    assert {name: measured.live for name, measured in run.measurements.items()} == predicted
    again = execute(plan.graph, values=plan.values, weights=run.weights)
    for name, array in run.outputs.items():
        np.testing.assert_array_equal(array, again.outputs[name])


def test_an_output_is_never_freed_nor_written_over():
    layers = "- conv: {out_channels: 5, kernel_size: 1}\n  name: a\n- relu\n- max_pool: {kernel_size: 2}\n  name: b"
    plan = planned(layers, "outputs: [a, b]\n").at(N=2)
    assert [node.memory.live for node in plan] == [4 * 768, 4 * 960, 4 * (480 + 480 + 120)]


def test_the_peak_is_a_formula_of_few_terms(specs):
    memory = cnnplan.load(specs / "resnet.yaml").memory
    assert len(memory.peaks) == 6
    assert str(memory.peaks[0]) == "2304*N*ceil(H/4)*ceil(W/4)"
    assert memory.peak.at({"N": 1, "H": 224, "W": 224}) == 2304 * 56 * 56


@pytest.mark.parametrize("at", [(1, 1, 1), (2, 33, 65), (3, 64, 31), (1, 7, 500)])
@pytest.mark.parametrize("name", ["resnet", "googlenet", "mobilenet_v2"])
def test_letters_then_numbers_are_the_numbers(specs, name, at):
    values = dict(zip("NHW", (at[0], max(15, at[1]), max(15, at[2])), strict=True))
    plan = cnnplan.load(specs / f"{name}.yaml")
    there = plan.at(**values).memory
    for prediction in ("weights", "activations", "peak", "inference"):
        assert getattr(plan.memory, prediction) == getattr(there, prediction) or (
            getattr(plan.memory, prediction).at({**plan.values, **values}) == getattr(there, prediction)
        )
    assert there.peak == max(node.live for node in there.nodes.values())


def test_shared_weights_count_once():
    plan = planned("- conv: {out_channels: 3, kernel_size: 1}\n  repeat: 4\n  share: true")
    assert plan.memory.weights == 4 * (9 + 3)
    assert [node.memory.weights for node in plan] == [48, 0, 0, 0]


def test_weights_in_other_types(specs):
    memory = cnnplan.load(specs / "resnet.yaml").memory
    assert memory.weights == 4 * (25_557_032 + 53_120)
    assert memory.weights_in("float16") * 2 == memory.weights
    assert Memory(cnnplan.load(specs / "resnet.yaml").graph, dtype="float64").weights == 2 * memory.weights


# layers, elements saved for the backward pass at N = 2, H = 8, W = 6, and bytes besides
SAVED = [
    ("- conv: {out_channels: 5, kernel_size: 1}", 288, 0),
    ("- conv: {out_channels: 5, kernel_size: 1}\n- relu", 288 + 480, 0),
    ("- conv: {out_channels: 5, kernel_size: 1}\n- batch_norm\n- relu", 288 + 480 + 2 * 5 + 480, 0),
    # what max_pool takes its maxima from, and where they were
    ("- max_pool: {kernel_size: 2}", 288, 8 * 72),
    ("- dropout", 0, 288),
    ("- conv: {out_channels: 5, kernel_size: 1}\n  name: a\n- tanh\n- add:\n  from: [a, prev]", 288 + 480, 0),
    # flatten gives what is saved already
    ("- sigmoid\n- flatten\n- linear: {out_features: 7}", 288, 0),
    # what dropout gives is a tensor of its own in training, unless it leaves nothing out
    ("- sigmoid\n- dropout\n- conv: {out_channels: 5, kernel_size: 1}", 2 * 288, 288),
    ("- sigmoid\n- dropout: {p: 0}\n- conv: {out_channels: 5, kernel_size: 1}", 288, 0),
    # of a part that is saved the whole stays, once
    ("- sigmoid\n- slice: {start: 1}\n- sigmoid\n- slice: {start: 1}\n- abs", 288 + 192, 0),
    # of a product a factor stays where the other has a gradient, which a constant has not; it is there in any case
    ("- constant: {shape: [1, 3, 1, 1]}\n  name: c\n- multiply:\n  from: [input, c]", 0, 0),
    ("- tanh:\n  name: a\n- multiply:\n  from: [a, input]", 288 + 288, 0),
    # what tells which element was the greatest; a sum needs nothing
    ("- reduce: {mode: max, dim: 1}\n- reduce: {mode: sum, dim: 1}", 288 + 96, 0),
    # what PyTorch pads in a step of its own is kept padded: zeros that are not as many on both sides, other modes
    ("- conv: {out_channels: 5, kernel_size: 3, padding: 1}", 288, 0),
    ("- conv: {out_channels: 5, kernel_size: 3, padding: [[1, 2], [0, 1]]}", 2 * 3 * 11 * 7, 0),
    ("- conv: {out_channels: 5, kernel_size: 3, padding: [[2, 2], [1, 1]]}", 288, 0),
    ("- conv: {out_channels: 5, kernel_size: 3, padding: 1, padding_mode: circular}", 2 * 3 * 10 * 8, 0),
    # a mean of all that comes out of an adaptive pool needs nothing, others are asked for their size
    ("- adaptive_avg_pool: {output_size: 2}\n- adaptive_avg_pool: {output_size: 1}", 288, 0),
]


@pytest.mark.parametrize(("layers", "elements", "besides"), SAVED)
def test_what_is_saved_for_the_backward_pass(layers, elements, besides):
    assert planned(layers).at(N=2).memory.saved() == 4 * elements + besides


def test_a_training_step():
    plan = planned("- conv: {out_channels: 5, kernel_size: 1}\n- batch_norm").at(N=2)
    trained, buffers, saved = 20 + 10, 10, 288 + 480 + 10
    assert plan.memory.training() == (4 * (trained + buffers), 4 * trained, 0, 4 * saved)
    assert plan.memory.training("momentum").optimizer == 4 * trained
    assert plan.memory.training("adam").total == 4 * (trained + buffers) + 4 * trained + 8 * trained + 4 * saved
    mixed = plan.memory.training("adam", mixed=True)
    # the input stays as it came, and so do the statistics
    assert mixed == (4 * (trained + buffers) + 2 * trained, 2 * trained, 8 * trained, 4 * 288 + 2 * 480 + 4 * 10)


def test_what_steps_leave_is_narrower_in_mixed_precision():
    layers = "  - linear: {out_features: 4}\n  - gru: {hidden_size: 6}\n"
    text = f"cnnplan: 1\nsymbols: {{N: 2}}\ninput: [N, 5, 3]\nlayers:\n{layers}"
    memory = cnnplan.load(text).at().memory
    held, inner, steps = 2 * 5 * 3, 2 * 5 * 4, 2 * 5 * 6 * 7
    assert memory.saved() == 4 * (held + inner + steps)
    assert memory.saved("float16") == 4 * held + 2 * (inner + steps)


def test_an_optimizer_that_is_not_known(specs):
    with pytest.raises(UsageError, match="adam"):
        cnnplan.load(specs / "lenet5.yaml").memory.training("sdg")


@pytest.mark.parametrize("optimizer", ["", "sgd", "adam"])
@pytest.mark.parametrize("limit", [2**27, 2**30, 10**10 + 7])
def test_the_largest_batch_fits_and_one_more_does_not(specs, limit, optimizer):
    plan = cnnplan.load(specs / "mobilenet_v2.yaml")
    most = plan.at(H=97, W=65).memory.largest_batch(limit, optimizer)
    assert plan.memory.largest_batch(limit, optimizer).at({**plan.values, "H": 97, "W": 65}) == most

    def need(batch):
        memory = plan.at(N=batch, H=97, W=65).memory
        return memory.training(optimizer).total if optimizer else memory.inference

    assert need(most) <= limit < need(most + 1)


def test_no_batch_fits(specs):
    assert cnnplan.load(specs / "vgg.yaml").at().memory.largest_batch(1000) == 0


def test_a_batch_that_is_no_symbol():
    text = HEAD.replace("[N, 3", "[2, 3") + "  - relu\n"
    with pytest.raises(UsageError, match="batch"):
        cnnplan.load(text).memory.largest_batch(10**6)


def test_summits_leave_out_only_what_never_is_greatest():
    context = Context()
    h = context.symbol("H")
    half, quarter = ceil_div(h, 2), ceil_div(h, 4)
    # ceil(H/4) is at most ceil(H/2), but two of it are more at H = 1
    assert summits((3 * half * half, 3 * quarter * quarter)) == (3 * half * half,)
    assert summits((3 * half * half, 4 * quarter * quarter)) == (3 * half * half, 4 * quarter * quarter)
    # H is at least twice floor(H/2), whatever H is
    assert summits((4 * h * h, 16 * (h // 2) * (h // 2))) == (4 * h * h,)
    assert summits((h * h + h, h * h)) == (h * h + h,)
    assert summits((5, 7, 7)) == (7,)


def test_the_greatest_that_are_left_are_the_greatest_of_all():
    """At every value: a factor that is nothing somewhere covers nothing there, wherever that lies."""
    context = Context()
    h, w = context.symbol("H"), context.symbol("W")
    apart = maximum(w - 4, 4 - w)
    few = [h * w, 2 * h * (w // 2), 9 * h * apart, 3 * h, 4 * h + w, h * h, (w // 3) * h * 4, 5 * apart, 40, 3 * w + 7]
    for counts in combinations(few, 3):
        left = summits(counts)
        for point in product(range(1, 14), range(1, 14)):
            at = dict(zip("HW", point, strict=True))
            assert max(evaluate(each, at) for each in left) == max(evaluate(each, at) for each in counts), counts


def test_integers_behind_a_layer_keep_their_width():
    text = (
        "cnnplan: 1\nsymbols: {N: 2}\ninput: {shape: [N, 9], dtype: int64, below: 30}\nlayers:\n"
        "  - slice: {end: 7}\n  - embedding: {num_embeddings: 30, embedding_dim: 5}\n"
    )
    plan = cnnplan.load(text)
    run = execute(plan.graph)
    assert run.measurements["slice1"].live == 2 * (9 + 7) * 8
    assert {name: m.live for name, m in run.measurements.items()} == {
        name: m.live for name, m in plan.at().memory.nodes.items()
    }
    # the integers do not shrink with the type of the network; the embedding keeps them, all that the slice is a part of
    assert plan.at().memory.saved() == plan.at().memory.saved("float16") == 2 * 9 * 8


ROWS = [
    # what is taken of (2, 4, 12, 21), and the bytes that a linear behind it keeps for the backward pass
    ("crop: {size: [12, 17]}", 2 * 4 * 12 * 21 * 4),  # rows of 17, each 21 behind the last: all of it is kept
    ("crop: {size: [9, 21]}", 2 * 4 * 9 * 21 * 4),  # 9 rows, then a gap of 3: they are lined up first, a copy
    ("slice: {dim: 3, end: 17, step: 2}", 2 * 4 * 12 * 21 * 4),
    ("slice: {dim: 2, end: 12, step: 2}", 2 * 4 * 12 * 21 * 4),  # every other row: 96 / 2, each 42 behind the last
    ("slice: {dim: 1, start: 1, end: 3}", 2 * 2 * 12 * 21 * 4),
]


@pytest.mark.parametrize(("part", "kept"), ROWS)
def test_rows_of_a_part_are_lined_up_only_where_they_must(part, kept):
    """As PyTorch's reshape does it; test_by_torch of tests/networks holds it in random networks."""
    layers = f"  - tanh\n  - {part}\n  - linear: {{out_features: 5, bias: false}}\n"
    plan = cnnplan.load("cnnplan: 1\ninput: [2, 4, 12, 21]\nlayers:\n" + layers)
    own = 2 * 4 * 12 * 21 * 4  # tanh keeps its output, once
    assert plan.memory.training().saved == (own if kept == own else own + kept)


@pytest.mark.parametrize(("shape", "part", "torn"), [
    ([1, 4, 12, 21], "slice: {dim: 1, start: 1, end: 3}", False),
    ([2, 4, 12, 21], "slice: {dim: 1, start: 1, end: 3}", True),
    ([3, 1, 12, 21], "slice: {dim: 0, start: 1, end: 3}", False),
    ([2, 4, 1, 21], "slice: {dim: 1, start: 1, end: 3}", True),
    ([1, 1, 12, 21], "crop: {size: [9, 21]}", False), ([1, 2, 12, 21], "crop: {size: [9, 21]}", True),
])  # fmt: skip
def test_an_axis_of_one_tears_no_rows_apart(shape, part, torn):
    """Where the next element of such an axis would be is nobody's question: what is lined up is a copy."""
    layers = f"  - tanh\n  - {part}\n  - linear: {{out_features: 5, bias: false}}\n"
    plan = cnnplan.load(f"cnnplan: 1\ninput: {shape}\nlayers:\n{layers}")
    whole, copy = 4 * prod(shape), 4 * prod(next(node for node in plan if node.op.verb != "tanh").shape)
    assert plan.memory.training().saved == whole + (copy if torn else 0)
