"""Receptive fields: worked by hand, as formulas, of real networks, and against what a NaN reaches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnplan
from cnnplan.executor import execute
from cnnplan.sizes import evaluate

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 1, H: 40, W: 43}\ninput: [N, 2, H, W]\nlayers:\n"


def planned(layers, head=HEAD):
    return cnnplan.load(head + "".join(f"  {line}\n" for line in layers.splitlines()))


def last(plan):
    return list(plan)[-1]


ALL = (None, None)
UNION = """\
- branches:
    join: add
    paths:
      - - conv: {out_channels: 3, kernel_size: [3, 1], padding: [1, 0]}
      - - conv: {out_channels: 3, kernel_size: [1, 5], padding: [0, 2]}
"""
CHANNELS = """\
- branches:
    paths:
      - - conv: {out_channels: 3, kernel_size: 3, padding: 1}
      - - conv: {out_channels: 2, kernel_size: 7, padding: 3}
"""
TWICE = "- concat: {dim: 2}\n  from: [input, input]\n"
FIELDS = [
    # layers, size, jump, offset
    ("- relu", (1, 1), (1, 1), (0, 0)),
    ("- conv: {out_channels: 3, kernel_size: [3, 5], padding: [1, 0]}", (3, 5), (1, 1), (-1, 0)),
    ("- conv: {out_channels: 3, kernel_size: 3, stride: [2, 3]}\n- max_pool: {kernel_size: 2}", (5, 6), (4, 6), (0, 0)),
    ("- conv: {out_channels: 3, kernel_size: 3, dilation: [2, 4]}", (5, 9), (1, 1), (0, 0)),
    ("- conv: {out_channels: 3, kernel_size: 4, padding: same}", (4, 4), (1, 1), (-1, -1)),
    ("- conv: {out_channels: 3, kernel_size: 4, padding: same_lower}", (4, 4), (1, 1), (-2, -2)),
    ("- avg_pool: {kernel_size: 3, stride: 2, padding: 1}", (3, 3), (2, 2), (-1, -1)),
    ("- pad: {padding: [[2, 0], [3, 1]]}", (1, 1), (1, 1), (-2, -3)),
    ("- crop: {size: [20, 23]}", (1, 1), (1, 1), (10, 10)),
    ("- slice: {dim: 3, start: 4, step: 3}", (1, 1), (1, 3), (0, 4)),
    ("- permute: {dims: [0, 1, 3, 2]}\n- conv: {out_channels: 3, kernel_size: [3, 5]}", (5, 3), (1, 1), (0, 0)),
    ("- pixel_unshuffle: {downscale_factor: 1}", (1, 1), (1, 1), (0, 0)),
    ("- max_pool: {kernel_size: 2}\n- upsample: {scale_factor: 2}", (3, 3), (1, 1), (-1, -1)),
    ("- upsample: {scale_factor: 2}", (1, 1), ("1/2", "1/2"), (0, 0)),
    ("- upsample: {scale_factor: 2, mode: bilinear}", (2, 2), ("1/2", "1/2"), (-1, -1)),
    ("- upsample: {scale_factor: 4, mode: bicubic}", (4, 4), ("1/4", "1/4"), (-2, -2)),
    ("- upsample: {scale_factor: 0.5, mode: bilinear, antialias: true}", (4, 4), (2, 2), (-1, -1)),
    ("- conv_transpose: {out_channels: 3, kernel_size: 4, stride: 2, padding: 1}", (2, 2), ("1/2", "1/2"), (-1, -1)),
    ("- conv_transpose: {out_channels: 3, kernel_size: 3, stride: 1}", (3, 3), (1, 1), (-2, -2)),
    ("- adaptive_avg_pool: {output_size: [8, null]}", (5, 1), (5, 1), (0, 0)),
    ("- global_avg_pool", ALL, ALL, ALL),
    ("- flatten", ALL, ALL, ALL),
    ("- linear: {out_features: 3}", (1, None), (1, None), (0, None)),
    ("- instance_norm", ALL, ALL, ALL),
    ("- layer_norm", (1, 1), (1, 1), (0, 0)),
    ("- softmax: {dim: 2}", (None, 1), (None, 1), (None, 0)),
    ("- mean: {dim: 2}", (None, 1), (None, 1), (None, 0)),
    ("- concat:\n  from: [input, input]", (1, 1), (1, 1), (0, 0)),
    # one behind the other: each element sees one, whichever it is
    (TWICE, (1, 1), (1, 1), (0, 0)),
    # channels that were left out: of a window of 3 and one of 7, the first is kept
    (CHANNELS + "- slice: {end: 3}", (3, 3), (1, 1), (-1, -1)),
    (CHANNELS + "- slice: {start: 3}", (7, 7), (1, 1), (-3, -3)),
    (CHANNELS + "- slice: {start: 2, end: 4}", (7, 7), (1, 1), (-3, -3)),
    (CHANNELS + "- relu\n- conv: {out_channels: 5, kernel_size: 3, padding: 1, groups: 5}\n- slice: {end: 3}",
     (5, 5), (1, 1), (-2, -2)),
    (CHANNELS + "- conv: {out_channels: 3, kernel_size: 1}\n- slice: {end: 1}", (7, 7), (1, 1), (-3, -3)),
    (CHANNELS + "- permute: {dims: [0, 2, 3, 1]}\n- slice: {dim: 3, end: 3}", (3, 3), (1, 1), (-1, -1)),
    # positions that were left out do not move: an axis of 1 is gone, or pooled
    ("- slice: {dim: 2, start: 5, end: 6}\n- reshape: {shape: [N, 2, W]}", (1, 1), (0, 1), (5, 0)),
    ("- slice: {dim: 2, start: 5, end: 9}\n- global_avg_pool", (4, None), (0, None), (5, None)),
    ("- slice: {dim: 2}\n- global_avg_pool", ALL, ALL, ALL),
    # windows of 8 rows, as a transformer takes them; and two axes that become one
    ("- reshape: {shape: [N, 2, 5, 8, W]}\n- mean: {dim: 3}", (8, 1), (8, 1), (0, 0)),
    ("- flatten: {start_dim: 2}", (1, None), ("1/43", None), (0, None)),
    # of the second input, only the size is read
    ("- conv: {out_channels: 2, kernel_size: 9}\n  name: deep\n- crop:\n  from: [input, deep]", (1, 1), (1, 1), (4, 4)),
    # the union of 3x1 and 1x5, both centred
    (UNION, (3, 5), (1, 1), (-1, -2)),
    # a gate by global pooling looks at everything
    ("- global_avg_pool\n- multiply:\n  from: [input, prev]", ALL, ALL, ALL),
]  # fmt: skip


def text(axes, values=None):
    return tuple(None if axis is None else str(evaluate(axis, values) if values else axis) for axis in axes)


@pytest.mark.parametrize(("layers", "size", "jump", "offset"), FIELDS)
def test_fields_by_hand(layers, size, jump, offset):
    plan = planned(layers)
    for field in (last(plan).receptive_field, last(plan.at()).receptive_field):
        found = tuple(text(axes, plan.values) for axes in field)
        assert found == (text(size), text(jump), text(offset))


NETWORKS = [
    # ResNet-50 to the last 3x3 of the torchvision variant; DenseNet and VGG as Araujo et al. (2019) list them
    ("resnet", {"variant": "resnet18"}, "layer4", 435),
    ("resnet", {}, "layer4.bottleneck3.conv_bn2.conv1", 427),
    ("vgg", {}, "features", 212),
    ("alexnet", {}, "features", 195),
    ("mobilenet_v2", {}, "features", 491),
    ("densenet121", {}, "block4", 2071),
]


@pytest.mark.parametrize(("name", "values", "layer", "size"), NETWORKS)
def test_published_fields(specs, name, values, layer, size):
    assert cnnplan.load(specs / f"{name}.yaml", **values)[layer].receptive_field.size == (size, size)


def test_a_field_in_letters():
    head = HEAD.replace("W: 43", "W: 43, s: {default: 2, min: 1}, p: {default: 1, min: 0}")
    conv = "- conv: {out_channels: 3, kernel_size: 3, stride: s, padding: p}\n"
    plan = planned(conv * 2, head)
    assert text(last(plan).receptive_field.size) == ("2*s + 3", "2*s + 3")
    assert text(last(plan).receptive_field.offset) == ("-(s + 1)*p", "-(s + 1)*p")
    assert last(plan.at(s=3, p=2)).receptive_field == ((9, 9), (9, 9), (-8, -8))


RESIDUALS = """\
cnnplan: 1
name: t
symbols: {N: 1, H: 64, k: 3, p: 2, depth: 9}
input: [N, 8, H, H]
layers:
  - conv: {out_channels: 8, kernel_size: p, stride: p}
  - branches:
      join: add
      paths:
        - []
        - - conv: {out_channels: 8, kernel_size: k, padding: same}
    repeat: depth
"""


def test_a_field_in_letters_grows_no_longer_with_every_residual():
    texts = [str(last(cnnplan.load(RESIDUALS, depth=depth)).receptive_field.size[0]) for depth in (11, 40)]
    assert len(texts[0]) == len(texts[1])
    assert last(cnnplan.load(RESIDUALS, depth=40).at(k=5, p=3)).receptive_field.size == (3 * 161, 3 * 161)


def test_what_is_decided_by_numbers():
    # 40 rows, then 40 rows again; windows of 3 on the first 38 touch the first alone
    plan = planned(TWICE + "- conv: {out_channels: 1, kernel_size: 3}\n- slice: {dim: 2, end: 38}").at()
    assert last(plan).receptive_field == ((3, 3), (1, 1), (0, 0))
    assert plan["conv1"].receptive_field == ((43, 3), (1, 1), (-40, 0))


def test_two_inputs():
    text_ = HEAD.replace("input: [N, 2, H, W]", "inputs: {left: [N, 2, H, W], right: [N, 2, H, W]}")
    layers = "- conv: {out_channels: 2, kernel_size: 3, padding: 1}\n  from: left\n- add:\n  from: [prev, right]"
    fields = last(planned(layers, text_)).receptive_fields
    assert {name: field.size for name, field in fields.items()} == {"left": (3, 3), "right": (1, 1)}


def reached(plan, place):
    """The indices along W of the last output that a NaN at this place reaches."""
    shape = plan.inputs["input"]
    x = np.zeros(shape)
    x[..., place] = np.nan
    (y,) = execute(plan.graph, values=plan.values, inputs={"input": x}, dtype="float64").outputs.values()
    return {int(i) for i in np.flatnonzero(np.isnan(y).any(axis=(0, 1, 2)))}


LAYER = st.sampled_from([
    "- conv: {out_channels: 2, kernel_size: [1, 3], padding: [0, 1]}",
    "- conv: {out_channels: 2, kernel_size: [1, 3], stride: [1, 2]}",
    "- conv: {out_channels: 2, kernel_size: [1, 2], dilation: [1, 1], padding: [[0, 0], [1, 0]]}",
    "- max_pool: {kernel_size: [1, 3], stride: [1, 2], padding: [0, 1], ceil_mode: true}",
    "- avg_pool: {kernel_size: [1, 2]}",
    "- upsample: {scale_factor: [1, 2]}",
    "- upsample: {scale_factor: [1, 3], mode: bilinear}",
    "- conv_transpose: {out_channels: 2, kernel_size: [1, 4], stride: [1, 2]}",
    "- conv_transpose: {out_channels: 2, kernel_size: [1, 2], stride: [1, 2]}",
    "- pad: {padding: [[0, 0], [1, 2]]}",
    "- slice: {dim: 3, start: 1, step: 2}",
    "- relu",
])  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=4))
def test_a_nan_reaches_no_element_that_does_not_see_it(layers):
    width = 71
    plan = planned("\n".join(layers), HEAD.replace("H: 40, W: 43", f"H: 1, W: {width}")).at()
    window = plan.receptive_fields.windows(last(plan).name)["input"][1]
    ends = {i: (window.first + window.jump * i, window.last + window.jump * i) for i in range(last(plan).shape[3])}
    inside = {i for i, (first, end) in ends.items() if 0 <= first <= end < width}
    for place in range(0, width, 7):
        sees = {i for i in inside if ends[i][0] <= place <= ends[i][1]}
        assert reached(plan, place) & inside <= sees
    middle = len(ends) // 2
    if window.phases == 1 and "slice" not in str(layers) and middle in inside:
        assert all(middle in reached(plan, end) for end in ends[middle])


def test_a_convolution_whose_weight_is_given_looks_as_far_as_one_with_its_own():
    text = """
cnnplan: 1
input: [1, 3, 32, 24]
layers:
  - {parameter: {shape: [8, 3, 5, 7]}, name: w}
  - {conv: {out_channels: 8, kernel_size: [5, 7], stride: 2}, from: [input, w], name: y}
"""
    assert cnnplan.load(text)["y"].receptive_fields["input"].size == (5, 7)


def dense(depth):
    """Every layer reads all that came before, and adds a channel that looks one element farther on each side."""
    layer = "- branches:\n    paths:\n      - []\n      - - conv: {out_channels: 1, kernel_size: 3, padding: 1}\n"
    return layer.rstrip() + f"\n  repeat: {depth}\n"


@pytest.mark.parametrize("more", ["", "- relu\n"])
@pytest.mark.parametrize("depth", [4, 61])
@pytest.mark.parametrize("layer", [1, 2, 3])
def test_channels_of_a_dense_network_stay_apart(depth, layer, more):
    """The first two channels are the input; the one of layer i looks at 2 i + 1 elements, the last of all at most."""
    network = dense(depth) + more
    assert last(planned(network)).receptive_field.size == (2 * depth + 1,) * 2
    picked = planned(network + f"- slice: {{start: {1 + layer}, end: {2 + layer}}}")
    assert last(picked).receptive_field.size == (2 * layer + 1,) * 2
    mixed = planned(network + "- conv: {out_channels: 1, kernel_size: 5, padding: 2}")
    assert last(mixed).receptive_field.size == (2 * depth + 5,) * 2
