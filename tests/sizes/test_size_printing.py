"""Sizes and counts as people write them, in text and in LaTeX."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnplan.sizes import Context, Domain, ceil_div, gcd, maximum, round_half_even

c = Context()
N, H, W, stride, z = (c.symbol(name) for name in ("N", "H", "W", "stride_h", "z"))
w = c.symbol("w", Domain(min=0, integer=False))

PRINTED = [
    (H, "H", "H"),
    (-H + 3, "-H + 3", "-H + 3"),
    (ceil_div(H, 32), "ceil(H/32)", r"\left\lceil \frac{H}{32} \right\rceil"),
    (H // 32, "floor(H/32)", r"\left\lfloor \frac{H}{32} \right\rfloor"),
    ((3 * H + 1) // 2, "ceil(3*H/2)", None),
    ((2 * H + 1) // 3, "floor((2*H + 1)/3)", r"\left\lfloor \frac{2 \, H + 1}{3} \right\rfloor"),
    ((H - 9) // 4, "floor((H - 9)/4)", r"\left\lfloor \frac{H - 9}{4} \right\rfloor"),
    (2 * (H // 2) + 1, "2*floor(H/2) + 1", r"2 \, \left\lfloor \frac{H}{2} \right\rfloor + 1"),
    (H // 2 + Fraction(1, 2), "floor(H/2) + 1/2", r"\left\lfloor \frac{H}{2} \right\rfloor + \frac{1}{2}"),
    (H // stride, "floor(H/stride_h)", r"\left\lfloor \frac{H}{\mathrm{stride\_h}} \right\rfloor"),
    (H // (stride + 1), "floor(H/(stride_h + 1))", r"\left\lfloor \frac{H}{\mathrm{stride\_h} + 1} \right\rfloor"),
    (H / stride, "H/stride_h", r"\frac{H}{\mathrm{stride\_h}}"),
    ((H + 1) / stride * 2, "2*(H + 1)/stride_h", r"2 \, \frac{H + 1}{\mathrm{stride\_h}}"),
    ((H / stride) ** 2, "(H/stride_h)**2", None),
    (maximum(H, 9), "max(9, H)", r"\max\left(9, H\right)"),
    (gcd(H, 6), "gcd(H, 6)", r"\gcd\left(H, 6\right)"),
    (round_half_even(H / 2), "round(H/2)", r"\operatorname{round}\left(\frac{1}{2} \, H\right)"),
    (w * Fraction(4, 3), "4*w/3", r"\frac{4}{3} \, w"),
    (H * W, "H*W", r"H \, W"),
    (H * H * W, "H**2*W", r"H^{2} \, W"),
    (N * (H + 1) * 3, "3*N*(H + 1)", r"3 \, N \, \left(H + 1\right)"),
    (N * H * W * 81456 + N * 2048000, "N*(81456*H*W + 2048000)", None),
    (9 * H * W - 2 * H, "H*(9*W - 2)", r"H \, \left(9 \, W - 2\right)"),
    (5 - H * W, "-H*W + 5", r"-H \, W + 5"),
    (H * W + z, "H*W + z", r"H \, W + z"),
    (ceil_div(H, 2) * ceil_div(W, 2) * N, "N*ceil(H/2)*ceil(W/2)", None),
]


@pytest.mark.parametrize(("value", "text", "latex"), PRINTED, ids=[text for _, text, _ in PRINTED])
def test_text_and_latex(value, text, latex):
    assert str(value) == text
    assert f"{value:>40}" == text.rjust(40)
    if latex is not None:
        assert value.latex == latex
        assert value._repr_latex_() == f"${latex}$"
