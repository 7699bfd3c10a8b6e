"""Layers with several outputs, layers without an input, and inputs of integers."""

# ruff: noqa: E501 - a row a case
from __future__ import annotations

import pytest

import cnnplan
from cnnplan.graph import build
from cnnplan.spec import load_spec

HEAD = "cnnplan: 1\nname: parts\nsymbols: {C: 12, H: {default: 9, min: 1}}\ninput: [2, C, H, 7]\nlayers:\n"


def built(layers, head=HEAD):
    graph = build(load_spec(head + layers))
    return {name: (node.op.verb, node.inputs, tuple(map(str, node.shape))) for name, node in graph.nodes.items()}


def found(layers, head=HEAD):
    return [
        (finding.rule, finding.layer, finding.message)
        for finding in cnnplan.check(head + layers)
        if finding.rule < "CNN2"
    ]


def test_a_split_is_a_slice_for_each_part():
    assert built("- split: {sections: 3}\n- concat: {dim: 1}\n- relu: {}\n  from: split1.1\n") == {
        "split1.0": ("slice", ("input",), ("2", "floor(C/3)", "H", "7")),
        "split1.1": ("slice", ("input",), ("2", "floor(C/3)", "H", "7")),
        "split1.2": ("slice", ("input",), ("2", "floor(C/3)", "H", "7")),
        "concat1": ("concat", ("split1.0", "split1.1", "split1.2"), ("2", "3*floor(C/3)", "H", "7")),
        "relu1": ("relu", ("split1.1",), ("2", "floor(C/3)", "H", "7")),
    }


def test_parts_are_read_by_name_and_all_at_once():
    layers = """\
- split: {sections: [5, C - 5]}
  name: two
- branches:
    paths:
      - {from: two.1, layers: [relu]}
      - {from: two.0, layers: []}
- concat:
  from: two.*
"""
    assert {name: inputs for name, (_, inputs, _) in built(layers).items()} == {
        "two.0": ("input",),
        "two.1": ("input",),
        "relu1": ("two.1",),
        "concat1": ("relu1", "two.0"),
        "concat2": ("two.0", "two.1"),
    }


def test_a_block_hands_its_parts_on():
    blocks = "blocks:\n  halves:\n    layers:\n    - chunk: {chunks: 2, dim: 3}\n"
    nodes = built("- halves\n- concat: {dim: 3}\n", HEAD.replace("layers:", blocks + "layers:"))
    assert nodes["concat1"] == ("concat", ("halves1.chunk1.0", "halves1.chunk1.1"), ("2", "C", "H", "7"))
    assert [shape[3] for _, _, shape in nodes.values()] == ["4", "3", "7"]


def test_what_must_hold_is_kept_once():
    plan = cnnplan.load(HEAD + "- split: {sections: 4}\n")
    assert [str(condition) for condition in plan.conditions] == ["C % 4 == 0"]
    assert plan["split1.3"].conditions == ()
    assert plan["split1.0"].params == 0


FAULTS = [
    ("- split: {sections: 5}\n", [("CNN106", "split1", "sections (=5) does not divide the C elements of axis 1 at C = 12: needs C % 5 == 0")]),
    ("- split: {sections: 0}\n", [("CNN013", "split1", "sections (=0) must be at least 1")]),
    ("- split: {sections: C}\n", [("CNN013", "split1", "sections (=C) must be a number of parts, a plain whole number")]),
    ("- chunk: {chunks: 2}\n  name: x\n- relu:\n  from: x.2\n", [("CNN021", "relu1", "x.2: there is no part 2; the parts are: 0, 1")]),
    # what rests on a part of what is unknown is not judged
    ("- split: {sections: 5}\n  name: x\n- relu:\n  from: x.7\n", [("CNN106", "x", "sections (=5) does not divide the C elements of axis 1 at C = 12: needs C % 5 == 0")]),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "faults"), FAULTS)
def test_faults(layers, faults):
    assert found(layers) == faults


def test_a_parameter_reads_nothing_and_sees_the_shape_before_it():
    layers = '- parameter: {shape: [1, in_channels, "in_shape[2]", 7]}\n  name: bias\n- add:\n  from: [input, bias]\n'
    assert built(layers) == {
        "bias": ("parameter", (), ("1", "C", "H", "7")),
        "add1": ("add", ("input", "bias"), ("2", "C", "H", "7")),
    }
    assert str(cnnplan.load(HEAD + layers).params) == "7*C*H"


WORDS = "cnnplan: 1\nname: words\nsymbols: {V: 30, T: {default: 9, min: 1}}\n"
WORDS += "input: {shape: [2, T], dtype: int64, below: V}\nlayers:\n"


def test_integers_become_numbers():
    layers = "- slice: {dim: 1, end: 1}\n- identity\n- embedding: {num_embeddings: V, embedding_dim: 8}\n- lstm: {hidden_size: 5}\n"
    assert built(layers, WORDS)["lstm1"] == ("lstm", ("embedding1",), ("2", "1", "5"))
    plan = cnnplan.load(WORDS + layers)
    assert plan.conditions == ()
    assert str(plan.params) == "8*V + 300"


def test_a_table_must_have_a_row_for_every_integer():
    plan = cnnplan.load(WORDS + "- embedding: {num_embeddings: 50, embedding_dim: 8}\n")
    assert [str(condition) for condition in plan.conditions] == ["V <= 50"]
    message = (
        "num_embeddings (=20) is less than V, which the integers are only known to be below at V = 30: needs V <= 20"
    )
    assert found("- embedding: {num_embeddings: 20, embedding_dim: 8}\n", WORDS) == [("CNN112", "embedding1", message)]


KINDS = [
    ("- linear: {out_features: 5}\n", WORDS, "computes with numbers, and the input is int64"),
    ("- flatten: {start_dim: 0}\n- dropout\n", WORDS, "computes with numbers, and the input is int64"),
    ("- embedding: {num_embeddings: 9, embedding_dim: 5}\n", HEAD, "looks up integers, and the input holds numbers"),
    ("- parameter: {shape: [2, 4]}\n- concat:\n  from: [input, prev]\n", WORDS, "int64 meets numbers"),
]


@pytest.mark.parametrize(("layers", "head", "message"), KINDS)
def test_integers_are_no_numbers(layers, head, message):
    assert [(rule, said) for rule, _, said in found(layers, head)] == [("CNN112", message)]


def test_a_block_is_unrolled_for_integers_and_for_numbers():
    head = WORDS.replace("layers:", "blocks:\n  whatever:\n    layers: [identity]\nlayers:")
    layers = "- whatever\n- embedding: {num_embeddings: V, embedding_dim: 5}\n- mean: {dim: 2}\n- whatever\n- relu\n"
    assert found(layers, head) == []
