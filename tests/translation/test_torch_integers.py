"""Inputs of PyTorch modules that are whole numbers: found by what reads them, for nobody says which ones are."""

from __future__ import annotations

import pytest

import cnnplan
from cnnplan.errors import SpecError

torch = pytest.importorskip("torch")
nn = torch.nn


class Words(nn.Module):
    """Words as rows of a table, which are scored by the same table."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(50, 6)
        self.place = nn.Embedding(9, 6)
        self.scores = nn.Linear(6, 50, bias=False)
        self.scores.weight = self.table.weight

    def forward(self, words, places):
        return self.scores(self.table(words.reshape(-1, words.shape[-1])) + self.place(places)[None])


class Picked(nn.Module):
    """Rows of a parameter, at the places that come in; and numbers that are none."""

    def __init__(self, pick):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(50, 6))
        self.pick = pick

    def forward(self, x, places):
        return self.pick(self, self.table, places) + x


PICKS = {
    "index": lambda _, table, places: table[places],
    "a part of them": lambda _, table, places: table[places[:, :4]],
    "index_select": lambda _, table, places: torch.index_select(table, 0, places),
    "embedding": lambda _, table, places: torch.nn.functional.embedding(places, table),
    "cast": lambda _, table, places: torch.nn.functional.embedding(places.long(), table),
}


def test_words_are_whole_numbers_below_the_rows_of_the_table():
    plan = cnnplan.load(Words(), dims={"words": "N,T", "places": "T"})
    told = {name: (each.dtype, str(each.below)) for name, each in plan.spec.inputs.items()}
    assert told == {"words": ("int64", "50"), "places": ("int64", "9")}
    assert plan.params == 50 * 6 + 9 * 6
    assert str(plan.macs) == "300*N*T"
    assert plan.nodes["scores"].shared
    assert [str(each) for each in plan.conditions] == []
    plan.at(N=2, T=7)


@pytest.mark.parametrize("pick", PICKS)
def test_what_is_looked_up_at_is_whole_and_nothing_else(pick):
    dims = {"x": "N,4,6" if pick == "a part of them" else "N,6", "places": "N,5" if pick == "a part of them" else "N"}
    plan = cnnplan.load(Picked(PICKS[pick]), dims=dims)
    assert {name: each.dtype for name, each in plan.spec.inputs.items()} == {"x": "float32", "places": "int64"}
    assert plan.params == 50 * 6


def test_places_that_are_computed_are_not_those_that_come_in():
    """A float that is looked up at is refused as before: it does not run."""
    picked = Picked(lambda _, table, places: table[places * 2.0])
    with pytest.raises(SpecError, match="tensors used as indices must be"):
        cnnplan.load(picked, dims={"x": "N,6", "places": "N"})
