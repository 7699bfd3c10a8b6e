"""Layers that do the same as blocks: what may come in, what stands in front, and slices that are a split."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from cnnplan.plan import load
from cnnplan.translation.blocks import Limits, found
from cnnplan.translation.items import Item, Read, lifted
from cnnplan.translation.partition import unbound
from cnnplan.translation.writing import written

HEAD = {"cnnplan": 1, "input": ["N", 4, 12, 16], "symbols": {"N": None}}


def conv(read, width):
    return Item("conv", {"out_channels": width, "kernel_size": 3, "stride": 1, "padding": 1, "dilation": 1}, (read,))


def cells(widths, shared):
    """Convolutions of what is before, and of the same thing far back, added and followed by four activations."""
    made = [Item("conv", {"out_channels": shared, "kernel_size": 1}, (Read(-1),)), Item("mish", {}, (Read(0),))]
    for width in widths:
        before, start = Read(len(made) - 1), len(made)
        made += [conv(before, width), conv(Read(0), width), Item("add", {}, (Read(start), Read(start + 1)))]
        made += [Item(verb, {}, (Read(start + 2 + place),)) for place, verb in enumerate(("relu", "silu", "gelu"))]
    return made


def test_a_block_may_read_two_things():
    made = cells((8, 10, 14), 6)
    body, blocks = found([*map(replace, made)], {}, Limits(inputs=2))
    assert (
        written(HEAD, body, blocks)
        == """\
cnnplan: 1
input: [N, 4, 12, 16]
symbols: {N: null}

blocks:
  conv_gelu:
    args: {width: required}
    inputs: [x1, x2]
    layers:
      - {conv: {out_channels: width, kernel_size: 3, padding: 1}, from: x1}
      - {conv: {out_channels: width, kernel_size: 3, padding: 1}, from: x2}
      - {add: {}, from: [conv1, conv2]}
      - relu
      - silu
      - gelu

layers:
  - conv: {out_channels: 6, kernel_size: 1}
  - mish
  - {conv_gelu: {width: 8}, from: [mish1, conv1]}
  - {conv_gelu: {width: 10}, from: [conv_gelu1, conv1]}
  - {conv_gelu: {width: 14}, from: [conv_gelu2, conv1]}
"""
    )


@pytest.mark.parametrize("limits", [Limits(), Limits(inputs=2), Limits(inputs=2, items=3)])
def test_blocks_say_the_same_as_the_layers(limits):
    made = cells((8, 10, 14), 6)
    body, blocks = found([*map(replace, made)], {}, limits)
    plans = [load(written(HEAD, *each)) for each in ((body, blocks), (made, ()))]
    assert str(plans[0].macs) == str(plans[1].macs)
    assert [[*map(str, node.shape)] for node in plans[0]] == [[*map(str, node.shape)] for node in plans[1]]
    assert all(len(block.items) <= limits.items for block in blocks)


MASKS = [
    Item("conv", {"out_channels": 4, "kernel_size": 1}, (Read(-1),)),
    Item("constant", {"shape": [12, 16]}, (), origin="mask"),
    Item("add", {}, (Read(0), Read(1))),
    Item("constant", {"value": 2, "shape": [1]}, ()),
    Item("multiply", {}, (Read(2), Read(3))),
    Item("add", {}, (Read(4), Read(1))),
]


def test_constants_that_several_read_stand_in_front():
    front = lifted(MASKS)
    assert [item.verb for item in front] == ["constant", "constant", "conv", "add", "multiply", "add"]
    assert [item.reads for item in front[2:]] == [
        (Read(-1),),
        (Read(2), Read(0)),
        (Read(3), Read(1)),
        (Read(4), Read(0)),
    ]
    assert lifted(MASKS[:5]) == MASKS[:5]


def taken(*parts, squeezed=True):
    """Slices of a convolution's channels, each followed by a squeeze, and their sum."""
    made = [Item("conv", {"out_channels": 3, "kernel_size": 1}, (Read(-1),))]
    for start, end in parts:
        told = {"dim": 1, "start": start, **({} if end is None else {"end": end})}
        made.append(Item("slice", told, (Read(0),)))
        made.append(Item("squeeze" if squeezed else "relu", {"dim": 1} if squeezed else {}, (Read(len(made) - 1),)))
    reads = tuple(Read(place) for place in range(2, len(made), 2))
    return [*made, Item("add", {}, reads[:2]), Item("add", {}, (Read(len(made)), reads[-1]))]


def test_slices_of_all_of_an_axis_are_a_split():
    made = taken((0, 1), (1, 2), (2, None))
    document = yaml.safe_load(written(HEAD, unbound(made), ()))
    assert document["layers"] == [
        {"conv": {"out_channels": 3, "kernel_size": 1}},
        {"split": {"sections": 3, "dim": 1}},
        {"squeeze": {"dim": 1}, "from": "split1.0"},
        {"squeeze": {"dim": 1}, "from": "split1.1"},
        {"squeeze": {"dim": 1}, "from": "split1.2"},
        {"add": {}, "from": ["squeeze1", "squeeze2"]},
        {"add": {}, "from": ["add1", "squeeze3"]},
    ]
    plans = [load(written(HEAD, each, ())) for each in (made, unbound(made))]
    assert str(plans[0].flops) == str(plans[1].flops)
    assert [*map(str, next(iter(plans[1].outputs.values())))] == ["N", "12", "16"]


@pytest.mark.parametrize(
    "made",
    [
        taken((0, 1), (1, 2), (2, 3)),
        taken((0, 1), (2, 3), (2, None)),
        taken((0, 1), (1, 3), (2, None)),
        taken((1, 2), (2, None)),
        taken((0, 1), (1, 2), (2, None), squeezed=False),
    ],
    ids=["one may be behind", "twice", "more than one", "not from the front", "not squeezed"],
)
def test_other_slices_stay_slices(made):
    assert unbound(made) == made
