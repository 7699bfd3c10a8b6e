"""For which sizes a network is legal: as printed, with the layers behind it, and by brute force."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnplan
from cnnplan.executor import execute

FOLDER = Path(__file__).parent

CONDITIONS = [
    # A lower bound that follows from the remainders and H >= 1 is not said: H % 9 == 0 is at least 9 anyway, and what
    # leaves 0 or 31 when divided by 32 is at least 31.
    ("unet4", "H % 16 == 0"),
    ("unet5", "H % 32 == 0"),
    ("unet6", "H % 64 == 0"),
    ("pyramid", "H % 32 in {0, 29, 30, 31}"),
    ("shortcut_floor", "H % 32 in {0, 31}"),
    ("shortcut_ceil", None),
    ("transposed", "H % 8 == 0"),
    ("thirds", "H % 9 == 0"),
    ("halves_and_thirds", "H % 6 == 0"),
    ("two_and_three", "H % 6 in {0, 1}, H >= 2"),
    ("strides", "H in {1, 2, 4}"),
]


def plan(name):
    return cnnplan.load(FOLDER / f"{name}.yaml")


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_the_condition_of_each_axis(name, condition):
    printed = [str(condition) for condition in plan(name).conditions]
    assert printed == ([] if condition is None else [condition, condition.replace("H", "W")])


def runs(graph, height):
    """Whether NumPy gets through the network, of which it is told no shape and no condition."""
    try:
        execute(graph, values={"N": 1, "H": height, "W": graph.values["W"]})
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", [name for name, _ in CONDITIONS])
def test_legal_exactly_where_it_runs(name):
    planned = plan(name)
    at = {"W": planned.values["W"]}
    legal = [h for h in range(1, 420) if planned.condition.verdict or planned.condition.holds({"H": h, **at})]
    assert legal == [h for h in range(1, 420) if runs(planned.graph, h)]


CAUSES = [
    # spec, the cause that comes first
    (
        "unet4",
        (
            "up1.concat1: floor(H/8) meets 2*floor(H/16): needs H % 16 < 8; "
            "use ceil_mode, output_padding, or pad H to a multiple of 16"
        ),
    ),
    (
        "thirds",
        (
            "concat1: floor(H/3) meets 3*floor(H/9): needs H % 9 < 3; "
            "use ceil_mode, output_padding, or pad H to a multiple of 9"
        ),
    ),
    (
        "strides",
        (
            "concat1: ceil(H/2) meets ceil(H/3): needs H in {1, 2, 4}; "
            "give the paths the same strides: beyond these sizes no padding helps"
        ),
    ),
]


@pytest.mark.parametrize(("name", "told"), CAUSES)
def test_the_cause_and_the_way_out(name, told):
    assert str(plan(name).causes[0]) == told


def test_every_join_of_a_unet_is_a_cause_and_no_pooling_is():
    layers = [cause.layer for cause in plan("unet5").causes]
    assert layers == [f"up{i}.concat1" for i in range(1, 6) for _ in "HW"]


def test_channels_that_differ_are_no_question_of_strides():
    layers = "  - conv: {out_channels: f, kernel_size: 1}\n  - add:\n    from: [prev, input]\n"
    text = f"cnnplan: 1\nsymbols: {{N: 1, H: 9, W: 7, f: 64}}\ninput: [N, 64, H, W]\nlayers:\n{layers}"
    (cause,) = cnnplan.load(text).causes
    assert str(cause) == "add1: f meets 64: needs f == 64; give both the same number of channels"


def test_what_is_always_legal_has_no_cause():
    assert plan("shortcut_ceil").causes == ()


def test_a_width_that_is_a_fraction_stays_open_and_shows_where_it_fails():
    (cause,) = [cause for cause in plan("width").causes if "meets" in cause.reason]
    assert str(cause).startswith("add1: 2*floor(512*w) meets floor(1024*w): fails at w = 0.33")


WIDTH = (FOLDER / "width.yaml").read_text()


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("w: 1.33", "2*floor(512*w) meets floor(1024*w) on axis 1 at w = 1.33"),
        ("w: {default: 1, choices: [0.5, 1, 1.33, 2]}", "and w = 1.33 is declared legal"),
    ],
)
def test_a_width_at_which_it_fails_is_an_error(declared, said):
    (finding,) = cnnplan.check(WIDTH.replace("w: 0.5", declared))
    assert said in finding.message


def test_a_condition_that_is_declared_disappears():
    text = (FOLDER / "unet4.yaml").read_text()
    declared = text.replace("H: 48, W: 16", "H: {default: 48, multiple_of: 16}, W: {default: 16, choices: [16, 96]}")
    assert cnnplan.load(declared).conditions == ()


def test_a_condition_that_contradicts_the_declaration_is_an_error():
    text = (FOLDER / "unet4.yaml").read_text().replace("H: 48,", "H: {default: 32, min: 16, multiple_of: 8},")
    (finding,) = cnnplan.check(text)
    assert "needs H % 16 == 0, and H = 24 is declared legal" in finding.message
