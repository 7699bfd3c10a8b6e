"""What is known to grow or to fall with a symbol, and the greatest value of what holds up to somewhere."""

from __future__ import annotations

from itertools import pairwise, product

from cnnplan.exploration.extremes import largest
from cnnplan.exploration.trends import Trends
from cnnplan.sizes import Context, ceil_div, maximum, minimum


def test_the_largest_of_what_holds_up_to_somewhere():
    for edge in range(3, 40):
        assert largest(lambda n, edge=edge: n <= edge, 3, 2**60) == edge
    assert largest(lambda _: True, 3, 17) == 17


def test_trends_are_proved_from_the_form():
    context = Context()
    height, kernel, stride = (context.symbol(name) for name in "hks")
    trends = Trends("h", lambda size: size.at({"h": 5, "k": 3, "s": 2}))
    assert trends.of(ceil_div(height, 2) * kernel + 7) == 1
    assert trends.of(1000 - 3 * height * height) == -1
    assert trends.of(kernel * 9) == 0
    assert trends.of(height % 3) is None
    assert trends.of(maximum(height, 2 * kernel)) == 1
    assert trends.of((height - 3) * (height - 3)) == 1  # at 5 and above neither factor is negative
    assert trends.of((height - 9) * (height - 9)) is None
    assert Trends("s", lambda _: 1).of((height + 4) // stride) == -1


def test_no_trend_is_told_that_is_none():
    """Every product and sum of two, against values: what is said to grow never falls, what stays stays."""
    context = Context()
    h = context.symbol("h")
    parts = [h, 10 - h, 14 - h, h // 3 - 2, -h, h - 4, 9 - h // 2, ceil_div(h, 4), h * h - 20 * h, 3 + 0 * h]
    parts += [minimum(20 - h, 9), minimum(25 - h, 8), maximum(h, 7)]
    trends = Trends("h", lambda size: size.at({"h": 1}))
    known = set()
    for left, right in product(parts, repeat=2):
        for count in (left * right, left + right, left * right - right, left * right * h):
            trend = trends.of(count)
            values = [count if isinstance(count, int) else count.at({"h": value}) for value in range(1, 60)]
            pairs = list(pairwise(values))
            truth = {
                None: True,
                1: all(before <= after for before, after in pairs),
                -1: all(before >= after for before, after in pairs),
                0: len(set(values)) == 1,
            }
            assert truth[trend], (str(count), trend)
            known.add(trend)
    assert known == {None, 0, 1, -1}
