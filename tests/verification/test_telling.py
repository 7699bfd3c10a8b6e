"""What is told of a verification: while it runs, in one line, as a table and as JSON, and by what was left out."""

from __future__ import annotations

import json
from itertools import pairwise

from cnnplan.ops.rectifiers import Relu
from cnnplan.report.verified import render, render_json
from cnnplan.verification import verify
from cnnplan.verification.results import Verification
from tests.verification.networks import NET, broken_cost


def test_time_is_bounded_and_what_is_left_out_is_told():
    found = verify(NET, seconds=0)
    assert found.bindings == 1
    assert found.omitted
    assert found.summary.endswith(f"all agree; {len(found.omitted)} runs were left out for want of time")
    assert f"left out: {found.omitted[0]}" in render(found)


def test_what_was_done_in_one_line():
    found = verify(NET)
    assert found.ok
    assert found.summary.startswith("halves: ")
    assert (
        f"{found.bindings} bindings, {found.layers} layers run, {found.comparisons:,} comparisons: all agree"
        in found.summary
    )
    assert {
        "shape",
        "parameters",
        "buffers",
        "live bytes",
        "macs",
        "peak bytes",
        "receptive field",
    } <= found.scores.keys()
    assert found.scores["forbidden sizes"].comparisons >= 4


def test_nothing_compared_is_nothing_shown():
    found = Verification("t")
    assert not found.ok
    found.compare("shape", "conv1", {}, (1, 2), (1, 2))
    assert found.ok
    found.compare("shape", "conv1", {}, (1, 2), (2, 1))
    assert not found.ok
    assert found.summary == "t: 0 bindings, 0 layers run, 2 comparisons: 1 do not agree"


def test_progress_is_told():
    told = []
    verify(NET, progress=lambda done, total, text: told.append((done, total, text)))
    assert [done for done, _, _ in told] == list(range(told[0][1]))
    assert all(one[1] == other[1] for one, other in pairwise(told))
    assert any("forbidden" in text for _, _, text in told)


def test_the_table_and_the_document(monkeypatch):
    good = verify(NET)
    assert render(good).splitlines()[-1] == good.summary
    assert "differ" not in render(good)
    monkeypatch.setattr(Relu, "cost", broken_cost)
    bad = verify(NET)
    assert "relu1: compares at N = 2" in render(bad)
    (document, other) = json.loads(render_json([good, bad]))
    assert (document["ok"], document["mismatches"], other["ok"]) == (True, [], False)
    assert document["quantities"]["macs"]["predicted"] == document["quantities"]["macs"]["measured"] > 0
    assert other["mismatches"][0]["quantity"] == "compares"
