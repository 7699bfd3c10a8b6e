"""What a legal spec is read as."""

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from cnnplan.errors import SpecError, UsageError
from cnnplan.spec import Expectation, Record, Verb, load_spec

TEXT = """\
cnnplan: 1
name: net
description: everything that the language has
dtype: float16
symbols:
  N: 1
  H: {default: 224, min: 32, max: 512, multiple_of: 32, description: rows}
  scale: {choices: [0.5, 1, 1.25], default: 1}
  act: {default: silu, choices: [relu, silu]}
  variant:
    default: deep
    choices:
      flat: {unit: plain, depths: [2, 3]}
      deep: {unit: plain, depths: [3, 5]}
  free:
inputs:
  image: [N, 3, H, 28]
  tokens: {shape: [N, 7], dtype: int64, below: 1000}
blocks:
  plain:
    args: {width: required, stride: 1, padding: stride // 2, kind: same}
    inputs: [low, skip]
    layers:
      - add: {}
        from: [low, skip]
      - act
      - conv: {out_channels: width, kernel_size: [3, stride + 2], padding: kind, bias: false}
        when: stride != 1 or in_channels != width
      - relu:
        name: out
    outputs: [out, conv1]
layers:
  - conv: {out_channels: 8, kernel_size: 3}
    name: stem
    from: image
    ignore: CNN301
  - relu
  - relu:
    repeat: 2
    share: true
  - variant.unit: {width: "variant.depths[0]"}
    repeat: {i: 3}
    from: [prev, stem]
  - conv: {out_channels: 8, kernel_size: d}
    repeat: {d: variant.depths}
    share: stem
    name: tower
  - branches:
      join: {concat: {dim: 2}}
      paths:
        - []
        - - relu
        - {layers: [relu], when: H > 64, from: [tower.0, "tower.*"], name: side}
  - sequence:
      - relu:
        name: inside
    name: group
outputs: [group.inside, stem]
expect:
  - params <= 5M
  - {at: {H: 320}, that: macs <= 9G}
"""


@pytest.fixture(scope="module")
def spec():
    return load_spec(TEXT)


def test_the_document(spec):
    assert (spec.file, spec.name, spec.dtype) == ("<text>", "net", "float16")
    assert spec.description == "everything that the language has"
    assert spec.outputs == ("group.inside", "stem")


def test_symbols(spec):
    height, scale, act, variant, free = (spec.symbols[name] for name in ("H", "scale", "act", "variant", "free"))
    assert (height.default, height.min, height.max, height.multiple_of) == (224, 32, 512, 32)
    assert height.description == "rows"
    assert height.claims
    assert not spec.symbols["N"].claims
    assert (height.integer, scale.integer) == (True, False)
    assert list(scale.choices.values()) == [Fraction(1, 2), 1, Fraction(5, 4)]
    assert act.choices == {"relu": Verb("relu"), "silu": Verb("silu")}
    assert isinstance(act.default, Verb)
    assert variant.default == Record("deep", {"unit": Verb("plain"), "depths": (3, 5)})
    assert variant.choices["flat"].depths == (2, 3)
    assert not variant.numeric
    assert free.default is None


def test_domains(spec):
    assert (spec.symbols["H"].domain().min, spec.symbols["H"].domain().multiple_of) == (32, 32)
    assert spec.symbols["N"].domain().min == 1
    assert tuple(spec.symbols["scale"].domain().choices) == (Fraction(1, 2), 1, Fraction(5, 4))
    assert load_spec("cnnplan: 1\nsymbols: {p: 0}\ninput: [1, 3]\nlayers: [relu]").symbols["p"].domain().min == 0


def test_a_default_may_lie_on_its_bounds():
    text = "cnnplan: 1\nsymbols: {W: {default: 9, min: 9, max: 9, multiple_of: 3}}\ninput: [1, W]\nlayers: [relu]"
    assert load_spec(text).symbols["W"].default == 9


def test_inputs(spec):
    image, tokens = spec.inputs.values()
    assert list(spec.inputs) == ["image", "tokens"]
    assert [extent.text for extent in image.shape] == ["N", "3", "H", "28"]
    assert (image.dtype, image.below) == ("float32", None)
    assert (tokens.dtype, tokens.below.value) == ("int64", 1000)
    assert list(load_spec("cnnplan: 1\ninput: [1, 3]\nlayers: [relu]").inputs) == ["input"]


def test_blocks(spec):
    block = spec.blocks["plain"]
    assert block.args["width"] is None
    assert block.args["padding"].text == "stride // 2"
    assert block.args["kind"].value == "same"
    assert (block.inputs, block.outputs) == (("low", "skip"), ("out", "conv1"))
    assert block.sees_symbols
    assert [entry.label for entry in block.layers] == ["plain.add1", "plain.act1", "plain.conv1", "plain.out"]
    assert block.layers[1].verb_expression.names == {"act"}
    assert block.layers[2].when.names == {"stride", "in_channels", "width"}
    assert block.layers[2].args["kernel_size"].names == {"stride"}
    assert block.layers[2].args["bias"].value is False


def test_entries(spec):
    stem, relu, twice, unit, tower, branches, group = spec.layers
    assert (stem.verb, stem.name, stem.from_, stem.ignore) == ("conv", "stem", ("image",), ("CNN301",))
    assert stem.args["out_channels"].value == 8
    assert (relu.verb, relu.label, relu.args) == ("relu", "relu1", {})
    assert (twice.share, twice.repeat.count.value, twice.repeat.counter) == (True, 2, None)
    assert (unit.verb, unit.verb_expression.text) == ("variant.unit", "variant.unit")
    assert (unit.repeat.counter, unit.repeat.count.value) == ("i", 3)
    assert (tower.repeat.counter, tower.repeat.count.text) == ("d", "variant.depths")
    assert tower.share == "stem"
    assert [entry.name for entry in group.body] == ["inside"]
    assert group.body[0].label == "group.inside"
    assert (branches.join.verb, branches.join.args["dim"].value) == ("concat", 2)
    empty, plain, side = branches.paths
    assert (empty.layers, plain.layers[0].label) == ((), "relu4")
    assert (side.name, side.from_, side.when.text) == ("side", ("tower.0", "tower.*"), "H > 64")


def test_expectations(spec):
    first, second = spec.expect
    assert isinstance(first, Expectation)
    assert (first.text, first.at) == ("params <= 5M", {})
    assert second.that.names == {"macs"}
    assert second.at["H"].value == 320


def test_an_argument_of_the_same_name_does_not_hide_an_operator():
    spec = load_spec(
        "cnnplan: 1\ninput: [1, 3]\nlayers: [cell]\nblocks:\n"
        "  cell: {args: {dropout: 0.5}, layers: [dropout: {p: dropout}]}"
    )
    (entry,) = spec.blocks["cell"].layers
    assert (entry.verb, entry.verb_expression, entry.args["p"].names) == ("dropout", None, {"dropout"})


def test_prose_is_no_expression():
    text = "cnnplan: 1\nsymbols: {N: 1}\ninput: [N, 3]\nlayers:\n  - require: {that: N > 0, because: %s}\n"
    for prose in ("N", "net.py, line 7 (`if n{1:`", "same"):
        (entry,) = load_spec(text % repr(prose)).layers
        assert entry.args["because"].value == prose


def test_places(spec):
    where = spec.locate(spec.layers[4].args["kernel_size"].place)
    assert TEXT.splitlines()[where.line - 1][where.column - 1 :] == "d}"


@pytest.mark.parametrize("name", ["absent.yaml", "", "."])
def test_a_file_that_cannot_be_read(name, tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        load_spec(tmp_path / name)


def test_a_name_that_no_file_can_have():
    with pytest.raises(UsageError, match="cannot read"):
        load_spec("net\0.yaml")


BLOCKS = "cnnplan: 1\nblocks: {cell: {layers: [relu]}}\n"
NET = "cnnplan: 1\ninclude: [%s]\ninput: [1, 3]\nlayers: [cell]\n"


@pytest.fixture
def folder(tmp_path):
    """A spec's folder beside one of blocks, under a common root."""
    for name in ("nets/own", "common"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "common/cell.yaml").write_text(BLOCKS)
    (tmp_path / "nets/own/cell.yaml").write_text(BLOCKS)
    return tmp_path


def including(folder: Path, name: str, root=None):
    file = folder / "nets/net.yaml"
    file.write_text(NET % name)
    return load_spec(file, root)


def test_includes_bring_blocks(folder):
    block = including(folder, "own/cell.yaml").blocks["cell"]
    assert not block.sees_symbols
    assert block.place.file == str(folder / "nets/own/cell.yaml")


def test_includes_from_a_root_that_is_named(folder):
    assert "cell" in including(folder, "../common/cell.yaml", folder).blocks


def outside(folder, name, root=None):
    with pytest.raises(SpecError) as caught:
        including(folder, name, root)
    return [finding.message for finding in caught.value.findings if finding.rule == "CNN005"]


def test_includes_stay_inside(folder):
    said = "%s is outside the folder of the spec: only files below it are included, or below a root that is named"
    (folder / "nets/link.yaml").symlink_to(folder / "common/cell.yaml")
    for name in ("../common/cell.yaml", "../absent.yaml", str(folder / "nets/own/cell.yaml"), "link.yaml"):
        assert outside(folder, name) == [said % name]
    assert outside(folder, "../../x.yaml", folder) == [said % "../../x.yaml"]
    (folder / "nets/loop.yaml").symlink_to("loop.yaml")
    assert outside(folder, "loop.yaml") == ["there is no file loop.yaml"]


def test_a_text_includes_nothing_without_a_root(folder):
    with pytest.raises(SpecError, match="a spec that is given as text includes nothing"):
        load_spec(NET % "common/cell.yaml")
    assert "cell" in load_spec(NET % "common/cell.yaml", folder).blocks


def test_a_flood_of_errors_ends():
    with pytest.raises(SpecError) as caught:
        load_spec("cnnplan: 1\ninput: [1, 3]\nlayers:\n" + "- rellu\n" * 50_000)
    assert len(caught.value.findings) == 200


def test_the_language_needs_no_heavy_library(python):
    heavy = {"sympy", "numpy", "rich", "jinja2", "networkx", "difflib"}
    code = f"import sys, cnnplan.spec as s; s.load_spec('specs/resnet.yaml'); print(sorted({heavy} & set(sys.modules)))"
    assert python("-c", code).stdout == "[]\n"
    assert "cnnplan.spec" in sys.modules


def test_a_file_of_blocks_is_a_library(folder):
    library = load_spec(folder / "common/cell.yaml")
    assert library.is_library
    assert list(library.blocks) == ["cell"]
    assert not load_spec("cnnplan: 1\ninput: [1, 3]\nlayers: [relu]\n").is_library


def test_a_library_is_judged_on_its_own(tmp_path):
    file = tmp_path / "blocks.yaml"
    file.write_text("cnnplan: 1\nname: x\nblocks: {cell: {args: {a: 1}, layers: [rellu, {conv: {out_channels: b}}]}}\n")
    with pytest.raises(SpecError) as caught:
        load_spec(file)
    assert [(finding.rule, finding.location.line) for finding in caught.value.findings] == [
        ("CNN005", 2),
        ("CNN010", 3),
        ("CNN012", 3),
        ("CNN015", 3),
    ]


def test_a_function_that_came_later_may_be_a_name():
    spec = load_spec(
        "cnnplan: 1\nsymbols: {gcd: 3, len: 5}\ninput: [1, gcd, len]\nlayers: [{pad: {padding: gcd * len}}]"
    )
    assert list(spec.symbols) == ["gcd", "len"]
    with pytest.raises(SpecError, match=r"lcm is a function: write lcm\(\.\.\.\)"):
        load_spec("cnnplan: 1\ninput: [1, lcm, 4]\nlayers: [relu]")
