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


def test_what_fails_at_a_declared_value_is_refused_by_load():
    with pytest.raises(SpecError, match=r"needs c % 4 == 0, and c = 1 is declared legal"):
        cnnplan.load(spec("c: {default: 8, min: 1}", "1, c, 32, 48", "group_norm: {num_groups: 4}"))
