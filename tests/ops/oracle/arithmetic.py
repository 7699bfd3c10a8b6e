"""What makes one number of several, as PyTorch has it: arithmetic, comparisons, products of letters, reductions."""

from __future__ import annotations

from math import prod

import pytest

from tests.ops.oracle.drawing import distinct, extents

torch = pytest.importorskip("torch")
nn = torch.nn


def arithmetic(function, number=2):
    def make(rng):
        shape = tuple(extents(rng, 3, least=2))
        shapes = [tuple(1 if rng.random() < 0.3 else n for n in shape) for _ in range(number)]
        return {}, shapes, function

    return make


def number(function, *, reverse=False):
    """Arithmetic with a number."""

    def make(rng):
        args = {"value": rng.choice([0.125, -3.0, 2.5])} | ({"reverse": rng.random() < 0.5} if reverse else {})
        shape = tuple(extents(rng, 3))
        if args.get("reverse"):
            return args, [shape], lambda x: function(args["value"], x)
        return args, [shape], lambda x: function(x, args["value"])

    return make


def compare(rng):
    names = {"gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal"}
    name = rng.choice([*names])
    shape = tuple(extents(rng, 3, least=2))
    function = getattr(torch, name)
    if rng.random() < 0.5:
        return {"mode": names[name], "value": 0.5}, [shape], lambda x: function(x, 0.5)
    return {"mode": names[name]}, [shape, tuple(rng.choice([1, n]) for n in shape)], function


def where(rng):
    shape = tuple(extents(rng, 3, least=2))
    shapes = [tuple(1 if rng.random() < 0.3 else n for n in shape) for _ in range(3)]
    if rng.random() < 0.5:
        return {}, shapes, lambda c, x, y: torch.where(c != 0, x, y)
    return {"value": 0.5}, shapes[:2], lambda c, x: torch.where(c != 0, x, 0.5)


def constant(rng):
    shape = tuple(extents(rng, rng.randint(1, 3), most=6))
    kind = rng.randint(0, 3)
    if kind == 3:
        truths = tuple(tuple(rng.randint(0, 1) for _ in range(3)) for _ in range(rng.randint(1, 4)))
        return {"values": truths, "dtype": "bool"}, [], lambda: torch.tensor(truths, dtype=torch.bool)
    if kind == 0:
        return {"shape": shape, "value": 0.5}, [], lambda: torch.full(shape, 0.5, dtype=torch.float64)
    if kind == 1:
        values = tuple(tuple(rng.randint(0, 9) for _ in range(3)) for _ in range(rng.randint(1, 4)))
        return {"values": values}, [], lambda: torch.tensor(values, dtype=torch.float64)

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("value", torch.zeros(shape))

        def forward(self):
            return self.value

    return {"shape": shape}, [], Module()


def einsum(rng):
    """No letter that only one of several inputs has, which PyTorch counts otherwise when it is 1."""
    sizes = dict(zip("abcdef", extents(rng, 6, least=2, most=8), strict=True))
    operands = ["".join(rng.sample("abcdef", rng.randint(1, 4))) for _ in range(rng.randint(1, 3))]
    letters = sorted({*"".join(operands)})
    output = "".join(rng.sample(letters, rng.randint(1, len(letters))))
    equation = f"{','.join(operands)}->{output}"
    shapes = [tuple(sizes[letter] for letter in operand) for operand in operands]
    return {"equation": equation}, shapes, lambda *xs: torch.einsum(equation, *xs)


def mean(rng):
    rank = rng.randint(2, 5)
    dims = tuple(rng.sample(range(-rank, 0), rng.randint(1, rank)))
    keepdim = rng.random() < 0.5
    return {"dim": dims, "keepdim": keepdim}, [tuple(extents(rng, rank))], lambda x: x.mean(dims, keepdim)


def reduce(rng):
    mode = rng.choice([*REDUCTIONS])
    shape = distinct(rng, rng.randint(1, 4))
    args = {"dim": rng.randrange(-len(shape), len(shape)), "keepdim": rng.random() < 0.5}
    return args | {"mode": mode}, [shape], lambda x: REDUCTIONS[mode](x, **args)


def spread(rng):
    """Variances and deviations with a correction, along several axes."""
    mode, correction = rng.choice(["var", "std"]), rng.choice([0, 1, 2])
    shape = distinct(rng, rng.randint(1, 4))
    dims = tuple(rng.sample(range(len(shape)), rng.randint(1, len(shape))))
    if prod(shape[dim] for dim in dims) <= correction:
        raise ValueError(shape)  # PyTorch gives nan, with a warning
    args = {"mode": mode, "dim": dims, "correction": correction}
    function = getattr(torch, mode)
    return args, [shape], lambda x: function(x, dims, correction=correction)


REDUCTIONS = {
    "sum": torch.sum,
    "mean": torch.mean,
    "max": torch.amax,
    "min": torch.amin,
    "prod": torch.prod,
    "l1": lambda x, **args: torch.linalg.vector_norm(x, 1, **args),
    "l2": lambda x, **args: torch.linalg.vector_norm(x, 2, **args),
    "sum_square": lambda x, **args: torch.square(x).sum(**args),
    "logsumexp": torch.logsumexp,
}

MORE = [
    ("reduce", spread),
    ("add", number(lambda x, y: x + y)),
    ("subtract", number(lambda x, y: x - y, reverse=True)),
    ("multiply", number(lambda x, y: x * y)),
    ("divide", number(lambda x, y: x / y, reverse=True)),
]

MAKERS = {
    "compare": compare,
    "where": where,
    "constant": constant,
    "einsum": einsum,
    "add": arithmetic(lambda *xs: sum(xs[1:], xs[0]), 3),
    "subtract": arithmetic(torch.sub),
    "multiply": arithmetic(torch.mul),
    "divide": arithmetic(torch.div),
    "mean": mean,
    "reduce": reduce,
}
