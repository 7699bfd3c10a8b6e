"""No size becomes a constant in silence: it stays a formula, what it decides is a condition, or the line is told."""

from __future__ import annotations

import pytest

import cnnplan
from cnnplan.errors import OutsideConditions

torch = pytest.importorskip("torch")
leaks = pytest.importorskip("tests.translation.torch_leaks")

KINDS = {"formula": leaks.FORMULA, "condition": leaks.CONDITION, "fixed": leaks.FIXED}
HEIGHTS = (7, 14, 32, 49, 50, 63, 96, 97, 131, 192, 201, 223, 224, 225, 256, 448, 500, 999, 1000, 1001)


def truth(module, height):
    with torch.no_grad():
        try:
            return tuple(module(torch.zeros(2, 3, height, 50, device="meta")).shape)
        except (AssertionError, RuntimeError):
            return None


def predicted(plan, height):
    values = {"N": 2, "H": height, "W": 50}
    try:
        at = plan.at(**{name: value for name, value in values.items() if name in plan.spec.symbols})
    except OutsideConditions:
        return None
    (shape,) = at.outputs.values()
    return shape


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, cases in KINDS.items() for name in cases])
def test_no_size_becomes_a_constant(kind, name):
    module = leaks.Leak(KINDS[kind][name]).to("meta").eval()
    plan = cnnplan.load(module, dims="N,3,H,50" if kind != "fixed" else "N,3,H,W")
    told = " ".join(remark.message for remark in plan.spec.remarks)
    if kind == "fixed":
        assert [*plan.spec.symbols] == ["N"]
        assert "read at (N, 3, 224, 224) alone" in told
        assert "torch_leaks.py:" in told or "decimals" in told, told
        shape = tuple(module(torch.zeros(2, 3, 224, 224, device="meta")).shape)
        assert next(iter(plan.at(N=2).outputs.values())) == shape
        return
    assert [*plan.spec.symbols] == ["N", "H"], told
    found = {height: predicted(plan, height) for height in HEIGHTS}
    real = {height: truth(module, height) for height in HEIGHTS}
    if kind == "formula":
        assert found == real
    else:
        assert {height: shape for height, shape in found.items() if shape} == {
            height: real[height] for height, shape in found.items() if shape
        }
        assert any(found.values())
        assert not all(found.values())
        assert plan.conditions
