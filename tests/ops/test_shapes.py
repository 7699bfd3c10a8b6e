"""Output shapes worked out by hand, in one, two and three spatial dimensions, with no two extents alike."""

# ruff: noqa: E501, ERA001 - a row a case, with its arithmetic above it
from __future__ import annotations

import pytest

from cnnplan.ops import OPERATORS

C = {"out_channels": 6}

# operator, arguments, input shapes, output shape
CASES = [
    # LeNet's first layer, 32 - 5 + 1; rectangular: 28 - 5 + 1
    ("conv", C | {"kernel_size": 5}, [(1, 3, 32, 28)], (1, 6, 28, 24)),
    # (11 + 2*2 - 3) // 2 + 1
    ("conv", C | {"kernel_size": 3, "stride": 2, "padding": 2}, [(2, 4, 11)], (2, 6, 7)),
    # (11 - 3) // 1 + 1, (13 + 2 - 5) // 2 + 1, (17 + 4 - 7) // 3 + 1
    (
        "conv",
        C | {"kernel_size": (3, 5, 7), "stride": (1, 2, 3), "padding": (0, 1, 2)},
        [(2, 4, 11, 13, 17)],
        (2, 6, 9, 6, 5),
    ),
    # a kernel of 3 at distance 4 spans 9: 14 - 9 + 1, 13 + 2 - 9 + 1
    ("conv", C | {"kernel_size": 3, "dilation": 4, "padding": (0, 1)}, [(1, 4, 14, 13)], (1, 6, 6, 7)),
    # (15 + 0 + 1 - 2) // 2 + 1, (9 + 3 + 0 - 2) // 2 + 1
    ("conv", C | {"kernel_size": 2, "stride": 2, "padding": ((0, 1), (3, 0))}, [(1, 4, 15, 9)], (1, 6, 8, 6)),
    # ceil(15 / 2), ceil(10 / 3)
    ("conv", C | {"kernel_size": 5, "stride": (2, 3), "padding": "same"}, [(1, 4, 15, 10)], (1, 6, 8, 4)),
    ("conv", C | {"kernel_size": 5, "stride": (2, 3), "padding": "same_lower"}, [(1, 4, 15, 10)], (1, 6, 8, 4)),
    ("conv", C | {"kernel_size": 3, "padding": "valid"}, [(1, 4, 15, 10)], (1, 6, 13, 8)),
    # (7 - 1)*2 - 2 + 3 + 1, (5 - 1)*2 - 2 + 3 + 1: twice the input
    ("conv_transpose", C | {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}, [(1, 4, 7, 5)], (1, 6, 14, 10)),
    # (7 - 1)*3 - 1 - 0 + 2*(4 - 1) + 1
    ("conv_transpose", C | {"kernel_size": 4, "stride": 3, "dilation": 2, "padding": ((1, 0),)}, [(1, 4, 7)], (1, 6, 24)),
    # (2-1)*2 + 3, (3-1)*2 + 3, (5-1)*2 + 3
    ("conv_transpose", C | {"kernel_size": 3, "stride": 2}, [(1, 4, 2, 3, 5)], (1, 6, 5, 7, 11)),
    # stride is the kernel: 13 // 3, 11 // 3
    ("max_pool", {"kernel_size": 3}, [(1, 4, 13, 11)], (1, 4, 4, 3)),
    # (12 + 2 - 3) // 2 + 1, (9 + 2 - 3) // 2 + 1
    ("max_pool", {"kernel_size": 3, "stride": 2, "padding": 1}, [(1, 4, 12, 9)], (1, 4, 6, 5)),
    # as large as what was pooled
    ("max_unpool", {"kernel_size": 3, "stride": 2}, [(1, 4, 5, 4), (1, 4, 12, 9)], (1, 4, 12, 9)),
    # GoogLeNet's: ceil((112 - 3) / 2) + 1, ceil((57 - 3) / 2) + 1
    ("max_pool", {"kernel_size": 3, "stride": 2, "ceil_mode": True}, [(1, 4, 112, 57)], (1, 4, 56, 28)),
    # ceil((5 + 2 - 2) / 2) + 1 = 4, but the fourth window would start at 6 - 1 = 5, outside; ceil((6 + 2 - 2) / 2) + 1 = 4
    ("max_pool", {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True}, [(1, 4, 5, 6)], (1, 4, 3, 4)),
    # ceil((3 - 1) / 4) + 1 = 2, but the second window would start at 4
    ("avg_pool", {"kernel_size": 1, "stride": 4, "ceil_mode": True}, [(1, 4, 3)], (1, 4, 1)),
    ("avg_pool", {"kernel_size": 2}, [(1, 4, 13, 10, 7)], (1, 4, 6, 5, 3)),
    ("avg_pool", {"kernel_size": 3, "stride": 2, "padding": "same"}, [(1, 4, 13, 10)], (1, 4, 7, 5)),
    ("adaptive_avg_pool", {"output_size": (6, 5)}, [(1, 4, 13, 11)], (1, 4, 6, 5)),
    ("adaptive_avg_pool", {"output_size": 9}, [(1, 4, 7)], (1, 4, 9)),
    ("adaptive_max_pool", {"output_size": (3, None, 2)}, [(1, 4, 13, 11, 7)], (1, 4, 3, 11, 2)),
    ("global_avg_pool", {}, [(2, 4, 13, 11)], (2, 4, 1, 1)),
    ("global_max_pool", {}, [(2, 4, 13)], (2, 4, 1)),
    ("linear", {"out_features": 10}, [(2, 84)], (2, 10)),
    ("linear", {"out_features": 10}, [(2, 7, 84)], (2, 7, 10)),
    ("batch_norm", {}, [(2, 3, 5, 7)], (2, 3, 5, 7)),
    ("batch_norm", {}, [(2, 3)], (2, 3)),
    ("layer_norm", {}, [(2, 3, 5, 7)], (2, 3, 5, 7)),
    ("group_norm", {"num_groups": 3}, [(2, 6, 5, 7)], (2, 6, 5, 7)),
    ("instance_norm", {}, [(2, 3, 5, 7, 11)], (2, 3, 5, 7, 11)),
    ("local_response_norm", {"size": 5}, [(2, 3, 5, 7)], (2, 3, 5, 7)),
    ("softmax", {"dim": -1}, [(2, 3, 5)], (2, 3, 5)),
    ("dropout", {}, [(2, 3, 5)], (2, 3, 5)),
    ("identity", {}, [(2, 3, 5)], (2, 3, 5)),
    ("require", {"that": True}, [(2, 3, 5)], (2, 3, 5)),
    ("flatten", {}, [(2, 3, 5, 7)], (2, 105)),
    ("flatten", {"start_dim": -2}, [(2, 3, 5, 7)], (2, 3, 35)),
    ("flatten", {"start_dim": 0, "end_dim": 2}, [(2, 3, 5, 7)], (30, 7)),
    ("reshape", {"shape": (2, 7, -1)}, [(2, 3, 5, 7)], (2, 7, 15)),
    ("reshape", {"shape": (6, 35)}, [(2, 3, 5, 7)], (6, 35)),
    ("permute", {"dims": (0, 2, 3, 1)}, [(2, 3, 5, 7)], (2, 5, 7, 3)),
    ("permute", {"dims": (0, -1, 1)}, [(2, 3, 5)], (2, 5, 3)),
    ("pad", {"padding": ((1, 2), (0, 3))}, [(2, 3, 5, 7)], (2, 3, 8, 10)),
    ("pad", {"padding": (1, 2, 3), "mode": "reflect"}, [(2, 3, 5, 7, 11)], (2, 3, 7, 11, 17)),
    ("crop", {"size": (4, 3)}, [(2, 3, 5, 7)], (2, 3, 4, 3)),
    ("crop", {}, [(2, 3, 9, 7), (2, 8, 6, 5)], (2, 3, 6, 5)),
    ("slice", {"start": 1}, [(2, 9, 5)], (2, 8, 5)),
    ("slice", {"start": -4, "end": -1}, [(2, 9, 5)], (2, 3, 5)),
    # 1, 4, 7 of an axis of 8
    ("slice", {"dim": -1, "start": 1, "step": 3}, [(2, 9, 8)], (2, 9, 3)),
    ("concat", {}, [(2, 3, 5, 7), (2, 4, 5, 7), (2, 6, 5, 7)], (2, 13, 5, 7)),
    ("concat", {"dim": -1}, [(2, 3, 5), (2, 3, 8)], (2, 3, 13)),
    ("concat", {}, [(2, 3, 5)], (2, 3, 5)),
    ("add", {}, [(2, 3, 5), (2, 3, 5)], (2, 3, 5)),
    ("add", {}, [(2, 1, 5), (1, 3, 5), (2, 3, 1)], (2, 3, 5)),
    ("multiply", {}, [(2, 3, 5, 7), (2, 3, 1, 1)], (2, 3, 5, 7)),
    ("subtract", {}, [(1, 3), (2, 3)], (2, 3)),
    ("divide", {}, [(2, 3), (2, 1)], (2, 3)),
    ("mean", {"dim": (2, 3)}, [(2, 3, 5, 7)], (2, 3)),
    ("mean", {"dim": -1, "keepdim": True}, [(2, 3, 5, 7)], (2, 3, 5, 1)),
    ("mean", {}, [(2, 3, 5)], ()),
    ("upsample", {"scale_factor": 2}, [(2, 3, 5, 7)], (2, 3, 10, 14)),
    # 5 * 1.5 = 7.5, 7 * 0.5 = 3.5
    ("upsample", {"scale_factor": (1.5, 0.5)}, [(2, 3, 5, 7)], (2, 3, 7, 3)),
    ("upsample", {"size": (8, 6, 4), "mode": "trilinear"}, [(2, 3, 5, 7, 11)], (2, 3, 8, 6, 4)),
    ("upsample", {"size": 9, "mode": "linear", "align_corners": True}, [(2, 3, 5)], (2, 3, 9)),
    ("pixel_shuffle", {"upscale_factor": 3}, [(2, 18, 5, 7)], (2, 2, 15, 21)),
    ("pixel_shuffle", {"upscale_factor": 2}, [(2, 24, 3, 5, 7)], (2, 3, 6, 10, 14)),
    ("pixel_unshuffle", {"downscale_factor": 3}, [(2, 2, 15, 21)], (2, 18, 5, 7)),
    ("pixel_unshuffle", {"downscale_factor": 2}, [(2, 3, 14)], (2, 6, 7)),
    ("channel_shuffle", {"groups": 3}, [(2, 6, 5, 7)], (2, 6, 5, 7)),
    # (13 - 3) // 2 + 1, (11 + 2 - 3) // 1 + 1
    ("locally_connected", C | {"kernel_size": 3, "stride": (2, 1), "padding": (0, 1)}, [(2, 4, 13, 11)], (2, 6, 6, 11)),
    # (13 - 3) // 3 + 1, 10 // 2
    ("lp_pool", {"norm_type": 2, "kernel_size": (3, 2)}, [(2, 4, 13, 10)], (2, 4, 4, 5)),
    ("matmul", {}, [(2, 3, 5, 7), (2, 3, 7, 4)], (2, 3, 5, 4)),
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 8), (2, 5, 7)], (2, 3, 7)),
    ("multi_head_attention", {"num_heads": 3}, [(2, 5, 12)], (2, 5, 12)),
    ("multi_head_attention", {"num_heads": 3}, [(2, 5, 12), (2, 7, 12), (2, 7, 12)], (2, 5, 12)),
    ("rnn", {"hidden_size": 4}, [(2, 5, 3)], (2, 5, 4)),
    ("lstm", {"hidden_size": 4, "num_layers": 2}, [(2, 5, 3)], (2, 5, 4)),
    ("lstm", {"hidden_size": 4, "bidirectional": True, "memory": True, "proj_size": 3}, [(2, 5, 6), (2, 2, 3), (2, 2, 4)], (2, 5, 14)),
    ("gru", {"hidden_size": 4, "bidirectional": True}, [(2, 5, 3)], (2, 5, 8)),
    ("embedding", {"num_embeddings": 30, "embedding_dim": 8}, [(2, 5)], (2, 5, 8)),
    ("parameter", {"shape": (1, 5, 7)}, [], (1, 5, 7)),
    ("scale", {"dim": -1}, [(2, 3, 5)], (2, 3, 5)),
    ("expand", {"shape": (4, -1, 9, 7)}, [(3, 1, 7)], (4, 3, 9, 7)),
    # as one layer, a division is its first part
    ("split", {"sections": 3}, [(2, 12, 5)], (2, 4, 5)),
    ("split", {"sections": (3, 5), "dim": -1}, [(2, 9, 8)], (2, 9, 3)),
    # ceil(11 / 3), and 3 are left
    ("chunk", {"chunks": 3}, [(2, 11, 5)], (2, 4, 5)),
    ("reduce", {"mode": "max", "dim": (1, -1)}, [(2, 3, 5, 7)], (2, 5)),
    ("reduce", {"mode": "sum", "keepdim": True}, [(2, 3, 5)], (1, 1, 1)),
    ("pow", {"exponent": 3}, [(2, 3, 5)], (2, 3, 5)),
    ("reduce", {"mode": "l2", "dim": -1}, [(2, 3, 5)], (2, 3)),
    ("multiply", {"value": 0.5}, [(2, 3, 5)], (2, 3, 5)),
    ("clip", {"min": 0}, [(2, 3, 5)], (2, 3, 5)),
    ("fake_quantize", {"scale": 0.5}, [(2, 3, 5)], (2, 3, 5)),
    ("compare", {"mode": "less"}, [(2, 3, 5), (2, 1, 5)], (2, 3, 5)),
    ("where", {}, [(2, 1, 5), (1, 3, 5), (2, 3, 1)], (2, 3, 5)),
    ("gather", {"index": (2, 0, -1, 2)}, [(2, 3, 5)], (2, 4, 5)),
    ("gather", {"index": ((0, 1, 2), (2, 1, 0)), "dim": -2}, [(5, 4, 7)], (5, 2, 3, 7)),
    # Swin's table of 169 places for 4 heads, looked up for 49 * 48 pairs
    ("gather", {"dim": 0}, [(169, 4), (49, 48)], (49, 48, 4)),
    ("flip", {"dims": (1, -1)}, [(2, 5, 7, 3)], (2, 5, 7, 3)),
    ("roll", {"shifts": (-3, 2), "dims": (1, 2)}, [(2, 5, 7, 3)], (2, 5, 7, 3)),
    # (9 + 2 - 3) // 2 + 1, (8 + 1 - 2) // 2 + 1
    ("deform_conv", C | {"kernel_size": (3, 2), "stride": 2, "padding": ((1, 1), (0, 1))}, [(2, 4, 9, 8), (2, 12, 5, 4)], (2, 6, 5, 4)),
    ("topk", {"k": 4, "dim": -2}, [(2, 9, 5)], (2, 4, 5)),
    ("grid_sample", {}, [(2, 3, 9, 8), (2, 5, 6, 2)], (2, 3, 5, 6)),
    ("grid_sample", {}, [(2, 4, 9, 8, 7), (2, 5, 6, 1, 3)], (2, 4, 5, 6, 1)),
    ("unsqueeze", {"dim": -1}, [(2, 3, 5)], (2, 3, 5, 1)),
    ("squeeze", {"dim": (1, -1)}, [(2, 1, 5, 1)], (2, 5)),
    ("transpose", {"dim0": 1, "dim1": -1}, [(2, 3, 5, 7)], (2, 7, 5, 3)),
    ("stack", {}, [(2, 3)] * 4, (4, 2, 3)),
    # 11 * 1.6 = 17.6, 7 * 0.3 = 2.1
    ("upsample", {"scale_factor": (1.6, 0.3)}, [(1, 4, 11, 7)], (1, 4, 17, 2)),
    ("opaque", {"shape": (2, 7), "macs": 0}, [(2, 6, 5), (3,)], (2, 7)),
    # 4 * 3*2; (7 - 3) // 2 + 1 times (6 - 2) // 2 + 1
    ("unfold", {"kernel_size": (3, 2), "stride": 2}, [(2, 4, 7, 6)], (2, 24, 9)),
    ("unfold", {"kernel_size": 3, "dilation": 2, "padding": 1}, [(2, 4, 7)], (2, 12, 5)),
    ("fold", {"output_size": (7, 6), "kernel_size": (3, 2), "stride": 2}, [(2, 24, 9)], (2, 4, 7, 6)),
    ("glu", {"dim": -1}, [(2, 3, 10)], (2, 3, 5)),
    # as long as the input, times the stride, whatever the kernel
    ("conv_transpose", C | {"kernel_size": 3, "stride": 2, "padding": "same"}, [(1, 4, 7, 5)], (1, 6, 14, 10)),
    ("conv_transpose", C | {"kernel_size": (2, 5), "stride": (4, 3), "padding": "same_lower"}, [(1, 4, 7, 5)], (1, 6, 28, 15)),
    # ceil((13 - 3) / 2) + 1; the last window holds two elements
    ("lp_pool", {"norm_type": 2, "kernel_size": 3, "stride": 2, "ceil_mode": True}, [(1, 4, 13, 8)], (1, 4, 6, 4)),
    ("stack", {"dim": -1}, [(2, 3)] * 4, (2, 3, 4)),
    ("constant", {"shape": (2, 3)}, [], (2, 3)),
    ("constant", {"values": (((1, 2),),)}, [], (1, 1, 2)),
    # 5 + 1 - 2, 7 - 3
    ("pad", {"padding": ((1, -2), (-3, 0))}, [(2, 3, 5, 7)], (2, 3, 4, 4)),
    ("pad", {"padding": ((4, 6),), "dims": 1}, [(2, 3, 5)], (2, 13, 5)),
    ("matmul", {}, [(2, 1, 3, 5), (1, 4, 5, 7)], (2, 4, 3, 7)),
    ("einsum", {"equation": "nhqd,nhkd->nhqk"}, [(2, 3, 5, 4), (2, 3, 7, 4)], (2, 3, 5, 7)),
    ("einsum", {"equation": "nchw->wn"}, [(2, 3, 5, 7)], (7, 2)),
    ("conv", C | {"kernel_size": 3}, [(1, 4, 9, 8), (6, 4, 3, 3)], (1, 6, 7, 6)),
    ("conv_transpose", C | {"kernel_size": 3}, [(1, 4, 9, 8), (4, 6, 3, 3)], (1, 6, 11, 10)),
    ("linear", {"out_features": 10}, [(2, 84), (10, 84)], (2, 10)),
    ("drop_path", {"p": 0.1}, [(2, 3, 5)], (2, 3, 5)),
]  # fmt: skip

POINTWISE = (
    *("relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "mish", "sigmoid"),
    *("hard_sigmoid", "hard_swish", "tanh", "softplus", "log_softmax", "abs", "sqrt"),
    *("exp", "log", "sin", "cos"),
)


@pytest.mark.parametrize(("verb", "args", "shapes", "output"), CASES)
def test_the_output_has_this_shape(verb, args, shapes, output):
    operator = OPERATORS[verb](**args)
    assert [requirement for requirement in operator.requires(*shapes) if not requirement.condition] == []
    assert operator.output(*shapes) == output


@pytest.mark.parametrize("verb", POINTWISE)
def test_an_activation_keeps_the_shape(verb):
    assert OPERATORS[verb]().output((2, 3, 5, 7)) == (2, 3, 5, 7)


@pytest.mark.parametrize(("verb", "args", "shapes", "output"), CASES)
def test_the_rule_with_letters_says_the_same(verb, args, shapes, output, lettered):
    operator = OPERATORS[verb](**args)
    letters, values = lettered(shapes)
    assert [requirement for requirement in operator.requires(*letters) if not holds(requirement, values)] == []
    assert tuple(n if isinstance(n, int) else n.at(values) for n in operator.output(*letters)) == output


def holds(requirement, values):
    return requirement.condition if isinstance(requirement.condition, bool) else requirement.condition.holds(values)


def test_no_operator_is_left_out():
    assert {case[0] for case in CASES} | set(POINTWISE) == set(OPERATORS)


# operator, arguments, input shape, the shapes of all parts
PARTS = [
    ("split", {"sections": 3}, (2, 12, 5), [(2, 4, 5), (2, 4, 5), (2, 4, 5)]),
    ("split", {"sections": (3, 5), "dim": -1}, (2, 9, 8), [(2, 9, 3), (2, 9, 5)]),
    ("split", {"sections": 1}, (2, 9, 8), [(2, 9, 8)]),
    # ceil(11 / 3) twice, and 3 are left
    ("chunk", {"chunks": 3}, (2, 11, 5), [(2, 4, 5), (2, 4, 5), (2, 3, 5)]),
    ("chunk", {"chunks": 2, "dim": 2}, (2, 11, 6), [(2, 11, 3), (2, 11, 3)]),
]


@pytest.mark.parametrize(("verb", "args", "shape", "outputs"), PARTS)
def test_the_parts_have_these_shapes(verb, args, shape, outputs, lettered):
    operator = OPERATORS[verb](**args)
    assert [part.output(shape) for part in operator.parts(shape)] == outputs
    (letters,), values = lettered([shape])
    shapes = [part.output(letters) for part in operator.parts(letters)]
    assert [tuple(n if isinstance(n, int) else n.at(values) for n in each) for each in shapes] == outputs


def test_only_divisions_have_parts():
    dividing = {case[0] for case in CASES if OPERATORS[case[0]](**case[1]).parts(*case[2])}
    assert dividing == {case[0] for case in PARTS}
