"""Normalizations, activations and trained numbers."""

from __future__ import annotations

import math

E = math.e
ROOT = math.sqrt

VALUES = [
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
    (
        "embedding",
        {"num_embeddings": 3, "embedding_dim": 2},
        [[2, 0]],
        {"weight": [[1, 2], [3, 4], [5, 6]]},
        [[5, 6], [1, 2]],
    ),
    ("parameter", {"shape": [1, 2]}, [], {"weight": [[3, 4]]}, [[3, 4]]),
    ("scale", {}, [[[1, 2]]], {"weight": [3, 4]}, [[3, 8]]),
    ("drop_path", {"p": 0.5}, [[1, 2]], {}, [1, 2]),
    ("glu", {}, [[[1, 2, 0, math.log(3)]]], {}, [[0.5, 1.5]]),
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
]
