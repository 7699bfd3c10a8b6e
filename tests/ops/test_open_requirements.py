"""What operators require of sizes that are letters: it stays open as a condition."""

from __future__ import annotations

import pytest

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context, Domain
from tests.ops.refusals import C, failures, text


@pytest.fixture
def context():
    return Context()


def opened(operator, *shapes):
    """What stays open, as (condition, message)."""
    requirements = list(operator.requires(*shapes))
    assert all(r.condition is not False and r.condition.verdict is not False for r in requirements)
    return [(str(r.condition), text(r)) for r in requirements if r.condition.verdict is None]


def test_a_kernel_that_may_not_fit_is_kept_as_a_condition(context):
    conv = OPERATORS["conv"](out_channels=6, kernel_size=7, dilation=3, padding=2)
    assert opened(conv, (1, 3, context.symbol("H", Domain(min=1)), 40)) == [
        ("H >= 15", "kernel_size (=7) spans 19 of axis 2, which has H and 4 of padding")
    ]
    assert opened(conv, (1, 3, context.symbol("W", Domain(min=15)), 40)) == []


def test_what_is_required_may_say_why(context):
    h = context.symbol("H", Domain(min=1))
    that = context.at_least(h, 15)
    plainly, why = OPERATORS["require"](that=that), OPERATORS["require"](that=that, because="{small} images")
    assert opened(plainly, (1, 3, h, 40)) == [("H >= 15", "what is required does not hold")]
    assert opened(why, (1, 3, h, 40)) == [("H >= 15", "{small} images")]


def test_branches_meet_where_their_sizes_are_equal(context):
    h = context.symbol("H", Domain(min=1))
    assert opened(OPERATORS["add"](), (1, 3, 2 * (h // 16), 7), (1, 3, h // 8, 7)) == [
        ("H % 16 < 8", "2*floor(H/16) meets floor(H/8) on axis 2")
    ]


def test_only_the_number_1_is_broadcast_and_at_a_join_not_even_that(context):
    h = context.symbol("H", Domain(min=1))
    add = OPERATORS["add"]()
    assert opened(add, (1, 3, 7), (1, 3, 1)) == []
    assert opened(add, (1, 3, h), (1, 3, 1)) == []
    assert opened(add, (1, 3, h), (1, 3, 7)) == [("H == 7", "H meets 7 on axis 2")]
    assert [text(r) for r in add.joins((1, 3, 7), (1, 3, 1))] == ["7 meets 1 on axis 2"]
    assert [(str(r.condition), text(r)) for r in add.joins((1, 3, 1), (1, 3, h))] == [("H == 1", "1 meets H on axis 2")]
    assert list(add.joins((1, 3, h), (1, 3, h))) == []


def test_a_symbolic_argument_must_stay_within_its_bounds(context):
    k = context.symbol("k", Domain(min=None))
    p = context.symbol("p", Domain(min=None))
    conv = OPERATORS["conv"](out_channels=6, kernel_size=k, padding=((1, p),))
    assert opened(conv, (1, 3, 9)) == [
        ("k >= 1", "kernel_size (=k) must be at least 1"),
        ("p >= 0", "padding (=p) must be at least 0"),
        ("p + 10 >= k", "kernel_size (=k) spans k of axis 2, which has 9 and p + 1 of padding"),
    ]


def test_a_window_slides_along_a_product_as_along_a_number(context):
    h, w, r = (context.symbol(name) for name in ("H", "W", "r"))
    tokens = OPERATORS["flatten"](start_dim=2).output((1, 3, h, w))
    assert failures(OPERATORS["conv"](**C | {"kernel_size": 1}), tokens) == []
    assert failures(OPERATORS["adaptive_avg_pool"](output_size=7), tokens) == []
    pool = OPERATORS["max_pool"](kernel_size=4)
    assert [condition for condition, _ in opened(pool, tokens)] == ["H*W >= 4"]
    assert [str(n) for n in pool.output(tokens)] == ["1", "3", "floor((H*W)/4)"]
    at = {"H": 6, "W": 7, "r": 3}
    stretched = OPERATORS["upsample"](scale_factor=r).output((1, 3, h, w))
    conv = OPERATORS["conv"](out_channels=5, kernel_size=3, stride=2, padding=1)
    assert [n if isinstance(n, int) else n.at(at) for n in conv.output(stretched)] == [1, 5, 9, 11]
    transposed = OPERATORS["conv_transpose"](out_channels=5, kernel_size=3, stride=r).output((1, 3, h, w))
    assert [n if isinstance(n, int) else n.at(at) for n in conv.output(transposed)] == [1, 5, 9, 11]


def test_reshape_takes_what_is_left(context):
    h, w, n = (context.symbol(name, Domain(min=1)) for name in "HWN")
    reshape = OPERATORS["reshape"]
    assert reshape(shape=(n, 12, -1)).output((n, 3, 4 * h, w)) == (n, 12, h * w)
    assert opened(reshape(shape=(n, 12, -1)), (n, 3, 4 * h, w)) == []
    assert [condition for condition, _ in opened(reshape(shape=(n, 3, 2, -1)), (n, 3, h))] == ["H % 2 == 0"]
