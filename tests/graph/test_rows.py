"""A block that is unrolled by steps comes to what it comes to without them, errors and decisions included."""

from __future__ import annotations

import pytest

from cnnplan.graph.unrolling import builder
from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec

HEAD = "cnnplan: 1\nsymbols: {N: 2, C: 6, H: {default: 25, min: 21}, W: 34, wide: true}\ninput: [N, C, H, W]\nblocks:\n"
CONV = "conv: {out_channels: width, kernel_size: 3, padding: 1}"

# the arguments of a block b, its entries, what it is called with, and the names of the layers that come of it
ROWS = {
    "one": ("width: required", f"[{CONV}, batch_norm, relu]", "{width: 8}", "conv1 batch_norm1 relu1"),
    "names count on": ("width: 9", f"[{CONV}, {{{CONV}, name: own}}, {CONV}]", "{}", "conv1 own conv3"),
    "none": ("width: 9", "[]", "{}", ""),
    "on": ("width: 9", f"[{{{CONV}, when: in_channels < width}}]", "{width: 7}", "conv1"),
    "off": ("width: 9", f"[{{{CONV}, when: in_channels > width}}, {CONV}]", "{width: 7}", "conv2"),
    "off, by a symbol": ("width: 9", f"[{{relu, when: not wide}}, {CONV}]", "{}", "conv1"),
    "decided": ("width: 9", "[{relu: {}, when: H % 5 == 0}, {sigmoid: {}, when: H > 30}]", "{}", "relu1"),
    "verb by value": ("act: relu", "[act, act, relu]", "{act: hard_swish}", "hard_swish1 hard_swish2 relu1"),
    "copies": ("depth: 3", "[{relu: {}, repeat: depth}, relu]", "{}", "relu1 relu2 relu3 relu4"),
    "no copies": ("depth: 0", "[{relu: {}, repeat: depth}, relu]", "{}", "relu1"),
    "blocks": ("width: 9", "[{unit: {width: 4}, repeat: 3}]", "{}", "unit1.conv1 unit2.conv1 unit3.conv1"),
    "blocks that grow": (
        "width: 9", "[{unit: {width: width + i}, repeat: {i: 3}}]", "{}", "unit1.conv1 unit2.conv1 unit3.conv1",
    ),
    "blocks that change once": (
        "width: 9", "[{unit: {width: 4 if i < 2 else width}, repeat: {i: 4}}]", "{}",
        "unit1.conv1 unit2.conv1 unit3.conv1 unit4.conv1",
    ),
    "copies that stop": (
        "width: 9", "[{unit: {width: 4}, repeat: {i: 4}, when: i != 2}]", "{}", "unit1.conv1 unit2.conv1 unit4.conv1",
    ),
    "joined": ("width: 6", f"[branches: {{join: add, paths: [[], [{CONV}, relu]]}}]", "{}", "conv1 relu1 add1"),
    "one path": (
        "width: 6", f"[branches: {{join: add, paths: [{{layers: [relu], when: width > 6}}, [{CONV}]]}}, relu]", "{}",
        "conv1 relu1",
    ),
    "branches inside": (
        "width: 6", f"[branches: {{paths: [[], [branches: {{paths: [[relu], [{CONV}]]}}]]}}]", "{}",
        "relu1 conv1 concat1 concat2",
    ),
}  # fmt: skip

# what is not legal in a block, or not at all sizes, and a word of what is said
FAULTS = {
    "too large": ("width: 9", "[conv: {out_channels: width, kernel_size: 30}, relu]", "kernel_size"),
    "refuted": ("width: 9", "[relu, conv: {out_channels: width, kernel_size: 23}]", "is declared legal"),
    "too few": ("width: 9", "[relu, add]", "takes at least 2 inputs, got 1"),
    "no value": ("width: 9", "[relu, conv: {out_channels: width // 0, kernel_size: 3}]", "division by zero"),
    "unknown verb": ("act: 7", "[relu, act]", "is no operator or block"),
    "unequal": ("width: 9", f"[{CONV}, branches: {{join: add, paths: [[], [max_pool: {{kernel_size: 2}}]]}}]", "meets"),
    "no path": ("width: 9", "[branches: {join: add, paths: [{layers: [relu], when: width > 9}]}]", "no path is left"),
    "inside": ("width: 9", "[relu, {wrong: {}, repeat: 2}, relu]", "kernel_size"),
    "not when": ("width: 9", "[{relu: {}, when: width}]", "must be true or false"),
    "not a number of times": ("width: 9", "[{relu: {}, repeat: width / 2}]", "repeat"),
}


def written(args, entries, call):
    unit = "  unit: {args: {width: required}, layers: [conv: {out_channels: width, kernel_size: 3, padding: 1}]}\n"
    wrong = "  wrong: {layers: [relu, conv: {out_channels: 5, kernel_size: 40}]}\n"
    block = f"  b: {{args: {{{args}}}, layers: {entries}}}\n"
    return f"{HEAD}{unit}{wrong}{block}layers:\n  - relu\n  - b: {call}\n    name: again\n"


def told(plan):
    """All that a plan says of its layers, the errors and the decisions; how many entries were looked at."""
    layers = [(n.name, repr(n.op), n.inputs, n.shape, n.conditions, n.place, n.node.called_from) for n in plan]
    faults = [(f.rule, f.message, f.location, f.layer, f.hint, f.called_from) for f in plan.findings]
    return layers, faults, plan.structure, plan.graph.blocked, [(repr(k.op), n) for k, n in plan.graph.kinds.items()]


def both(monkeypatch, text):
    """The plan of a text, by steps and without them; and whether there were steps."""
    used, steps = [], []
    found, counting = builder.unrolled, builder.Builder.network

    def unrolled(*given):
        used.append(found(*given))
        return used[-1]

    def network(self, inputs):
        fragment = counting(self, inputs)
        steps.append(self.steps)
        return fragment

    monkeypatch.setattr(builder, "unrolled", unrolled)
    monkeypatch.setattr(builder.Builder, "network", network)
    by_steps = plan_spec(load_spec(text), partial=True)
    monkeypatch.setattr(builder, "unrolled", lambda *_: None)
    plain = plan_spec(load_spec(text), partial=True)
    assert told(by_steps) == told(plain)
    assert steps[0] == steps[1]
    return by_steps, used


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_what_its_entries_are(monkeypatch, name):
    *given, layers = ROWS[name]
    plan, used = both(monkeypatch, written(*given))
    assert not plan.findings
    assert [n.name for n in plan if n.name.startswith("again.")] == [f"again.{layer}" for layer in layers.split()]
    assert None not in used


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_in_a_row_is_told_as_anywhere(monkeypatch, name):
    *given, word = FAULTS[name]
    plan, used = both(monkeypatch, written(*given, "{}"))
    assert word in plan.findings[0].message
    assert None in used


@pytest.mark.parametrize("name", ["resnet", "mobilenet_v2", "transformer/vit", "inception/inception_v3", "densenet121"])
def test_networks_are_the_same_by_steps_and_without(monkeypatch, specs, name):
    assert both(monkeypatch, specs / f"{name}.yaml")[0].params


BY_NAME = (
    "[{relu: {}, name: a}, relu, {add: {}, from: [prev, a]}]",
    '[relu, conv: {out_channels: "shape(\\"relu1\\")[1]", kernel_size: 1}]',
    "[{batch_norm: {}, name: a}, {batch_norm: {}, share: a}]",
)


@pytest.mark.parametrize("entries", BY_NAME)
def test_a_block_that_looks_for_a_layer_by_its_name_has_no_steps(monkeypatch, entries):
    plan, used = both(monkeypatch, written("width: 9", entries, "{}"))
    assert not plan.findings
    assert [fragment.name for fragment in used] == [""]  # the network itself, which calls the block


# the entries of a network, and the names of its layers
NETWORKS = {
    "named": ("[{relu: {}, name: a}, relu, b]", "a relu2 b1.conv1"),
    "named copies": ("[{b: {}, name: a, repeat: 2}, {relu: {}, name: c, repeat: {i: 3}}, b, relu]",
        "a.0.conv1 a.1.conv1 c.0 c.1 c.2 b2.conv1 relu2"),
    "no named copies": ("[relu, {b: {}, name: a, repeat: 0}, b]", "relu1 b2.conv1"),
    "named copies of a verb by value": ("[{act: {}, name: a, repeat: 2}, tanh]", "a.0 a.1 tanh1"),
    "named copies that stop": ("[{tanh: {}, name: a, repeat: {i: 3}, when: i != 1}, tanh]", "a.0 a.2 tanh2"),
    "named paths": ("[branches: {join: add, paths: [{layers: [relu], name: p}, []]}, tanh]", "p.relu1 add1 tanh1"),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_unrolled_as_a_block_is(monkeypatch, name):
    entries, layers = NETWORKS[name]
    blocks = "  b: {layers: [conv: {out_channels: 8, kernel_size: 3, padding: 1}]}\n"
    plan, used = both(monkeypatch, f"{HEAD}{blocks}layers: {entries}\n".replace("wide: true", "act: tanh"))
    assert [node.name for node in plan] == layers.split()
    assert None not in used
    assert any(fragment.name == "" for fragment in used) is (name != "named paths")


def test_the_copies_of_a_network_are_found_by_their_names(monkeypatch):
    layers = "[{b: {}, name: a, repeat: 2}, {b: {}, name: c, repeat: 0}]"
    text = f"{HEAD}  b: {{layers: [relu, tanh]}}\nlayers: {layers}\n"
    plan, _ = both(monkeypatch, text)
    assert [plan.end(name) for name in ("a", "a.0", "a.1", "c")] == ["a.1.tanh1", "a.0.tanh1", "a.1.tanh1", "a.1.tanh1"]
