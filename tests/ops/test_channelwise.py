"""A filter for each channel, lines of it one by one or channels last: what it gives in columns, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.meter import Meter
from cnnplan.ops import OPERATORS, convolution, depthwise

GEOMETRIES = [
    ((2, 50, 23), {"kernel_size": 4, "stride": 3, "padding": 2}),
    ((2, 50, 19, 12), {"kernel_size": (3, 5), "stride": (2, 1), "padding": (1, 4)}),
    ((1, 50, 13, 17), {"kernel_size": 3, "dilation": (2, 4), "padding": ((0, 5), (6, 1))}),
    ((1, 50, 14, 11), {"kernel_size": 2, "stride": 3, "padding": "same"}),
    ((1, 50, 3, 41), {"kernel_size": (2, 3), "padding": 1, "stride": (1, 2)}),
    ((1, 50, 2, 7), {"kernel_size": (4, 3), "padding": (5, 0)}),
    ((1, 50, 8, 7, 9), {"kernel_size": (3, 2, 1), "stride": (1, 2, 3), "padding": (1, 0, 2)}),
    ((2, 50, 7, 6, 8), {"kernel_size": (5, 2, 3), "stride": (3, 1, 2), "dilation": (1, 3, 2), "padding": (2, 1, 4)}),
]
KERNELS = {"lines": depthwise._by_lines, "places": depthwise._by_places}


@pytest.mark.parametrize("block", [1, 3_000, 2**19])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("shape", "geometry"), GEOMETRIES)
def test_it_is_the_product_of_columns(shape, geometry, kernel, block, monkeypatch):
    numbers = np.random.default_rng(3)
    conv = OPERATORS["conv"](out_channels=50, groups=50, bias=False, **geometry)
    x, weight = (numbers.standard_normal(each) for each in (shape, conv.weights(shape)["weight"].shape))
    monkeypatch.setattr(depthwise, "LINES", block)
    monkeypatch.setattr(depthwise, "COLUMNS", block)
    monkeypatch.setattr(convolution, "by_channels", lambda *_: None)
    expected = conv.run(x, weight)
    assert expected.shape == conv.output(shape)
    monkeypatch.setattr(convolution, "by_channels", lambda *_: KERNELS[kernel])
    np.testing.assert_allclose(conv.run(x, weight), expected, rtol=0, atol=1e-12)
    meter = Meter()
    conv.run(meter.watch(x), weight)
    assert meter.tally == dict.fromkeys(meter.tally, 0) | {"macs": conv.cost((shape,), expected.shape).macs}


CHOICES = [
    # input, weight, groups, strides, what is chosen
    ((1, 6, 9, 13), (6, 1, 3, 5), 6, (1, 1), "lines"),
    ((1, 6, 9, 25), (6, 1, 3, 5), 6, (1, 2), "lines"),
    ((1, 6, 9, 24), (6, 1, 3, 5), 6, (1, 2), None),
    ((1, 48, 9, 24), (48, 1, 3, 5), 48, (1, 2), "places"),
    ((1, 48, 9, 39), (48, 1, 3, 1), 48, (2, 1), "places"),
    ((1, 48, 9, 40), (48, 1, 3, 1), 48, (2, 1), None),
    ((1, 48, 39), (48, 1, 3), 48, (1,), "places"),
    ((1, 48, 40), (48, 1, 3), 48, (1,), None),
    ((1, 48, 40), (48, 1, 3), 48, (2,), "places"),
    ((1, 48, 9, 40), (96, 1, 3, 5), 48, (1, 1), None),
    ((1, 48, 9, 40), (48, 2, 3, 5), 24, (1, 1), None),
]


@pytest.mark.parametrize(("shape", "filters", "groups", "strides", "chosen"), CHOICES)
def test_lines_are_taken_one_by_one_where_they_are_long(shape, filters, groups, strides, chosen):
    found = depthwise.by_channels(np.empty(shape), np.empty(filters), groups, strides)
    assert found is KERNELS.get(chosen)


@pytest.mark.parametrize("kernel", KERNELS.values())
def test_windows_that_do_not_fit_are_an_error(kernel):
    with pytest.raises(ValueError, match=r"windows of \(4, 3\) do not fit on \(2, 7\)"):
        kernel(np.zeros((1, 50, 2, 7)), np.zeros((50, 1, 4, 3)), ((0, 1), (2, 0)), (1, 1), (1, 1))
