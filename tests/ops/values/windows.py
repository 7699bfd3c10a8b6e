"""Layers with windows, and what resizes."""

from __future__ import annotations

import math

ROOT = math.sqrt
TENS = {"weight": [[[1, 10, 100]]]}
THREE = {"out_channels": 1, "kernel_size": 3, "bias": False}
FOUR = {"out_channels": 1, "kernel_size": 4, "bias": False, "stride": 2}
THOUSANDS = {"weight": [[[1, 10, 100, 1000]]]}
HALF = {"scale_factor": [1, 0.5], "mode": "bilinear", "antialias": True}
ROW = [[[[4, 8]]]]
POINT = {"out_channels": 1, "kernel_size": 1, "bias": False}
MOVED = [[[[0, 0]], [[0.5, 1]]]]
PLACES = [[[[-1, 0], [0, 0], [0.5, 0], [2, 0]]]]

VALUES = [
    ("conv", THREE, [[[[1, 2, 3, 4, 5]]]], TENS, [[[321, 432, 543]]]),
    ("conv", THREE | {"stride": 2, "padding": [[1, 0]]}, [[[[1, 2, 3, 4, 5]]]], TENS, [[[210, 432]]]),
    ("conv", THREE | {"padding": 1, "padding_mode": "reflect"}, [[[[1, 2, 3]]]], TENS, [[[212, 321, 232]]]),
    ("conv", THREE | {"padding": 1, "padding_mode": "circular"}, [[[[1, 2, 3]]]], TENS, [[[213, 321, 132]]]),
    ("conv", THREE | {"padding": 1, "padding_mode": "replicate"}, [[[[1, 2, 3]]]], TENS, [[[211, 321, 332]]]),
    ("conv", THREE | {"dilation": 2}, [[[[1, 2, 3, 4, 5, 6]]]], TENS, [[[531, 642]]]),
    ("conv", FOUR | {"padding": "same"}, [[[[1, 2, 3, 4, 5]]]], THOUSANDS, [[[3210, 5432, 54]]]),
    ("conv", FOUR | {"padding": "same_lower"}, [[[[1, 2, 3, 4, 5]]]], THOUSANDS, [[[2100, 4321, 543]]]),
    (
        "conv",
        {"out_channels": 2, "kernel_size": 1, "groups": 2},
        [[[[1, 2, 5], [3, 4, 6]]]],
        {"weight": [[[10]], [[100]]], "bias": [1, 2]},
        [[[11, 21, 51], [302, 402, 602]]],
    ),
    ("conv", THREE | {"stride": 2, "padding": "same"}, [[[[1, 2, 3, 4, 5, 6]]]], TENS, [[[321, 543, 65]]]),
    ("conv", THREE | {"stride": 2, "padding": "same_lower"}, [[[[1, 2, 3, 4, 5, 6]]]], TENS, [[[210, 432, 654]]]),
    ("conv_transpose", THREE | {"stride": 2}, [[[[1, 2]]]], TENS, [[[1, 10, 102, 20, 200]]]),
    (
        "conv_transpose",
        THREE | {"stride": 2, "padding": 1, "output_padding": 1},
        [[[[1, 2]]]],
        TENS,
        [[[10, 102, 20, 200]]],
    ),
    ("conv_transpose", THREE | {"dilation": 2, "padding": [[0, 2]]}, [[[[1, 2]]]], TENS, [[[1, 2, 10, 20]]]),
    ("max_pool", {"kernel_size": 2, "ceil_mode": True}, [[[[1, 5, 2, 4, 3]]]], {}, [[[5, 4, 3]]]),
    ("max_pool", {"kernel_size": 2, "stride": 1, "padding": 1}, [[[[-1, -5, -2]]]], {}, [[[-1, -1, -2, -2]]]),
    ("max_pool", {"kernel_size": 2, "stride": 1, "dilation": 2}, [[[[1, 5, 2, 4, 3]]]], {}, [[[2, 5, 3]]]),
    # the greatest of (1, 5) and of (4, 2); the first of two that are alike; nothing where no window is
    ("max_unpool", {"kernel_size": 2}, [[[[7, 8]]], [[[1, 5, 4, 2, 9]]]], {}, [[[0, 7, 8, 0, 0]]]),
    ("max_unpool", {"kernel_size": 2}, [[[[7, 8]]], [[[3, 3, -4, -2]]]], {}, [[[7, 0, 0, 8]]]),
    # (-, 1), (1, 5), (5, 4), (4, -): the second window's 7 is written over
    ("max_unpool", {"kernel_size": 2, "stride": 1, "padding": 1}, [[[[6, 7, 8, 9]]], [[[1, 5, 4]]]], {}, [[[6, 8, 9]]]),
    ("avg_pool", {"kernel_size": 2, "padding": 1}, [[[[2, 4, 6, 8, 10]]]], {}, [[[1, 5, 9]]]),
    (
        "avg_pool",
        {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
        [[[[2, 4, 6, 8]]]],
        {},
        [[[2, 6, 4]]],
    ),
    (
        "avg_pool",
        {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False},
        [[[[2, 4, 6, 8]]]],
        {},
        [[[3, 6, 8]]],
    ),
    ("avg_pool", {"kernel_size": 2, "divisor_override": 5}, [[[[2, 4, 6, 8]]]], {}, [[[1.2, 2.8]]]),
    ("adaptive_avg_pool", {"output_size": 2}, [[[[1, 2, 3, 4, 5]]]], {}, [[[2, 4]]]),
    ("adaptive_max_pool", {"output_size": 3}, [[[[5, 4, 3, 2, 1]]]], {}, [[[5, 4, 2]]]),
    ("global_avg_pool", {}, [[[[1, 2, 3, 4, 5]]]], {}, [[[3]]]),
    ("global_max_pool", {}, [[[[1, 2, 5, 4, 3]]]], {}, [[[5]]]),
    ("upsample", {"scale_factor": 2}, [[[[1, 2]]]], {}, [[[1, 1, 2, 2]]]),
    ("upsample", {"size": 3}, [[[[1, 2, 3, 4, 5]]]], {}, [[[1, 2, 4]]]),
    ("upsample", {"scale_factor": 2, "mode": "linear"}, [[[[0, 4]]]], {}, [[[0, 1, 3, 4]]]),
    ("upsample", {"size": 3, "mode": "linear", "align_corners": True}, [[[[0, 4]]]], {}, [[[0, 2, 4]]]),
    (
        "upsample",
        {"scale_factor": [2, 1], "mode": "bicubic"},
        [[[[[0], [4]]]]],
        {},
        [[[[-0.421875], [0.90625], [3.09375], [4.421875]]]],
    ),
    (
        "locally_connected",
        {"out_channels": 1, "kernel_size": 2},
        [[[[1, 2, 3]]]],
        {"weight": [[[[1, 10], [100, 1000]]]], "bias": [[5, 6]]},
        [[[26, 3206]]],
    ),
    ("lp_pool", {"norm_type": 2, "kernel_size": 2}, [[[[3, 4, -6, 8]]]], {}, [[[5, 10]]]),
    ("lp_pool", {"norm_type": 1, "kernel_size": 2}, [[[[3, 4, -6, 2]]]], {}, [[[7, -4]]]),
    ("lp_pool", {"norm_type": 3, "kernel_size": 2}, [[[[3, 4, -6, 2]]]], {}, [[[91 ** (1 / 3), math.nan]]]),
    # tents from 1 to 5 and from 3 to 7: elements by 1, 3, 3, 1 of 8; at the edge 3, 3, 1 of 7
    ("upsample", HALF, [[[[[7, 14, 21, 28, 35, 42, 49, 56]]]]], {}, [[[[12, 24.5, 38.5, 51]]]]),
    # a tap on 4 and on 8, moved: to the middle between them, and out of the image; half of it by a mask
    ("deform_conv", POINT, [ROW, MOVED], {"weight": [[[[10]]]]}, [[[[60, 0]]]]),
    ("deform_conv", POINT, [ROW, MOVED, [[[[0.5, 1]]]]], {"weight": [[[[10]]]]}, [[[[30, 0]]]]),
    # a row of 4 and 8: -1 is the middle of 4 or its outer edge, 0 half-way, 2 outside, by half an element or more
    ("grid_sample", {"align_corners": True}, [ROW, PLACES], {}, [[[[4, 6, 7, 4]]]]),
    ("grid_sample", {}, [ROW, PLACES], {}, [[[[2, 6, 8, 0]]]]),
    ("grid_sample", {"padding_mode": "border"}, [ROW, PLACES], {}, [[[[4, 6, 8, 8]]]]),
    ("grid_sample", {"mode": "nearest"}, [ROW, PLACES], {}, [[[[4, 4, 8, 0]]]]),
    ("unfold", {"kernel_size": 2}, [[[[1, 2, 3], [4, 5, 6]]]], {}, [[[1, 2], [2, 3], [4, 5], [5, 6]]]),
    ("fold", {"output_size": [3], "kernel_size": 2}, [[[[1, 2], [3, 4]]]], {}, [[[1, 5, 4]]]),
    # five of a spread of 1, 10, 102, 20, 200 for two elements: the odd one is taken off at the end, or in front
    ("conv_transpose", THREE | {"stride": 2, "padding": "same"}, [[[[1, 2]]]], TENS, [[[1, 10, 102, 20]]]),
    ("conv_transpose", THREE | {"stride": 2, "padding": "same_lower"}, [[[[1, 2]]]], TENS, [[[10, 102, 20, 200]]]),
    (
        "conv_transpose",
        THREE | {"stride": 4, "padding": "same"},
        [[[[1, 2]]]],
        TENS,
        [[[1, 10, 100, 0, 2, 20, 200, 0]]],
    ),
    # 3 and 4; then 2 alone, which stands for both: twice its square
    ("lp_pool", {"norm_type": 2, "kernel_size": 2, "ceil_mode": True}, [[[[3, 4, 2]]]], {}, [[[5, ROOT(8)]]]),
    ("conv", THREE, [[[[1, 2, 3, 4, 5]]], [[[1, 10, 100]]]], {}, [[[321, 432, 543]]]),
    ("conv_transpose", THREE | {"stride": 2}, [[[[1, 2]]], [[[1, 10, 100]]]], {}, [[[1, 10, 102, 20, 200]]]),
]
