"""Modules that call some functions at some sizes alone: one network for all of them, with `when` where it is told."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

import cnnplan
from cnnplan.conversion import convert, figures
from cnnplan.errors import OutsideConditions, SpecError

torch = pytest.importorskip("torch")
networks = pytest.importorskip("tests.translation.torch_networks")
flop_counter = pytest.importorskip("torch.utils.flop_counter")


def truth(module, *shape):
    """What PyTorch gives and counts at a size, None where it refuses."""
    counter = flop_counter.FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            shape = tuple(module(torch.zeros(shape, device="meta")).shape)
    except (RuntimeError, ValueError):
        return None
    return shape, counter.get_total_flops() // 2


def predicted(plan, **values):
    try:
        at = plan.at(**values)
    except (OutsideConditions, SpecError):
        return None
    return next(iter(at.outputs.values())), at.macs


def meta(factory):
    with torch.device("meta"):
        return factory().eval()


def test_windows_that_are_moved_where_there_are_several_are_read_for_all_sizes():
    module = meta(networks.Shifted)
    plan = cnnplan.load(module, dims="N,3,H,W")
    sizes = (1, 2, 9, 10, 37, 513)
    for h, w in product(sizes, sizes[::-1]):
        assert predicted(plan, N=3, H=h, W=w) == truth(module, 3, 3, h, w), (h, w)
    assert plan.params == sum(each.numel() for each in module.parameters())


def test_what_is_called_at_some_sizes_is_written_with_when():
    spec = cnnplan.load(networks.Shifted(), dims="N,3,H,W").spec
    entries = {entry.name: entry for entry in spec.layers if entry.when is not None}
    assert {name: (entry.verb, str(entry.when)) for name, entry in entries.items()} == {
        "roll": ("roll", "H >= 10 or W >= 10"),
        "optional": ("sequence", "H >= 10 or W >= 10"),
    }


def structure(plan):
    return [str(each) for each in plan.graph.structure]


def test_what_is_on_is_decided_at_the_size():
    plan = cnnplan.load(networks.Shifted(), dims="N,3,H,W")
    verbs = [node.op.verb for node in plan]
    assert structure(plan) == ["not (H <= 9 and W <= 9)", "H >= 10", "W >= 10"]
    assert (verbs.count("roll"), verbs.count("constant")) == (1, 1)
    small = [node.op.verb for node in cnnplan.load(networks.Shifted(), dims="N,3,7,9")]
    assert (small.count("roll"), small.count("constant")) == (0, 0)
    assert len(verbs) - len(small) == 6


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("name", ["Shifted", "Pooled"])
def test_a_converted_network_does_the_same_at_the_same_sizes(name, flat):
    file = Path(f"{networks.__name__}:{name}")
    text = convert(file, flat=flat, dims={"": ("N", 3, "H", "W")})
    assert "when: " in text
    plan = cnnplan.load(meta(getattr(networks, name)), dims="N,3,H,W")
    told = cnnplan.load(text)
    assert figures(told) == figures(plan)
    assert {*structure(told)} == {*structure(plan)} != set()


GROUP = """  - sequence:
      - reshape: {shape: [N, floor((H + 6)/8)*floor((W + 6)/8), 16, 16]}
      - constant: {shape: [floor((H + 6)/8)*floor((W + 6)/8), 16, 16]}
      - reshape: {shape: [1, floor((H + 6)/8)*floor((W + 6)/8), 16, 16]}
      - {add: {}, from: [reshape1, reshape2]}
      - reshape: {shape: [-1, 16, 16]}
    name: group1
    when: H >= 10 or W >= 10
"""


def test_a_group_is_written_below_its_own_name():
    assert GROUP in convert(Path(f"{networks.__name__}:Shifted"), dims={"": ("N", 3, "H", "W")})


def test_weights_at_some_sizes_alone_stay_a_condition():
    module = meta(networks.Stretched)
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert [str(each) for each in plan.conditions if "H" in str(each)] == ["H >= 101"]
    assert predicted(plan, N=2, H=77, W=59) is None
    assert predicted(plan, N=2, H=135, W=59) == truth(module, 2, 3, 135, 59)


DECIDED = {"Doubled": "H >= 101 and W >= 91", "Pooled": "H >= 101"}
"""By two comparisons together; of another extent."""


@pytest.mark.parametrize("name", DECIDED)
def test_what_is_done_at_some_sizes_is_right_at_all(name):
    module = meta(getattr(networks, name))
    plan = cnnplan.load(module, dims="N,3,H,W")
    for h, w in product((31, 100, 101, 234), (29, 90, 91, 250)):
        assert predicted(plan, N=2, H=h, W=w) == truth(module, 2, 3, h, w), (h, w)
    assert structure(plan) == [DECIDED[name]]


SWIN = {"swin_t": 28_288_354, "swin_v2_t": 28_351_570}


@pytest.mark.parametrize("name", SWIN)
def test_swin_is_pytorchs_where_its_windows_are_moved_and_where_they_are_not(name):
    models = pytest.importorskip("torchvision.models")
    module = meta(models.get_model_builder(name))
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert plan.params == SWIN[name]
    for h, w in ((5, 301), (31, 227), (61, 263), (269, 301)):
        assert predicted(plan, N=2, H=h, W=w) == truth(module, 2, 3, h, w), (h, w)
