"""Weights and arithmetic worked out by hand."""

# ruff: noqa: E501 - a row a case, with its arithmetic above it
from __future__ import annotations

import pytest

from cnnplan.cost import KINDS, Cost
from cnnplan.ops import OPERATORS

N30 = [(2, 3, 5)]

# operator, arguments, input shapes, trainable weights, buffers
WEIGHTS = [
    ("conv", {"out_channels": 6, "kernel_size": (5, 7)}, [(1, 3, 32, 28)], {"weight": (6, 3, 5, 7), "bias": (6,)}, {}),
    ("conv", {"out_channels": 6, "kernel_size": 5, "groups": 3, "bias": False}, [(1, 9, 32)], {"weight": (6, 3, 5)}, {}),
    # depthwise, in three dimensions
    ("conv", {"out_channels": 4, "kernel_size": 3, "groups": 4}, [(1, 4, 7, 8, 9)], {"weight": (4, 1, 3, 3, 3), "bias": (4,)}, {}),
    # PyTorch keeps the input channels first here
    ("conv_transpose", {"out_channels": 8, "kernel_size": 3, "groups": 2}, [(1, 6, 7, 5)], {"weight": (6, 4, 3, 3), "bias": (8,)}, {}),
    ("linear", {"out_features": 10}, [(2, 84)], {"weight": (10, 84), "bias": (10,)}, {}),
    ("linear", {"out_features": 10, "bias": False}, [(2, 7, 84)], {"weight": (10, 84)}, {}),
    ("batch_norm", {}, [(2, 3, 5, 7)], {"weight": (3,), "bias": (3,)}, {"running_mean": (3,), "running_var": (3,)}),
    ("batch_norm", {"affine": False}, [(2, 3, 5, 7)], {}, {"running_mean": (3,), "running_var": (3,)}),
    ("batch_norm", {"track_running_stats": False}, [(2, 3, 5, 7)], {"weight": (3,), "bias": (3,)}, {}),
    ("instance_norm", {}, [(2, 3, 5, 7)], {}, {}),
    ("instance_norm", {"affine": True}, [(2, 3, 5, 7)], {"weight": (3,), "bias": (3,)}, {}),
    ("group_norm", {"num_groups": 2}, [(2, 6, 5, 7)], {"weight": (6,), "bias": (6,)}, {}),
    ("layer_norm", {"normalized_shape": (5, 7)}, [(2, 6, 5, 7)], {"weight": (5, 7), "bias": (5, 7)}, {}),
    ("layer_norm", {"bias": False}, [(2, 6, 5, 7)], {"weight": (6,)}, {}),
    ("layer_norm", {"elementwise_affine": False}, [(2, 6, 5, 7)], {}, {}),
    ("prelu", {}, [(2, 6, 5, 7)], {"weight": (1,)}, {}),
    ("prelu", {"num_parameters": 6}, [(2, 6, 5, 7)], {"weight": (6,)}, {}),
    ("relu", {}, [(2, 6, 5, 7)], {}, {}),
    # (9 - 3) // 2 + 1 and (7 - 2) // 2 + 1 positions, each with filters of its own
    ("locally_connected", {"out_channels": 6, "kernel_size": (3, 2), "stride": 2}, [(5, 8, 9, 7)], {"weight": (6, 8, 4, 3, 3, 2), "bias": (6, 4, 3)}, {}),
    ("multi_head_attention", {"num_heads": 3}, [(2, 5, 12)], {"in_proj_weight": (36, 12), "out_proj.weight": (12, 12), "in_proj_bias": (36,), "out_proj.bias": (12,)}, {}),
    ("multi_head_attention", {"num_heads": 3, "bias": False}, [(2, 5, 12)], {"in_proj_weight": (36, 12), "out_proj.weight": (12, 12)}, {}),
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 8), (2, 5, 7)], {}, {}),
    ("multi_head_attention", {"num_heads": 3, "bias": False, "kdim": 7}, [(2, 5, 12), (2, 4, 7), (2, 4, 12)], {"q_proj_weight": (12, 12), "k_proj_weight": (12, 7), "v_proj_weight": (12, 12), "out_proj.weight": (12, 12)}, {}),
    ("rnn", {"hidden_size": 4}, [(2, 5, 3)], {"weight_ih_l0": (4, 3), "weight_hh_l0": (4, 4), "bias_ih_l0": (4,), "bias_hh_l0": (4,)}, {}),
    ("lstm", {"hidden_size": 4, "bias": False, "num_layers": 2}, [(2, 5, 3)], {"weight_ih_l0": (16, 3), "weight_hh_l0": (16, 4), "weight_ih_l1": (16, 4), "weight_hh_l1": (16, 4)}, {}),
    ("gru", {"hidden_size": 4, "bias": False, "bidirectional": True}, [(2, 5, 3)], {"weight_ih_l0": (12, 3), "weight_hh_l0": (12, 4), "weight_ih_l0_reverse": (12, 3), "weight_hh_l0_reverse": (12, 4)}, {}),
    ("embedding", {"num_embeddings": 30, "embedding_dim": 8}, [(2, 5)], {"weight": (30, 8)}, {}),
    ("opaque", {"shape": (2, 7), "macs": 0, "params": 5, "buffers": 3}, [(2, 6, 5)], {"weight": (5,)}, {"state": (3,)}),
    ("opaque", {"shape": (2, 7), "macs": 0}, [], {}, {}),
    ("lstm", {"hidden_size": 4, "bias": False, "proj_size": 2}, [(2, 5, 3)], {"weight_ih_l0": (16, 3), "weight_hh_l0": (16, 2), "weight_hr_l0": (2, 4)}, {}),
    # 10 to 20 features: 1,880 numbers in mlx, 60 less in Keras without reset_after
    ("gru", {"hidden_size": 20, "biases": "new"}, [(2, 5, 10)], {"weight_ih_l0": (60, 10), "weight_hh_l0": (60, 20), "bias_ih_l0": (60,), "bias_hh_l0": (20,)}, {}),
    ("gru", {"hidden_size": 20, "biases": "one"}, [(2, 5, 10)], {"weight_ih_l0": (60, 10), "weight_hh_l0": (60, 20), "bias_ih_l0": (60,)}, {}),
    ("parameter", {"shape": (1, 5, 7)}, [], {"weight": (1, 5, 7)}, {}),
    ("scale", {}, [(2, 3, 5, 7)], {"weight": (3,)}, {}),
    ("scale", {"dim": -1}, [(2, 3, 5, 7)], {"weight": (7,)}, {}),
    ("split", {"sections": 2}, [(2, 6, 5)], {}, {}),
    ("batch_norm", {"bias": False}, [(2, 3, 5, 7)], {"weight": (3,)}, {"running_mean": (3,), "running_var": (3,)}),
    ("batch_norm", {"weight": False}, [(2, 3, 5, 7)], {"bias": (3,)}, {"running_mean": (3,), "running_var": (3,)}),
    ("conv", {"out_channels": 6, "kernel_size": 3}, [(1, 4, 9, 8), (6, 4, 3, 3)], {"bias": (6,)}, {}),
    ("conv_transpose", {"out_channels": 6, "kernel_size": 3, "bias": False}, [(1, 4, 9, 8), (4, 6, 3, 3)], {}, {}),
    ("deform_conv", {"out_channels": 6, "kernel_size": 3, "groups": 2}, [(2, 4, 7, 6), (2, 18, 5, 4)], {"weight": (6, 2, 3, 3), "bias": (6,)}, {}),
    ("linear", {"out_features": 10}, [(2, 84), (10, 84)], {"bias": (10,)}, {}),
    # Swin's window of 7: a table of places for 49 * 49 pairs, which are numbered below (2 * 7 - 1) ** 2
    ("constant", {"shape": (49, 49), "dtype": "int64", "below": 169}, [], {}, {"value": (49, 49)}),
    ("constant", {"shape": (5, 7), "value": 0.5}, [], {}, {}),
    ("constant", {"values": ((0, 1), (2, 3))}, [], {}, {}),
]  # fmt: skip

# operator, arguments, input shapes, the tally
COSTS = [
    # 28*24 positions, 6 filters of 3*5*5
    ("conv", {"out_channels": 6, "kernel_size": 5}, [(1, 3, 32, 28)], Cost(macs=302_400, adds=4032)),
    # ResNet's stem: 64 * 3*7*7 * 112*112 = 118,013,952
    ("conv", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False}, [(1, 3, 224, 223)], Cost(macs=118_013_952)),
    # 9*8 positions, 6 filters of (4 / 2)*3*3
    ("conv", {"out_channels": 6, "kernel_size": 3, "groups": 2, "padding": 1, "bias": False}, [(1, 4, 9, 8)], Cost(macs=7776)),
    # 4*7*5 elements of the input, each times 6*3*3; 6*15*11 biases
    ("conv_transpose", {"out_channels": 6, "kernel_size": 3, "stride": 2}, [(1, 4, 7, 5)], Cost(macs=7560, adds=990)),
    ("conv_transpose", {"out_channels": 6, "kernel_size": 3, "stride": 2, "groups": 2, "bias": False}, [(1, 4, 7, 5)], Cost(macs=3780)),
    # 4*6*5 windows of 9
    ("max_pool", {"kernel_size": 3, "stride": 2, "padding": 1}, [(1, 4, 12, 9)], Cost(compares=960)),
    ("avg_pool", {"kernel_size": 3, "stride": 2, "padding": 1}, [(1, 4, 12, 9)], Cost(adds=960, divides=120)),
    # windows of 7 to 3: [0, 3) [2, 5) [4, 7), 9 elements; of 5 to 2: [0, 3) [2, 5), 6 elements; 4 * (54 - 6)
    ("adaptive_avg_pool", {"output_size": (3, 2)}, [(1, 4, 7, 5)], Cost(adds=192, divides=24)),
    ("adaptive_max_pool", {"output_size": (3, 2)}, [(1, 4, 7, 5)], Cost(compares=192)),
    # windows of 2 to 5: [0, 1) [0, 1) [0, 2) [1, 2) [1, 2), 6 elements, 6 - 5
    ("adaptive_avg_pool", {"output_size": 5}, [(1, 4, 2)], Cost(adds=4, divides=20)),
    # windows that tile: 6 to 3
    ("adaptive_max_pool", {"output_size": 3}, [(1, 4, 6)], Cost(compares=12)),
    ("global_avg_pool", {}, [(2, 4, 7, 5)], Cost(adds=272, divides=8)),
    ("global_max_pool", {}, [(2, 4, 7, 5)], Cost(compares=272)),
    ("linear", {"out_features": 10}, [(2, 84)], Cost(macs=1680, adds=20)),
    ("linear", {"out_features": 10, "bias": False}, [(2, 7, 84)], Cost(macs=11_760)),
    ("batch_norm", {}, N30, Cost(adds=30, multiplies=30)),
    ("batch_norm", {"affine": False}, N30, Cost(adds=30, multiplies=30)),
    # 3 channels of 10 elements: sums 2*27, differences 30, eps 3, shift 30; squares and scale 60; 6 + 30 divides
    ("batch_norm", {"track_running_stats": False}, N30, Cost(adds=117, multiplies=60, divides=36, transcendentals=3)),
    # 6 channels of 5 elements: sums 2*24, differences 30, eps 6; squares 30; 12 + 30 divides
    ("instance_norm", {}, N30, Cost(adds=84, multiplies=30, divides=42, transcendentals=6)),
    ("instance_norm", {"track_running_stats": True}, N30, Cost(adds=30, multiplies=30)),
    # 2 groups of 15: sums 2*28, differences 30, eps 2, shift 30; squares and scale 60; 4 + 30 divides
    ("group_norm", {"num_groups": 1}, N30, Cost(adds=118, multiplies=60, divides=34, transcendentals=2)),
    # along the channels, 10 positions of 3: sums 2*20, differences 30, eps 10, shift 30
    ("layer_norm", {}, N30, Cost(adds=110, multiplies=60, divides=50, transcendentals=10)),
    # along the last axis, 6 positions of 5: sums 2*24, differences 30, eps 6
    # 30 adds and 30 multiplies less than with both
    ("group_norm", {"num_groups": 1, "bias": False}, N30, Cost(adds=88, multiplies=60, divides=34, transcendentals=2)),
    ("group_norm", {"num_groups": 1, "weight": False}, N30, Cost(adds=118, multiplies=30, divides=34, transcendentals=2)),
    ("layer_norm", {"weight": False}, N30, Cost(adds=110, multiplies=30, divides=50, transcendentals=10)),
    ("layer_norm", {"normalized_shape": 5, "bias": False}, N30, Cost(adds=84, multiplies=60, divides=42, transcendentals=6)),
    ("local_response_norm", {"size": 4}, N30, Cost(adds=120, multiplies=60, divides=30, transcendentals=30)),
    ("relu", {}, N30, Cost(compares=30)),
    ("relu6", {}, N30, Cost(compares=60)),
    ("leaky_relu", {}, N30, Cost(compares=30, multiplies=30)),
    ("prelu", {}, N30, Cost(compares=30, multiplies=30)),
    ("elu", {}, N30, Cost(compares=60, multiplies=30, transcendentals=30)),
    ("selu", {}, N30, Cost(compares=60, multiplies=60, transcendentals=30)),
    ("gelu", {}, N30, Cost(adds=30, multiplies=90, transcendentals=30)),
    ("gelu", {"approximate": "tanh"}, N30, Cost(adds=60, multiplies=150, transcendentals=30)),
    ("silu", {}, N30, Cost(adds=30, divides=30, transcendentals=30)),
    ("mish", {}, N30, Cost(multiplies=30, transcendentals=90)),
    ("sigmoid", {}, N30, Cost(adds=30, divides=30, transcendentals=30)),
    ("hard_sigmoid", {}, N30, Cost(adds=30, compares=60, divides=30)),
    ("hard_swish", {}, N30, Cost(adds=30, compares=60, multiplies=30, divides=30)),
    ("tanh", {}, N30, Cost(transcendentals=30)),
    ("softplus", {}, N30, Cost(multiplies=30, compares=30, divides=30, transcendentals=60)),
    # 10 lines of 3
    ("softmax", {}, N30, Cost(compares=20, adds=50, divides=30, transcendentals=30)),
    # 6 lines of 5
    ("softmax", {"dim": -1}, N30, Cost(compares=24, adds=54, divides=30, transcendentals=30)),
    ("log_softmax", {}, N30, Cost(compares=20, adds=80, transcendentals=40)),
    ("add", {}, [(2, 3, 5)] * 3, Cost(adds=60)),
    # 2*3*1 first, then 2*3*5
    ("add", {}, [(2, 1, 1), (1, 3, 1), (2, 3, 5)], Cost(adds=36)),
    ("add", {"value": 3}, N30, Cost(adds=30)),
    ("subtract", {"value": 1, "reverse": True}, N30, Cost(adds=30)),
    ("multiply", {"value": 0.125}, N30, Cost(multiplies=30)),
    ("divide", {"value": 3}, N30, Cost(divides=30)),
    ("divide", {"value": 1, "reverse": True}, N30, Cost(divides=30)),
    ("exp", {}, N30, Cost(transcendentals=30)),
    ("log", {}, N30, Cost(transcendentals=30)),
    ("sin", {}, N30, Cost(transcendentals=30)),
    ("cos", {}, N30, Cost(transcendentals=30)),
    ("clip", {"min": 0}, N30, Cost(compares=30)),
    ("clip", {"min": 0, "max": 6}, N30, Cost(compares=60)),
    ("fake_quantize", {"scale": 0.5}, N30, Cost(divides=30, compares=60, multiplies=30)),
    ("fake_quantize", {"dtype": "uint8"}, N30, Cost(divides=30, compares=60 + 58, multiplies=30)),
    ("compare", {"mode": "greater", "value": 0}, N30, Cost(compares=30)),
    ("compare", {"mode": "equal"}, [(2, 3, 5), (2, 1, 5)], Cost(compares=30)),
    ("where", {"value": 0}, [(2, 1, 5), (2, 3, 5)], Cost()),
    # each of 2*8 rows meets 7 columns, 5 products each; the second matrices are used 8 times
    ("matmul", {}, [(2, 8, 3, 5), (2, 1, 5, 7)], Cost(macs=1680)),
    ("einsum", {"equation": "nqd,nkd->nqk"}, [(2, 3, 8), (2, 5, 8)], Cost(macs=240)),
    # w alone: 2*3*5 become 2*3; then 2*3*7 products, none of them summed up
    ("einsum", {"equation": "ncw,nk->nck"}, [(2, 3, 5), (2, 7)], Cost(adds=24, multiplies=42)),
    # 2*3*4*5 products for abd, then 2*5*3*6 of which d goes
    ("einsum", {"equation": "abc,cd,dbe->ae"}, [(2, 3, 4), (4, 5), (5, 3, 6)], Cost(macs=300)),
    ("einsum", {"equation": "nc->n"}, [(2, 3)], Cost(adds=4)),
    ("subtract", {}, [(2, 3, 5), (2, 3, 1)], Cost(adds=30)),
    ("multiply", {}, [(2, 3, 5), (2, 3, 1)], Cost(multiplies=30)),
    ("divide", {}, [(2, 3, 5), (2, 3, 1)], Cost(divides=30)),
    # 6 means of 5
    ("mean", {"dim": 2}, N30, Cost(adds=24, divides=6)),
    ("mean", {}, N30, Cost(adds=29, divides=1)),
    ("upsample", {"scale_factor": 2}, [(2, 3, 5, 7)], Cost()),
    # 2*3*10*7 after the first axis, 2*3*10*14 after the second
    ("upsample", {"scale_factor": 2, "mode": "bilinear"}, [(2, 3, 5, 7)], Cost(adds=2520, multiplies=1260)),
    ("upsample", {"size": (4, 6), "mode": "bicubic"}, [(2, 3, 5, 7)], Cost(adds=936, multiplies=1248)),
    # 2*3*4*7 after the first axis, of 2 * 10/4 elements each; 2*3*4*6 after the second, of 2 * 7/6, which is 3
    ("upsample", {"size": (4, 6), "mode": "bilinear", "antialias": True}, [(2, 3, 10, 7)], Cost(adds=672 + 288, multiplies=840 + 432)),
    # 6*4*3 outputs of 8*3*2 taps, for 5 samples
    ("locally_connected", {"out_channels": 6, "kernel_size": (3, 2), "stride": 2}, [(5, 8, 9, 7)], Cost(macs=17_280, adds=360)),
    # 2*4 windows of 3: 2*4*12 powers and 32 roots
    ("lp_pool", {"norm_type": 2, "kernel_size": 3}, [(2, 4, 12)], Cost(adds=64, transcendentals=128)),
    ("matmul", {}, [(2, 3, 5), (2, 5, 7)], Cost(macs=210)),
    # 2*3 queries on 5 keys, 30 pairs: 30 * (8 + 7); scale 48; of 6 lines 4 compares, 5 differences, 4 sums
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 8), (2, 5, 7)], Cost(macs=450, multiplies=48, compares=24, adds=54, divides=30, transcendentals=30)),
    # 2*5 places: 4 * 12*12 each; 3 heads of 2*5*5 pairs, 150: 150 * (4 + 4); biases 480; 30 lines of 5: 120 + 150
    ("multi_head_attention", {"num_heads": 3}, [(2, 5, 12)], Cost(macs=6960, multiplies=120, compares=120, adds=750, divides=150, transcendentals=150)),
    # 3 places ask 5: projections 2*3*144 twice, 2*5*144 twice; 3 heads of 2*3*5 pairs, 90: 90 * 8; 18 lines of 5
    ("multi_head_attention", {"num_heads": 3, "bias": False}, [(2, 3, 12), (2, 5, 12), (2, 5, 12)], Cost(macs=5328, multiplies=72, compares=72, adds=162, divides=90, transcendentals=90)),
    # a bias for each of the 30 pairs
    ("scaled_dot_product_attention", {}, [(2, 3, 8), (2, 5, 8), (2, 5, 7), (1, 3, 5)], Cost(macs=450, multiplies=48, compares=24, adds=84, divides=30, transcendentals=30)),
    # 6 heads of 3 queries on 5 keys, 180 pairs for 2 samples: 180 * 16; of 36 lines 4 compares, 5 differences, 4 sums
    ("scaled_dot_product_attention", {"enable_gqa": True}, [(2, 6, 3, 8), (2, 2, 5, 8), (2, 2, 5, 8)], Cost(macs=2880, multiplies=288, compares=144, adds=324, divides=180, transcendentals=180)),
    # projections 2*3*12*12 twice, 2*5*12*7 and 2*5*12*9; 3 heads of 2*3*5 pairs, 90: 90 * 8; 18 lines of 5
    ("multi_head_attention", {"num_heads": 3, "bias": False, "kdim": 7, "vdim": 9}, [(2, 3, 12), (2, 5, 7), (2, 5, 9)], Cost(macs=4368, multiplies=72, compares=72, adds=162, divides=90, transcendentals=90)),
    # 10 steps: 4*3 + 4*4 multiply-adds, 8 biases, 4 sums
    ("rnn", {"hidden_size": 4}, [(2, 5, 3)], Cost(macs=280, adds=120, transcendentals=40)),
    ("rnn", {"hidden_size": 4, "bias": False, "nonlinearity": "relu"}, [(2, 5, 3)], Cost(macs=280, adds=40, compares=40)),
    # 10 steps: 16*3 + 16*4, then 16*4 + 16*4; of 4 features each 8 adds, 3 divides, 5 functions, 3 multiplies
    ("lstm", {"hidden_size": 4, "bias": False, "num_layers": 2}, [(2, 5, 3)], Cost(macs=2400, adds=640, divides=240, transcendentals=400, multiplies=240)),
    # 10 steps, twice: 12*3 + 12*4, 24 biases; of 4 features each 7 adds, 2 divides, 3 functions, 3 multiplies
    ("gru", {"hidden_size": 4, "bidirectional": True}, [(2, 5, 3)], Cost(macs=1680, adds=1040, divides=160, transcendentals=240, multiplies=240)),
    # 3 gates of 20: 60 * (10 + 20) weights; 60 biases of what comes in, 20 of the new state; 7 adds a feature
    ("gru", {"hidden_size": 20, "biases": "new"}, [(1, 1, 10)], Cost(macs=1800, adds=80 + 140, divides=40, transcendentals=60, multiplies=60)),
    ("gru", {"hidden_size": 20, "biases": "one", "reset": "before"}, [(1, 1, 10)], Cost(macs=1800, adds=60 + 140, divides=40, transcendentals=60, multiplies=60)),
    # the places are those that max_pool compares for
    ("max_unpool", {"kernel_size": 2}, [(1, 4, 6, 4), (1, 4, 12, 9)], Cost()),
    # 2*7 lines of 5: 4 compares, then 3
    ("topk", {"k": 2}, [(2, 5, 7)], Cost(compares=98)),
    # 2*5*6 places of 2 numbers; shares 2*120; for each of 4 corners 60 products, 180 elements; 3 sums
    ("grid_sample", {}, [(2, 3, 9, 8), (2, 5, 6, 2)], Cost(adds=240 + 240 + 540, multiplies=120 + 240 + 720, compares=240)),
    ("grid_sample", {"mode": "nearest", "align_corners": True}, [(2, 3, 9, 8), (2, 5, 6, 2)], Cost(adds=120, multiplies=120, compares=240)),
    # 2*5*4 windows of 9 taps, 360; 4 offsets each for 2 groups; 360*4 elements are blended, and weighed
    ("deform_conv", {"out_channels": 6, "kernel_size": 3, "offset_groups": 2}, [(2, 4, 7, 6), (2, 36, 5, 4), (2, 18, 5, 4)], Cost(macs=240 * 36, adds=1440 + 2880 + 4320 + 240, multiplies=2880 + 5760 + 1440, compares=2880)),
    # 16 * (3 + 2) for the gates, 2 * 4 for the projection
    ("lstm", {"hidden_size": 4, "bias": False, "proj_size": 2}, [(1, 1, 3)], Cost(macs=88, adds=32, divides=12, transcendentals=20, multiplies=12)),
    ("opaque", {"shape": (2, 7), "macs": 100, "adds": 9, "params": 5}, [(2, 6, 5)], Cost(macs=100, adds=9)),
    ("unfold", {"kernel_size": 3}, [(2, 4, 7, 6)], Cost()),
    ("fold", {"output_size": (7, 6), "kernel_size": (3, 2), "stride": 2}, [(2, 24, 9)], Cost(adds=432)),
    ("glu", {}, [(2, 6, 5)], Cost(adds=30, divides=30, transcendentals=30)),
    ("embedding", {"num_embeddings": 30, "embedding_dim": 8}, [(2, 5)], Cost()),
    ("parameter", {"shape": (1, 5, 7)}, [], Cost()),
    ("scale", {}, [(2, 3, 5, 7)], Cost(multiplies=210)),
    ("pow", {"exponent": 3}, N30, Cost(transcendentals=30)),
    ("sqrt", {}, N30, Cost(transcendentals=30)),
    ("abs", {}, N30, Cost()),
    # 6 lines of 5
    ("reduce", {"mode": "sum", "dim": 2}, N30, Cost(adds=24)),
    ("reduce", {"mode": "mean", "dim": 2}, N30, Cost(adds=24, divides=6)),
    ("reduce", {"mode": "min", "dim": 2}, N30, Cost(compares=24)),
    ("reduce", {"mode": "max", "dim": 2}, N30, Cost(compares=24)),
    ("reduce", {"mode": "prod"}, N30, Cost(multiplies=29)),
    ("reduce", {"mode": "l1", "dim": 2}, N30, Cost(adds=24)),
    ("reduce", {"mode": "l2", "dim": 2}, N30, Cost(multiplies=30, adds=24, transcendentals=6)),
    ("reduce", {"mode": "sum_square", "dim": 2}, N30, Cost(multiplies=30, adds=24)),
    # 6 maxima of 5; 30 differences, 24 sums, 6 maxima added again; 30 exp and 6 logarithms
    ("reduce", {"mode": "logsumexp", "dim": 2}, N30, Cost(compares=24, adds=60, transcendentals=36)),
    # 6 means: 24 adds, 6 divides; 30 differences and squares; 24 adds, 6 divides
    ("reduce", {"mode": "var", "dim": 2}, N30, Cost(adds=78, multiplies=30, divides=12)),
    ("reduce", {"mode": "std", "dim": 2, "correction": 0}, N30, Cost(adds=78, multiplies=30, divides=12, transcendentals=6)),
    # the filters of a layer: 8*7 positions of 6 channels, 4*3*3 products each
    ("conv", {"out_channels": 6, "kernel_size": 3, "bias": False}, [(1, 4, 10, 9), (6, 4, 3, 3)], Cost(macs=12_096)),
    ("linear", {"out_features": 10}, [(2, 84), (10, 84)], Cost(macs=1680, adds=20)),
    ("constant", {"shape": (5, 7)}, [], Cost()),
    ("constant", {"values": ((1, 2, 3),)}, [], Cost()),
    ("squeeze", {"dim": 1}, [(2, 1, 6)], Cost()),
    ("expand", {"shape": (7, -1, -1)}, [(1, 4, 6)], Cost()),
    *((verb, args, [(2, 4, 6)], Cost()) for verb, args in {
        "drop_path": {}, "split": {"sections": 2}, "chunk": {"chunks": 3, "dim": 2},
        "dropout": {}, "identity": {}, "require": {"that": True}, "flatten": {}, "reshape": {"shape": (2, -1)}, "permute": {"dims": (2, 1, 0)},
        "pad": {"padding": 1}, "crop": {"size": 3}, "slice": {"end": 2}, "concat": {},
        "gather": {"index": (2, 0)}, "roll": {"shifts": 1, "dims": 1}, "flip": {"dims": 1}, "unsqueeze": {"dim": 0},
        "transpose": {"dim0": 0, "dim1": 1}, "stack": {},
        "pixel_shuffle": {"upscale_factor": 2}, "pixel_unshuffle": {"downscale_factor": 3}, "channel_shuffle": {"groups": 2},
    }.items()),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "args", "shapes", "trained", "buffers"), WEIGHTS)
def test_the_weights_have_these_shapes(verb, args, shapes, trained, buffers):
    weights = OPERATORS[verb](**args).weights(*shapes)
    assert {name: weight.shape for name, weight in weights.items() if weight.trainable} == trained
    assert {name: weight.shape for name, weight in weights.items() if not weight.trainable} == buffers


@pytest.mark.parametrize(("verb", "args", "shapes", "cost"), COSTS)
def test_the_arithmetic_is_this(verb, args, shapes, cost):
    operator = OPERATORS[verb](**args)
    assert operator.cost(tuple(shapes), operator.output(*shapes)) == cost


@pytest.mark.parametrize(("verb", "args", "shapes", "cost"), COSTS)
def test_the_formula_says_the_same(verb, args, shapes, cost, lettered):
    operator = OPERATORS[verb](**args)
    letters, values = lettered(shapes)
    formula = operator.cost(letters, operator.output(*letters))
    assert {kind: at(getattr(formula, kind), values) for kind in KINDS} == {kind: getattr(cost, kind) for kind in KINDS}


def at(count, values):
    return count if isinstance(count, int) else count.at(values)


def test_no_operator_is_left_out():
    assert {case[0] for case in COSTS} == set(OPERATORS)
