"""Every way in which a size of a tensor can become a number of plain Python, as small functions.

Each takes the height and the image and gives the height of what comes out, which shows what was made of it.
"""

from __future__ import annotations

import functools
import math
import operator
from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch")

BY_TEXT = {"224": 5, "192": 6}
BY_SIZE = {224: 5}


class Leak(torch.nn.Module):
    """A convolution, and an image as high as a function of the height says."""

    def __init__(self, function):
        super().__init__()
        self.layer = torch.nn.Conv2d(3, 4, 3, padding=1)
        self.function = function
        self.kept = {}

    def forward(self, x):
        return torch.nn.functional.interpolate(self.layer(x), size=(self.function(x.shape[2], x), 57))


@functools.lru_cache
def remembered(h):
    return h + 1


def enumerated(h, _):
    return sum(1 for _ in range(h))


def looked_up(h, _):
    return BY_SIZE.get(h, 9)


def typed(h, _):
    return h // 2 if isinstance(h, int) and not isinstance(h, float) else 3


def unseen(h, _):
    return 7 if h > 1_000 else h // 2


FORMULA = {
    "decimal in front": lambda h, _: int(0.5 * h),
    "decimal in front, rounded": lambda h, _: round(0.5 * h),
    "decimal in front, scaled": lambda h, _: int(0.7 * h),
    "int": lambda h, _: int(h) // 3,
    "float": lambda h, _: int(float(h) / 4),
    "int of a quotient": lambda h, _: int(h / 3),
    "math.floor": lambda h, _: math.floor(h / 3) + math.ceil(h / 5) + math.trunc(h / 7),
    "numpy decimal on the left": lambda h, _: int(np.float64(0.25) * h),
    "numpy integer on the left": lambda h, _: np.int64(3) * h,
    "numpy array of sizes": lambda h, _: int(np.prod(np.array([h, 2]))),
    "numpy ceil": lambda h, _: int(np.ceil(h / 4)),
    "product": lambda h, _: math.prod([h, 2]),
    "sum": lambda h, _: sum([h, 1, h]),
    "max and min": lambda h, _: max(h, 8) + min(h, 2 * h),
    "power": lambda h, _: h**2 // h,
    "divmod": lambda h, _: sum(divmod(h, 5)),
    "shift and mask": lambda h, _: (h >> 1) + (h & 7) + (h << 1),
    "negative": lambda h, _: -(-h // 3),
    "true in front": lambda h, _: True + h,
    "map": lambda _, x: sum(map(int, x.shape[2:3])),
    "len": lambda _, x: len(x[0, 0]) + 1,
    "numel": lambda _, x: x[0, 0, :, 0].numel(),
    "numel of a shape": lambda _, x: x.shape[2:3].numel(),
    "size": lambda _, x: x.size(-2) + 1,
    "sym_int": lambda h, _: torch.sym_max(torch.sym_int(h / 2), 3),
    "type": typed,
    "default argument": lambda h, _, k=2: h * k,
    "decimal that is greater": lambda h, _: 7 if h > 100.0 else 3,
    "numpy decimal that is less": lambda h, _: 7 if np.float64(100) < h else 3,
    "decimal that is equal": lambda h, _: 7 if h == 7.0 else 3,
    "equal decimal in front": lambda h, _: 7 if 7.0 == h else 3,  # noqa: SIM300 - the point
    "shapes compared": lambda _, x: 7 if x.shape[2:] == (50, 50) else 3,
}
"""They stay formulas, right at every height."""

CONDITION = {
    "int compared": lambda h, _: 7 if int(h) > 1_000 else 3,
    "float compared": lambda h, _: 7 if float(h) * 2.0 > 2_000 else 3,
    "truth": lambda h, _: 7 if h - 500 else 3,
    "membership": lambda h, _: 7 if h in (7, 14) else 3,
    "range over a quotient": lambda h, _: 5 + sum(1 for _ in range(h // 1_000)),
    "unseen branch": unseen,
    "sorted": lambda h, _: 7 if sorted([h, 1_000])[1] == 1_000 else 3,
    "assertion": lambda h, _: 7 if torch._assert(h < 1_000, "too high") is None else 3,
}
"""They decide something, which is kept as a condition."""

FIXED = {
    "decimals over each other": lambda h, _: int(1000.0 / (h / h)) // 100 + h,
    "float under a root": lambda h, _: int(math.sqrt(h)),
    "power of a half": lambda h, _: int(h**0.5),
    "decimal over it": lambda h, _: int(1000.0 / h),
    "rounded decimals": lambda h, _: int(h * 0.7 + 0.3),
    "logarithm": lambda h, _: int(math.log2(h)),
    "range": enumerated,
    "list": lambda h, _: len([None] * h),
    "index": lambda h, _: operator.index(h) + 1,
    "text": lambda h, _: BY_TEXT.get(str(h), 7),
    "f-string": lambda h, _: len(f"{h}") + 1,
    "table": looked_up,
    "hash": lambda h, _: hash(h) % 50 + 1,
    "set": lambda h, _: 3 + len({h, 224}),
    "cache": lambda h, _: remembered(h),
    "slice of a list": lambda h, _: len([*range(500)][:h]),
    "numpy root": lambda h, _: int(np.sqrt(h)),
    "bits": lambda h, _: h.bit_length(),
    "fraction": lambda h, _: int(Fraction(1, 3) * h),
    "stride": lambda _, x: x.stride(1) // x.stride(2),
    "greatest common divisor": lambda h, _: math.gcd(h, 32),
    "digits": lambda h, _: int(round(h / 3, 1)),
    "power of two": lambda h, _: (2 ** (h // 32)) % 50 + 1,
    "complex": lambda h, _: int(abs(complex(h))),
    "decimal remainder": lambda h, _: int(h % 7.5) + 1,
}
"""Python takes the number alone: read at one height, with the line told."""
