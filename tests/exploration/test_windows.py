"""The windows, and chains of them, that map one size to another."""

from __future__ import annotations

from itertools import product

import pytest

from cnnplan.exploration import Window, chains, mapping
from cnnplan.exploration.windows import general, mapped, steps


def test_the_windows_that_map_a_size_to_another():
    found = mapping(224, 112)
    assert found.family == "111*s - 224 <= 2*p - d*(k - 1) - 1 <= 112*s - 225"
    wanted = [
        (k, s, p, 1) for k, s, p in product(range(1, 8), range(1, 5), range(4)) if (224 + 2 * p - k) // s + 1 == 112
    ]
    assert [*map(tuple, found.windows)] == wanted
    for window in (Window(*case) for case in product(range(1, 8), range(1, 5), range(4), (1, 2))):
        low, middle, high = (eval(part, dict(zip("kspd", window, strict=True))) for part in found.family.split(" <= "))  # noqa: S307
        assert (low <= middle <= high) == (steps(224, window) == 112)


LETTERS = [
    # formula, the same of a number, what it asks of a window
    ("ceil(H/2)", lambda n: -(-n // 2), "s == 2 and 2*p - d*(k - 1) == 0"),
    ("floor(H/2)", lambda n: n // 2, "s == 2 and 2*p - d*(k - 1) == -1"),
    ("H", lambda n: n, "s == 1 and 2*p - d*(k - 1) == 0"),
    ("H - 4", lambda n: n - 4, "s == 1 and 2*p - d*(k - 1) == -4"),
    ("floor((H - 3)/2) + 2", lambda n: (n + 1) // 2, "s == 2 and 2*p - d*(k - 1) == 0"),
    ("2*H", lambda n: 2 * n, "no window does it: each gives floor((H + b)/s)"),
]


@pytest.mark.parametrize(("formula", "of", "family"), LETTERS, ids=[formula for formula, _, _ in LETTERS])
def test_the_windows_that_map_every_size(formula, of, family):
    ranges = {"k": range(1, 6), "s": range(1, 4), "p": range(4), "d": (1, 2)}
    found = general("H", formula, ranges)
    every = [Window(*each) for each in product(*ranges.values()) if each[0] > 1 or each[3] == 1]
    assert list(found.windows) == [each for each in every if all(steps(n, each) == of(n) for n in range(12, 60))]
    assert found.family == family


def test_map_as_the_command_line_writes_it():
    text = mapped("224:7", 5, {"k": "3", "s": "1,2", "p": "1"})
    assert text.splitlines()[0] == "1 of 2^5 chains map 224 to 7, with k 3, s 1, 2, p 1, d 1"
    assert text.splitlines()[-1] == "  kernel_size 3, stride 2, padding 1"
    assert mapped("10:50", 1, {}).splitlines()[1].startswith("none with")


KEEPING = [Window(k, 1, p, d) for k in (1, 3, 5, 7) for d in (1, 2) for p in range(4)]


def test_chains_are_counted_as_if_each_was_tried():
    assert len(KEEPING) == 32
    by_force = sum(through(9, chain) == 9 for chain in product(KEEPING, repeat=3))
    count, one = chains(9, 9, KEEPING, 3)
    assert count == by_force
    assert through(9, one) == 9


def through(size, chain):
    for window in chain:
        size = steps(size, window) if size else 0
    return size


def test_sixteen_layers_of_thirty_two_choices(effort):
    with effort() as done:
        count, one = chains(56, 56, KEEPING, 16)
    assert done.calls < 200_000
    assert count == 22_564_014_006_182_208_662_726
    assert through(56, one) == 56
