"""At the edge of what is legal: what is met is enough, and one less is not."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context, Domain
from tests.ops.refusals import C, X, failures

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
