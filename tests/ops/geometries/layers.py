"""Normalizations, activations and trained numbers."""

from __future__ import annotations

from tests.ops.geometries.drawing import along, distinct, image, pointwise, weight


def linear(rng):
    shape, features = tuple(distinct(rng, rng.randint(1, 4))), rng.randint(1, 9)
    args = {"out_features": features, "bias": rng.random() < 0.5}
    return args, [shape, *weight(rng, features, shape[-1])]


def tracked(rng):
    """Now and then a single element for each channel, which has no variance."""
    args = {name: rng.random() < 0.6 for name in ("affine", "track_running_stats", "weight", "bias")}
    shape = image(rng)[0]
    single = (1, shape[1], *(1 for _ in shape[2:]))
    return args, [rng.choice([shape, shape, shape, shape, single])]


def group_norm(rng):
    groups = rng.randint(1, 4)
    args = {name: rng.random() < 0.6 for name in ("affine", "weight", "bias")}
    return {"num_groups": groups, **args}, [image(rng, rng.choice([groups, 1]))[0]]


def layer_norm(rng):
    shape = tuple(distinct(rng, rng.randint(2, 4)))
    wanted = shape[-rng.randint(1, len(shape)) :]
    wanted = rng.choice([wanted, wanted, None, wanted[0], (*wanted[:-1], wanted[-1] + 1)])
    args = {"elementwise_affine": rng.random() < 0.7, "weight": rng.random() < 0.6, "bias": rng.random() < 0.5}
    return args | {"normalized_shape": wanted}, [shape]


def local_response_norm(rng):
    return {"size": rng.randint(1, 5), "alpha": 0.3, "beta": 0.6, "k": 1.5}, [image(rng)[0]]


def prelu(rng):
    shape = image(rng)[0]
    return {"num_parameters": rng.choice([1, shape[1], shape[1], 5])}, [shape]


def gelu(rng):
    return {"approximate": rng.choice(["none", "tanh"])}, [tuple(distinct(rng, rng.randint(1, 4)))]


def glu(rng):
    args, (shape,) = along(rng)
    if args["dim"] < len(shape) and rng.random() < 0.7:
        shape = tuple(2 * n if dim == args["dim"] % len(shape) else n for dim, n in enumerate(shape))
    return args, [shape]


def embedding(rng):
    rows, width = distinct(rng, 2, least=2)
    return {"num_embeddings": rows, "embedding_dim": width}, [tuple(distinct(rng, rng.randint(1, 3)))]


def parameter(rng):
    return {"shape": tuple(distinct(rng, rng.randint(1, 4)))}, []


def scale(rng):
    rank = rng.randint(1, 4)
    return {"dim": rng.randrange(-rank, rank)}, [tuple(distinct(rng, rank))]


DRAWS = {
    "embedding": embedding,
    "parameter": parameter,
    "scale": scale,
    "linear": linear,
    "batch_norm": tracked,
    "instance_norm": tracked,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    "local_response_norm": local_response_norm,
    "leaky_relu": pointwise(negative_slope=0.2),
    "elu": pointwise(alpha=0.7),
    "softplus": pointwise(beta=2.0, threshold=1.0),
    "prelu": prelu,
    "gelu": gelu,
    "softmax": along,
    "log_softmax": along,
    "glu": glu,
}
