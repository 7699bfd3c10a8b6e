"""Specs as ONNX files: the file is the same network again, and computes what the executor computes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from cnnplan.checkpoints import read_checkpoint
from cnnplan.conversion import figures
from cnnplan.errors import CnnplanError, SpecError, UsageError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.executor.weights import Positive, Weights
from cnnplan.exporting import onnx as written
from cnnplan.exporting import settled
from cnnplan.plan import load
from cnnplan.translation.onnx.writing.protos import Call, graph_proto, info_proto, model_proto

SPECS = Path(__file__).parents[3] / "specs"
NAMES = [
    str(path.relative_to(SPECS).with_suffix(""))
    for path in sorted(SPECS.rglob("*.yaml"))
    if path.stem not in {"deepface", "mamba_130m"}
    if "layers:" in path.read_text().partition("blocks:")[0] + path.read_text() and "\nlayers:" in path.read_text()
]
"""The specs that are networks, but two with what ONNX has nothing for: weights of their own everywhere, opaque."""

FIXED = {"lenet5": {"H": 32, "W": 32}, "two_conv": {"H": 28, "W": 30}, "transformer/vit": {"H": 224, "W": 224}}
"""Specs whose weights have the size of what comes in, with sizes that are legal."""

EVEN = {"images/zf_spp": {"H": 80, "W": 80}}
"""Specs that pool to so many places, which ONNX has for multiples only: the map of 80 is 6."""

FOLDED = {
    "transformer/swin_t": {"buffers", "flops"},
    "language/stories15m": {"buffers", "flops"},
    "audio/wavenet": {"params", "macs", "flops"},
}
"""What differs: masks that rest on no input are worked out once; a layer that leads to no output is not read."""


@pytest.mark.parametrize("name", NAMES)
def test_the_written_file_is_the_same_network(name, tmp_path):
    path = tmp_path / "network.onnx"
    values = (FIXED | EVEN).get(name, {})
    path.write_bytes(written(SPECS / f"{name}.yaml", weights="none", **values))
    wanted = figures(settled(load(SPECS / f"{name}.yaml", **values), values))
    found = figures(load(path))
    differ = {key for key in wanted if wanted[key] != found[key]}
    assert differ == FOLDED.get(name, set())


@pytest.mark.parametrize("name", FIXED)
def test_a_weight_of_the_size_of_what_comes_in_is_refused(name):
    with pytest.raises(UsageError, match=r"depends on H, W: say it with --set H=\.\.\. --set W=\.\.\."):
        written(SPECS / f"{name}.yaml")


SENSITIVE = {"mobile/efficientnet_v2_s"}
"""Networks that make much of small differences: float32 and float64 have nothing in common, unless all is positive."""


def small(plan):
    """Sizes at which a network is legal, no two alike, as small as they come."""
    letters = [*{name for shape in plan.graph.inputs.values() for n in shape for name in getattr(n, "symbols", ())}]
    for first in (32, 40, 64, 80, 96, 128, 192, 224, 256, 384, 576, 17792):
        for more in ((0, 8), (0, 16), (0, 32), (0, 64), (0, 0)):
            sizes = dict(zip([n for n in letters if n not in ("N", "M")], product_of(first, more), strict=False))
            sizes |= {name: number for name, number in (("N", 2), ("M", 3)) if name in letters}
            try:
                plan.at(**sizes)
            except CnnplanError:
                continue
            return sizes
    raise AssertionError(plan.name)


def product_of(first, more):
    return [first + step for step, _ in zip([*more, 16], product("abc"), strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_written_file_computes_what_the_executor_computes(name, tmp_path):
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    path = tmp_path / "network.onnx"
    values = (FIXED | EVEN).get(name, {})
    plan = settled(load(SPECS / f"{name}.yaml", **values), values)
    sizes = {**plan.values, **small(plan)}
    drawn = (Positive if name in SENSITIVE else Weights)(None, plan.graph.nodes, 7, "float32")
    truth = execute(plan.graph, values=sizes, weights=drawn, seed=7)
    path.write_bytes(written(SPECS / f"{name}.yaml", weights=truth.weights, **values))
    onnx.checker.check_model(onnx.load(path), full_check=True)
    inputs = fed(plan.graph, sizes, {}, 7, "float32")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for expected, output in zip(truth.outputs.values(), session.run(None, inputs), strict=True):
        np.testing.assert_allclose(output, expected, rtol=0, atol=1e-4 * np.abs(expected).max())


ADAPTIVE = """
cnnplan: 1
name: t
symbols: {N: 1, H: {default: 12, min: 9}, W: {default: 15, min: 7, multiple_of: 5}}
input: [N, 3, H, 2 * W]
layers:
  - {conv: {out_channels: 4, kernel_size: 3, padding: 1}, name: stem}
  - adaptive_avg_pool: {output_size: [3, 4]}
  - flatten
  - {linear: {out_features: 5}, name: head}
"""


def verbs(path):
    return [node.op.verb for node in load(path)]


def test_a_function_is_known_by_its_body_and_not_by_its_name(tmp_path):
    path = tmp_path / "network.onnx"
    data = written(ADAPTIVE, weights="none")
    path.write_bytes(data)
    assert verbs(path) == ["conv", "adaptive_avg_pool", "flatten", "linear"]
    assert data.count(b"GreaterOrEqual") == 2
    path.write_bytes(data.replace(b"Less", b"Less".swapcase()[::-1]))
    with pytest.raises(SpecError, match=r"\(SSEl\): it is not understood"):
        load(path)


def test_symbols_travel_with_what_they_claim(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(written(ADAPTIVE, weights="none"))
    symbols = load(path).spec.symbols
    assert (symbols["H"].default, symbols["H"].min, symbols["H"].multiple_of) == (12, 9, None)
    assert (symbols["W"].default, symbols["W"].min, symbols["W"].multiple_of) == (15, 7, 5)
    assert [*map(str, load(path).inputs["input"])] == ["N", "3", "H", "2*W"]


@pytest.mark.parametrize("told", [b'{"H": {"min": 9.5', b'{"H": ["min", 99', b'{"H": {"low": 900', b"[" * 17])
def test_what_a_file_tells_is_not_believed_unseen(told, tmp_path):
    path = tmp_path / "network.onnx"
    data = written(ADAPTIVE, weights="none")
    place = data.index(b'{"N": ')
    path.write_bytes(data[:place] + told + data[place + len(told) :])
    with pytest.raises(SpecError, match="does not tell of symbols"):
        load(path)


TABLES = """
cnnplan: 1
name: t
symbols: {N: 1, H: 5}
input: [N, 3, H]
layers:
  - {constant: {shape: [1, 3, 1]}, name: own}
  - {add: {}, from: [input, prev], name: a}
  - {constant: {shape: [1, 3, 1]}, name: called_elsewhere, origin: pos_embd.0}
  - {multiply: {}, from: [a, prev], name: b}
  - {constant: {shape: [1, 3, 1]}, name: again, share: called_elsewhere}
  - {subtract: {}, from: [b, prev], name: c}
  - {parameter: {shape: [1, 3, 1]}, name: trained, origin: pos_embd.1}
  - {add: {}, from: [c, prev]}
"""


@pytest.mark.parametrize("given", [{"weights": "none"}, {"seed": 4}], ids=["left_out", "stored"])
def test_numbers_that_nobody_trains_are_that_whatever_they_are_called(given, tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(written(TABLES, **given))
    told = load(path)
    assert [node.op.verb for node in told.nodes.values() if node.weights] == ["constant", "constant", "parameter"]
    assert (told.params, told.buffers) == (3, 6) == (load(TABLES).params, load(TABLES).buffers)


SHARED = """
cnnplan: 1
name: t
input: [2, 5, 12]
layers:
  - {linear: {out_features: 12}, name: first}
  - {linear: {out_features: 12}, share: first, name: second}
  - {parameter: {shape: [12, 12]}, name: table}
  - {linear: {out_features: 12, bias: false}, from: [second, table], name: third}
  - {linear: {out_features: 12, bias: false}, from: [third, table], name: fourth}
"""

TURNED = f"""{SHARED}
  - {{permute: {{dims: [1, 0]}}, from: table}}
  - {{linear: {{out_features: 12, bias: false}}, from: [fourth, prev], name: fifth}}
"""


def test_weights_that_are_turned_before_they_are_read_are_still_the_same(tmp_path):
    """Products with more than two axes turn the matrix first."""
    path = tmp_path / "network.onnx"
    path.write_bytes(written(SHARED, seed=4))
    assert load(path).params == load(SHARED).params == 12 * 12 + 12 + 12 * 12


WORDS = """
cnnplan: 1
name: t
symbols: {N: 2, T: 5}
input: {shape: [N, T], dtype: int64, below: 40}
layers:
  - {constant: {shape: [9, 6]}, name: places}
  - {slice: {dim: 0, end: T}, name: first}
  - {embedding: {num_embeddings: 40, embedding_dim: 6}, from: input, name: table}
  - {unsqueeze: {dim: 0}, from: first, name: those}
  - {expand: {shape: [N, T, 6]}, name: every}
  - {add: {}, from: [table, every], name: x}
  - {reshape: {shape: [N, 1, T, 6]}, name: heads}
  - {scaled_dot_product_attention: {is_causal: true}, from: [heads, heads, heads]}
  - {reshape: {shape: [N, T, 6]}}
  - {linear: {out_features: 40, bias: false}, share: table, name: words}
"""


@pytest.mark.parametrize("given", [{"weights": "none"}, {"seed": 4}], ids=["left_out", "stored"])
def test_words_that_come_in_and_go_out_by_one_table(given, tmp_path):
    """The table counts once; of places that are stored there are nine, and not more words."""
    path = tmp_path / "network.onnx"
    path.write_bytes(written(WORDS, **given))
    told = load(path)
    assert told.params == load(WORDS).params == 40 * 6
    assert [str(each) for each in told.conditions] == [str(each) for each in load(WORDS).conditions] == ["T <= 9"]


def test_a_text_of_any_length_looks_back():
    onnxruntime = pytest.importorskip("onnxruntime")
    plan = load(WORDS)
    for length in (3, 7):
        values = {"N": 2, "T": length}
        truth = execute(plan.graph, values=values, seed=4)
        session = onnxruntime.InferenceSession(written(WORDS, seed=4), providers=["CPUExecutionProvider"])
        (found,) = session.run(None, fed(plan.graph, values, {}, 4, "float32"))
        (expected,) = truth.outputs.values()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("text", [SHARED, TURNED])
def test_a_matrix_is_not_taken_for_the_same_the_other_way_round(text, tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(written(text, seed=4))
    (array,) = fed(load(text).graph, {}, {}, 4, "float64").values()
    truth = execute(load(text).graph, inputs={"input": array}, seed=4)
    found = execute(load(path).graph, inputs={"input": array})
    for output, expected in zip(found.outputs.values(), truth.outputs.values(), strict=True):
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-5)


FROZEN = """
cnnplan: 1
name: t
symbols: {N: 2, H: 9, W: 12}
input: [N, 3, H, W]
blocks:
  unit:
    layers: [{conv: {out_channels: 5, kernel_size: 3}}, batch_norm]
frozen: [stem, place]
layers:
  - {conv: {out_channels: 4, kernel_size: 1}, name: stem}
  - {unit: {}, trainable: false, name: held}
  - {unit: {}, name: free}
  - {parameter: {shape: [1, 5, 1, 1]}, name: place}
  - {add: {}, from: [free, place]}
  - flatten: {start_dim: 2}
  - {gru: {hidden_size: 6, bidirectional: true}, trainable: false, name: steps}
  - {linear: {out_features: 12}, trainable: false, name: first}
  - {linear: {out_features: 12}, share: first, name: second}
  - {linear: {out_features: 7}, name: head}
"""


@pytest.mark.parametrize("given", [{"weights": "none"}, {"seed": 4}], ids=["left_out", "stored"])
def test_what_is_frozen_stays_so(given, tmp_path):
    path = tmp_path / "network.onnx"
    values = {"H": 9, "W": 12}
    path.write_bytes(written(FROZEN, **given, **values))
    told, wanted = load(path), load(FROZEN).at(**values)
    assert {"stem", "held_conv1", "held_batch_norm1", "place_weight", "steps", "first"} <= told.graph.frozen
    assert told.graph.frozen.isdisjoint({"free_conv1", "free_batch_norm1", "head"})
    assert (told.params, told.frozen) == (wanted.params, wanted.frozen)
    assert 0 < told.frozen < told.params


def test_no_file_has_nodes_that_are_layers_already(tmp_path):
    path = tmp_path / "network.onnx"
    call = Call("gelu", "act", ["x"], ["y"], domain="cnnplan")
    ends = [(11, info_proto("x", "float32", ["N", 3])), (12, info_proto("y", "float32", ["N", 3]))]
    path.write_bytes(model_proto(graph_proto("t", [(1, call.proto()), *ends]), [], {}, ("somebody", "7")))
    with pytest.raises(SpecError, match=r"the operator cnnplan\?.gelu is not understood"):
        load(path)


def test_weights_are_drawn_as_execute_draws_them_given_or_left_out(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(written(ADAPTIVE, seed=4))
    truth = execute(load(ADAPTIVE).graph, seed=4)
    held = read_checkpoint(path)
    assert {name: stored.shape for name, stored in held.tensors.items()} == {
        "stem.weight": (4, 3, 3, 3),
        "stem.bias": (4,),
        "head.weight": (5, 48),
        "head.bias": (5,),
    }
    for name, array in truth.weights.items():
        np.testing.assert_array_equal(held.read(name), array)
    assert written(ADAPTIVE, weights=truth.weights) == path.read_bytes() == written(ADAPTIVE, weights=path)
    path.write_bytes(written(ADAPTIVE, weights="none"))
    with pytest.raises(UsageError, match=r"stem\.weight"):
        execute(load(path).graph)


def test_numbers_are_stored_in_the_type_of_the_network():
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    text = ADAPTIVE.replace("name: t", "name: t\ndtype: float16")
    data = written(text, seed=3)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].type == "tensor(float16)"
    with pytest.raises(UsageError, match="dtype bfloat16 is not written as ONNX"):
        written(ADAPTIVE.replace("name: t", "name: t\ndtype: bfloat16"))


PARTLY = """
cnnplan: 1
name: partly
input: [2, 5, 7]
layers:
  - parameter: {shape: [288]}
    name: bias
  - slice: {dim: 0, end: 96}
    name: query
  - constant: {shape: [70], value: 0}
    name: key
  - concat: {dim: 0}
    from: [query, key]
    name: whole
  - reshape: {shape: [1, 1, 166]}
    name: row
  - linear: {out_features: 166, bias: false}
    from: input
  - add:
    from: [linear1, row]
"""


def test_no_weight_is_lost_of_which_a_part_is_read_and_none_is_made_of_a_number(tmp_path):
    (tmp_path / "partly.yaml").write_text(PARTLY)
    (tmp_path / "partly.onnx").write_bytes(written(tmp_path / "partly.yaml"))
    plan = load(tmp_path / "partly.onnx")
    assert (plan.params, plan.buffers, plan.macs) == (288 + 7 * 166, 0, 2 * 5 * 7 * 166)
