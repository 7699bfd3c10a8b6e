"""Which designs of a sweep are kept, and in which order: sorted, limited, or those that no other beats."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import cnnplan
from cnnplan.exploration.design import stream
from cnnplan.exploration.selection import Selection


def test_sort_and_limit(choices):
    every = cnnplan.sweep(choices, where="true")
    best = cnnplan.sweep(choices, where="true", sort="-macs", limit=5)
    assert best["macs"].tolist() == sorted(every["macs"].tolist(), reverse=True)[:5]
    assert cnnplan.sweep(choices, sort="macs", where="true")["macs"].tolist() == sorted(every["macs"].tolist())
    assert cnnplan.sweep(choices, limit=7).rows == 7


def beaten(row, others):
    return any(all(a <= b for a, b in zip(other, row, strict=True)) and other != row for other in others)


@pytest.mark.parametrize(
    "columns", [("params", "macs"), ("-params", "macs"), ("params", "-output[2]", "macs"), ("macs",)]
)
def test_pareto(choices, columns):
    every = cnnplan.sweep(choices, H="8:12", where="true")
    keys = [-every[name[1:]] if name.startswith("-") else every[name] for name in columns]
    points = list(zip(*(key.tolist() for key in keys), strict=True))
    front = [i for i, point in enumerate(points) if not beaten(point, points)]
    found = cnnplan.sweep(choices, H="8:12", pareto=columns)
    assert found["macs"].tolist() == every["macs"][front].tolist()
    assert found["H"].tolist() == every["H"][front].tolist()
    assert 0 < found.rows < every.rows


KEYS = {
    "numbers": lambda numbers: numbers.integers(0, 9, 50),
    "shares": lambda numbers: numbers.integers(0, 9, 50) / 4,
    "huge": lambda numbers: numbers.integers(0, 9, 50).astype(object) * 10**30,
    "words": lambda numbers: numbers.choice(["b", "aa", "c", "ab"], 50),
    "truths": lambda numbers: numbers.integers(0, 2, 50).astype(bool),
}


@pytest.mark.parametrize("limit", [0, 1, 3, 20, 49, 50, 51])
@pytest.mark.parametrize("sort", ["x", "-x", None])
@pytest.mark.parametrize("kind", KEYS)
def test_the_first_of_a_part_are_those_of_all_in_order_and_hold_no_others(kind, sort, limit):
    numbers = np.random.default_rng(11)
    rows = {"x": KEYS[kind](numbers), "place": np.arange(50)}
    whole = Selection(sort).best(rows)
    found = Selection(sort, limit=limit).partial(rows)
    assert {name: column.tolist() for name, column in found.items()} == {
        name: column[:limit].tolist() for name, column in whole.items()
    }
    assert all(column.base is None for column in found.values())


def test_a_limit_takes_nothing_from_the_front_before_the_last_part_is_seen():
    parts = [
        {"x": np.array([1, 2, 5]), "y": np.array([10, 9, 5]), "legal": np.ones(3, bool)},
        {"x": np.array([6, 0]), "y": np.array([6, 9]), "legal": np.ones(2, bool)},  # 6, 6 is beaten by 5, 5
    ]
    for chosen in (parts, [Selection(pareto=("x", "y"), limit=2).partial(part) for part in parts]):
        (front,) = Selection(pareto=("x", "y"), limit=2).of(chosen)
        assert list(zip(front["x"].tolist(), front["y"].tolist(), strict=True)) == [(5, 5), (0, 9)]


@pytest.mark.parametrize("held", [1, 70, 640, 10_000])
@pytest.mark.parametrize("column", ["whole", "huge", "word", "part"])
@pytest.mark.parametrize("way", ["", "-"])
def test_what_memory_does_not_hold_is_sorted_as_well(monkeypatch, held, column, way):
    monkeypatch.setattr("cnnplan.exploration.sorting.HELD", held)
    monkeypatch.setattr("cnnplan.exploration.sorting.BLOCK", 16)
    draw = np.random.default_rng(held)
    rows = {
        "whole": draw.integers(-9, 9, 1000),
        "huge": draw.integers(0, 40, 1000).astype(object) * 10**20,
        "word": draw.choice(["b", "aa", "c"], 1000),
        "part": draw.integers(0, 5, 1000) / 4,
        "place": np.arange(1000),
        "legal": np.ones(1000, bool),
    }
    parts = [{name: each[start : start + 64] for name, each in rows.items()} for start in range(0, 1000, 64)]
    found = [place for part in Selection(f"{way}{column}").of(parts) for place in part["place"].tolist()]
    ranks = np.unique(rows[column], return_inverse=True)[1] * (-1 if way else 1)
    assert found == np.argsort(ranks, kind="stable").tolist()


def test_memory_is_bounded_while_sorting(specs, monkeypatch):
    monkeypatch.setattr("cnnplan.exploration.sorting.HELD", 1 << 17)
    given = {"variant": "resnet18", "H": "1:500", "W": "1:2000"}
    made = stream(specs / "resnet.yaml", given, selection=Selection("-macs"))
    tracemalloc.start()
    before, rows = 2**62, 0
    for part in made.parts:
        assert before >= part["macs"][0] >= part["macs"][-1]
        before, rows = part["macs"][-1], rows + len(part["macs"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == made.points == 1_000_000
    assert peak < 100e6  # all rows are as much


@pytest.mark.parametrize("kinds", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_a_front_of_points_of_which_many_are_equal(kinds, seed):
    columns = {f"c{i}": column for i, column in enumerate(np.random.default_rng(seed).integers(0, 6, (kinds, 40)))}
    points = list(zip(*(column.tolist() for column in columns.values()), strict=True))
    found = Selection(pareto=tuple(columns)).best({**columns, "place": np.arange(40)})
    assert found["place"].tolist() == [i for i, point in enumerate(points) if not beaten(point, points)]
