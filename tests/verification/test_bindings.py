"""The sizes and choices at which a network is verified: those that find faults."""

from __future__ import annotations

import pytest

from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec
from cnnplan.verification.choice import Choice, structures
from tests.verification.networks import HEAD


def chosen(name, specs, **told):
    spec = load_spec(specs / f"{name}.yaml")
    return Choice(plan_spec(spec, told), told)


def test_bindings_of_resnet(specs):
    bindings = chosen("resnet", specs, variant="resnet18").bindings()
    assert all(values["N"] > 1 for values in bindings)
    assert all(len(set(values.values())) == len(values) for values in bindings)
    heights = {values["H"] for values in bindings}
    assert min(heights) == 1
    assert {h % 32 for h in heights} == {0, 1, 17, 31}


@pytest.mark.parametrize(("name", "length"), [("resnet", 32), ("unet", 16), ("mobilenet_v2", 32)])
def test_every_size_leaves_the_remainders_that_tell(specs, name, length):
    """Each symbol takes them, also where it gives way to another that has the same value."""
    told = {"variant": "resnet18"} if name == "resnet" else {}
    choice = chosen(name, specs, **told)
    bindings = choice.bindings()
    for symbol in ("H", "W"):
        found = {values[symbol] % length for values in bindings}
        asked = {0, 1, length // 2 + 1, length - 1}
        possible = {value % length for value in range(1, 40 * length) if choice.legal({**bindings[0], symbol: value})}
        assert asked & possible <= found, (symbol, found)


def test_many_sizes_leave_the_remainders_that_tell():
    """More of them than there are values to go round: where two are alike one gives way by a whole period."""
    names = "ABCDEF"
    inputs = f"inputs: {{x: [N, 3, {', '.join(names[:3])}], y: [N, 3, {', '.join(names[3:])}]}}"
    text = HEAD.format(", ".join(f"{name}: 16" for name in names), inputs)
    for name in "xy":
        text += f"  - max_pool: {{kernel_size: 4}}\n    from: {name}\n    name: {name}4\n"
    choice = Choice(plan_spec(load_spec(f"{text}outputs: [x4, y4]\n")), {})
    bindings = choice.bindings()
    for name in names:
        assert {values[name] % 4 for values in bindings} >= {0, 1, 3}, name
    assert all(len({values[name] for name in names}) == len(names) for values in bindings)


def test_no_two_symbols_are_alike(specs):
    bindings = chosen("two_conv", specs, stride=2, padding=1).bindings()
    assert len(bindings) > 3
    assert all(len({values[name] for name in ("N", "H", "W", "stride")}) == 4 for values in bindings)


def test_bindings_keep_the_conditions(specs):
    bindings = chosen("unet", specs).bindings()
    assert len(bindings) > 1
    assert all(values["H"] % 16 == values["W"] % 16 == 0 for values in bindings)
    assert min(values["H"] for values in bindings) == 16


def test_sizes_that_are_forbidden(specs):
    cases = list(chosen("unet", specs).forbidden())
    assert len({tuple(case.items()) for case in cases}) == 6
    assert all(values["H"] % 16 or values["W"] % 16 for values in cases)


def test_all_combinations_of_choices_or_each_choice_once():
    symbols = ", ".join(f"s{i}: {{default: 1, choices: [1, 2, 3]}}" for i in range(4))
    spec = load_spec(f"cnnplan: 1\nname: t\nsymbols: {{N: 1, {symbols}}}\ninput: [N, 2]\nlayers:\n  - relu\n")
    assert len(structures(spec, {"s0": 1, "s1": 1})) == 9
    many = structures(spec, {})
    assert len(many) == 9
    assert {(name, value) for case in many for name, value in case.items()} == {
        (f"s{i}", v) for i in range(4) for v in (1, 2, 3)
    }


def test_a_size_of_which_one_value_alone_is_legal(tmp_path):
    """A table of weights that has 13 columns asks for W == 13: looking for a second value of W has an end."""
    path = tmp_path / "t.yaml"
    path.write_text(
        HEAD.format("H: {default: 10, min: 7}, W: 13", "input: [N, 6, H, W]")
        + "  - {parameter: {shape: [8, 13]}, name: table}\n"
        + "  - {linear: {out_features: 8}, from: [input, table]}\n"
    )
    bindings = Choice(plan_spec(load_spec(path)), {}).bindings()
    assert {values["W"] for values in bindings} == {13}
    assert len({values["H"] for values in bindings}) > 1
