"""Layers of sequences."""

from __future__ import annotations

import math

VALUES = [
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
]
