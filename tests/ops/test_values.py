"""What kernels compute, worked by hand; a row a case, inputs of one sample unless it says otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnplan.ops import OPERATORS

E = math.e
ROOT = math.sqrt
WIDE = {"out_channels": 1, "kernel_size": 3, "bias": False, "stride": 4, "padding": "same"}
TENS = {"weight": [[[1, 10, 100]]]}
THREE = {"out_channels": 1, "kernel_size": 3, "bias": False}
FOUR = {"out_channels": 1, "kernel_size": 4, "bias": False, "stride": 2}
THOUSANDS = {"weight": [[[1, 10, 100, 1000]]]}

HALF = {"scale_factor": [1, 0.5], "mode": "bilinear", "antialias": True}
ROW = [[[[4, 8]]]]
POINT = {"out_channels": 1, "kernel_size": 1, "bias": False}
MOVED = [[[[0, 0]], [[0.5, 1]]]]
PLACES = [[[[-1, 0], [0, 0], [0.5, 0], [2, 0]]]]

# operator, arguments, inputs, weights; the output
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
    (
        "linear",
        {"out_features": 3},
        [[[1, 2]]],
        {"weight": [[1, 10], [3, 4], [0, 1]], "bias": [100, 0, 0]},
        [[121, 11, 2]],
    ),
    (
        "batch_norm",
        {"eps": 0},
        [[[5, 7]]],
        {"weight": [3, 1], "bias": [10, 0], "running_mean": [1, 1], "running_var": [4, 9]},
        [[16, 2]],
    ),
    (
        "batch_norm",
        {"eps": 0, "affine": False, "track_running_stats": False},
        [[[1, 7], [3, 3]]],
        {},
        [[-1, 1], [1, -1]],
    ),
    ("instance_norm", {"eps": 3}, [[[[1, 3], [2, 8]]]], {}, [[[-0.5, 0.5], [-3 / ROOT(12), 3 / ROOT(12)]]]),
    (
        "group_norm",
        {"num_groups": 2, "eps": 0},
        [[[1, 3, 2, 8]]],
        {"weight": [1, 2, 3, 4], "bias": [0, 0, 0, 5]},
        [[-1, 2, -3, 9]],
    ),
    (
        "layer_norm",
        {"normalized_shape": 2, "eps": 0, "bias": False},
        [[[1, 3], [9, 5]]],
        {"weight": [1, 2]},
        [[-1, 2], [1, -2]],
    ),
    (
        "layer_norm",
        {"eps": 0, "elementwise_affine": False},
        [[[[1, 9, 4], [3, 5, 0]]]],
        {},
        [[[-1, 1, 1], [1, -1, -1]]],
    ),
    (
        "local_response_norm",
        {"size": 3, "alpha": 3, "beta": 1},
        [[[[1], [2], [3]]]],
        {},
        [[[1 / 6], [2 / 15], [3 / 14]]],
    ),
    (
        "local_response_norm",
        {"size": 2, "alpha": 2, "beta": 1},
        [[[[1], [2], [3]]]],
        {},
        [[[1 / 2], [2 / 6], [3 / 14]]],
    ),
    ("relu", {}, [[-2, 3]], {}, [0, 3]),
    ("relu6", {}, [[-2, 3, 7]], {}, [0, 3, 6]),
    ("leaky_relu", {"negative_slope": 0.5}, [[-2, 3]], {}, [-1, 3]),
    ("prelu", {"num_parameters": 2}, [[[-2, -2]]], {"weight": [0.5, 4]}, [[-1, -8]]),
    ("elu", {"alpha": 2}, [[-1, 3]], {}, [2 / E - 2, 3]),
    ("selu", {}, [[-1, 1]], {}, [1.7580993408473766 * (1 / E - 1), 1.0507009873554805]),
    ("hard_sigmoid", {}, [[-4, 0, 1, 5]], {}, [0, 1 / 2, 4 / 6, 1]),
    ("hard_swish", {}, [[-4, 1, 5]], {}, [0, 4 / 6, 5]),
    ("gelu", {}, [[0, 1]], {}, [0, (1 + math.erf(ROOT(0.5))) / 2]),
    ("gelu", {"approximate": "tanh"}, [[0, 1]], {}, [0, (1 + math.tanh(ROOT(2 / math.pi) * 1.044715)) / 2]),
    ("silu", {}, [[0, 1, -1000]], {}, [0, 1 / (1 + 1 / E), 0]),
    ("mish", {}, [[0, 1, 1000]], {}, [0, math.tanh(math.log(1 + E)), 1000]),
    ("sigmoid", {}, [[0, 1, -1000]], {}, [1 / 2, 1 / (1 + 1 / E), 0]),
    ("tanh", {}, [[0, 1]], {}, [0, (E * E - 1) / (E * E + 1)]),
    ("softplus", {"beta": 2, "threshold": 3}, [[0, 1, 2]], {}, [math.log(2) / 2, math.log(1 + E * E) / 2, 2]),
    ("softmax", {}, [[[0, math.log(3), -math.inf]]], {}, [[1 / 4, 3 / 4, 0]]),
    ("log_softmax", {"dim": 0}, [[[1000], [1000], [1000]]], {}, [[-math.log(3)]] * 3),
    ("dropout", {}, [[1, 2]], {}, [1, 2]),
    ("identity", {}, [[1, 2]], {}, [1, 2]),
    ("require", {"that": True}, [[1, 2]], {}, [1, 2]),
    ("flatten", {}, [[[[1, 2, 3], [4, 5, 6]]]], {}, [[1, 2, 3, 4, 5, 6]]),
    ("reshape", {"shape": [3, -1]}, [[[1, 2, 3], [4, 5, 6]]], {}, [[1, 2], [3, 4], [5, 6]]),
    ("permute", {"dims": [1, 0]}, [[[1, 2, 3], [4, 5, 6]]], {}, [[1, 4], [2, 5], [3, 6]]),
    ("pad", {"padding": [[1, 2]], "value": 7}, [[[[1, 2]]]], {}, [[[7, 1, 2, 7, 7]]]),
    ("pad", {"padding": [[2, 1]], "mode": "reflect"}, [[[[1, 2, 3]]]], {}, [[[3, 2, 1, 2, 3, 2]]]),
    ("pad", {"padding": [[2, 1]], "mode": "circular"}, [[[[1, 2, 3]]]], {}, [[[2, 3, 1, 2, 3, 1]]]),
    ("pad", {"padding": [[2, 1]], "mode": "replicate"}, [[[[1, 2, 3]]]], {}, [[[1, 1, 1, 2, 3, 3]]]),
    ("crop", {"size": 2}, [[[[1, 2, 3, 4, 5]]]], {}, [[[2, 3]]]),
    ("slice", {"dim": 0, "start": 1, "end": -1, "step": 2}, [[1, 2, 3, 4, 5, 6]], {}, [2, 4]),
    ("slice", {"dim": 0, "start": -3}, [[1, 2, 3, 4, 5]], {}, [3, 4, 5]),
    ("concat", {}, [[[1, 2]], [[3]]], {}, [[1, 2, 3]]),
    ("add", {}, [[1, 2], [10, 20], [100]], {}, [111, 122]),
    ("subtract", {}, [[1, 2], [10, 20]], {}, [-9, -18]),
    ("multiply", {}, [[1, 2], [10, 20], [3]], {}, [30, 120]),
    ("divide", {}, [[1, 2], [10, 5]], {}, [0.1, 0.4]),
    ("mean", {"dim": [0], "keepdim": True}, [[[1, 2], [3, 6]]], {}, [[2, 4]]),
    ("mean", {}, [[[1, 2], [3, 6]]], {}, 3),
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
    ("pixel_shuffle", {"upscale_factor": 2}, [[[[1, 2, 5], [3, 4, 6]]]], {}, [[[1, 3, 2, 4, 5, 6]]]),
    ("pixel_unshuffle", {"downscale_factor": 2}, [[[[1, 3, 2, 4, 5, 6]]]], {}, [[[1, 2, 5], [3, 4, 6]]]),
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
    ("matmul", {}, [[[1, 2]], [[3, 5, 6], [4, 0, 7]]], {}, [[11, 5, 20]]),
    ("scaled_dot_product_attention", {}, [[[0], [0]], [[1], [2]], [[4], [6]]], {}, [[5], [5]]),
    # the first query sees the second key, the second both, the third none
    (
        "scaled_dot_product_attention",
        {},
        [[[0], [0], [0]], [[1], [2]], [[4], [6]], [[-math.inf, 0], [0, 0], [-math.inf, -math.inf]]],
        {},
        [[6], [5], [0]],
    ),
    ("scaled_dot_product_attention", {"is_causal": True}, [[[0], [0]], [[1], [2]], [[4], [6]]], {}, [[4], [5]]),
    (
        "scaled_dot_product_attention",
        {},
        [[[2, 0, 0, 0]], [[math.log(3), 1, 1, 1], [0, 1, 1, 1]], [[4], [8]]],
        {},
        [[5]],
    ),
    (
        "multi_head_attention",
        {"num_heads": 1},
        [[[[1], [3]]]],
        {
            "in_proj_weight": [[0], [1], [1]],
            "in_proj_bias": [0, 0, 10],
            "out_proj.weight": [[5]],
            "out_proj.bias": [1],
        },
        [[[61], [61]]],
    ),
    (
        "rnn",
        {"hidden_size": 1, "nonlinearity": "relu", "bias": False},
        [[[[1], [1], [-9], [4]]]],
        {"weight_ih_l0": [[1]], "weight_hh_l0": [[2]]},
        [[[1], [3], [0], [4]]],
    ),
    (
        "rnn",
        {"hidden_size": 1, "nonlinearity": "relu", "bias": False},
        [[[[1], [1], [-20], [4]]], [[[3]]]],
        {"weight_ih_l0": [[1]], "weight_hh_l0": [[2]]},
        [[[7], [15], [10], [24]]],
    ),
    (
        # the gates are a half each: of a memory of 6 stay 3, and 1.5, of which half of the tanh is shown
        "lstm",
        {"hidden_size": 1, "bias": False, "memory": True},
        [[[[1], [1]]], [[[2]]], [[[6]]]],
        {"weight_ih_l0": [[0]] * 4, "weight_hh_l0": [[0]] * 4},
        [[[math.tanh(3) / 2, 3], [math.tanh(1.5) / 2, 1.5]]],
    ),
    (
        "lstm",
        {"hidden_size": 1, "bias": False},
        [[[[1]]]],
        {"weight_ih_l0": [[0], [0], [1], [0]], "weight_hh_l0": [[0]] * 4},
        [[[math.tanh(math.tanh(1) / 2) / 2]]],
    ),
    (
        "gru",
        {"hidden_size": 1, "bias": False},
        [[[[1], [0]]]],
        {"weight_ih_l0": [[0], [0], [1]], "weight_hh_l0": [[0]] * 3},
        [[[math.tanh(1) / 2], [math.tanh(1) / 4]]],
    ),
    (
        "embedding",
        {"num_embeddings": 3, "embedding_dim": 2},
        [[2, 0]],
        {"weight": [[1, 2], [3, 4], [5, 6]]},
        [[5, 6], [1, 2]],
    ),
    ("parameter", {"shape": [1, 2]}, [], {"weight": [[3, 4]]}, [[3, 4]]),
    ("scale", {}, [[[1, 2]]], {"weight": [3, 4]}, [[3, 8]]),
    ("abs", {}, [[-2, 3]], {}, [2, 3]),
    ("pow", {"exponent": 3}, [[-2, 3]], {}, [-8, 27]),
    ("sqrt", {}, [[4, 9]], {}, [2, 3]),
    ("drop_path", {"p": 0.5}, [[1, 2]], {}, [1, 2]),
    ("expand", {"shape": [3, -1]}, [[[1, 2]]], {}, [[1, 2], [1, 2], [1, 2]]),
    ("reduce", {"mode": "sum", "dim": 1}, [[[1, 2, 4], [3, 6, 5]]], {}, [7, 14]),
    ("reduce", {"mode": "max", "dim": 1}, [[[1, 2, 4], [3, 6, 5]]], {}, [4, 6]),
    ("reduce", {"mode": "min", "dim": 0, "keepdim": True}, [[[1, 9, 4], [3, 6, 5]]], {}, [[1, 6, 4]]),
    ("reduce", {"mode": "prod"}, [[[1, 2, 4], [3, 6, 5]]], {}, 720),
    ("add", {"value": 3}, [[1, 2]], {}, [4, 5]),
    ("subtract", {"value": 3}, [[1, 2]], {}, [-2, -1]),
    ("subtract", {"value": 3, "reverse": True}, [[1, 2]], {}, [2, 1]),
    ("multiply", {"value": 0.5}, [[1, 2]], {}, [0.5, 1]),
    ("divide", {"value": 4}, [[1, 2]], {}, [0.25, 0.5]),
    ("divide", {"value": 4, "reverse": True}, [[1, 2]], {}, [4, 2]),
    ("exp", {}, [[0, 1]], {}, [1, E]),
    ("log", {}, [[1, 4]], {}, [0, 2 * math.log(2)]),
    ("sin", {}, [[0, 2]], {}, [0, math.sin(2)]),
    ("cos", {}, [[0, 2]], {}, [1, math.cos(2)]),
    ("clip", {"min": 1}, [[0, 2, 9]], {}, [1, 2, 9]),
    ("clip", {"min": 1, "max": 3}, [[0, 2, 9]], {}, [1, 2, 3]),
    # round half to even: 0.75 / 0.5 = 1.5 is 2 steps, 0.25 / 0.5 is 0; -128 - 100 steps below, 27 above
    ("fake_quantize", {"scale": 0.5}, [[0.75, 0.25, -0.6, 99, -99]], {}, [1, 0, -0.5, 63.5, -64]),
    ("fake_quantize", {"scale": 2, "zero_point": 100}, [[90, -3, 41]], {}, [54, -4, 40]),
    ("fake_quantize", {"scale": 1, "zero_point": 8, "dtype": "uint4"}, [[-11, 3.2, 9]], {}, [-8, 3, 7]),
    # ONNX: scale (3 - -2) / 255 = 1 / 51, zero point 102; 1.01 is 51.51 steps
    ("fake_quantize", {"dtype": "uint8"}, [[-2, 0, 3, 1.01]], {}, [-2, 0, 3, 52 / 51]),
    ("compare", {"mode": "greater", "value": 2}, [[1, 2, 3]], {}, [0, 0, 1]),
    ("compare", {"mode": "less_equal"}, [[[1, 2, 3]], [[2], [3]]], {}, [[1, 1, 0], [1, 1, 1]]),
    ("where", {"value": 9}, [[1, 0, 1], [5, 6, 7]], {}, [5, 9, 7]),
    ("where", {"value": -math.inf}, [[1, 0, 1], [5, 6, 7]], {}, [5, -math.inf, 7]),
    ("where", {}, [[[0], [1]], [[5, 6]], [[7, 8]]], {}, [[7, 8], [5, 6]]),
    ("gather", {"index": [2, 0, -1]}, [[[1, 2, 4], [3, 6, 5]]], {}, [[4, 1, 4], [5, 3, 5]]),
    ("gather", {"dim": 0}, [[[1, 2, 4], [3, 6, 5]], [[1, 0], [1, 1]]], {}, [[[3, 6, 5], [1, 2, 4]], [[3, 6, 5]] * 2]),
    ("flip", {"dims": 1}, [[[1, 2, 4], [3, 6, 5]]], {}, [[4, 2, 1], [5, 6, 3]]),
    ("flip", {"dims": [0, -1]}, [[[1, 2, 4], [3, 6, 5]]], {}, [[5, 6, 3], [4, 2, 1]]),
    ("roll", {"shifts": -1, "dims": 1}, [[[1, 2, 4], [3, 6, 5]]], {}, [[2, 4, 1], [6, 5, 3]]),
    ("roll", {"shifts": [1, 1], "dims": [0, 1]}, [[[1, 2, 4], [3, 6, 5]]], {}, [[5, 3, 6], [4, 1, 2]]),
    # tents from 1 to 5 and from 3 to 7: elements by 1, 3, 3, 1 of 8; at the edge 3, 3, 1 of 7
    ("upsample", HALF, [[[[[7, 14, 21, 28, 35, 42, 49, 56]]]]], {}, [[[[12, 24.5, 38.5, 51]]]]),
    # a tap on 4 and on 8, moved: to the middle between them, and out of the image; half of it by a mask
    ("deform_conv", POINT, [ROW, MOVED], {"weight": [[[[10]]]]}, [[[[60, 0]]]]),
    ("deform_conv", POINT, [ROW, MOVED, [[[[0.5, 1]]]]], {"weight": [[[[10]]]]}, [[[[30, 0]]]]),
    ("topk", {"k": 2}, [[[1, 4, 4, 2], [3, 6, 5, 9]]], {}, [[4, 4], [9, 6]]),
    ("topk", {"k": 3, "dim": 0, "largest": False}, [[3, 1, 2, 7]], {}, [1, 2, 3]),
    # a row of 4 and 8: -1 is the middle of 4 or its outer edge, 0 half-way, 2 outside, by half an element or more
    ("grid_sample", {"align_corners": True}, [ROW, PLACES], {}, [[[[4, 6, 7, 4]]]]),
    ("grid_sample", {}, [ROW, PLACES], {}, [[[[2, 6, 8, 0]]]]),
    ("grid_sample", {"padding_mode": "border"}, [ROW, PLACES], {}, [[[[4, 6, 8, 8]]]]),
    ("grid_sample", {"mode": "nearest"}, [ROW, PLACES], {}, [[[[4, 4, 8, 0]]]]),
    ("unsqueeze", {"dim": 1}, [[1, 2]], {}, [[1], [2]]),
    ("squeeze", {"dim": 0}, [[[1, 2]]], {}, [1, 2]),
    ("transpose", {"dim0": 0, "dim1": 1}, [[[1, 2, 4], [3, 6, 5]]], {}, [[1, 3], [2, 6], [4, 5]]),
    ("unfold", {"kernel_size": 2}, [[[[1, 2, 3], [4, 5, 6]]]], {}, [[[1, 2], [2, 3], [4, 5], [5, 6]]]),
    ("fold", {"output_size": [3], "kernel_size": 2}, [[[[1, 2], [3, 4]]]], {}, [[[1, 5, 4]]]),
    ("glu", {}, [[[1, 2, 0, math.log(3)]]], {}, [[0.5, 1.5]]),
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
    ("stack", {"dim": 1}, [[1, 2], [3, 4], [5, 6]], {}, [[1, 3, 5], [2, 4, 6]]),
    ("constant", {"values": [[1, 2], [3, 4]]}, [], {}, [[1, 2], [3, 4]]),
    ("constant", {"shape": [1, 2], "value": 7}, [], {}, [[7, 7]]),
    ("constant", {"shape": [1, 2]}, [], {"value": [[8, 9]]}, [[8, 9]]),
    ("pad", {"padding": [[1, -2]], "value": 9}, [[[[1, 2, 3]]]], {}, [[[9, 1]]]),
    ("pad", {"padding": [[-2, 3]], "value": 9}, [[[[1, 2]]]], {}, [[[9, 9, 9]]]),
    ("pad", {"padding": [[-1, 1]], "dims": 0}, [[[1, 2], [3, 4]]], {}, [[3, 4], [0, 0]]),
    ("pad", {"padding": 1, "dims": [1], "mode": "reflect"}, [[[1, 2, 3]]], {}, [[2, 1, 2, 3, 2]]),
    ("matmul", {}, [[[[1, 2]], [[3, 4]]], [[[1], [10]]]], {}, [[[21]], [[43]]]),
    ("einsum", {"equation": "ab,cb->ca"}, [[[1, 2], [3, 4]], [[1, 10]]], {}, [[21, 43]]),
    ("einsum", {"equation": "ab,c->cb"}, [[[1, 2], [3, 4]], [1, 10]], {}, [[4, 6], [40, 60]]),
    ("einsum", {"equation": "a,b,ab->"}, [[1, 2], [1, 10], [[1, 2], [3, 4]]], {}, 107),
    ("conv", THREE, [[[[1, 2, 3, 4, 5]]], [[[1, 10, 100]]]], {}, [[[321, 432, 543]]]),
    ("conv_transpose", THREE | {"stride": 2}, [[[[1, 2]]], [[[1, 10, 100]]]], {}, [[[1, 10, 102, 20, 200]]]),
    ("linear", {"out_features": 1}, [[[1, 2]], [[1, 10]]], {"bias": [300]}, [[321]]),
    (
        "batch_norm",
        {"eps": 0, "bias": False},
        [[[5, 7]]],
        {"weight": [3, 1], "running_mean": [1, 1], "running_var": [4, 9]},
        [[6, 2]],
    ),
    (
        "batch_norm",
        {"eps": 0, "weight": False},
        [[[5, 7]]],
        {"bias": [10, 0], "running_mean": [1, 1], "running_var": [4, 9]},
        [[12, 2]],
    ),
    ("reduce", {"mode": "l1", "dim": 1}, [[[1, -2, 4], [3, 6, -5]]], {}, [7, 14]),
    ("reduce", {"mode": "l2", "dim": 1}, [[[3, 4], [5, -12]]], {}, [5, 13]),
    ("reduce", {"mode": "sum_square", "dim": 1}, [[[3, 4], [5, -12]]], {}, [25, 169]),
    ("reduce", {"mode": "logsumexp", "dim": 1}, [[[0, 0], [1, 1]]], {}, [math.log(2), 1 + math.log(2)]),
    ("reduce", {"mode": "var", "dim": 1}, [[[1, 2, 6], [0, 0, 3]]], {}, [7, 3]),
    ("reduce", {"mode": "std", "dim": 1, "correction": 0}, [[[1, 3], [0, 8]]], {}, [1, 4]),
    ("channel_shuffle", {"groups": 2}, [[[[1], [2], [3], [4], [5], [6]]]], {}, [[[1], [4], [2], [5], [3], [6]]]),
]


@pytest.mark.parametrize(("verb", "args", "inputs", "weights", "output"), VALUES)
def test_it_is_what_it_comes_to_by_hand(verb, args, inputs, weights, output):
    arrays = [np.array(values, dtype=np.int64 if verb == "embedding" else np.float64) for values in inputs]
    given = {name: np.array(values, dtype=np.float64) for name, values in weights.items()}
    found = OPERATORS[verb](**args).run(*arrays, **given)
    assert found.shape == np.shape(output)
    np.testing.assert_allclose(found, output, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("verb", "args", "inputs", "weights", "output"), VALUES)
def test_single_precision_stays_single(verb, args, inputs, weights, output):
    arrays = [np.array(values, dtype=np.int64 if verb == "embedding" else np.float32) for values in inputs]
    given = {name: np.array(values, dtype=np.float32) for name, values in weights.items()}
    found = OPERATORS[verb](**args).run(*arrays, **given)
    if verb != "constant":  # what the spec says itself is brought into the type of the run by the executor
        assert found.dtype == (bool if verb == "compare" else np.float32)
    np.testing.assert_allclose(found, output, rtol=1e-5, atol=1e-5)


def test_every_operator_has_a_row():
    cut_up_before_it_runs, declared = {"split", "chunk"}, {"opaque"}
    assert {row[0] for row in VALUES} == set(OPERATORS) - cut_up_before_it_runs - declared


def test_what_is_declared_has_no_values():
    with pytest.raises(NotImplementedError, match="cannot be run"):
        OPERATORS["opaque"](shape=[2, 3], macs=0).run(np.ones((2, 3)))


def test_a_line_that_is_masked_as_a_whole_has_no_shares():
    """PyTorch 2.14.1: softmax of two times -inf is NaN twice, and nothing is said of it."""
    masked = np.array([[-np.inf, -np.inf], [0.0, -np.inf]])
    shares = OPERATORS["softmax"](dim=1).run(masked)
    assert np.isnan(shares[0]).all()
    assert shares[1].tolist() == [1.0, 0.0]
