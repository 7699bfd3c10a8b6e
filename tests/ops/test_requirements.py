"""What operators refuse, and in which words."""

# ruff: noqa: E501 - a row a case
from __future__ import annotations

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from cnnplan.ops.elements import Elements
from cnnplan.sizes import FALSE, Context, Domain

C = {"out_channels": 6}
X = (2, 4, 9, 7)

# operator, arguments, input shapes; rule, argument at fault, message
REFUSED = [
    ("max_pool", {"kernel_size": 3}, [], "CNN105", "", "takes 1 input, got 0"),
    ("max_pool", {"kernel_size": 3}, [X, X], "CNN105", "", "takes 1 input, got 2"),
    ("conv", C | {"kernel_size": 3}, [X, X], "CNN103", "", "the weight that is given is (2, 4, 9, 7), and (6, 4, 3, 3) is wanted"),
    ("conv_transpose", C | {"kernel_size": 3}, [X, (4, 6, 3, 2)], "CNN103", "", "the weight that is given is (4, 6, 3, 2), and (4, 6, 3, 3) is wanted"),
    ("linear", {"out_features": 3}, [X, (7, 3, 1)], "CNN103", "", "the weight that is given is (7, 3, 1), and (3, 7) is wanted"),
    ("multiply", {"value": 3}, [X, X], "CNN105", "value", "takes a value or a second input, and not both"),
    ("divide", {}, [X], "CNN105", "", "takes 2 inputs, got 1"),
    ("divide", {"reverse": True}, [X, X], "CNN013", "reverse", "reverse is for a value"),
    ("where", {}, [X, X], "CNN105", "", "takes a third input or a value, and not both"),
    ("clip", {}, [X], "CNN012", "", "takes min, max or both"),
    ("fake_quantize", {"scale": 0}, [X], "CNN013", "scale", "scale (=0.0) must be above 0"),
    ("fake_quantize", {"zero_point": 3}, [X], "CNN012", "zero_point", "needs a scale where there is a zero_point"),
    ("fake_quantize", {"scale": 1, "zero_point": 200}, [X], "CNN013", "zero_point", "zero_point (=200) is no int8, which goes from -128 to 127"),
    ("gather", {}, [X], "CNN105", "", "takes an index or a second input, and not both"),
    ("gather", {"index": (0, 4)}, [X], "CNN107", "index", "index 4 lies outside the 4 elements of axis 1"),
    ("gather", {"index": ((3, -5), (0, 0))}, [X], "CNN107", "index", "index -5 lies outside the 4 elements of axis 1"),
    ("gather", {"index": (0,), "dim": 4}, [X], "CNN107", "dim", "dim (=4) must be from -4 to 3, for the input has 4 axes"),
    ("flip", {"dims": (1, 4)}, [X], "CNN107", "dims", "dims (=4) must be from -4 to 3, for the input has 4 axes"),
    ("roll", {"shifts": (1, 2, 3), "dims": (0, 1)}, [X], "CNN106", "shifts", "shifts has 3 elements for 2 dims"),
    ("deform_conv", C | {"kernel_size": 3, "offset_groups": 3}, [X, (2, 54, 7, 5)], "CNN102", "offset_groups", "offset_groups (=3) does not divide the 4 input channels"),
    ("deform_conv", C | {"kernel_size": 3}, [X, (2, 18, 7, 6)], "CNN103", "", "the offset that is given is (2, 18, 7, 6), and (2, 18, 7, 5) is wanted"),
    ("deform_conv", C | {"kernel_size": 3}, [X, (2, 18, 7, 5), (2, 18, 7, 5)], "CNN103", "", "the mask that is given is (2, 18, 7, 5), and (2, 9, 7, 5) is wanted"),
    ("upsample", {"size": 5, "antialias": True}, [X], "CNN013", "antialias", "antialias is for mode bilinear or bicubic, without align_corners"),
    ("max_unpool", {"kernel_size": 2}, [X], "CNN105", "", "takes 2 inputs, got 1"),
    ("max_unpool", {"kernel_size": 2}, [(2, 4, 5), X], "CNN104", "", "what was pooled has as many axes as what is put back, and these are (2, 4, 9, 7) and (2, 4, 5)"),
    ("max_unpool", {"kernel_size": 2}, [(2, 4, 4, 2), X], "CNN103", "", "axis 3 has 2 elements, and max_pool gives 3 of (2, 4, 9, 7)"),
    ("max_unpool", {"kernel_size": 8}, [(2, 4, 1, 1), X], "CNN101", "kernel_size", "kernel_size (=8) spans 8 of axis 3, which has 7 and 0 of padding"),
    ("topk", {"k": 5}, [X], "CNN107", "k", "k (=5) is more than the 4 elements of axis 1"),
    ("grid_sample", {}, [X], "CNN105", "", "takes 2 inputs, got 1"),
    ("grid_sample", {}, [X, (2, 5, 6, 1, 3)], "CNN104", "", "an image with 2 spatial axes takes a grid of 4 axes, and this one is (2, 5, 6, 1, 3)"),
    ("grid_sample", {}, [X, (3, 5, 6, 2)], "CNN103", "", "the grid is for 3 images, and there are 2"),
    ("grid_sample", {}, [X, (2, 5, 6, 3)], "CNN103", "", "the grid has 3 coordinates a place, and the image 2 spatial axes"),
    ("unsqueeze", {"dim": 5}, [X], "CNN107", "dim", "dim (=5) must be from -5 to 4, for the input has 5 axes"),
    ("squeeze", {"dim": -1}, [X], "CNN106", "dim", "axis 3 has 7 elements, not 1"),
    ("squeeze", {"dim": (1, -3)}, [(2, 1, 4, 1)], "CNN107", "dim", "dim (=(1, -3)) names an axis twice"),
    ("stack", {}, [X, (2, 4, 9, 6)], "CNN103", "", "7 meets 6 on axis 3"),
    ("pad", {"padding": ((1, 1),), "dims": (1, 2)}, [X], "CNN106", "padding", "padding (=((1, 1),)) has 1 elements for 2 dims"),
    ("pad", {"padding": ((-5, -4), (0, 0))}, [X], "CNN101", "padding", "padding of -5 and -4 leaves nothing of axis 2, which has 9"),
    ("pad", {"padding": ((-1, 0), (0, 0)), "mode": "reflect"}, [X], "CNN108", "padding", "padding (=-1, 0) by reflect must be at least 0"),
    ("pad", {"padding": 1}, [(2, 84)], "CNN104", "", "pads spatial axes, and an input of 2 axes has none"),
    ("einsum", {"equation": "nc,nd"}, [(2, 3), (2, 4)], "CNN013", "equation", "equation (=nc,nd) is not letters for each input, an arrow, letters for the output"),
    ("einsum", {"equation": "nc,nd->cd"}, [(2, 3)], "CNN105", "equation", "equation (=nc,nd->cd) is for 2 inputs, got 1"),
    ("einsum", {"equation": "nch->n"}, [(2, 3)], "CNN104", "equation", "nch is not a letter for each of the 2 axes of input 1, (2, 3)"),
    ("einsum", {"equation": "nn->n"}, [(2, 2)], "CNN013", "equation", "n stands twice in nn: a diagonal is not taken"),
    ("einsum", {"equation": "nc->nx"}, [(2, 3)], "CNN013", "equation", "x is in the output and in no input"),
    ("einsum", {"equation": "nc,dc->nd"}, [(2, 3), (5, 4)], "CNN103", "equation", "c is 3 in input 1 and 4 in input 2"),
    ("constant", {}, [], "CNN012", "", "takes either shape or values"),
    ("constant", {"values": (1, 2), "value": 1}, [], "CNN012", "value", "takes either value or values"),
    ("constant", {"values": (1, -2), "dtype": "int64"}, [], "CNN013", "values", "-2 is no whole number from 0 on, which int64 asks for"),
    ("constant", {"shape": (3,), "below": 3}, [], "CNN013", "below", "below is for whole numbers that are stored"),
    ("reduce", {"mode": "var", "dim": 3}, [(2, 4, 9, 1)], "CNN106", "correction", "var of 1 elements is divided by 1 - 1"),
    ("reduce", {"mode": "sum", "correction": 0}, [X], "CNN013", "correction", "correction is for var and std, not sum"),
    ("lstm", {"hidden_size": 4, "proj_size": 4}, [(2, 3, 5)], "CNN106", "proj_size", "proj_size (=4) must be less than hidden_size (=4)"),
    ("rnn", {"hidden_size": 4, "biases": "new"}, [(2, 3, 5)], "CNN013", "biases", "biases (=new) is for gru"),
    ("unfold", {"kernel_size": 8}, [X], "CNN101", "kernel_size", "kernel_size (=8) spans 8 of axis 3, which has 7 and 0 of padding"),
    ("fold", {"output_size": 5, "kernel_size": 2}, [(2, 6, 16)], "CNN106", "kernel_size", "a window has 4 elements, and 4 does not divide the 6 of a column"),
    ("fold", {"output_size": (5, 4), "kernel_size": 2}, [(2, 8, 16)], "CNN106", "output_size", "12 windows fit on the output, and the input has 16 columns"),
    ("glu", {}, [(2, 5, 9)], "CNN106", "dim", "the 5 elements of axis 1 have no two halves"),
    ("conv_transpose", C | {"kernel_size": 3, "padding": "same", "output_padding": 1}, [X], "CNN108", "output_padding", "padding (=same) leaves n * stride elements, to which output_padding adds none"),
    ("matmul", {}, [(2, 3, 5), (4, 5, 7)], "CNN103", "", "2 meets 4 on axis 0"),
    ("add", {}, [X], "CNN105", "", "takes at least 2 inputs, got 1"),
    ("concat", {}, [], "CNN105", "", "takes at least 1 input, got 0"),
    ("crop", {"size": 3}, [X, X, X], "CNN105", "", "takes 1 to 2 inputs, got 3"),
    ("crop", {"size": 3}, [X, X], "CNN105", "size", "takes a size or a second input, and not both"),
    ("crop", {}, [X], "CNN105", "", "takes a size or a second input, and not both"),
    ("conv", C | {"kernel_size": 3}, [(2, 84)], "CNN104", "", "takes an input of 3 to 5 axes, and (2, 84) has 2"),
    ("linear", {"out_features": 10}, [()], "CNN104", "", "takes an input of at least 1 axis, and () has 0"),
    ("upsample", {"scale_factor": 2, "mode": "bilinear"}, [(2, 4, 9)], "CNN104", "mode", "mode (=bilinear) is for 2 spatial axes, and the input has 1"),
    ("conv", C | {"kernel_size": (3, 5, 1)}, [X], "CNN106", "kernel_size", "kernel_size (=(3, 5, 1)) has 3 elements for 2 spatial axes"),
    ("conv", C | {"kernel_size": 3, "padding": (0, 1)}, [(2, 4, 9)], "CNN106", "padding", "padding (=(0, 1)) has 2 elements for 1 spatial axes"),
    ("max_pool", {"kernel_size": 3, "stride": (2,)}, [X], "CNN106", "stride", "stride (=(2,)) has 1 elements for 2 spatial axes"),
    ("conv", C | {"kernel_size": 3, "groups": 3}, [X], "CNN102", "groups", "groups (=3) does not divide the 4 input channels"),
    ("conv", C | {"kernel_size": 3, "groups": 4}, [X], "CNN102", "groups", "groups (=4) does not divide out_channels (=6)"),
    ("conv_transpose", C | {"kernel_size": 3, "groups": 4}, [X], "CNN102", "groups", "groups (=4) does not divide out_channels (=6)"),
    ("group_norm", {"num_groups": 3}, [X], "CNN102", "num_groups", "num_groups (=3) does not divide the 4 input channels"),
    ("channel_shuffle", {"groups": 3}, [X], "CNN102", "groups", "groups (=3) does not divide the 4 input channels"),
    ("conv", C | {"kernel_size": 8}, [X], "CNN101", "kernel_size", "kernel_size (=8) spans 8 of axis 3, which has 7 and 0 of padding"),
    ("conv", C | {"kernel_size": 4, "dilation": 4, "padding": ((0, 3), (1, 2))}, [X], "CNN101", "kernel_size", "kernel_size (=4) spans 13 of axis 2, which has 9 and 3 of padding"),
    ("max_pool", {"kernel_size": 10, "stride": 3, "ceil_mode": True}, [X], "CNN101", "kernel_size", "kernel_size (=10) spans 10 of axis 3, which has 7 and 0 of padding"),
    ("conv_transpose", C | {"kernel_size": 2, "padding": 4}, [X], "CNN101", "padding", "axis 3 of the output would have 0"),
    ("conv_transpose", C | {"kernel_size": 2, "output_padding": 1}, [X], "CNN108", "output_padding", "output_padding (=1) must be less than stride (=1) or dilation (=1)"),
    ("max_pool", {"kernel_size": 3, "padding": 2}, [X], "CNN108", "padding", "padding (=2) must be at most half of kernel_size (=3)"),
    ("avg_pool", {"kernel_size": (4, 2), "padding": ((2, 1), (0, 2))}, [X], "CNN108", "padding", "padding (=2) must be at most half of kernel_size (=2)"),
    ("conv", C | {"kernel_size": 3, "padding": 7, "padding_mode": "reflect"}, [X], "CNN108", "padding", "padding (=7) by reflect needs an axis of at least 8, and axis 3 has 7"),
    ("conv", C | {"kernel_size": 3, "padding": 8, "padding_mode": "circular"}, [X], "CNN108", "padding", "padding (=8) by circular needs an axis of at least 8, and axis 3 has 7"),
    ("conv", C | {"kernel_size": 17, "padding": "same", "padding_mode": "reflect"}, [X], "CNN108", "padding", "padding (=8) by reflect needs an axis of at least 9, and axis 3 has 7"),
    ("conv", C | {"kernel_size": 4, "padding": "same", "padding_mode": "reflect"}, [(2, 4, 9, 2)], "CNN108", "padding", "padding (=2) by reflect needs an axis of at least 3, and axis 3 has 2"),
    ("pad", {"padding": ((9, 0), (0, 0)), "mode": "reflect"}, [X], "CNN108", "padding", "padding (=9) by reflect needs an axis of at least 10, and axis 2 has 9"),
    ("matmul", {}, [(2, 3, 5), (2, 4, 7)], "CNN103", "", "the inner axes have 5 and 4 elements"),
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 9), (2, 5, 7)], "CNN103", "", "8 meets 9 on axis 2"),
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 8), (2, 4, 7)], "CNN103", "", "5 meets 4 on axis 1"),
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 8), (2, 5, 7), (2, 3, 4)], "CNN103", "", "5 meets 4 on axis 2"),
    ("scaled_dot_product_attention", {"enable_gqa": True}, [(2, 5, 3, 8), (2, 2, 4, 8), (2, 2, 4, 8)], "CNN106", "enable_gqa", "the 2 heads of keys do not divide the 5 heads of queries"),
    ("scaled_dot_product_attention", {"enable_gqa": True}, [(2, 3, 8), (2, 5, 8), (2, 5, 7)], "CNN104", "enable_gqa", "enable_gqa is for inputs (N, heads, L, E)"),
    ("multi_head_attention", {"num_heads": 3, "kdim": 7}, [(2, 3, 12), (2, 5, 9), (2, 5, 12)], "CNN103", "", "7 meets 9 on axis 2"),
    ("multi_head_attention", {"num_heads": 5}, [(2, 3, 12)], "CNN106", "num_heads", "num_heads (=5) does not divide the 12 features"),
    ("multi_head_attention", {"num_heads": 3}, [(2, 3, 12), (2, 5, 12)], "CNN103", "", "axis 0 of the mask has 2 elements, and 6 are asked for"),
    ("multi_head_attention", {"num_heads": 3}, [(2, 3, 12), (3, 5)], "CNN103", "", "axis 1 of the mask has 5 elements, and 3 are asked for"),
    ("multi_head_attention", {"num_heads": 3}, [(2, 12)], "CNN104", "", "takes an input of 3 axes, and (2, 12) has 2"),
    ("multi_head_attention", {"num_heads": 3}, [(2, 3, 12), (2, 5, 9), (2, 5, 12)], "CNN103", "", "12 meets 9 on axis 2"),
    ("lstm", {"hidden_size": 5}, [(2, 6, 3), (1, 2, 5)], "CNN105", "", "takes a state and a memory to begin with, and got one of them"),
    ("lstm", {"hidden_size": 5, "bidirectional": True}, [(2, 6, 3), (2, 2, 5), (1, 2, 5)], "CNN103", "", "the first memory is (1, 2, 5), and (2, 2, 5) is wanted"),
    ("gru", {"hidden_size": 5}, [(2, 6, 3), (1, 2, 4)], "CNN103", "", "the first state is (1, 2, 4), and (1, 2, 5) is wanted"),
    ("lstm", {"hidden_size": 5}, [X], "CNN104", "", "takes an input of 3 axes, and (2, 4, 9, 7) has 4"),
    ("locally_connected", C | {"kernel_size": 8}, [X], "CNN101", "kernel_size", "kernel_size (=8) spans 8 of axis 3, which has 7 and 0 of padding"),
    ("parameter", {"shape": (1, 5)}, [X], "CNN105", "", "takes 0 inputs, got 1"),
    ("scale", {"dim": 4}, [X], "CNN107", "dim", "dim (=4) must be from -4 to 3, for the input has 4 axes"),
    ("expand", {"shape": (2, 5, 9, 7)}, [X], "CNN106", "shape", "shape (=(2, 5, 9, 7)) changes an extent of (2, 4, 9, 7) that is not the number 1"),
    ("expand", {"shape": (-1, 2, 4, 9, 7)}, [X], "CNN106", "shape", "shape (=(-1, 2, 4, 9, 7)) does not say what (2, 4, 9, 7) becomes"),
    ("split", {"sections": 3}, [X], "CNN106", "sections", "sections (=3) does not divide the 4 elements of axis 1"),
    ("split", {"sections": (3, 2)}, [X], "CNN106", "sections", "sections add up to 5, and axis 1 has 4 elements"),
    ("chunk", {"chunks": 6, "dim": 2}, [X], "CNN106", "chunks", "chunks (=6) leaves no element of the 9 of axis 2 for the last"),
    ("chunk", {"chunks": 2, "dim": 4}, [X], "CNN107", "dim", "dim (=4) must be from -4 to 3, for the input has 4 axes"),
    ("reduce", {"mode": "sum", "dim": (1, -3)}, [X], "CNN107", "dim", "dim (=(1, -3)) names an axis twice"),
    ("prelu", {"num_parameters": 3}, [X], "CNN106", "num_parameters", "num_parameters (=3) must be 1 or the 4 channels of the input"),
    ("layer_norm", {"normalized_shape": (9, 8)}, [X], "CNN106", "normalized_shape", "normalized_shape (=(9, 8)) is not what the input (2, 4, 9, 7) ends in"),
    ("layer_norm", {"normalized_shape": (2, 4, 9)}, [(4, 9)], "CNN106", "normalized_shape", "normalized_shape (=(2, 4, 9)) is not what the input (4, 9) ends in"),
    ("instance_norm", {}, [(2, 4, 1, 1)], "CNN106", "", "takes mean and variance of 1 elements, and needs more than 1"),
    ("reshape", {"shape": (2, 100)}, [X], "CNN106", "shape", "shape (=(2, 100)) has 200 elements, and the input (2, 4, 9, 7) has 504"),
    ("reshape", {"shape": (5, -1)}, [X], "CNN106", "shape", "shape (=(5, -1)) leaves a fraction: 5 does not divide the 504 elements of (2, 4, 9, 7)"),
    ("crop", {"size": (5, 8)}, [X], "CNN106", "size", "size (=8) is more than the 7 of axis 3"),
    ("crop", {}, [X, (2, 3, 10, 5)], "CNN106", "", "size (=10) is more than the 9 of axis 2"),
    ("pixel_shuffle", {"upscale_factor": 2}, [(2, 6, 9, 7)], "CNN106", "upscale_factor", "upscale_factor (=2) makes 4 channels into one, and 4 does not divide 6"),
    ("pixel_unshuffle", {"downscale_factor": 3}, [X], "CNN106", "downscale_factor", "downscale_factor (=3) does not divide the 7 of axis 3"),
    ("softmax", {"dim": 4}, [X], "CNN107", "dim", "dim (=4) must be from -4 to 3, for the input has 4 axes"),
    ("concat", {"dim": -5}, [X, X], "CNN107", "dim", "dim (=-5) must be from -4 to 3, for the input has 4 axes"),
    ("flatten", {"start_dim": 3, "end_dim": -2}, [X], "CNN107", "start_dim", "start_dim (=3) comes after end_dim (=-2)"),
    ("permute", {"dims": (0, 1, 2)}, [X], "CNN107", "dims", "dims (=(0, 1, 2)) must name each of the 4 axes once"),
    ("permute", {"dims": (0, 1, -3, 3)}, [X], "CNN107", "dims", "dims (=(0, 1, -3, 3)) must name each of the 4 axes once"),
    ("mean", {"dim": (1, -3)}, [X], "CNN107", "dim", "dim (=(1, -3)) names an axis twice"),
    ("slice", {"start": 4}, [X], "CNN107", "start", "start (=4) lies outside the 4 elements of axis 1"),
    ("slice", {"start": -5}, [X], "CNN107", "start", "start (=-5) lies outside the 4 elements of axis 1"),
    ("slice", {"dim": -1, "end": 8}, [X], "CNN107", "end", "end (=8) lies outside the 7 elements of axis 3"),
    ("slice", {"start": 2, "end": -2}, [X], "CNN107", "end", "end (=-2) does not come after start (=2) on axis 1 of 4 elements"),
    ("concat", {}, [X, (2, 5, 9, 8)], "CNN103", "", "7 meets 8 on axis 3"),
    ("concat", {}, [X, (2, 5, 9)], "CNN103", "", "(2, 4, 9, 7) meets (2, 5, 9), which has not the same number of axes"),
    ("add", {}, [X, (2, 4, 8, 7)], "CNN103", "", "9 meets 8 on axis 2"),
    ("add", {}, [(2, 1), (1, 3), (2, 4)], "CNN103", "", "3 meets 4 on axis 1"),
    ("lp_pool", {"norm_type": 0, "kernel_size": 2}, [X], "CNN013", "norm_type", "norm_type (=0) must not be 0"),
    ("upsample", {"scale_factor": 0.01}, [X], "CNN101", "scale_factor", "scale_factor leaves nothing of axis 2, which has 9"),
    ("upsample", {}, [X], "CNN012", "", "takes either size or scale_factor"),
    ("upsample", {"size": 3, "scale_factor": 2}, [X], "CNN012", "", "takes either size or scale_factor"),
    ("upsample", {"size": 3, "align_corners": True}, [X], "CNN013", "align_corners", "align_corners means nothing with mode nearest"),
    ("upsample", {"scale_factor": 0.125}, [X], "CNN101", "scale_factor", "scale_factor leaves nothing of axis 3, which has 7"),
]  # fmt: skip


def failures(operator, *shapes):
    return [r for r in operator.requires(*shapes) if isinstance(r.condition, bool) or r.condition.verdict is False]


def text(requirement):
    return requirement.message.format(**requirement.values)


@pytest.mark.parametrize(("verb", "args", "shapes", "rule", "argument", "message"), REFUSED)
def test_the_first_failure_says_what_is_wrong(verb, args, shapes, rule, argument, message):
    operator = OPERATORS[verb](**args)
    first = failures(operator, *shapes)[0]
    assert (first.rule, first.argument, text(first)) == (rule, argument, message)
    assert first.argument == "" or first.argument in type(operator).model_fields
    first.hint.format(**first.values)


@pytest.fixture
def context():
    return Context()


def opened(operator, *shapes):
    """What stays open, as (condition, message)."""
    requirements = list(operator.requires(*shapes))
    assert all(r.condition is not False and r.condition.verdict is not False for r in requirements)
    return [(str(r.condition), text(r)) for r in requirements if r.condition.verdict is None]


def test_a_kernel_that_may_not_fit_is_kept_as_a_condition(context):
    conv = OPERATORS["conv"](out_channels=6, kernel_size=7, dilation=3, padding=2)
    assert opened(conv, (1, 3, context.symbol("H", Domain(min=1)), 40)) == [
        ("H >= 15", "kernel_size (=7) spans 19 of axis 2, which has H and 4 of padding")
    ]
    assert opened(conv, (1, 3, context.symbol("W", Domain(min=15)), 40)) == []


def test_what_is_required_may_say_why(context):
    h = context.symbol("H", Domain(min=1))
    that = context.at_least(h, 15)
    plainly, why = OPERATORS["require"](that=that), OPERATORS["require"](that=that, because="{small} images")
    assert opened(plainly, (1, 3, h, 40)) == [("H >= 15", "what is required does not hold")]
    assert opened(why, (1, 3, h, 40)) == [("H >= 15", "{small} images")]


def test_branches_meet_where_their_sizes_are_equal(context):
    h = context.symbol("H", Domain(min=1))
    assert opened(OPERATORS["add"](), (1, 3, 2 * (h // 16), 7), (1, 3, h // 8, 7)) == [
        ("H % 16 < 8", "2*floor(H/16) meets floor(H/8) on axis 2")
    ]


def test_only_the_number_1_is_broadcast_and_at_a_join_not_even_that(context):
    h = context.symbol("H", Domain(min=1))
    add = OPERATORS["add"]()
    assert opened(add, (1, 3, 7), (1, 3, 1)) == []
    assert opened(add, (1, 3, h), (1, 3, 1)) == []
    assert opened(add, (1, 3, h), (1, 3, 7)) == [("H == 7", "H meets 7 on axis 2")]
    assert [text(r) for r in add.joins((1, 3, 7), (1, 3, 1))] == ["7 meets 1 on axis 2"]
    assert [(str(r.condition), text(r)) for r in add.joins((1, 3, 1), (1, 3, h))] == [("H == 1", "1 meets H on axis 2")]
    assert list(add.joins((1, 3, h), (1, 3, h))) == []


def test_a_symbolic_argument_must_stay_within_its_bounds(context):
    k = context.symbol("k", Domain(min=None))
    p = context.symbol("p", Domain(min=None))
    conv = OPERATORS["conv"](out_channels=6, kernel_size=k, padding=((1, p),))
    assert opened(conv, (1, 3, 9)) == [
        ("k >= 1", "kernel_size (=k) must be at least 1"),
        ("p >= 0", "padding (=p) must be at least 0"),
        ("p + 10 >= k", "kernel_size (=k) spans k of axis 2, which has 9 and p + 1 of padding"),
    ]


def test_a_window_slides_along_a_product_as_along_a_number(context):
    h, w, r = (context.symbol(name) for name in ("H", "W", "r"))
    tokens = OPERATORS["flatten"](start_dim=2).output((1, 3, h, w))
    assert failures(OPERATORS["conv"](**C | {"kernel_size": 1}), tokens) == []
    assert failures(OPERATORS["adaptive_avg_pool"](output_size=7), tokens) == []
    pool = OPERATORS["max_pool"](kernel_size=4)
    assert [condition for condition, _ in opened(pool, tokens)] == ["H*W >= 4"]
    assert [str(n) for n in pool.output(tokens)] == ["1", "3", "floor((H*W)/4)"]
    at = {"H": 6, "W": 7, "r": 3}
    stretched = OPERATORS["upsample"](scale_factor=r).output((1, 3, h, w))
    conv = OPERATORS["conv"](out_channels=5, kernel_size=3, stride=2, padding=1)
    assert [n if isinstance(n, int) else n.at(at) for n in conv.output(stretched)] == [1, 5, 9, 11]
    transposed = OPERATORS["conv_transpose"](out_channels=5, kernel_size=3, stride=r).output((1, 3, h, w))
    assert [n if isinstance(n, int) else n.at(at) for n in conv.output(transposed)] == [1, 5, 9, 11]


def test_reshape_takes_what_is_left(context):
    h, w, n = (context.symbol(name, Domain(min=1)) for name in "HWN")
    reshape = OPERATORS["reshape"]
    assert reshape(shape=(n, 12, -1)).output((n, 3, 4 * h, w)) == (n, 12, h * w)
    assert opened(reshape(shape=(n, 12, -1)), (n, 3, 4 * h, w)) == []
    assert [condition for condition, _ in opened(reshape(shape=(n, 3, 2, -1)), (n, 3, h))] == ["H % 2 == 0"]


CUBE = (1, 3, 3, 6, 7)
EDGES = [
    # operator, its arguments, the input, whether it is legal: what is met is enough, and one less is not
    ("conv", C | {"kernel_size": 3, "padding": ((0, 9), (0, 0)), "padding_mode": "circular"}, X, True),
    ("conv", C | {"kernel_size": 3, "padding": ((0, 10), (0, 0)), "padding_mode": "circular"}, X, False),
    ("conv", C | {"kernel_size": 3, "padding": ((8, 0), (0, 0)), "padding_mode": "reflect"}, X, True),
    ("conv", C | {"kernel_size": 3, "padding": ((9, 0), (0, 0)), "padding_mode": "reflect"}, X, False),
    ("conv", C | {"kernel_size": 3, "padding": ((20, 0), (0, 30)), "padding_mode": "replicate"}, X, True),
    ("pad", {"padding": ((-9, 1), (0, 0))}, X, True),
    ("pad", {"padding": ((0, 0), (4, -7))}, X, True),
    ("pad", {"padding": ((-9, 0), (0, 0))}, X, False),
    ("pad", {"padding": ((-10, 3), (0, 0))}, X, False),
    ("pad", {"padding": ((9, 0), (0, 7)), "mode": "circular"}, X, True),
    ("pad", {"padding": ((0, 0), (8, 0)), "mode": "circular"}, X, False),
    ("pad", {"padding": ((8, 8), (6, 6)), "mode": "reflect"}, X, True),
    ("pad", {"padding": ((0, 0), (0, 7)), "mode": "reflect"}, X, False),
    ("flatten", {"start_dim": 2, "end_dim": 2}, X, True),
    ("flatten", {"start_dim": 3, "end_dim": -2}, X, False),
    ("flatten", {"start_dim": -1, "end_dim": 3}, X, True),
    ("avg_pool", {"kernel_size": (3, 6, 7)}, CUBE, True),
    ("avg_pool", {"kernel_size": (4, 6, 7), "padding": 1}, CUBE, False),
    ("avg_pool", {"kernel_size": (4, 6, 7), "padding": ((0, 1), (0, 0), (0, 0))}, CUBE, True),
    ("avg_pool", {"kernel_size": (5, 6, 7), "padding": ((0, 1), (0, 0), (0, 0))}, CUBE, False),
    ("avg_pool", {"kernel_size": (10, 7), "padding": (1, 0)}, X, True),
    ("lstm", {"hidden_size": 5, "proj_size": 4}, (2, 6, 3), True),
    ("lstm", {"hidden_size": 5, "proj_size": 5}, (2, 6, 3), False),
    ("gather", {"index": (3, -4)}, X, True),
    ("gather", {"index": (0, -5)}, X, False),
    ("slice", {"dim": 1, "start": 3, "end": 4}, X, True),
    ("slice", {"dim": 1, "start": 4, "end": 4}, X, False),
    ("topk", {"k": 4}, X, True),
    ("crop", {"size": (9, 7)}, X, True),
    ("crop", {"size": (9, 8)}, X, False),
    ("conv_transpose", C | {"kernel_size": 3, "stride": 3, "output_padding": 2}, X, True),
    ("conv_transpose", C | {"kernel_size": 3, "stride": 3, "output_padding": 3}, X, False),
    ("conv_transpose", C | {"kernel_size": 3, "stride": 2, "dilation": 4, "output_padding": 3}, X, True),
    ("max_pool", {"kernel_size": 4, "padding": 2}, X, True),
    ("max_pool", {"kernel_size": 3, "padding": 2}, X, False),
    ("transpose", {"dim0": -4, "dim1": 3}, X, True),
    ("transpose", {"dim0": -5, "dim1": 3}, X, False),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "args", "shape", "legal"), EDGES)
def test_at_the_edge_of_what_is_legal(verb, args, shape, legal):
    """The same for numbers and for letters of one value, and NumPy's kernel refuses what is refused."""
    operator = OPERATORS[verb](**args)
    assert (failures(operator, shape) == []) is legal
    sizes = Context()
    letters = tuple(n if dim < 2 else sizes.symbol(f"s{dim}", Domain(min=n, max=n)) for dim, n in enumerate(shape))
    assert (failures(operator, letters) == []) is legal
    rng = np.random.default_rng(7)
    x = rng.standard_normal(shape)
    try:
        weights = {name: rng.standard_normal(weight.shape) for name, weight in operator.weights(shape).items()}
        ran = operator.run(x, **weights).size > 0
    except (ValueError, IndexError, TypeError):
        ran = False
    assert ran or not legal


@pytest.mark.parametrize(("below", "legal"), [(3, True), (4, True), (5, False)])
def test_numbers_that_are_looked_up_are_all_there(below, legal):
    """What is only known to be below a number may be the number below it."""
    found = OPERATORS["gather"](dim=1).finds((X, (2, 3)), (Elements(), Elements("int64", below)))
    assert [r.condition for r in found if not r.condition] == ([] if legal else [FALSE])
