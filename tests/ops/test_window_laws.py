"""The rule with ints, the rule with letters and a loop that looks at every element agree."""

from __future__ import annotations

from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context, Domain

EXTENTS = range(1, 48)
STRIDES = st.sampled_from([1, 2, 3, 5, 6, 7])
FEW = settings(max_examples=60, deadline=None)


def windows(n, span, stride, before, after, *, ceil_mode=False):
    """How many windows there are, by walking."""
    count, start = 0, -before
    while start + span <= n + after:
        count, start = count + 1, start + stride
    sticks_out = start + span - (n + after)
    return count + (ceil_mode and sticks_out < stride and start < n)


def letter():
    return Context().symbol("H", Domain(min=1))


def same_everywhere(operator, truth):
    """Compare on every extent: letters, ints, truth; and the requirements, which fail where nothing is left."""
    h = letter()
    formula = operator.output((1, 4, h))[2]
    conditions = [requirement.condition for requirement in operator.requires((1, 4, h))]
    for n in EXTENTS:
        wanted = truth(n)
        assert all(condition.holds({"H": n}) for condition in conditions) is (wanted >= 1)
        if wanted >= 1:
            assert operator.output((1, 4, n)) == (1, operator.output((1, 4, n))[1], wanted)
            assert (formula if isinstance(formula, int) else formula.at({"H": n})) == wanted


@given(k=st.integers(1, 7), s=STRIDES, d=st.integers(1, 4), before=st.integers(0, 6), after=st.integers(0, 6))
@FEW
def test_a_convolution_is_as_long_as_its_windows_are_many(k, s, d, before, after):
    conv = OPERATORS["conv"](out_channels=6, kernel_size=k, stride=s, dilation=d, padding=((before, after),))
    same_everywhere(conv, lambda n: windows(n, d * (k - 1) + 1, s, before, after))


@given(data=st.data(), k=st.integers(1, 7), s=STRIDES, d=st.integers(1, 3), ceil_mode=st.booleans())
@FEW
def test_a_pool_rounds_up_unless_a_window_starts_outside(data, k, s, d, ceil_mode):
    before, after = data.draw(st.integers(0, k // 2)), data.draw(st.integers(0, k // 2))
    args = {"kernel_size": k, "stride": s, "dilation": d, "padding": ((before, after),), "ceil_mode": ceil_mode}
    span = d * (k - 1) + 1
    same_everywhere(OPERATORS["max_pool"](**args), lambda n: windows(n, span, s, before, after, ceil_mode=ceil_mode))


@given(k=st.integers(1, 7), s=STRIDES, d=st.integers(1, 3), padding=st.sampled_from(["same", "same_lower"]))
@FEW
def test_same_starts_a_window_at_every_stride(k, s, d, padding):
    conv = OPERATORS["conv"](out_channels=6, kernel_size=k, stride=s, dilation=d, padding=padding)
    same_everywhere(conv, lambda n: len(range(0, n, s)))


@given(k=st.integers(1, 5), s=STRIDES, d=st.integers(1, 3), before=st.integers(0, 4), data=st.data())
@FEW
def test_a_transposed_convolution_covers_what_its_filters_touch(k, s, d, before, data):
    extra = data.draw(st.integers(0, max(s, d) - 1))
    args = {"kernel_size": k, "stride": s, "dilation": d, "padding": ((before, 1),), "output_padding": extra}

    def covered(n):
        touched = max(position * s + tap * d for position in range(n) for tap in range(k)) + 1
        return touched + extra - before - 1

    same_everywhere(OPERATORS["conv_transpose"](out_channels=6, **args), covered)


@given(m=st.integers(1, 12), verb=st.sampled_from(["adaptive_avg_pool", "adaptive_max_pool"]))
@FEW
def test_adaptive_windows_touch_as_many_elements_as_the_cost_says(m, verb):
    operator, h = OPERATORS[verb](output_size=m), letter()
    formula = operator.cost(((1, 4, h),), (1, 4, m))
    for n in EXTENTS:
        touched = sum(-(-(i + 1) * n // m) - i * n // m for i in range(m))
        cost = operator.cost(((1, 4, n),), (1, 4, m))
        assert cost.adds + cost.compares == 4 * (touched - m)
        total = formula.adds + formula.compares
        assert (total if isinstance(total, int) else total.at({"H": n})) == 4 * (touched - m)


@given(numerator=st.integers(1, 40), power=st.integers(0, 4))
@FEW
def test_a_scale_floors_as_floats_do(numerator, power):
    factor = numerator / 2**power
    same_everywhere(OPERATORS["upsample"](scale_factor=factor), lambda n: floor(n * factor))


@given(start=st.integers(-9, 9), end=st.none() | st.integers(-9, 9), step=st.integers(1, 4))
@FEW
def test_a_slice_is_python_s_where_it_is_legal(start, end, step):
    operator, h = OPERATORS["slice"](dim=0, start=start, end=end, step=step), letter()
    conditions = [requirement.condition for requirement in operator.requires((h,))]
    for n in EXTENTS:
        part = range(n)[start:end:step]
        inside = -n <= start < n and (end is None or -n <= end <= n) and len(part) > 0
        assert all(condition.holds({"H": n}) for condition in conditions) is inside
        if inside:
            size = operator.output((h,))[0]
            assert operator.output((n,)) == (len(part),)
            assert (size if isinstance(size, int) else size.at({"H": n})) == len(part)


def test_geometry_may_be_letters_too():
    context = Context()
    h, k, s = (context.symbol(name, Domain(min=1)) for name in "Hks")
    p = context.symbol("p", Domain(min=0))
    conv = OPERATORS["conv"](out_channels=6, kernel_size=k, stride=s, padding=p)
    pool = OPERATORS["max_pool"](kernel_size=k, stride=s, padding=p, ceil_mode=True)
    for n in range(9, 23):
        for kernel, stride, padding in [(3, 2, 1), (5, 3, 2), (4, 7, 2), (7, 5, 3), (1, 6, 0), (6, 6, 3)]:
            values = {"H": n, "k": kernel, "s": stride, "p": padding}
            assert conv.output((1, 4, h))[2].at(values) == windows(n, kernel, stride, padding, padding)
            wanted = windows(n, kernel, stride, padding, padding, ceil_mode=True)
            assert pool.output((1, 4, h))[2].at(values) == wanted
