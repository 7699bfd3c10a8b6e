"""The numbers that go into a layer: the same in every process and every runtime."""

import numpy as np

__all__ = ["numbers", "seeds"]

MORE = 1_000_000


def seeds(number, geometry):
    """What the numbers are drawn from: more than once for maxima, which may be the same of other windows."""
    times = {"max_pool": 2, "adaptive_max_pool": 8}.get(geometry["verb"], 1)
    return tuple(number + MORE * i for i in range(times))


def numbers(number, geometry, weights):
    """The input "x" and the weights by name, as float32; no two elements of the input alike.

    Of every other geometry all elements of the input are negative, so that a zero in the place of what is less than
    everything shows.
    """
    random = np.random.default_rng(number)
    found = {"x": _spread(random, geometry["x"], 1 if number % 2 else 1 / 3)}
    for name, shape in weights.items():
        values = random.integers(-6, 7, shape) / 8
        found[name] = (np.abs(values) + 0.5 if name == "running_var" else values).astype(np.float32)
    return found


def _spread(random, shape, below):
    size = int(np.prod(shape))
    return ((random.permutation(size) - below * size) / size).astype(np.float32).reshape(shape)
