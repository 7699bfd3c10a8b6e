"""What is off, left out or set from outside: outputs and entries that are off, what leads nowhere, truth values."""

from __future__ import annotations

import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.rules import check
from cnnplan.verification import verify

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 1, H: 16, W: 24, deep: false}\ninput: [N, 3, H, W]\n"
AUXILIARY = (
    HEAD
    + """\
layers:
  - conv: {out_channels: 4, kernel_size: 3}
    name: mid
  - conv: {out_channels: 5, kernel_size: 3}
    name: main
  - sequence:
      - conv: {out_channels: 6, kernel_size: 1}
    from: mid
    when: deep
    name: aux
outputs: [main, aux]
"""
)
FUSED = (
    HEAD
    + """\
layers:
  - conv: {out_channels: 4, kernel_size: 3}
    name: a
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
    name: b
  - add:
    from: [a, b]
    when: deep
"""
)
SIDE = (
    HEAD
    + """\
layers:
  - conv: {out_channels: 4, kernel_size: 3}
    name: first
  - conv: {out_channels: 5, kernel_size: 3}
    name: second
  - linear: {out_features: 7}
    name: third
outputs: [first]
"""
)


def errors(text):
    return [(found.rule, found.layer, found.message, found.hint) for found in check(text) if found.severity == "error"]


def test_an_output_that_is_off_is_an_error():
    ((rule, layer, message, hint),) = errors(AUXILIARY)
    assert (rule, layer, message) == ("CNN016", "aux", "aux is off, and an output gives what it computes itself")
    assert "leave it out of `outputs`" in hint
    plan = cnnplan.load(AUXILIARY, deep=True)
    assert {name: str(shape[1]) for name, shape in plan.outputs.items()} == {"main": "5", "aux.conv1": "6"}


def test_an_entry_with_several_inputs_that_is_off_is_an_error():
    ((rule, layer, message, hint),) = errors(FUSED)
    assert (rule, layer) == ("CNN016", "add1")
    assert message == "add is off and reads 2 layers: which of them it gives is not said"
    assert "`branches`" in hint
    assert cnnplan.load(FUSED.replace("deep: false", "deep: true"))
    # with one input, it is that
    one = FUSED.replace("  - add:\n    from: [a, b]", "  - relu:\n    from: a")
    assert cnnplan.load(one).outputs["a"][1] == 4


def test_what_leads_to_no_output_is_not_counted():
    plan = cnnplan.load(SIDE)
    assert [node.name for node in plan] == ["first"]
    assert list(plan.graph.omitted) == ["second", "third"]
    assert plan.params == 3 * 4 * 9 + 4
    assert list(execute(plan.graph).measurements) == ["first"]
    (found,) = [one for one in check(SIDE) if one.rule == "CNN206"]
    assert (found.layer, found.message) == (
        "third",
        "it leads to none of the declared outputs: 2 such layers are not counted",
    )
    with pytest.raises(KeyError, match="third leads to none of the outputs of t: first"):
        plan["third"]
    assert verify(SIDE).ok


def test_weights_that_are_shared_with_what_is_left_out_are_counted():
    twin = "  - conv: {out_channels: 4, kernel_size: 3}\n    from: input\n    share: first\n    name: twin\n"
    text = SIDE.replace("outputs: [first]", f"{twin}outputs: [twin]")
    plan = cnnplan.load(text)
    assert plan.params == 3 * 4 * 9 + 4
    assert plan["twin"].shared is None


def test_a_layer_of_which_only_the_size_is_read_does_no_work():
    text = (
        HEAD
        + """\
layers:
  - conv: {out_channels: 4, kernel_size: 3}
    name: deep_one
  - crop:
    from: [input, deep_one]
"""
    )
    (found,) = [one for one in check(text) if one.rule == "CNN206"]
    assert found.message == "only the size of its output is read, and it is no output of the network"


SET = [
    # symbols, value, what the symbol is
    ("{s: false}", True, True), ("{s: false}", "true", True), ("{s: true}", "False", False),
    ("{s: {default: false, choices: [false, true]}}", "true", True),
    ("{s: {default: false, choices: [false, true]}}", True, True),
    ("{s: relu}", "gelu", "gelu"), ("{s: {default: relu, choices: [relu, gelu]}}", "gelu", "gelu"),
    ("{s: 3, H: 7}", "H", 7), ("{s: 3, H: 7}", "5", 5),
]  # fmt: skip


@pytest.mark.parametrize(("symbols", "value", "expected"), SET)
def test_symbols_are_set(symbols, value, expected):
    text = f"cnnplan: 1\nname: t\nsymbols: {symbols}\ninput: [1, 3, 8]\nlayers:\n  - relu\n"
    assert cnnplan.load(text, s=value).values["s"] == expected
    assert type(cnnplan.load(text, s=value).values["s"] is True) is type(expected is True)


REFUSED = [
    ("{s: false}", "yes", r"s \(=yes\) must be true or false"), ("{s: false}", 1, "must be true or false"),
    ("{s: relu}", "gule", r"s \(=gule\) must be an operator or a block"),
    ("{s: {default: relu, choices: [relu, gelu]}}", "silu", "must be one of relu, gelu"),
    ("{s: [1, 2]}", "3", "cannot be set: it is a list or a record; declare `choices`"),
    ("{s: {default: 1, choices: [1, 2]}}", True, "outside its declared domain|must be one of|must be a number"),
    ("{s: 3, H: }", "H", "s = H, and H has no value"),
]  # fmt: skip


@pytest.mark.parametrize(("symbols", "value", "said"), REFUSED)
def test_symbols_are_not_set(symbols, value, said):
    text = f"cnnplan: 1\nname: t\nsymbols: {symbols}\ninput: [1, 3, 8]\nlayers:\n  - relu\n"
    with pytest.raises(UsageError, match=said):
        cnnplan.load(text, s=value)


def test_symbols_that_follow_each_other_in_a_circle():
    with pytest.raises(UsageError, match="goes around in a circle"):
        cnnplan.load(HEAD + "layers: [relu]\n", H="W", W="H")


def test_a_counted_name_of_a_block_that_ends_in_a_digit():
    text = (
        "cnnplan: 1\nname: t\ninput: [1, 3, 8, 9]\nblocks:\n  up2:\n    layers:\n      - upsample: {scale_factor: 2}\n"
    )
    text += "layers:\n  - up2\n  - relu\n  - add:\n    from: [up21, relu1]\n"
    assert cnnplan.load(text).outputs["add1"] == (1, 3, 16, 18)
