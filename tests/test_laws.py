"""Symbolic = concrete = counted, over random chains and random branching graphs.

Three ways to the same size: the rule with letters evaluated at ints, the rule with ints, and a plain loop that counts
where windows start. They must agree at every H of a range, and where the loop finds no window, or two branches that
differ, both plans must refuse.
"""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnplan.errors import OutsideConditions, SpecError
from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec

HEIGHTS = [*range(1, 40), 63, 64, 97, 210]


def starts(n, kernel, stride, before, after, dilation=1, *, ceil=False):
    """How many windows start on n elements, one by one."""
    reach, total = dilation * (kernel - 1) + 1, before + n + after
    count = start = 0
    while start + reach <= total or (ceil and start < before + n and start + reach < total + stride):
        count += 1
        start += stride
    return count


def spread(n, kernel, stride, padding, extra, dilation):
    """How far the filters of n elements reach, each put down in turn."""
    touched = max(i * stride + dilation * (kernel - 1) for i in range(n)) + 1
    return touched + extra - 2 * padding


strides = st.sampled_from([1, 2, 3, 5, 6, 7])


@st.composite
def layers(draw):
    """A layer as YAML, and the loop that counts its output."""
    kind = draw(st.sampled_from(["conv", "same", "pool", "mean", "transposed", "up", "pad", "crop"]))
    k, s, d = draw(st.integers(1, 7)), draw(strides), draw(st.integers(1, 3))
    before, after = draw(st.integers(0, 3)), draw(st.integers(0, 4))
    if kind == "conv":
        entry = {
            "conv": {"out_channels": 2, "kernel_size": k, "stride": s, "dilation": d, "padding": [[before, after]]}
        }
        return entry, lambda n: starts(n, k, s, before, after, d)
    if kind == "same":
        name = draw(st.sampled_from(["same", "same_lower"]))
        entry = {"conv": {"out_channels": 2, "kernel_size": k, "stride": s, "padding": name}}
        return entry, lambda n: len(range(0, n, s))
    if kind in ("pool", "mean"):
        padding, ceil = draw(st.integers(0, k // 2)), draw(st.booleans())
        verb = "max_pool" if kind == "pool" else "avg_pool"
        entry = {verb: {"kernel_size": k, "stride": s, "padding": padding, "ceil_mode": ceil}}
        return entry, lambda n: starts(n, k, s, padding, padding, ceil=ceil)
    if kind == "transposed":
        extra = draw(st.integers(0, max(s, d) - 1))
        args = {
            "out_channels": 2,
            "kernel_size": k,
            "stride": s,
            "padding": before,
            "dilation": d,
            "output_padding": extra,
        }
        return {"conv_transpose": args}, lambda n: spread(n, k, s, before, extra, d)
    if kind == "up":
        return {"upsample": {"scale_factor": s}}, lambda n: sum(s for _ in range(n))
    if kind == "pad":
        return {"pad": {"padding": [[before, after]]}}, lambda n: before + n + after
    size = draw(st.integers(1, 9))
    return {"crop": {"size": size}}, lambda n: len(range(n)[:size]) if n >= size else 0


def counted(chain, n):
    """The size after a chain, None where a window is missing."""
    for _, count in chain:
        n = count(n)
        if n < 1:
            return None
    return n


def entries(chain):
    return [entry for entry, _ in chain]


def spec_of(body):
    document = {"cnnplan": 1, "name": "random", "symbols": {"H": 50}, "input": [3, 2, "H"], "layers": body}
    return json.dumps(document)


def size(plan):
    (shape,) = plan.outputs.values()
    return shape[2]


def agree(text, expected):
    """Hold both plans against what was counted, at every height."""
    legal = next((h for h in HEIGHTS if expected(h) is not None), None)
    if legal is None:
        return
    symbolic = plan_spec(load_spec(text), {"H": legal})
    for h in HEIGHTS:
        want = expected(h)
        try:
            got = size(symbolic.at(H=h))
        except OutsideConditions:
            got = None
        try:
            concrete = size(plan_spec(load_spec(text), {"H": h}, symbolic=False))
        except SpecError:
            concrete = None
        assert (got, concrete) == (want, want), f"H = {h}: counted {want}, letters {got}, ints {concrete}"


slow = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@slow
@given(st.lists(layers(), min_size=1, max_size=8))
def test_chains(chain):
    agree(spec_of(entries(chain)), lambda h: counted(chain, h))


@slow
@given(st.lists(layers(), max_size=3), st.lists(layers(), max_size=4), st.lists(layers(), max_size=4))
def test_branching_graphs(stem, left, right):
    both = {"branches": {"join": {"concat": {"dim": 1}}, "paths": [entries(left), entries(right)]}}

    def expected(h):
        n = counted(stem, h)
        if n is None:
            return None
        a, b = counted(left, n), counted(right, n)
        return a if a == b else None

    agree(spec_of([*entries(stem), both]), expected)


@slow
@given(st.lists(layers(), min_size=1, max_size=3), st.integers(1, 3))
def test_around_and_back(down, times):
    """Down by pools and up again, as a U-Net goes: equal where the sizes divide."""
    pool = {"max_pool": {"kernel_size": 2}}
    path = [pool] * times + [{"upsample": {"scale_factor": 2}}] * times
    body = [*entries(down), {"branches": {"join": "concat", "paths": [path, []]}}]

    def expected(h):
        n = counted(down, h)
        return n if n is not None and n % 2**times == 0 else None

    agree(spec_of(body), expected)
