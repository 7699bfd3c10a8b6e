"""What a spec claims of its declared values: proved, refuted by a witness, or undecided and warned of."""

from __future__ import annotations

import pytest

import cnnplan
from cnnplan.errors import SpecError

HEAD = "cnnplan: 1\nsymbols: {%s}\ninput: [%s]\nlayers:\n"


def spec(symbols, shape, *layers):
    """A spec with these symbols, input and layers."""
    return HEAD % (symbols, shape) + "".join(f"  - {layer}\n" for layer in layers)


def told(text):
    """The identifiers and messages of errors and of what is undecided."""
    return [
        (each.rule, each.message) for each in cnnplan.check(text) if each.rule == "CNN305" or each.severity == "error"
    ]


UNDECIDED = spec(
    "c: {default: 4, min: 1}, m: {default: 6, min: 1}", "1, 3, 32, 48",
    "conv: {out_channels: (c + m) ** 2 - 4 * c * m + 3, kernel_size: 3}",
)  # fmt: skip


def test_what_is_undecided_is_a_warning_with_an_identifier_of_its_own():
    ((rule, message),) = told(UNDECIDED)
    assert rule == "CNN305"
    assert "undecided for what is declared" in message


def test_what_is_undecided_stays_a_condition_that_values_are_held_against():
    plan = cnnplan.load(UNDECIDED)
    assert len(plan.conditions) == 1
    assert plan.at(c=7, m=5).params == (4 + 3) * 3 * 9 + 7


@pytest.mark.parametrize(("layers", "least"), [(1, 3), (2, 7), (4, 31)])
def test_a_bound_that_grows_is_told_once_as_that_of_the_network(layers, least):
    conv = "conv: {out_channels: 8, kernel_size: 3, stride: 2}"
    ((rule, message),) = told(spec("H: {default: 224, min: 1}", "1, 3, H, 200", *[conv] * layers))
    assert rule == "CNN101"
    assert message.endswith(f"needs H >= {least}, and H = 1 is declared legal")


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1)])
def test_of_layers_that_ask_for_a_bound_the_one_that_asks_for_most_is_told(order):
    """Wherever it stands: what it needs alone is what the network needs."""
    pools = [f"max_pool: {{kernel_size: [{kernel}, 1], stride: 1, padding: 0}}" for kernel in (5, 41, 9)]
    names = [f"{{{pools[place]}, name: p{place}, from: input}}" for place in order]
    ends = ", ".join(f"p{place}" for place in order)
    text = spec("H: {default: 224, min: 1}", "1, 3, H, 200", *names) + f"outputs: [{ends}]\n"
    (finding,) = [each for each in cnnplan.check(text) if each.severity == "error"]
    assert (finding.layer, "needs H >= 41, and H = 1 is declared legal" in finding.message) == ("p1", True)


def test_what_fails_at_a_declared_value_is_refused_by_load():
    with pytest.raises(SpecError, match=r"needs c % 4 == 0, and c = 1 is declared legal"):
        cnnplan.load(spec("c: {default: 8, min: 1}", "1, c, 32, 48", "group_norm: {num_groups: 4}"))
