"""Verification is green where predictions are right: in small networks, and in every example."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from cnnplan.errors import SpecError, UsageError
from cnnplan.verification import verify
from tests.verification.networks import HEAD, NET

FOLDER = Path(__file__).parents[2] / "specs"
SPECS = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.yaml") if path.stem != "blocks")
OPAQUE = {"language/mamba_130m.yaml"}
QUICK = [
    ("lenet5", {}),
    ("two_conv", {"stride": 2}),
    ("inception_module", {}),
    ("mobilenet_v2", {"N": 2, "H": 33, "W": 20}),
]


@pytest.mark.parametrize(("name", "values"), QUICK)
def test_predictions_are_right(specs, name, values):
    found = verify(specs / f"{name}.yaml", **values)
    assert found.ok, found.mismatches[:5]
    assert found.comparisons > 300


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_predictions_are_right_in_every_network(name):
    if name in OPAQUE:
        with pytest.raises(UsageError, match=r"layer1.scan is opaque: .* nobody can run it"):
            verify(FOLDER / name, seconds=inf)
        return
    found = verify(FOLDER / name, seconds=inf)
    assert found.ok, found.mismatches[:5]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet", "googlenet", "densenet121", "mobilenet_v2"])
def test_predictions_are_right_at_full_size(specs, name):
    told = {"variant": "resnet50"} if name == "resnet" else {}
    found = verify(specs / f"{name}.yaml", H=224, W=224, seconds=inf, **told)
    assert found.ok, found.mismatches[:5]


OWN = [
    # layers whose own arithmetic gives a NaN of drawn data
    "- conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - sqrt",
    "- conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - pow: {exponent: 0.5}\n  - max_pool: {kernel_size: 2}",
    "- relu:\n    name: a\n  - divide:\n    from: [a, a]\n  - conv: {out_channels: 2, kernel_size: 3}",
    # zeros by zeros, whatever is drawn
    "- subtract:\n    from: [input, input]\n    name: a\n  - divide:\n    from: [a, a]\n  - avg_pool: {kernel_size: 2}",
]


@pytest.mark.parametrize("layers", OWN)
def test_a_nan_of_the_networks_own_is_no_mismatch(layers):
    found = verify(f"cnnplan: 1\nname: t\nsymbols: {{N: 1, H: 8, W: 9}}\ninput: [N, 3, H, W]\nlayers:\n  {layers}\n")
    assert found.ok, found.mismatches
    assert found.scores["receptive field"].comparisons


def test_what_a_slice_left_out_is_not_reached():
    row = "  - slice: {dim: 2, start: %s, end: %s}\n    from: input\n  - reshape: {shape: [N, 5, W]}\n    name: %s\n"
    text = "cnnplan: 1\nname: t\nsymbols: {N: 1, W: 6}\ninput: [N, 5, 8, W]\nlayers:\n"
    found = verify(text + row % (0, 1, "a") + row % (5, 6, "b") + "  - add:\n    from: [a, b]\n")
    assert found.ok, found.mismatches


def test_values_that_are_told():
    found = verify(NET, N=3, H=6, W=4)
    assert {(case.at["N"], case.at["H"], case.at["W"]) for case in found.cases} == {(3, 6, 4)}
    with pytest.raises(SpecError, match="H % 2 == 0"):
        verify(NET, H=7)


def test_conditions_on_two_symbols():
    text = HEAD.format("H: 4, W: 5", "inputs: {a: [N, 2, H], b: [N, 2, W - 1]}") + "  - concat:\n    from: [a, b]\n"
    found = verify(text)
    assert found.ok, found.mismatches
    assert found.scores["forbidden sizes"].comparisons
    assert all(case.at["W"] == case.at["H"] + 1 for case in found.cases if case.purpose == "sizes")


def test_other_structures_are_run_at_fewer_sizes(specs):
    found = verify(specs / "two_conv.yaml")
    runs = {}
    for case in found.cases:
        if case.purpose == "sizes":
            choice = (case.at["stride"], case.at["padding"])
            runs[choice] = runs.get(choice, 0) + 1
    assert runs == {(1, 0): 4, (1, 1): 2, (2, 0): 2, (2, 1): 2}


def test_integers_keep_their_type():
    found = verify(
        "cnnplan: 1\nname: words\nsymbols: {N: 2, T: 9}\ninput: {shape: [N, T], dtype: int64, below: 7}\n"
        "layers:\n  - identity\n  - slice: {dim: 1, start: 1, end: 6}\n"
        "  - embedding: {num_embeddings: 7, embedding_dim: 3}\n"
    )
    assert found.ok, found.mismatches
