"""Resize with antialias: as PyTorch smooths, or refused by the attribute that says otherwise.

Against onnxruntime 1.32.0: linear with exclude_outside 1 and cubic with cubic_coeff_a -0.5 and exclude_outside 1 give
what PyTorch 2.14.1 gives, to 2e-6 at four sizes, smaller and larger; each of the others is off by 0.02 and more.
"""

from __future__ import annotations

import re

import pytest

from cnnplan.errors import SpecError
from cnnplan.plan import load
from tests.translation.onnx.building import INT64, info, model, node, tensor


@pytest.fixture
def read(tmp_path):
    def written(**how):
        path = tmp_path / "net.onnx"
        resize = node("Resize", ["x", "", "", "s"], ["y"], coordinate_transformation_mode="half_pixel", **how)
        sizes = tensor("s", [4], [1, 2, 5, 4], INT64)
        path.write_bytes(model([resize], [info("x", [1, 2, 9, 11])], [info("y", None)], [sizes], 18))
        return load(path)

    return written


@pytest.mark.parametrize(("mode", "more"), [("linear", {}), ("cubic", {"cubic_coeff_a": -0.5})])
def test_antialias_is_pytorchs(read, mode, more):
    (layer,) = read(mode=mode, antialias=1, exclude_outside=1, **more)
    assert layer.op.antialias
    assert layer.op.mode == {"linear": "bilinear", "cubic": "bicubic"}[mode]
    assert layer.shape == (1, 2, 5, 4)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"mode": "linear", "antialias": 1}, "(Resize): exclude_outside 0"),
        ({"mode": "cubic", "antialias": 1, "exclude_outside": 1}, "(Resize): cubic_coeff_a -0.75 with antialias"),
        ({"mode": "cubic", "exclude_outside": 1}, "(Resize): exclude_outside 1"),
        ({"mode": "cubic", "cubic_coeff_a": -0.5}, "(Resize): cubic_coeff_a -0.5"),
    ],
)
def test_other_filters_are_refused_by_their_attribute(read, how, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        read(**how)
