"""Sets that repeat, against Python's own sets; long ranges take no room."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnplan.sizes import Domain, IntegerSet
from cnnplan.sizes.assumptions import narrowed

STOP = 200
BASE = 1


@st.composite
def integer_sets(draw):
    modulus = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 9]))
    residues = frozenset(draw(st.sets(st.integers(0, modulus - 1))))
    start = draw(st.integers(BASE, 40))
    early = draw(st.sets(st.integers(BASE, 39)))
    runs = IntegerSet.finite(BASE, (n for n in early if n < start)).runs
    return IntegerSet(BASE, runs, start, modulus, residues).normal()


def listed(integers):
    return {n for n in range(BASE, STOP) if n in integers}


@settings(max_examples=300, deadline=None)
@given(integer_sets(), integer_sets())
def test_algebra(a, b):
    universe = set(range(BASE, STOP))
    assert listed(a.intersection(b)) == listed(a) & listed(b)
    assert listed(a.union(b)) == listed(a) | listed(b)
    assert listed(a.complement()) == universe - listed(a)
    assert a.complement().complement() == a
    assert set(a.members(STOP)) == listed(a)
    assert a.is_empty == (not listed(a))
    assert a.count(5, 150) == len({n for n in listed(a) if 5 <= n <= 150})


@settings(max_examples=200, deadline=None)
@given(integer_sets(), integer_sets())
def test_one_form_for_one_set(a, b):
    assert (a == b) == (listed(a) == listed(b))
    assert a.intersection(a) == a
    assert a.intersection(b) == b.intersection(a)


@settings(max_examples=200, deadline=None)
@given(integer_sets(), st.integers(1, 30), st.integers(1, 30))
def test_sets_that_begin_elsewhere_meet_where_both_have_begun(a, first, second):
    """The same numbers from another least one on: what lies below one of the two is in neither order a member."""
    later = [_from(a, base) for base in (first, second)]
    for one, other in (later, later[::-1]):
        common = one.intersection(other)
        assert set(common.members(STOP)) == {n for n in listed(a) if n >= max(first, second)}
        assert common.base == max(first, second)


def _from(integers, base):
    runs = IntegerSet.finite(base, (n for n in listed(integers) if base <= n < integers.start)).runs
    return IntegerSet(base, runs, max(base, integers.start), integers.modulus, integers.residues).normal()


@settings(max_examples=300, deadline=None)
@given(integer_sets())
def test_the_step_divides_every_member(a):
    members = listed(a)
    assert all(n % a.step == 0 for n in members) if a.step else members <= {0}


DOMAINS = [Domain(), Domain(min=4), Domain(min=3, max=90), Domain(multiple_of=4), Domain(min=5, max=70, multiple_of=3)]


@settings(max_examples=200, deadline=None)
@given(integer_sets(), st.sampled_from([*DOMAINS, Domain(choices=(3, 7, 12, 40)), Domain(min=None)]))
def test_a_domain_that_is_narrowed_loses_none_of_the_values_that_are_left(a, domain):
    """All that a symbol may be and that is in the set; what is listed in full is nothing else."""
    left = {n for n in listed(a) if n in domain}
    if left:
        assert left <= {n for n in range(BASE, STOP) if n in narrowed(domain, a)}


TEXTS = [
    (IntegerSet.periodic(1, 16, [0]), "H % 16 == 0"),
    (IntegerSet.periodic(1, 16, range(0, 16, 4)), "H % 4 == 0"),
    (IntegerSet.periodic(1, 32, [0, 29, 30, 31]), "H % 32 in {0, 29, 30, 31}"),
    (IntegerSet.periodic(1, 16, range(8)), "H % 16 < 8"),
    (IntegerSet.periodic(1, 4, [0, 1, 3]), "H % 4 != 2"),
    (IntegerSet.periodic(1, 3, range(3)), "always"),
    (IntegerSet.periodic(1, 3, []), "never"),
    (IntegerSet.from_thresholds(1, 1, {0: 29}), "H >= 29"),
    (IntegerSet.from_thresholds(1, 6, {0: 6, 1: 7}), "H % 6 in {0, 1}, H >= 2"),
    (IntegerSet.finite(1, [5]), "H == 5"),
    (IntegerSet.finite(1, [1, 2, 4]), "H in {1, 2, 4}"),
    (IntegerSet.finite(1, [1, 2, 3, 4]), "H <= 4"),
    (IntegerSet.finite(1, [1, 2]), "H in {1, 2}"),
    (IntegerSet.finite(1, [7, 8, 9]), "7 <= H <= 9"),
    (IntegerSet.finite(1, range(5, 60, 3)), "H in {5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, and 7 more}"),
    (IntegerSet.finite(1, [3]).complement(), "H in {1, 2} or H >= 4"),
    (IntegerSet(1, ((1, 3),), 10, 2, frozenset([0])).normal(), "H <= 3 or (H % 2 == 0 and H >= 9)"),
]


@pytest.mark.parametrize(("integers", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_text(integers, text):
    assert integers.text("H") == text


def test_long_ranges_take_no_room():
    low = IntegerSet.from_thresholds(1, 1, {0: 10**12})
    assert low.text("H") == "H >= 1000000000000"
    assert low.complement().text("H") == "H <= 999999999999"
    assert low.complement().runs == ((1, 10**12 - 1),)
    assert low.union(IntegerSet.finite(1, [10**6])).text("H") == "H == 1000000 or H >= 1000000000000"
    assert low.intersection(IntegerSet.periodic(1, 16, [0])) == IntegerSet.from_thresholds(1, 16, {0: 10**12})
    assert low.complement().intersection(IntegerSet.periodic(1, 16, [0])) is None
