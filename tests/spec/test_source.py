"""Text to data, and the line and column of everything."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplan.errors import SpecError
from cnnplan.findings import Place
from cnnplan.spec.scalars import resolve
from cnnplan.spec.source import Source

SCALARS = [
    ("yes", "yes"),
    ("off", "off"),
    ("y", "y"),
    ("true", True),
    ("FALSE", False),
    ("~", None),
    ("null", None),
    ("017", 17),
    ("0o17", 15),
    ("0x1F", 31),
    ("-12", -12),
    ("+3", 3),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("0.1", Fraction(1, 10)),
    (".5", Fraction(1, 2)),
    ("2.0", 2),
    ("1e-5", Fraction(1, 100_000)),
    ("2.5E+3", 2500),
    ("1e99", "1e99"),
    ("1" * 41, "1" * 41),
    (".inf", ".inf"),
    ("-", "-"),
    ("2024-01-31", "2024-01-31"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_are_those_of_yaml_1_2(text, value):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)
    assert Source("net.yaml", f"- [{text}, 1]").data == [[value, 1]]


def test_nothing_is_null():
    assert Source("net.yaml", "a:\nb: {c: , d: 7}").data == {"a": None, "b": {"c": None, "d": 7}}


def test_quoted_scalars_are_text():
    assert Source("net.yaml", "['1', \"true\", '']").data == ["1", "true", ""]


def test_keys_are_text():
    assert Source("net.yaml", "{1: a, true: b, on: c}").data == {"1": "a", "true": "b", "on": "c"}


TEXT = """\
layers:
  - conv: {out_channels: 8,
           stride: [2, 3]}
    name: "stämme"
  - relu
void:
"""
PLACES = [
    (("layers",), "2:3", "1:1"),
    (("layers", 0), "2:5", "2:5"),
    (("layers", 0, "conv"), "2:11", "2:5"),
    (("layers", 0, "conv", "out_channels"), "2:26", "2:12"),
    (("layers", 0, "conv", "stride", 1), "3:24", "3:24"),
    (("layers", 0, "name"), "4:11", "4:5"),
    (("layers", 1), "5:5", "5:5"),
    (("void",), "6:6", "6:1"),
    (("layers", 1, "relu", "slope"), "5:5", "5:5"),
    (("layers", 0, "conv", "groups"), "2:5", "2:5"),
]


@pytest.mark.parametrize(("path", "value", "key"), PLACES)
def test_places(path, value, key):
    source = Source("net.yaml", TEXT)
    assert str(source.locate(Place("net.yaml", path))) == f"net.yaml:{value}"
    assert str(source.locate(Place("net.yaml", path, key=True))) == f"net.yaml:{key}"


WORDS = st.text(alphabet="abcdexyzäß0123456789_", min_size=1, max_size=6).map(lambda word: f"w{word}")
TREES = st.recursive(
    WORDS | st.integers(-99, 99),
    lambda tree: st.lists(tree, min_size=1, max_size=4) | st.dictionaries(WORDS, tree, min_size=1, max_size=4),
    max_leaves=12,
)


def written(tree, indent, draw_flow):
    """A tree as YAML, its parts in block or flow style."""
    if not isinstance(tree, dict | list):
        return f" {tree}"
    if draw_flow():
        items = [f"{k}:{written(v, 0, lambda: True)}" for k, v in tree.items()] if isinstance(tree, dict) else [
            written(v, 0, lambda: True) for v in tree]  # fmt: skip
        return f" {{{', '.join(items)}}}" if isinstance(tree, dict) else f" [{','.join(items)}]"
    pad = "\n" + " " * indent
    if isinstance(tree, dict):
        return "".join(f"{pad}{k}:{written(v, indent + 2, draw_flow)}" for k, v in tree.items())
    return "".join(f"{pad}-{written(v, indent + 2, draw_flow)}" for v in tree)


def places(tree, path=()):
    """Every scalar and every key of a tree, with its path."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for step, value in items:
        if isinstance(step, str):
            yield Place("net.yaml", (*path, step), key=True), step
        if isinstance(value, dict | list):
            yield from places(value, (*path, step))
        else:
            yield Place("net.yaml", (*path, step)), str(value)


@given(TREES.filter(lambda tree: isinstance(tree, dict | list)), st.randoms(use_true_random=False))
def test_at_every_place_stands_its_value(tree, random):
    text = written(tree, 0, lambda: random.random() < 0.4).lstrip(" ")
    source = Source("net.yaml", text)
    assert source.data == tree
    lines = text.splitlines()
    for place, value in places(tree):
        location = source.locate(place)
        assert lines[location.line - 1][location.column - 1 :].startswith(value)


@given(st.text(max_size=60) | st.text(alphabet="ab:-[]{},&*!|>'\"%@`#? \n\t", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        Source("net.yaml", text)
    except SpecError as error:
        assert all(finding.location for finding in error.findings)  # noqa: PT017 - some texts are read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 10_000, "nested deeper than 64 levels"),
        ("- " * 10_000, "nested deeper than 64 levels"),
        ("{a: " * 10_000, "nested deeper than 64 levels"),
        ("\n".join(" " * i + "a:" for i in range(1000)), "nested deeper than 64 levels"),
        ("a" * 1_000_001, "the file is too long: at most 1000000 bytes are read"),
        ("[" + "a," * 200_000 + "]", "more than 100000 keys and values"),
        ("\ud800", "this is not a text file in UTF-8"),
        ("? [a]\n: b", "a key is a word, not a list"),
        ("{a: 'b", "not readable as YAML: found unexpected end of stream while scanning a quoted scalar"),
    ],
)
def test_hostile_texts(text, said, effort):
    with pytest.raises(SpecError) as caught, effort() as done:
        Source("net.yaml", text)
    assert [finding.message for finding in caught.value.findings] == [said]
    assert done.calls < 10_000 + 10 * len(text)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert Source("net.yaml", "\ufeffa: 1").data == {"a": 1}
