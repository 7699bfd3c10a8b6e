"""How totals grow: the polynomial of a residue class, differences, derivatives, degrees."""

from __future__ import annotations

from fractions import Fraction

import pytest

import cnnplan
from cnnplan.exploration.growth import degree, derivative, elasticity, modulus, on_class, step
from cnnplan.sizes import Context, Domain, ceil_div, evaluate, floor_div


@pytest.fixture(scope="module")
def resnet(specs):
    return cnnplan.load(specs / "resnet.yaml")


def test_resnet50_on_multiples_of_32(resnet):
    assert modulus(resnet.macs, "H") == modulus(resnet.macs, "W") == 32
    polynomial = on_class(resnet.macs, {"H": (32, 0), "W": (32, 0)})
    assert str(polynomial) == "N*(81456*H*W + 2048000)"
    assert str(derivative(polynomial, "H")) == "81456*N*W"
    assert elasticity(polynomial, "N", {"N": 3, "H": 224, "W": 192}) == 1
    assert elasticity(polynomial, "H", {"N": 3, "H": 224, "W": 192}) == Fraction(
        81456 * 224 * 192, 81456 * 224 * 192 + 2048000
    )


@pytest.mark.parametrize("remainder", range(12))
def test_a_polynomial_is_the_formula_on_its_class(remainder):
    context = Context()
    size = context.symbol("H")
    count = ceil_div(floor_div(size + 1, 2), 3) * floor_div(size, 4) + 5 * size * size
    assert modulus(count, "H") == 12
    polynomial = on_class(count, {"H": (12, remainder)})
    for value in range(12 + remainder, 200, 12):
        assert polynomial.at({"H": value}) == count.at({"H": value})
    rate = derivative(polynomial, "H")
    assert polynomial.at({"H": 30}) - polynomial.at({"H": 29}) == (rate.at({"H": 30}) + rate.at({"H": 29})) / 2


def test_what_one_more_costs(resnet):
    at = {"N": 1, "H": 224, "W": 224}
    more = resnet.at(H=225).macs - resnet.at(H=224).macs
    assert step(resnet.macs, "H", at) == more == 257_037_312
    assert step(resnet.macs, "N", at, by=7) == 7 * 4_089_184_256
    assert step(resnet.params, "H", at) == 0


def test_degrees(bottleneck):
    plan = cnnplan.load(bottleneck)
    assert [degree(node.macs, "width") for node in plan] == [1, 2, 2, 0]
    assert degree(plan.params, "width") == 2
    assert degree(plan.params, "H") == 0
    assert degree(7, "H") == 0


@pytest.mark.parametrize("unit", [1, 2, 3, 8])
def test_a_derivative_is_the_slope_between_two_values(unit):
    """Of polynomials of the second degree exactly, for a symbol that is a multiple of something as well."""
    context = Context()
    h, w = context.symbol("H", Domain(multiple_of=unit)), context.symbol("W")
    for polynomial in (7 * h, h * h, 5 * h * h * w + 3 * h * w + 11 * h + w, Fraction(1, unit) * h * h - h):
        rate = derivative(polynomial, "H")
        for here in range(2 * unit, 9 * unit, unit):
            above, below = (polynomial.at({"H": here + side, "W": 5}) for side in (unit, -unit))
            assert Fraction(above - below, 2 * unit) == evaluate(rate, {"H": here, "W": 5})
