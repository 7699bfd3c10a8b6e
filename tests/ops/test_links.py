"""What an output looks at, held against what changes it: nothing outside a link has an influence, its ends have one."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest

from cnnplan.ops import OPERATORS

CASES = [
    # verb, arguments, the shape that is looked at
    ("conv", {"out_channels": 6, "kernel_size": 3}, (2, 4, 11, 9)),
    ("conv", {"out_channels": 6, "kernel_size": 3, "groups": 2, "stride": 2, "padding": 1}, (2, 4, 11, 9)),
    ("conv", {"out_channels": 12, "kernel_size": [2, 3], "groups": 4, "dilation": [3, 2]}, (1, 8, 13, 11)),
    ("conv", {"out_channels": 4, "kernel_size": 4, "stride": 3, "padding": "same"}, (1, 2, 11, 13)),
    ("conv", {"out_channels": 4, "kernel_size": 4, "stride": 3, "padding": "same_lower"}, (1, 2, 11, 13)),
    ("conv", {"out_channels": 4, "kernel_size": 2, "padding": "same_lower"}, (1, 2, 11, 13)),
    ("conv_transpose", {"out_channels": 6, "kernel_size": 4, "stride": 2, "padding": 1}, (2, 4, 6, 5)),
    ("conv_transpose", {"out_channels": 6, "kernel_size": 3, "stride": 3, "groups": 2}, (1, 4, 6, 5)),
    ("conv_transpose", {"out_channels": 6, "kernel_size": 4, "stride": 3, "padding": "same"}, (1, 4, 6, 5)),
    ("max_pool", {"kernel_size": 3, "stride": 2, "padding": 1}, (2, 3, 10, 9)),
    ("max_pool", {"kernel_size": 2, "dilation": 3, "ceil_mode": True, "stride": 2}, (1, 3, 10, 9)),
    ("avg_pool", {"kernel_size": [5, 2], "stride": [3, 1]}, (1, 3, 17, 9)),
    ("adaptive_avg_pool", {"output_size": [4, 5]}, (1, 3, 10, 13)),
    ("adaptive_avg_pool", {"output_size": [6, 8]}, (1, 3, 4, 6)),
    ("adaptive_max_pool", {"output_size": [3, 4]}, (1, 3, 9, 6)),
    ("upsample", {"scale_factor": 2}, (1, 3, 5, 7)),
    ("upsample", {"scale_factor": 3, "mode": "bilinear"}, (1, 3, 5, 7)),
    ("upsample", {"size": [8, 5], "mode": "nearest"}, (1, 3, 12, 7)),
    ("pixel_shuffle", {"upscale_factor": 2}, (1, 12, 5, 7)),
    ("pixel_unshuffle", {"downscale_factor": 2}, (1, 3, 8, 6)),
    ("channel_shuffle", {"groups": 3}, (1, 12, 5, 7)),
    ("permute", {"dims": [0, 2, 3, 1]}, (2, 3, 4, 5)),
    ("transpose", {"dim0": 1, "dim1": 3}, (2, 3, 4, 5)),
    ("flatten", {}, (2, 3, 4, 5)),
    ("flatten", {"start_dim": 2}, (2, 3, 4, 5)),
    ("reshape", {"shape": [2, 6, 2, 5]}, (2, 3, 4, 5)),
    ("expand", {"shape": [2, 3, 4, 5]}, (2, 1, 4, 1)),
    ("expand", {"shape": [7, -1, 4, 5]}, (3, 4, 5)),
    ("unsqueeze", {"dim": 1}, (2, 3, 4)),
    ("squeeze", {"dim": 2}, (2, 3, 1, 4)),
    ("slice", {"dim": 2, "start": 3, "end": 11, "step": 2}, (2, 3, 12, 5)),
    ("gather", {"dim": 1, "index": [3, 0, 2]}, (2, 4, 5, 6)),
    ("gather", {"dim": 1, "index": [[3, 0], [2, 1], [0, 0]]}, (2, 4, 5, 6)),
    ("gather", {"dim": 2, "index": [[3, 0], [2, 1], [0, 0]]}, (2, 4, 5, 6)),
    ("roll", {"shifts": 2, "dims": 2}, (2, 4, 5, 6)),
    ("pad", {"padding": [[1, 2], [0, 3]]}, (1, 3, 5, 4)),
    ("crop", {"size": [4, 3]}, (1, 3, 8, 7)),
    ("linear", {"out_features": 5}, (2, 3, 4)),
    ("softmax", {"dim": 1}, (2, 3, 4)),
    ("layer_norm", {}, (2, 3, 4, 5)),
    ("batch_norm", {}, (2, 3, 4, 5)),
    ("relu", {}, (2, 3, 4)),
    ("mean", {"dim": [2]}, (2, 3, 4, 5)),
    ("global_max_pool", {}, (2, 3, 4, 5)),
    ("unfold", {"kernel_size": 2}, (1, 3, 5, 4)),
    ("glu", {"dim": 1}, (2, 6, 4)),
]


def made(verb, args):
    model = OPERATORS[verb]
    return model(
        **{key: tuple(map(tuple_of, value)) if isinstance(value, list) else value for key, value in args.items()}
    )


def tuple_of(value):
    return tuple(value) if isinstance(value, list) else value


def influences(op, x, dim, weights):
    """For each index of an axis of the input, which elements of the output it changes."""
    with np.errstate(all="ignore"):
        before = np.array(op.run(x.copy(), **weights))
        found = []
        for place in range(x.shape[dim]):
            changed = np.zeros(before.shape, bool)
            for other in (-50.0, 50.0):
                y = x.copy()
                index = (slice(None),) * dim + (place,)
                y[index] += other * (1 + np.arange(y[index].size).reshape(y[index].shape) % 7)
                changed |= np.array(op.run(y, **weights)) != before
            found.append(changed)
    return found


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{verb} {args}" for verb, args, _ in CASES])
def test_a_link_holds_all_that_has_an_influence_and_no_more(number):
    verb, args, shape = CASES[number]
    op, rng = made(verb, args), np.random.default_rng(number)
    x = rng.standard_normal(shape)
    weights = {name: rng.standard_normal(weight.shape) ** 2 + 0.5 for name, weight in op.weights(shape).items()}
    for dim in range(len(shape)):
        link = op.link(0, dim, shape)
        if link is None:
            continue
        seen: dict[int, set[int]] = {}
        for place, changed in enumerate(influences(op, x, dim, weights)):
            along = changed.any(axis=tuple(axis for axis in range(changed.ndim) if axis != link.axis))
            for index in np.flatnonzero(along):
                seen.setdefault(int(index), set()).add(place)
        first_met = last_met = False
        evenly = [False, False]
        for index, places in seen.items():
            step = index // link.block
            low = ceil(Fraction(link.jump * step + link.first) / Fraction(link.per))
            high = floor(Fraction(link.jump * step + link.last) / Fraction(link.per))
            assert low <= min(places), (dim, index, places, link)
            assert max(places) <= high, (dim, index, places, link)
            smooth = args.get("mode") == "bilinear"  # whose ends have a weight of nothing
            first_met |= (low if smooth else Fraction(link.jump * step + link.first) / Fraction(link.per)) == min(
                places
            )
            last_met |= (high if smooth else Fraction(link.jump * step + link.last) / Fraction(link.per)) == max(places)
            even, at = link.even, Fraction(link.even.jump * index)
            begins, ends = ((at + end) / Fraction(even.per) for end in (even.first, even.last))
            assert begins <= min(places), (dim, index, even)
            assert ends >= max(places), (dim, index, even)
            evenly = [evenly[0] or begins == min(places), evenly[1] or ends == max(places)]
        assert first_met, (dim, link)
        assert last_met, (dim, link)
        assert evenly == [True, True] or smooth or verb == "channel_shuffle", (dim, link.even)
