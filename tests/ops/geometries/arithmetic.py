"""What makes one number of several: arithmetic, comparisons, products, reductions; and numbers that are clipped."""

from __future__ import annotations

from tests.ops.geometries.drawing import distinct, plain, pointwise


def arithmetic(most, **more):
    def draw(rng):
        shape = distinct(rng, rng.randint(1, 4))
        number = rng.randint(1, most)
        shapes = [[1 if rng.random() < 0.3 else n for n in shape] for _ in range(number)]
        shapes[-1][-1] += rng.choice([0, 0, 0, 1])
        value = rng.choice([1.5, 1.5, None] if number == 1 else [None, None, None, 2.5])
        reverse = {"reverse": rng.random() < 0.3} if most == 2 and not more else {}
        return {"value": value, **reverse, **{key: rng.choice(choice) for key, choice in more.items()}}, [
            tuple(other) for other in shapes
        ]

    return draw


def where(rng):
    args, shapes = arithmetic(2)(rng)
    first = tuple(rng.choice([1, n]) for n in shapes[0])
    return {"value": args["value"]}, [first, *shapes]


def clip(rng):
    bounds = {"min": rng.choice([None, -1.4]), "max": rng.choice([None, -1.2])}
    return bounds, [tuple(distinct(rng, rng.randint(1, 4)))]


def fake_quantize(rng):
    """With a scale of its own, or one that the elements give; now and then a zero point that the type has not."""
    dtype = rng.choice(["int8", "uint8", "int4", "uint16"])
    scale = rng.choice([None, 0.03, 0.5])
    zero = 0 if scale is None else rng.choice([0, 3, 7, -1])
    return {"scale": scale, "zero_point": zero, "dtype": dtype}, [tuple(distinct(rng, rng.randint(1, 4)))]


def einsum(rng):
    """Letters of one, two or three inputs, some of them alike; some equations do not fit."""
    extents = dict(zip("abcdef", distinct(rng, 6), strict=True))
    operands = ["".join(rng.sample("abcdef", rng.randint(1, 4))) for _ in range(rng.randint(1, 3))]
    letters = sorted({*"".join(operands)})
    output = "".join(rng.sample(letters, rng.randint(1, min(4, len(letters)))))
    shapes = [[extents[letter] for letter in operand] for operand in operands]
    shapes[-1][0] += rng.choice([0, 0, 0, 1])
    spoilt = rng.choice(["", "", "", "", "z", output[:1], "->"])
    return {"equation": f"{','.join(operands)} -> {output}{spoilt}"}, [tuple(shape) for shape in shapes]


def constant(rng):
    shape = tuple(distinct(rng, rng.randint(1, 3)))
    values = tuple(tuple(rng.randint(0, 5) for _ in range(3)) for _ in range(2))
    given = [{"shape": shape}, {"shape": shape, "value": 1.5}, {"values": values}, {"values": values, "shape": shape}]
    truths = tuple(tuple(rng.randint(0, 1) for _ in range(3)) for _ in range(2))
    given += [{"values": truths, "dtype": "bool"}]
    return rng.choice(given), []


def mean(rng):
    rank = rng.randint(1, 4)
    dims = tuple(rng.choice([dim, dim - rank]) for dim in rng.sample(range(rank), rng.randint(1, rank)))
    dim = rng.choice([dims, dims[0], None, (*dims, dims[0])])
    return {"dim": dim, "keepdim": rng.random() < 0.5}, [tuple(distinct(rng, rank))]


def matmul(rng):
    front = distinct(rng, rng.randint(0, 2))
    n, k, m = distinct(rng, 3, but=front)
    repeated = [1 if rng.random() < 0.3 else extent for extent in front]
    other = [1 if rng.random() < 0.3 else extent + rng.choice([0, 0, 0, 1]) for extent in front]
    return {}, [(*repeated, n, k), (*other, k + rng.choice([0, 0, 0, 1]), m)]


def reduce(rng):
    args, shapes = mean(rng)
    mode = rng.choice(["sum", "mean", "max", "min", "prod", "l1", "l2", "sum_square", "logsumexp", "var", "std"])
    correction = rng.choice([None, None, 0, 2]) if mode in ("var", "std") else rng.choice([None, None, None, 1])
    return args | {"mode": mode, "correction": correction}, shapes


def require(rng):
    return {"that": rng.random() < 0.7}, plain(rng)[1]


DRAWS = {
    "require": require,
    "matmul": matmul,
    "reduce": reduce,
    "pow": pointwise(exponent=3.0),
    "compare": arithmetic(2, mode=["greater", "greater_equal", "less", "less_equal", "equal", "not_equal"]),
    "where": where,
    "clip": clip,
    "fake_quantize": fake_quantize,
    "einsum": einsum,
    "constant": constant,
    "add": arithmetic(4),
    "multiply": arithmetic(4),
    "subtract": arithmetic(2),
    "divide": arithmetic(2),
    "mean": mean,
}
