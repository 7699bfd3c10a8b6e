"""Verification is red where a prediction is wrong, and says which; what cannot be run is refused."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.errors import SpecError, UsageError
from cnnplan.memory.liveness import Liveness
from cnnplan.ops.convolution import Conv
from cnnplan.ops.links import Link
from cnnplan.ops.pooling import MaxPool
from cnnplan.ops.rectifiers import Relu
from cnnplan.ops.selection import Concat
from cnnplan.verification import verify
from tests.verification.networks import HEAD, NET, broken_cost


def broken_output(self, x):
    return (x[0], self.out_channels, x[2], x[3] + 1)


def broken_weights(self, x):
    found = dict(Conv.__dict__["weights_as_they_are"](self, x))
    return {"weight": found["weight"]._replace(shape=(self.out_channels, x[1], 3, 2)), "bias": found["bias"]}


def broken_link(_self, _operand, dim, *_shapes):
    return Link(dim, 2, 0, 2) if dim > 1 else Link(dim)


def lenient_concat(_self, *arrays):
    sizes = [min(extents) for extents in zip(*(array.shape for array in arrays), strict=True)]
    return np.concatenate([array[:, :, : sizes[2], : sizes[3]] for array in arrays], axis=1)


FAULTS = [
    # where, what is put there, which quantity tells
    (Relu, "cost", broken_cost, "compares"),
    (Conv, "weights", broken_weights, "runs"),
    (MaxPool, "link", broken_link, "receptive field"),
    (Concat, "run", lenient_concat, "forbidden sizes"),
    (Liveness, "in_place", lambda _self, _node: False, "live bytes"),
    (Relu, "run", lambda _self, x, **_: x.copy(), "live bytes"),
    (Relu, "run", lambda _self, x, **_: np.maximum(x, np.float64(0)).astype("float64"), "type"),
    (MaxPool, "run", lambda _self, x: x[:, :, ::2, ::2].copy(), "compares"),
    (MaxPool, "run", lambda _self, x: np.maximum(x[:, :, ::2, ::2], x[:, :, ::2, ::2]), "receptive field"),
]


@pytest.mark.parametrize(("room", "name", "fault", "quantity"), FAULTS)
def test_a_fault_is_found(monkeypatch, room, name, fault, quantity):
    if room is Conv:
        monkeypatch.setattr(Conv, "weights_as_they_are", Conv.weights, raising=False)
    monkeypatch.setattr(room, name, fault)
    found = verify(NET)
    assert not found.ok
    assert quantity in {mismatch.quantity for mismatch in found.mismatches}
    assert "do not agree" in found.summary


def test_a_wrong_shape_is_found(monkeypatch):
    # a network that nothing else in it contradicts: the prediction is wrong from end to end
    monkeypatch.setattr(Conv, "output", broken_output)
    found = verify(
        HEAD.format("H: 8, W: 9", "input: [N, 2, H, W]") + "  - conv: {out_channels: 4, kernel_size: 3, padding: 1}\n"
    )
    assert {mismatch.quantity for mismatch in found.mismatches} >= {"shape", "macs", "live bytes", "outputs"}
    assert found.mismatches[0].predicted[3] == found.mismatches[0].measured[3] + 1


def test_a_spec_that_is_not_legal():
    with pytest.raises(SpecError):
        verify(NET.replace("kernel_size: 3", "kernel_size: 13"))


def test_a_run_that_needs_too_much():
    with pytest.raises(UsageError, match="10 bytes"):
        verify(NET, limit=10)
