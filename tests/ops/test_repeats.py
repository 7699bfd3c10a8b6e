"""An extent that is the number 1 is repeated; one that only happens to be 1 is not, whatever NumPy would do."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context

ADD = OPERATORS["add"]()
H = Context().symbol("H")


def ran(operator, *shapes):
    return operator.run(*map(np.ones, shapes)).shape


def test_a_number_is_repeated():
    assert ran(ADD.placed((2, H, 5), (2, 1, 5)), (2, 7, 5), (2, 1, 5)) == (2, 7, 5)
    assert ran(ADD.placed((2, 1, 5), (2, H, 5)), (2, 1, 5), (2, 7, 5)) == (2, 7, 5)


@pytest.mark.parametrize("shapes", [((2, 1, 5), (2, 7, 5)), ((2, 7, 5), (2, 1, 5))])
def test_what_happens_to_be_1_is_not(shapes):
    placed = ADD.placed((2, H // 32, 5), (2, H // 16, 5))
    with pytest.raises(ValueError, match="on axis 1"):
        ran(placed, *shapes)
    assert ran(placed, (2, 1, 5), (2, 1, 5)) == (2, 1, 5)


def test_only_the_input_and_axis_that_was_a_number():
    placed = ADD.placed((2, H, 5), (2, 1, 5), (2, H, 5))
    assert ran(placed, (2, 7, 5), (2, 1, 5), (2, 7, 5)) == (2, 7, 5)
    for shapes in [
        ((2, 1, 5), (2, 7, 5), (2, 7, 5)),
        ((2, 7, 5), (2, 1, 5), (2, 1, 5)),
        ((2, 7, 5), (2, 1, 5), (2, 7, 1)),
    ]:
        with pytest.raises(ValueError, match="meets"):
            ran(placed, *shapes)


def test_a_join_repeats_nothing():
    with pytest.raises(ValueError, match="7 meets 1 on axis 1"):
        ran(ADD.placed((2, H, 5), (2, 1, 5), joins=True), (2, 7, 5), (2, 1, 5))


def test_left_to_itself_it_takes_1_for_a_number():
    assert ran(ADD, (2, 7, 5), (2, 1, 1)) == (2, 7, 5)
    with pytest.raises(ValueError, match="7 meets 3"):
        ran(ADD, (2, 7, 5), (2, 3, 5))
    with pytest.raises(ValueError, match="shorter"):
        ran(ADD, (2, 7, 5), (2, 7))


def test_what_is_noted_stays_when_symbols_get_values():
    placed = ADD.placed((2, H, 5), (2, H, 5))
    assert placed.at({"H": 7}) is placed
    conv = OPERATORS["conv"](out_channels=2 * H, kernel_size=(3, H), padding=((0, H), (1, 2)))
    assert conv.at({"H": 7}) == OPERATORS["conv"](out_channels=14, kernel_size=(3, 7), padding=((0, 7), (1, 2)))


@pytest.mark.parametrize("symbolic", [True, False])
def test_the_graph_notes_it(symbolic):
    from cnnplan.graph import build  # noqa: PLC0415
    from cnnplan.spec import load_spec  # noqa: PLC0415

    text = """
cnnplan: 1
name: gate
symbols: {H: 12}
input: [2, 3, H, 7]
layers:
  - branches:
      join: multiply
      paths: [[], [relu]]
    name: joined
  - global_avg_pool:
    name: gate
  - multiply:
    name: gated
    from: [joined, gate]
"""

    nodes = build(load_spec(text), symbolic=symbolic).nodes
    assert ran(nodes["gated"].op, (2, 3, 9, 7), (2, 3, 1, 1)) == (2, 3, 9, 7)
    joined = next(node for name, node in nodes.items() if node.op.verb == "multiply" and name != "gated")
    with pytest.raises(ValueError, match="meets"):
        ran(joined.op, (2, 3, 9, 7), (2, 3, 1, 1))
