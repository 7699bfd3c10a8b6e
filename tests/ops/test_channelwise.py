"""A filter for each of many channels, with the channels last: what it gives in columns, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.meter import Meter
from cnnplan.ops import OPERATORS, contraction

GEOMETRIES = [
    ((2, 50, 23), {"kernel_size": 4, "stride": 3, "padding": 2}),
    ((2, 50, 19, 12), {"kernel_size": (3, 5), "stride": (2, 1), "padding": (1, 4)}),
    ((1, 50, 13, 17), {"kernel_size": 3, "dilation": (2, 4), "padding": ((0, 5), (6, 1))}),
    ((1, 50, 14, 11), {"kernel_size": 2, "stride": 3, "padding": "same"}),
    ((1, 50, 3, 41), {"kernel_size": (2, 3), "padding": 1, "stride": (1, 2)}),
    ((1, 50, 2, 7), {"kernel_size": (4, 3), "padding": (5, 0)}),
    ((1, 50, 8, 7, 9), {"kernel_size": (3, 2, 1), "stride": (1, 2, 3), "padding": (1, 0, 2)}),
]


@pytest.mark.parametrize("lines", [1, 3_000, 2**19])
@pytest.mark.parametrize(("shape", "geometry"), GEOMETRIES)
def test_it_is_the_product_of_columns(shape, geometry, lines, monkeypatch):
    numbers = np.random.default_rng(3)
    conv = OPERATORS["conv"](out_channels=50, groups=50, bias=False, **geometry)
    x, weight = (numbers.standard_normal(each) for each in (shape, conv.weights(shape)["weight"].shape))
    monkeypatch.setattr(contraction, "LINES", lines)
    with monkeypatch.context() as patch:
        patch.setattr(contraction, "WIDE", 51)
        expected = conv.run(x, weight)
    assert expected.shape == conv.output(shape)
    np.testing.assert_allclose(conv.run(x, weight), expected, rtol=0, atol=1e-12)
    meter = Meter()
    conv.run(meter.watch(x), weight)
    assert meter.tally == dict.fromkeys(meter.tally, 0) | {"macs": conv.cost((shape,), expected.shape).macs}
