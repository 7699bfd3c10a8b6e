"""Besides its layers: scales, activations, modules of one's own, folders, hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.errors import SpecError, UsageError
from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec
from cnnplan.translation.ultralytics.library import FOLDER, known, library

NET = Path(__file__).parent / "slips/net.yaml"
FILES = Path(__file__).parent / "files"


def planned(file, **options):
    return plan_spec(load_spec(file, **options))


def invoked(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_block_of_a_file_is_known(file):
    names = [line.split(":")[0].strip() for line in file.read_text(encoding="utf-8").splitlines() if line[:3].strip()]
    assert set(names) - {"cnnplan", "blocks"} - {name for name in names if name.startswith("#")} <= known()


def test_the_blocks_are_a_library_without_faults(tmp_path):
    file = tmp_path / "blocks.yaml"
    texts = [each.text.partition("\nblocks:\n")[2] for each in library(known(), "silu")]
    file.write_text("cnnplan: 1\nblocks:\n" + "".join(texts), encoding="utf-8")
    assert len(texts) == len(known())
    assert check(file) == []


def test_a_block_is_read_once_whatever_names_it():
    (conv,), several = library(["Conv"], "silu"), library(["C2f"], "silu")
    assert conv in several
    assert conv not in library(["Conv"], "relu")


def test_the_first_scale_counts_where_none_is_said():
    assert planned(NET).params == planned(NET, scale="n").params != planned(NET, scale="m").params


def test_the_number_of_classes_is_a_symbol():
    plan = planned(NET)
    head = [node for node in plan if node.name.startswith("Detect_15.cv3_0.c2")]
    assert head[0].shape[1] == plan.spec.symbols["nc"].name or str(head[0].shape[1]) == "nc"
    assert plan.at(nc=3).outputs["Detect_15.predictions"][1] == 4 + 3


def test_dims_of_the_image():
    spec = load_spec(NET, dims={"images": (2, 3, 96, "B")})
    assert list(spec.symbols) == ["B", "nc"]
    assert planned(NET, dims={"images": (2, 3, 96, 160)})["SPPF_7"].shape == (2, 128, 6, 10)


def test_sizes_that_it_needs():
    condition = planned(NET).condition
    legal = [0, 9, 10, 11, 12, 13, 14, 15]
    assert [h for h in range(16) if condition.holds({"H": 160 + h, "W": 96})] == legal
    assert [w for w in range(16) if condition.holds({"H": 96, "W": 160 + w})] == legal


def test_an_unknown_scale():
    with pytest.raises(UsageError, match=r"--scale q: the scales of this file are n, m"):
        load_spec(NET, scale="q")
    with pytest.raises(UsageError, match=r"--scale n: this file has no scales"):
        load_spec(FILES / "parsed.yaml", scale="n")


OWN = """
cnnplan: 1
blocks:
  Doubled:
    args: {out_channels: required, repeats: 1, squeeze: false}
    layers:
      - conv: {out_channels: out_channels, kernel_size: 3, padding: 1}
        repeat: repeats
      - sigmoid:
        when: squeeze
  Kept:
    layers:
      - batch_norm
"""


def test_modules_of_ones_own(tmp_path):
    """A width is scaled, repeats are an argument, whatever else is positional."""
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    text = NET.read_text(encoding="utf-8").replace("Conv, [128, 3, 2]]          # 1", "Kept, []]")
    file = tmp_path / "net.yaml"
    file.write_text(text.replace("3, C2f, [128, True]", "4, Doubled, [128, True]"), encoding="utf-8")
    plan = planned(file, modules=(str(tmp_path / "own.yaml"),))
    assert [(node.op.verb, node.shape[1]) for node in plan if node.name.startswith("Doubled_2")] == [
        *[("conv", 32)] * 1,
        ("sigmoid", 32),
    ]
    result = invoked("check", file, "--modules", tmp_path / "own.yaml")
    assert "no module" not in result.output
    assert "there is no module Doubled" in invoked("check", file).output


def test_a_fault_in_a_module_of_ones_own_stands_there(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN.replace("padding: 1", "groups: 7"), encoding="utf-8")
    file = tmp_path / "net.yaml"
    file.write_text(NET.read_text(encoding="utf-8").replace("C2f, [128, True]", "Doubled, [128]"), encoding="utf-8")
    (finding, *_) = check(load_spec(file, modules=(str(tmp_path / "own.yaml"),), partial=True))
    assert (Path(finding.location.file).name, finding.location.line) == ("own.yaml", 7)
    assert [(Path(at.file).name, at.line) for at in finding.called_from] == [("net.yaml", 9)]


def test_an_activation_of_the_file(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(f"activation: torch.nn.Hardswish()\n{NET.read_text(encoding='utf-8')}", encoding="utf-8")
    assert planned(file)["Conv_0.act"].op.verb == "hard_swish"


def test_a_folder_is_searched_by_content(tmp_path):
    (tmp_path / "net.yaml").write_text(NET.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "ours.yaml").write_text("cnnplan: 1\ninput: [1, 3]\nlayers: [relu]\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("train: images\nval: images\n", encoding="utf-8")
    result = invoked("check", tmp_path)
    assert f"{tmp_path}/net.yaml: taken for Ultralytics YAML, by the rules of 8.4.190" in result.output
    assert "in 1 of 2 files" in result.output


EXPLAINED = """\
layer 6, C3k2, in line 13 of {file}
by the rules of Ultralytics 8.4.190, at the scale m

written    - [-1, 2, C3k2, [512, False, 0.25]]   # 6
reads      Conv_5: 384 channels, 1/16 of the image's height and width
steps      repeats: max(round(2 * 0.67), 1) = 1
           width 0.75: 512 * 0.75 = 384
           c3k is True at the scales m, l and x, whatever is written; this is m
gives      C3k2_6: 384 channels, 1/16 of the image's height and width
"""


def test_how_a_layer_came_about():
    assert invoked("explain", NET, "6", "--scale", "m").output == EXPLAINED.format(file=NET)


@pytest.mark.parametrize(
    ("width", "classes", "steps"),
    [
        (1000, 80, ["cut to the scale's most channels: min(1000, 768) = 768", "width 0.75: 768 * 0.75 = 576"]),
        (100, 80, ["width 0.75: 100 * 0.75 = 75", "rounded up to a multiple of 8: 80"]),
        (64, 64, ["width 0.75: 64 * 0.75 = 48", "equal to nc, and scaled all the same"]),
    ],
)
def test_steps_of_a_width(tmp_path, width, classes, steps):
    file = tmp_path / "net.yaml"
    text = NET.read_text(encoding="utf-8").replace("nc: 10", f"nc: {classes}")
    file.write_text(text.replace("Conv, [64, 3, 2]", f"Conv, [{width}, 3, 2]"), encoding="utf-8")
    told = invoked("explain", file, "Conv_0", "--scale", "m").output
    assert all(step in told for step in steps)


HOSTILE = {
    "a tag": ("nc: 10", "nc: !!python/object/apply:os.getcwd []", "CNN003"),
    "an anchor": ("nc: 10", "nc: &a 10", "CNN003"),
    "deep": ("[64, 3, 2]]           # 0", "[64, " + "[" * 100 + "]" * 100 + "]]", "CNN004"),
    "a billion copies": ("[-1, 3, C2f, [512]]  ", "[-1, 1000000000, C2f, [512]]  ", "CNN019"),
    "a billion channels": ("Conv, [64, 3, 2]", "Conv, [10000000000000, 3, 2]", ""),
    "a million digits": ("Conv, [64, 3, 2]", f"Conv, [{'9' * 100_000}, 3, 2]", "CNN013"),
    "no list": ("backbone:", "backbone: 3\nrest:", "CNN013"),
    "null": ("[-1, 1, SPPF, [512, 5]]", "", ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_with_bounded_effort(tmp_path, name, effort):
    right, wrong, rule = HOSTILE[name]
    file = tmp_path / "net.yaml"
    file.write_text(NET.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    with effort() as done:
        found = check(file)
    assert done.calls < 500_000
    assert rule in {finding.rule for finding in found} | {""}


def test_all_of_it_may_be_wrong(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text("backbone: []\nhead: []\n", encoding="utf-8")
    with pytest.raises(SpecError):
        load_spec(file)


CHAIN = """\
nc: 10
scales:
  n: [1.0, 1.0, 1024]
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 3, Conv, [64, 3, 2]]
  - [-1, 2, ConvTranspose, [64, 2, 2, 0]]
  - [-1, 1, A2C2f, [128, False, 1]]
  - [-1, 1, Conv, [128, 3, 2]]
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [-1, 1, Classify, [nc]]
"""


def test_how_coarse_a_layer_is_said_to_be_is_how_coarse_it_is(tmp_path):
    """Also behind copies in a row, of which each makes the map coarser, or finer."""
    file = tmp_path / "net.yaml"
    file.write_text(CHAIN, encoding="utf-8")
    plan = planned(file)
    at = plan.at(**dict.fromkeys((name for name in plan.spec.symbols if name in "HW"), 256))
    found = []
    for number in range(6):
        told = invoked("explain", file, str(number)).output
        name = told.rpartition("gives")[2].split(":")[0].strip()
        said = told.rpartition("gives")[2].partition("1/")[2].split()[0]
        assert at[name].shape[2] * int(said) == 256, told
        found.append(int(said))
    assert found == [2, 16, 4, 4, 8, 4]


@pytest.mark.parametrize(
    ("width", "expansion", "legal"),
    [(64, None, True), (96, None, False), (128, None, True), (128, 0.25, True), (64, 0.25, False), (32, 1.0, True)],
)
def test_heads_of_area_attention_come_out_even_inside(tmp_path, width, expansion, legal):
    """What must be a multiple of 32 is what lies inside: the expansion's part of the width."""
    file = tmp_path / "net.yaml"
    args = "False, 1" if expansion is None else f"False, 1, False, 2.0, {expansion}"
    file.write_text(CHAIN.replace("A2C2f, [128, False, 1]", f"A2C2f, [{width}, {args}]"), encoding="utf-8")
    found = [finding.message for finding in check(file) if finding.severity == "error"]
    assert (found == []) is legal, found
    assert all("inside" in message and "must be a multiple of 32" in message for message in found)
