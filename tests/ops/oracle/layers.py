"""Normalizations, activations and trained numbers, as PyTorch has them."""

from __future__ import annotations

import pytest

from tests.ops.oracle.drawing import distinct, extents, image, ranked

torch = pytest.importorskip("torch")
nn = torch.nn


def linear(rng):
    shape = tuple(extents(rng, rng.randint(1, 4)))
    args = {"out_features": rng.randint(1, 9), "bias": rng.random() < 0.5}
    return args, [shape], nn.Linear(shape[-1], **args)


def batch_norm(rng):
    axes, shape = image(rng)
    shape = shape[: rng.choice([2, 9])] if axes == 1 else shape
    args = {"affine": rng.random() < 0.5, "track_running_stats": rng.random() < 0.5}
    args |= {"eps": rng.choice([1e-5, 1e-2])}
    return args, [shape], ranked("BatchNorm", axes)(shape[1], **args)


def batch_norm_in_part(rng):
    """Without its scale, or without its shift."""
    args, (shape,), module = batch_norm(rng)
    gone = rng.choice(["weight", "bias"])
    if not args["affine"]:
        raise ValueError(args)
    setattr(module, gone, None)
    return args | {gone: False}, [shape], module


def in_part(make, *needed):
    """A normalization without its scale, or without its shift."""

    def made(rng):
        args, shapes, module = make(rng)
        gone = rng.choice(["weight", "bias"])
        if not all(args[name] for name in needed):
            raise ValueError(args)
        setattr(module, gone, None)
        return args | {gone: False}, shapes, module

    return made


def instance_norm(rng):
    axes, shape = image(rng)
    args = {"affine": rng.random() < 0.5, "track_running_stats": rng.random() < 0.5}
    return args, [shape], ranked("InstanceNorm", axes)(shape[1], **args)


def group_norm(rng):
    groups = rng.randint(1, 4)
    _, shape = image(rng, groups * rng.randint(2, 3))
    args = {"num_groups": groups, "affine": rng.random() < 0.5, "eps": rng.choice([1e-5, 1e-2])}
    return args, [shape], nn.GroupNorm(num_channels=shape[1], **args)


def layer_norm(rng):
    shape = tuple(extents(rng, rng.randint(2, 4)))
    size = shape[-rng.randint(1, len(shape)) :]
    args = {"normalized_shape": size if len(size) > 1 else size[0]}
    args |= {"elementwise_affine": rng.random() < 0.5, "bias": rng.random() < 0.5}
    return args, [shape], nn.LayerNorm(**args)


def layer_norm_of_channels(rng):
    """Without normalized_shape: along the channels, which PyTorch wants last."""
    shape = image(rng)[1]
    args = {"elementwise_affine": rng.random() < 0.5, "bias": rng.random() < 0.5}

    class Module(nn.LayerNorm):
        def forward(self, x):
            return super().forward(x.movedim(1, -1)).movedim(-1, 1)

    return args, [shape], Module(shape[1], **args)


def local_response_norm(rng):
    args = {"size": rng.randint(1, 6), "alpha": rng.random(), "beta": rng.random(), "k": 1 + rng.random()}
    return args, [image(rng)[1]], nn.LocalResponseNorm(**args)


def pointwise(module, **args):
    def make(rng):
        return args, [tuple(extents(rng, rng.randint(1, 4)))], module(**args)

    return make


def drawn(module, **choices):
    """The same with arguments of which one is taken at random."""

    def make(rng):
        args = {name: rng.choice(values) for name, values in choices.items()}
        return args, [tuple(extents(rng, rng.randint(1, 4)))], module(**args)

    return make


def prelu(rng):
    shape = image(rng)[1]
    number = rng.choice([1, shape[1]])
    return {"num_parameters": number}, [shape], nn.PReLU(number)


def along(module):
    def make(rng):
        shape = tuple(extents(rng, rng.randint(1, 4)))
        dim = rng.randint(-len(shape), len(shape) - 1)
        return {"dim": dim}, [shape], module(dim)

    return make


def power(rng):
    exponent = rng.choice([-1.0, 2.0, 3.0])
    return {"exponent": exponent}, [distinct(rng, 3)], lambda x: x**exponent


def scale(rng):
    shape = distinct(rng, rng.randint(2, 4))

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(shape[1]))

        def forward(self, x):
            return x * self.weight.reshape(-1, *(1 for _ in shape[2:]))

    return {}, [shape], Module()


def parameter(rng):
    shape = distinct(rng, rng.randint(1, 4))

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(shape))

        def forward(self):
            return self.weight

    return {"shape": shape}, [], Module()


def glu(rng):
    shape = [*distinct(rng, rng.randint(1, 4))]
    dim = rng.randrange(len(shape))
    shape[dim] *= rng.choice([2, 2, 2, 1])
    dim = rng.choice([dim, dim - len(shape)])
    return {"dim": dim}, [tuple(shape)], nn.GLU(dim)


def clip(rng):
    args = rng.choice([{"min": -0.5}, {"max": 0.7}, {"min": -0.5, "max": 0.7}])
    return args, [distinct(rng, 3)], lambda x: x.clamp(**args)


def fake_quantize(rng):
    dtype, least, most = rng.choice([("int8", -128, 127), ("uint8", 0, 255), ("int4", -8, 7)])
    scale, zero = rng.choice([0.03125, 0.5]), rng.choice([0, 3])  # PyTorch keeps a scale in single precision
    args = {"scale": scale, "zero_point": zero, "dtype": dtype}
    return args, [distinct(rng, 3)], lambda x: torch.fake_quantize_per_tensor_affine(x, scale, zero, least, most)


def linear_by(rng):
    """With a weight that another layer gives."""
    args, (shape,), _ = linear(rng)
    return args | {"bias": False}, [shape, (args["out_features"], shape[-1])], nn.functional.linear


MORE = [
    ("group_norm", in_part(group_norm, "affine")),
    ("layer_norm", in_part(layer_norm, "elementwise_affine")),
]
MORE += [("layer_norm", layer_norm_of_channels), ("linear", linear_by), ("batch_norm", batch_norm_in_part)]


def required(rng):
    """What is true is passed on; what is false is refused, by PyTorch's check too."""
    that = rng.random() < 0.8

    def run(x):
        if not that:
            raise ValueError
        return x

    return {"that": that}, [distinct(rng, 3)], run


MAKERS = {
    "linear": linear,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "local_response_norm": local_response_norm,
    "relu": pointwise(nn.ReLU),
    "relu6": pointwise(nn.ReLU6),
    "leaky_relu": drawn(nn.LeakyReLU, negative_slope=[0.01, 0.2, 1.5]),
    "prelu": prelu,
    "elu": drawn(nn.ELU, alpha=[0.5, 1.0, 2.0]),
    "selu": pointwise(nn.SELU),
    "gelu": drawn(nn.GELU, approximate=["none", "tanh"]),
    "silu": pointwise(nn.SiLU),
    "mish": pointwise(nn.Mish),
    "sigmoid": pointwise(nn.Sigmoid),
    "hard_sigmoid": pointwise(nn.Hardsigmoid),
    "hard_swish": pointwise(nn.Hardswish),
    "tanh": pointwise(nn.Tanh),
    "softplus": drawn(nn.Softplus, beta=[1.0, 2.0], threshold=[0.5, 10.0]),
    "softmax": along(nn.Softmax),
    "log_softmax": along(nn.LogSoftmax),
    "dropout": pointwise(nn.Dropout, p=0.1),
    "drop_path": pointwise(nn.Identity),
    "identity": pointwise(nn.Identity),
    "require": required,
    "abs": lambda rng: ({}, [distinct(rng, 3)], torch.abs),
    "sqrt": lambda rng: ({}, [distinct(rng, 3)], torch.sqrt),
    "pow": power,
    "exp": lambda rng: ({}, [distinct(rng, 3)], torch.exp),
    "log": lambda rng: ({}, [distinct(rng, 3)], torch.log),
    "sin": lambda rng: ({}, [distinct(rng, 3)], torch.sin),
    "cos": lambda rng: ({}, [distinct(rng, 3)], torch.cos),
    "clip": clip,
    "fake_quantize": fake_quantize,
    "glu": glu,
    "scale": scale,
    "parameter": parameter,
}
