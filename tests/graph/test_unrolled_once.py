"""What is looked at once while a network is unrolled, however often it stands there, and what each time."""

from __future__ import annotations

from collections import Counter
from textwrap import dedent

import pytest

from cnnplan.findings import Place
from cnnplan.graph import build
from cnnplan.graph.tools import Tool
from cnnplan.ops import OPERATORS
from cnnplan.ops.base import HOOKS, Operator
from cnnplan.plan import plan_spec
from cnnplan.spec import EvaluationError, Verb, load_spec, parse
from cnnplan.spec.expressions import Arguments

HEAD = "cnnplan: 1\nname: net\nsymbols: {N: 2, H: 24, W: 20}\ninput: [N, 3, H, W]\n"


class Names(dict):
    """An environment that counts what it is asked."""

    def __init__(self, **names):
        super().__init__(names)
        self.asked = Counter()

    def lookup(self, name):
        self.asked[name] += 1
        return self[name]


def arguments(**texts):
    return Arguments({name: parse(text, Place("net.yaml", (name,))) for name, text in texts.items()})


def test_constants_have_their_values_before_anybody_asks():
    written = arguments(width="4 * k", size="2 ** 3", act="relu", pair="[1, k]")
    assert written.template.known == {"width": None, "size": 8, "act": Verb("relu"), "pair": None}
    names = Names(k=5)
    assert written.template.evaluate(names) == {"width": 20, "size": 8, "act": "relu", "pair": (1, 5)}
    assert [*written.template.evaluate(names)] == ["width", "size", "act", "pair"], "in the order they are written"
    assert names.asked == {"k": 4}


def test_arguments_without_names_are_the_same_each_time():
    written = arguments(size="3", bias="false")
    assert written.template.evaluate(Names()) is written.template.evaluate(Names())


def test_the_argument_at_fault_is_where_the_error_stands():
    written = arguments(first="a + 1", size="3", second="b // a", third="a")
    with pytest.raises(EvaluationError, match="division by zero") as caught:
        written.template.evaluate(Names(a=0, b=7))
    assert caught.value.place == Place("net.yaml", ("second",))


@pytest.mark.parametrize(
    ("text", "counter", "fixed"),
    [
        ("variant.unit", "i", True), ("acts[i]", "i", False), ("acts[i]", None, True), ("acts[0]", "i", True),
        ("relu if in_channels == 8 else elu", None, False), ('relu if shape("stem")[1] == 8 else elu', None, False),
    ],
)  # fmt: skip
def test_a_verb_is_the_same_for_all_copies_unless_it_names_what_changes(text, counter, fixed):
    assert parse(text, Place("")).is_fixed(counter) is fixed


def test_copies_whose_verb_follows_the_counter():
    text = """
        blocks:
          row:
            args: {acts: required}
            layers:
              - acts[i]: {}
                repeat: {i: 3}
              - conv: {out_channels: 2 * in_channels, kernel_size: 1}
        layers:
          - row: {acts: [relu, sigmoid, relu]}
          - row: {acts: [tanh, tanh, elu]}
    """
    plan = plan_spec(load_spec(HEAD + dedent(text)))
    verbs = [node.op.verb for node in plan]
    assert verbs == ["relu", "sigmoid", "relu", "conv", "tanh", "tanh", "elu", "conv"]
    assert [node.shape[1] for node in plan if node.op.verb == "conv"] == [6, 12]


def test_number_and_rank_of_inputs_are_asked_once_for_each_operator(specs, monkeypatch):
    spec, asked = load_spec(specs / "resnet.yaml"), Counter()
    misfit = Operator.misfit
    monkeypatch.setattr(Operator, "misfit", lambda op, *shapes: asked.update([id(op)]) or misfit(op, *shapes))
    kinds = build(spec, {"variant": "resnet152"}).kinds
    assert set(asked.values()) == {1}
    assert len(kinds) == 55 > len(asked) == 24


def test_inputs_of_other_ranks_are_asked_again():
    tool = Tool(OPERATORS["conv"](out_channels=4, kernel_size=3), {"out_channels": 4, "kernel_size": 3})
    tool.refuse(((1, 2, 9),))
    tool.refuse(((1, 2, 9, 8),))
    with pytest.raises(Exception, match="takes an input of 3 to 5 axes"):
        tool.refuse(((1, 2),))
    with pytest.raises(Exception, match="takes an input of 3 to 5 axes"):
        tool.refuse(((1, 2),))


@pytest.mark.parametrize("verb", OPERATORS)
def test_a_method_that_a_class_leaves_as_it_is_has_nothing_to_say(verb):
    operator = OPERATORS[verb]
    assert operator.asked <= set(HOOKS)
    for name in set(HOOKS) - operator.asked:
        assert getattr(operator, name) is getattr(Operator, name)


def test_kinds_are_counted_through_blocks_that_are_called_often():
    text = """
        blocks:
          pair: {layers: [relu, sigmoid]}
          four: {layers: [{pair: {}, repeat: 2}, tanh]}
        layers: [tanh, {four: {}, repeat: 3}, pair, relu]
    """
    kinds = build(load_spec(HEAD + dedent(text))).kinds
    assert {facts.op.verb: count for facts, count in kinds.items()} == {"tanh": 4, "relu": 8, "sigmoid": 7}
    assert [facts.op.verb for facts in kinds] == ["tanh", "relu", "sigmoid"]


def test_operators_of_plain_numbers_are_made_once_for_all_plans_of_a_spec():
    layers = "layers: [{conv: {out_channels: 5, kernel_size: 3}}, {max_pool: {kernel_size: k}}, relu]\n"
    spec = load_spec(HEAD.replace("{N: 2,", "{N: 2, k: 2,") + layers)
    first, second, ints = plan_spec(spec), plan_spec(spec), plan_spec(spec, {"k": 4}, symbolic=False)
    assert [first[name].op is second[name].op for name in ("conv1", "max_pool1", "relu1")] == [True, False, True]
    assert first["conv1"].op is ints["conv1"].op
    assert not first.graph.kinds.keys() & second.graph.kinds.keys()
    assert first.graph.context is not second.graph.context
    assert ints["max_pool1"].shape == (2, 5, 5, 4)


def test_a_spec_that_is_planned_for_many_widths_does_not_keep_all_of_their_operators(monkeypatch):
    monkeypatch.setattr("cnnplan.graph.workshop.MOST_TOOLS", 3)
    spec = load_spec(
        HEAD.replace("{N: 2,", "{N: 2, c: 2,") + "layers: [{conv: {out_channels: c, kernel_size: 3}}, relu]\n"
    )
    plans = [plan_spec(spec, {"c": c}, symbolic=False) for c in (2, 3, 4, 5, 4)]
    assert [plan["conv1"].shape[1] for plan in plans] == [2, 3, 4, 5, 4]
    assert len(spec.tools) == 3
