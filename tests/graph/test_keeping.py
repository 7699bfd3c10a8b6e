"""A plan after an edit is the plan of the edited text, whatever it was made of."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

import cnnplan
from cnnplan.errors import SpecError
from cnnplan.graph.unrolling import Builder
from cnnplan.plan import plan_spec
from cnnplan.report import Report, render
from cnnplan.spec import load_spec

HEAD = "cnnplan: 1\nsymbols: {N: 2, H: {default: 24, min: 9}, W: 20}\ninput: [N, 3, H, W]\n"


def told(plan):
    """All that a plan says: the report, what layers need, and where they stand."""
    layers = [(n.name, n.shape, n.conditions, n.node.place, n.node.called_from, n.node.owner) for n in plan]
    where = [(f.rule, f.message, f.location, f.layer, f.hint) for f in plan.findings]
    return render(Report.of(plan, ""), "json"), layers, where, plan.conditions, plan.structure, plan.causes


def planned(text, values=None, previous=None):
    return plan_spec(load_spec(text, partial=True), values, partial=True, previous=previous)


def same(text, previous, values=None):
    """The plan that goes on from another, after it was held against one that was made from nothing."""
    warm = planned(text, values, previous)
    assert told(warm) == told(planned(text, values))
    return warm


@pytest.mark.parametrize("name", ["resnet", "unet", "vgg", "transformer/vit"])
def test_numbers_edited_one_after_the_other(specs, name):
    text = (specs / f"{name}.yaml").read_text(encoding="utf-8")
    plan = planned(text)
    numbers = [m for m in re.finditer(r"(?<![\w.])\d+(?![\w.])", text) if text.rfind("\nblocks", 0, m.start()) > 0]
    for number in numbers[:: max(1, len(numbers) // 4)]:
        edited = text[: number.start()] + str(int(number.group()) + 1) + text[number.end() :]
        try:
            load_spec(edited, partial=True)
        except SpecError:
            continue
        plan = same(edited, plan)
    assert told(same(text, plan)) == told(planned(text))


def test_every_variant_goes_on_from_the_one_before(specs):
    text = (specs / "resnet.yaml").read_text(encoding="utf-8")
    plan = None
    for label in ("resnet18", "resnet152", "resnet50", "resnet18"):
        plan = same(text, plan, {"variant": label})


def unrolled(monkeypatch, text, previous):
    """The blocks that are unrolled when a text is planned."""
    blocks = []
    real = Builder._unrolled
    monkeypatch.setattr(Builder, "_unrolled", lambda self, key, *rest: blocks.append(key[0]) or real(self, key, *rest))
    planned(text, previous=previous)
    monkeypatch.undo()
    return blocks


def test_only_what_changed_is_unrolled(specs, monkeypatch):
    text = (specs / "resnet.yaml").read_text(encoding="utf-8")
    assert unrolled(monkeypatch, text.replace("out_features: 1000", "out_features: 10"), planned(text)) == []
    inside = text.replace("- - conv_bn: {width: width}", "- - conv_bn: {width: width, kernel_size: 3}")
    assert set(unrolled(monkeypatch, inside, planned(text))) == {"bottleneck", "conv_bn"}
    other = text.replace("- conv_bn: {width: width, kernel_size: 3}\n", "- conv_bn: {width: width}\n")
    assert unrolled(monkeypatch, other, planned(text)) == []  # resnet50 has no basic unit
    assert unrolled(monkeypatch, text, planned(text)) == []


BLOCKS = """
blocks:
  inner: {args: {k: 3}, layers: [{conv: {out_channels: 5, kernel_size: k}}]}
  outer: {args: {act: relu}, layers: [inner, act]}
layers: [outer, {outer: {act: sigmoid}}]
"""


def test_a_default_of_a_block_that_another_calls():
    plan = planned(HEAD + BLOCKS)
    plan = same(HEAD + BLOCKS.replace("k: 3", "k: 1"), plan)
    assert plan["outer1"].shape[2:] == plan.inputs["input"][2:]


def test_a_block_that_a_block_calls_that_another_calls():
    text = BLOCKS.replace("blocks:", "blocks:\n  outermost: {layers: [outer]}").replace("[outer, {", "[outermost, {")
    plan = same(HEAD + text.replace("out_channels: 5", "out_channels: 7"), planned(HEAD + text))
    assert plan["outermost1"].shape[1] == 7


def test_an_entry_moves_and_with_it_its_line():
    plan = planned(HEAD + BLOCKS)
    same("# one\n# two\n" + HEAD + BLOCKS.replace("[inner, act]", "[act, inner, act]"), plan)


def test_a_block_that_is_called_like_a_newer_operator_comes_and_goes():
    before = BLOCKS.replace("[inner, act]", "[inner, cos, act]")
    plan = planned(HEAD + before)
    taken = before.replace("  inner:", "  cos: {layers: [tanh, tanh]}\n  inner:")
    plan = same(HEAD + taken, plan)
    assert plan["outer1.cos1.tanh2"]
    same(HEAD + before, plan)


STRUCTURE = """
blocks:
  first: {layers: [{relu: {}, when: H % 4 == 0}]}
  second: {layers: [{tanh: {}, when: H % 2 == 0}, sigmoid]}
layers: [first, second, {conv: {out_channels: 5, kernel_size: 1}}]
"""


def test_decisions_inside_of_blocks_are_kept():
    plan = planned(HEAD + STRUCTURE)
    plan = same(HEAD + STRUCTURE.replace("out_channels: 5", "out_channels: 6"), plan)
    assert [str(each) for each in plan.structure] == ["H % 4 == 0"]


def test_a_decision_that_another_rested_on_is_gone():
    plan = planned(HEAD + STRUCTURE)
    plan = same(HEAD + STRUCTURE.replace("[first, second", "[second"), plan)
    assert [str(each) for each in plan.structure] == ["H % 2 == 0"]


def test_a_decision_falls_otherwise_at_other_values():
    plan = planned(HEAD + STRUCTURE)
    plan = same(HEAD + STRUCTURE, plan, {"H": 26})
    plan = same(HEAD + STRUCTURE, plan, {"H": 27})
    assert "second1.tanh1" not in plan.nodes


NEEDY = """
blocks: {down: {layers: [{conv: {out_channels: 5, kernel_size: 9}}]}}
layers: [{relu: {}, when: W % 5 == 0}, down, {reshape: {shape: [N, 5, "H - 8", 2, -1]}}]
"""


def test_what_is_open_is_judged_at_the_values():
    text = HEAD.replace(", min: 9", "") + NEEDY
    plan = planned(text)
    assert not plan.findings
    assert same(text, plan, {"W": 21}).findings
    assert same(text, plan, {"H": 7}).findings
    assert not same(text, plan, {"W": 22}).findings


def test_a_symbol_claims_more():
    text = HEAD.replace(", min: 9", "") + NEEDY
    plan = planned(text)
    assert same(text.replace("H: {default: 24}", "H: {default: 24, min: 1}"), plan).findings
    assert same(text.replace("W: 20", "W: {default: 20, multiple_of: 2}"), plan).conditions != plan.conditions


def test_numbers_in_the_place_of_letters():
    spec = load_spec(HEAD + STRUCTURE)
    plan = plan_spec(spec)
    numbers = plan_spec(spec, symbolic=False, previous=plan)
    assert numbers.macs == plan.at().macs == plan_spec(spec, symbolic=False).macs
    assert told(plan_spec(spec, previous=numbers)) == told(plan_spec(spec))


def test_true_is_not_1():
    text = HEAD + "layers: [{conv: {out_channels: 4, kernel_size: 1, bias: true}}]\n"
    plan = planned(text)
    wrong = same(text.replace("true", "1").replace("[{conv", "[relu, {conv"), plan)
    assert wrong.findings
    choice = "cnnplan: 1\nsymbols: {a: {default: x, choices: {x: {b: true}, y: {b: false}}}}\ninput: [2, 3, 8, 7]\n"
    choice += "blocks: {u: {args: {v: required}, layers: [{relu: {}, when: v.b}]}}\nlayers: [{u: {v: a}}, tanh]\n"
    plan = planned(choice)
    assert same(choice.replace("b: true", "b: 1"), plan).findings


def test_faults_while_somebody_types():
    plan = planned(HEAD + BLOCKS)
    for text in (
        BLOCKS.replace("out_channels: 5", "out_channels: 5, stride: -1"),
        BLOCKS.replace("[inner, act]", "[inner, acts]"),
        BLOCKS.replace("kernel_size: k", "kernel_size: 30 * k"),
        BLOCKS.replace("layers: [outer,", "layers: [outre, outer,"),
        BLOCKS,
    ):
        plan = same(HEAD + text, plan)
    assert not plan.findings


def test_what_was_passed_over_while_another_fault_stood_there_is_told_afterwards():
    text = 'blocks: {u: {layers: [{split: {sections: 3, dim: 1}, name: s}, {relu: {}, from: "s[N + 3]"}]}}\nlayers: '
    plan = planned(HEAD + text + "[u, nothing]\n")
    assert len(plan.findings) == 1
    plan = same(HEAD + text + "[u, tanh]\n", plan)
    assert "must be a whole number" in plan.findings[0].message


def test_too_many_layers_are_too_many_again():
    text = HEAD + "blocks: {many: {layers: [{relu: {}, repeat: 6000}]}}\nlayers: [many, many, many]\n"
    more = text.replace("many, many, many]", "many, many, many, many]")
    assert not planned(text).findings
    assert same(more, planned(text)).findings
    off = "blocks: {many: {args: {n: 0}, layers: [{relu: {}, when: N == n, repeat: 6000}]}}\nlayers: [tanh, "
    calls = [f"{{many: {{n: {n}}}}}" for n in (3, 5, 7, 9)]
    plan = planned(HEAD + off + ", ".join(calls[:3]) + "]\n")
    assert not plan.findings
    assert same(HEAD + off + ", ".join(calls) + "]\n", plan).findings


def test_the_shop_window_takes_the_plan_before():
    text = HEAD + dedent(BLOCKS)
    plan = cnnplan.load(text)
    after = cnnplan.load(text.replace("out_channels: 5", "out_channels: 7"), previous=plan, H=32)
    assert (after.params, after.values["H"]) == (cnnplan.load(text.replace("5", "7")).params, 32)
    assert (after.graph.context is plan.graph.context, plan.params) == (True, cnnplan.load(text).params)


DECLARED = [
    "{default: 24, min: 9}", "{default: 24, min: 12}", "{default: 24, min: 9, max: 96}",
    "{default: 24, multiple_of: 4}",
    "{default: 24, multiple_of: 8}", "{default: 32, multiple_of: 8}", "{default: 24, choices: [24, 32]}",
    "{default: 24, choices: [24, 40]}", "24", "{default: 24, min: 9, max: 48}",
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(DECLARED)))
def test_what_a_symbol_may_be_is_another_question_each_time(number):
    """Whatever was declared before: bounds, multiples, choices."""
    layers = (
        "layers:\n  - max_pool: {kernel_size: 2}\n  - max_pool: {kernel_size: 4}\n  - upsample: {scale_factor: 8}\n"
        "  - add:\n    from: [prev, input]\n"
    )
    text = "cnnplan: 1\nsymbols: {N: 2, H: %s, W: 16}\ninput: [N, 3, H, W]\n" + layers
    for before in DECLARED:
        same(text % DECLARED[number], planned(text % before))


def test_totals_are_found_without_the_names_of_layers(specs):
    plan = plan_spec(load_spec(specs / "resnet.yaml"))
    assert (plan.params, str(plan.flops) != "") == (25_557_032, True)
    assert "_naming" not in vars(plan.graph)
    assert len(plan) == 175
    assert "_naming" in vars(plan.graph)


CALLED = """
blocks:
  inner: {args: {width: 5}, layers: [{conv: {out_channels: width, kernel_size: 3, padding: 1}}, relu]}
  outer:
    args: {width: 5}
    layers:
      - inner: {width: width}
        name: first
      - branches:
          join: add
          paths: [[{inner: {width: width}}, tanh], [], [{inner: {width: width}, when: width > 5, repeat: 2}]]
      - sigmoid: {}
        repeat: 2
      - inner: {width: width + i}
        repeat: {i: 2}
layers: [outer, {outer: {width: 6}, name: named}, tanh]
"""

# an edit of what is inside, and the blocks that are unrolled after it
INSIDE = {
    "longer": ("relu]", "relu, batch_norm, tanh]", {"inner"}),
    "shorter": (", relu]", "]", {"inner"}),
    "as long": ("kernel_size: 3, padding: 1", "kernel_size: 5, padding: 2", {"inner"}),
    "in front": ("[{conv: {out", "[tanh, {conv: {out", {"inner"}),
    "by name": ("relu]}", "{relu: {}, name: own}, {tanh: {}, from: own}]}", {"inner"}),
    "another shape": ("kernel_size: 3, padding: 1", "kernel_size: 3", {"inner", "outer"}),
    "what comes in": ("[{conv: {out_channels: width, kernel_size: 3, padding: 1}}, relu]", "[]", {"inner", "outer"}),
    "another default": ("inner: {args: {width: 5}", "inner: {args: {width: 7}", {"inner", "outer"}),
    "another argument": ("inner: {args: {width: 5}", "inner: {args: {width: 5, k: 3}", {"inner", "outer"}),
    "a decision": ("relu]}", "{relu: {}, when: H % 4 == 0}]}", {"inner", "outer"}),
    "an error": ("kernel_size: 3, padding: 1", "kernel_size: 39", {"inner", "outer"}),
    "no value": ("padding: 1", "padding: nothing", {"inner", "outer"}),
}  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_what_calls_a_block_that_was_edited(monkeypatch, name):
    old, new, blocks = INSIDE[name]
    text, edited = HEAD + CALLED, HEAD + CALLED.replace(old, new)
    assert edited != text
    assert not planned(text).findings
    plan = same(edited, planned(text))
    assert plan.findings or [plan.graph.find(each) for each in ("outer1", "outer1.first", "named")]
    assert same(text, plan).params
    same(edited, same(text, plan))
    assert set(unrolled(monkeypatch, edited, planned(text))) == blocks


def test_a_block_in_the_middle_is_edited():
    outermost = CALLED.replace("blocks:", "blocks:\n  outermost: {layers: [{outer: {}, repeat: 3}, tanh]}", 1)
    text = HEAD + outermost.replace("layers: [outer,", "layers: [outermost, outer,")
    plan = planned(text)
    inside = {"relu]": "relu, relu]", "kernel_size: 3, padding: 1": "kernel_size: 5, padding: 2"}
    for old, new in {**inside, "- sigmoid": "- tanh", "repeat: 3": "repeat: 2"}.items():
        plan = same(text.replace(old, new), plan)
        plan = same(text, plan)
