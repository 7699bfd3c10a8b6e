"""What weights and activations are stored in, by layer: figures worked by hand, slips told where they stand."""

from __future__ import annotations

from textwrap import dedent

import numpy as np
import pytest

import cnnplan
from cnnplan.findings import Severity
from cnnplan.memory import Memory

HEAD = """
cnnplan: 1
symbols: {N: 1, H: 9, W: 7, kept: {default: int8, choices: [int8, int4, float16]}}
input: [N, 3, H, W]
"""
UNIT = """
blocks:
  unit:
    args: {width: required, held: int8}
    layers:
      - {conv: {out_channels: width, kernel_size: 1}, dtype: held}
      - batch_norm
      - relu
"""
KERNEL = 3 * 5


def plan(layers, head=HEAD, **values):
    return cnnplan.load(head + dedent(layers), **values)


def bytes_of(text, layer="conv1"):
    found = plan(f"layers:\n  - conv: {{out_channels: 5, kernel_size: 1}}\n    dtype: {text}\n").at()
    return found[layer].memory.weights, found[layer].memory.activation


@pytest.mark.parametrize(
    ("dtype", "weights", "activation"),
    [
        ("float64", 8 * (KERNEL + 5), 8 * 315),
        ("float32", 4 * (KERNEL + 5), 4 * 315),
        ("bfloat16", 2 * (KERNEL + 5), 2 * 315),
        ("float8_e4m3", KERNEL + 5, 315),
        # whole numbers are for the kernel: the bias stays in 4 bytes
        ("int8", KERNEL + 4 * 5, 315),
        ("uint8", KERNEL + 4 * 5, 315),
        ("int4", 8 + 4 * 5, 158),  # 15 halves of a byte, 315 halves
        ("int3", 6 + 4 * 5, 119),  # 45 bits, 945 bits
        ("int1", 2 + 4 * 5, 40),
        ("float4", 8 + 4 * 5, 158),
        ("{weights: int4}", 8 + 4 * 5, 4 * 315),
        ("{activations: float16}", 4 * (KERNEL + 5), 2 * 315),
        ("{weights: int4, activations: bfloat16}", 8 + 4 * 5, 2 * 315),
    ],
)
def test_bytes_of_a_layer(dtype, weights, activation):
    assert bytes_of(dtype) == (weights, activation)


def test_the_innermost_says_it_and_a_part_comes_from_outside():
    layers = """
    layers:
      - sequence:
          - unit: {width: 5}
          - unit: {width: 4, held: float16}
            dtype: {activations: int16}
          - add:
            from: [unit2, unit2]
        dtype: {weights: bfloat16, activations: float64}
    """
    told = {name: str(each) for name, each in plan(layers, HEAD + UNIT).graph.stored.items()}
    assert told == {
        "unit1.conv1": "int8",
        "unit1.batch_norm1": "bfloat16 / float64",
        "unit1.relu1": "bfloat16 / float64",
        "unit2.conv1": "float16",
        "unit2.batch_norm1": "bfloat16 / int16",
        "unit2.relu1": "bfloat16 / int16",
        "add1": "bfloat16 / float64",
    }


def test_the_join_of_branches_is_stored_as_they_are():
    layers = """
    layers:
      - branches:
          join: add
          paths: [[relu], []]
        dtype: int8
    """
    assert {*plan(layers).graph.stored} == {"relu1", "add1"}


def test_statistics_keep_the_type_of_the_network():
    layers = "layers:\n  - batch_norm\n  - batch_norm:\n    dtype: float16\n"
    first, second = plan(layers)
    assert first.memory.weights == 4 * 4 * 3
    assert second.memory.weights == 2 * 2 * 3 + 4 * 2 * 3  # scale and shift; running mean and variance


@pytest.mark.parametrize(
    ("dtype", "bytes_"), [("float16", 2), ("bfloat16", 2), ("float64", 8), ("int8", 4), ("int4", 4)]
)
def test_what_is_not_trained_is_never_narrower(dtype, bytes_):
    """Scale and shift are in the type that is told, if it is one of floats; mean and variance are not."""
    found = plan(f"layers:\n  - batch_norm:\n    dtype: {dtype}\n").at()
    assert found["batch_norm1"].memory.weights == 2 * 3 * bytes_ + 2 * 3 * 4


def test_names_and_patterns_go_before_entries_and_the_last_before_the_first():
    layers = """
    dtypes: {"*": float16, "unit2.*": int16, unit2.relu1: {activations: int8}}
    layers:
      - unit: {width: 5}
      - unit: {width: 4}
    """
    told = {name: str(each) for name, each in plan(layers, HEAD + UNIT).graph.stored.items()}
    assert told == {
        **dict.fromkeys(("unit1.conv1", "unit1.batch_norm1", "unit1.relu1"), "float16"),
        **dict.fromkeys(("unit2.conv1", "unit2.batch_norm1"), "int16"),
        "unit2.relu1": "int16 / int8",
    }


def test_shared_weights_are_held_once_in_the_type_of_their_owner():
    layers = """
    layers:
      - conv: {out_channels: 3, kernel_size: 1}
        name: one
        dtype: int8
      - conv: {out_channels: 3, kernel_size: 1}
        share: one
        dtype: {activations: float16}
    """
    found = plan(layers)
    assert found.memory.weights == 9 + 4 * 3
    assert str(found["conv2"].storage) == "int8 / float16"


@pytest.mark.parametrize(("kept", "weights"), [("int8", 15), ("int4", 8), ("float16", 30)])
def test_a_symbol_may_say_it_and_the_plan_says_at_which_value_it_holds(kept, weights):
    layers = "layers:\n  - conv: {out_channels: 5, kernel_size: 1, bias: false}\n    dtype: kept\n"
    found = plan(layers, kept=kept)
    assert found.memory.weights == weights
    assert [str(condition) for condition in found.structure] == [f"kept == {kept}"]


def test_an_expression_may_choose():
    layers = "layers:\n  - {relu: , repeat: {i: 3}, dtype: int8 if i > 0 else float16}\n"
    assert [str(node.storage) for node in plan(layers)] == ["float16", "int8", "int8"]


def test_what_has_other_bits_is_not_written_over():
    layers = "layers:\n  - conv: {out_channels: 5, kernel_size: 1}\n  - relu\n"
    alike, other = plan(layers).at(), plan(layers + "dtypes: {relu1: int8}\n").at()
    assert alike["relu1"].memory.live == 4 * 315
    assert other["relu1"].memory.live == 4 * 315 + 315
    assert plan(layers + "dtypes: {'*': int8}\n").at()["relu1"].memory.live == 315


def test_a_view_is_in_the_type_of_what_it_looks_at():
    layers = "layers:\n  - {relu: , dtype: int8}\n  - flatten\n  - {linear: {out_features: 2}}\n"
    found = plan(layers).at()
    assert found["linear1"].memory.live == 189 + 4 * 2


def test_whole_numbers_that_are_indices_stay_what_they_are():
    text = """
    cnnplan: 1
    input: {shape: [9, 7], dtype: int64, below: 11}
    layers:
      - {slice: {dim: 1, end: 5}, dtype: int8}
      - {embedding: {num_embeddings: 11, embedding_dim: 3}, dtype: int8}
    """
    assert [node.memory.activation for node in cnnplan.load(dedent(text))] == [8 * 9 * 5, 9 * 5 * 3]


def test_a_formula_of_halves_of_a_byte():
    found = plan("layers:\n  - {relu: , dtype: int4}\n")
    assert str(found["relu1"].memory.activation) == "2*N*H*W - floor((N*H*W)/2)"
    assert [found.at(N=n)["relu1"].memory.activation for n in (1, 2)] == [95, 189]


def test_training_holds_in_floats_what_is_trained():
    layers = """
    layers:
      - linear: {out_features: 4, bias: false}
        trainable: false
        dtype: {weights: int4}
      - linear: {out_features: 6, bias: false}
        dtype: {weights: int8}
      - linear: {out_features: 2, bias: false}
        dtype: {weights: bfloat16}
    """
    step = plan(layers).at().memory.training("adam")
    assert step.weights == 7 * 4 // 2 + 4 * 24 + 2 * 12
    assert step.gradients == 4 * 24 + 2 * 12
    assert step.optimizer == 2 * (4 * 24 + 2 * 12)
    half = plan(layers).at().memory.training("adam", mixed=True)
    assert (half.weights, half.gradients) == (14 + 4 * 24 + 2 * 12 + 2 * 36, 2 * 36)


def test_what_is_saved_is_in_the_type_of_its_layer():
    layers = "layers:\n  - {sigmoid: , dtype: float16}\n  - conv: {out_channels: 5, kernel_size: 1}\n"
    memory = plan(layers).at().memory
    assert memory.saved() == 2 * 189  # once, for both
    assert memory.saved("float16") == 2 * 189


def test_a_type_for_all_goes_before_what_layers_say():
    layers = "layers:\n  - conv: {out_channels: 5, kernel_size: 1}\n    dtype: int8\n"
    found = plan(layers).at()
    assert Memory(found.graph, found.values, "float64").weights == 8 * 20
    assert cnnplan.verify(HEAD + dedent(layers)).ok
    run = cnnplan.execute(found.graph, values=found.values)
    assert next(iter(run.outputs.values())).dtype == np.float32


def test_the_largest_batch_knows_of_it():
    layers = "layers:\n  - {conv: {out_channels: 5, kernel_size: 1}, dtype: %s}\n"
    wide, narrow = (plan(layers % kind).at().memory.largest_batch(10**6) for kind in ("float32", "int8"))
    assert (wide, narrow) == ((10**6 - 80) // (4 * 504), (10**6 - 35) // (4 * 189 + 315))


def errors(text):
    return [finding for finding in cnnplan.check(text) if finding.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("layers", "message", "column"),
    [
        ("layers: [{relu: , dtype: int9}]", "dtype (=int9) is no type that numbers are stored in", 26),
        ("layers: [{relu: , dtype: flot16}]", "did you mean float16?", 26),
        ("layers: [{relu: , dtype: 8}]", "dtype (=8) is no type that numbers are stored in", 26),
        ("layers: [{relu: , dtype: {weight: int8}}]", "unknown key weight; did you mean weights?", 27),
        ("layers: [{relu: , dtype: H}]", "dtype (=H) is no type that numbers are stored in, such as int8", 26),
        ("layers: [{relu: , dtype: conv}]", "dtype (=conv) is no type that numbers are stored in", 26),
        ("layers: [relu]\ndtypes: {relo1: int8}", "relo1 is no layer, block or group", 10),
        ("layers: [relu]\ndtypes: {relu1: int9}", "dtype of relu1 (=int9) is no type that numbers are stored in", 17),
        ("layers: [relu]\ndtypes: int8", 'dtypes (="int8") must be a mapping', 9),
        ("layers: [{relu: {dtype: int8}}]", "dtype stands one level too deep", 18),
    ],
)
def test_a_slip_is_told_where_it_stands(layers, message, column):
    (finding,) = errors(HEAD + layers)
    assert message in finding.message
    assert finding.location.column == column


def test_blocks_arguments_and_symbols_called_like_it_stay():
    text = """
    cnnplan: 1
    symbols: {float16: 5, dtype: relu}
    input: [1, 3, 5, 7]
    blocks: {int8: {args: {dtype: required}, layers: [{conv: {out_channels: dtype, kernel_size: 1}}]}}
    layers: [{int8: {dtype: float16}}, {dtype: , name: last}]
    """
    assert [node.op.verb for node in cnnplan.load(dedent(text))] == ["conv", "relu"]
    assert cnnplan.load(dedent(text)).at().params == 20
    text = "cnnplan: 1\ninput: [1, 3, 5, 7]\nblocks: {dtype: {layers: [relu]}}\nlayers: [{dtype: {}}]"
    assert list(cnnplan.load(text).nodes) == ["dtype1.relu1"]


def test_a_report_says_the_bytes_by_type():
    found = plan("layers:\n  - {conv: {out_channels: 5, kernel_size: 1}, dtype: int8}\n  - relu\n")
    document = cnnplan.render(found, "json")
    assert '"weight_bytes": 35' in document
    assert '"weight_types": {"int8": 15, "float32": 20}' in document
    assert '"dtype": {"weights": "int8", "activations": "int8"}' in document
    lines = cnnplan.render(found, "table").splitlines()
    assert [" ".join(line.split()) for line in lines[-2:]] == ["weights 35 bytes", "15 in int8, 20 in float32"]
    assert "weights" not in cnnplan.render(plan("layers: [relu]\n"), "table")


def test_a_difference_in_types_is_one():
    layers = "layers:\n  - {conv: {out_channels: 5, kernel_size: 1}, dtype: kept}\n"
    found = cnnplan.diff(plan(layers, kept="int8"), plan(layers, kept="float16"))
    (pair,) = found.changed
    assert pair.changes == {"dtype": ("int8", "float16")}
    assert found.totals["memory"].difference == 40 - 35 + 315
    assert cnnplan.diff(plan(layers), plan(layers)).same
    assert not cnnplan.diff(plan("layers: [relu]\n"), plan("dtype: float16\nlayers: [relu]\n")).same
