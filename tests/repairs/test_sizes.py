"""Layers that do not fit together: each network is mended, planned as legal, and run in NumPy at ten sizes."""

from pathlib import Path

import pytest
import yaml

from cnnplan import load
from cnnplan.configuration import Configuration
from cnnplan.repairs import Mended, Proof, mended, repairs
from cnnplan.rules import check
from tests.repairs.running import run

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "sizes.yaml").read_text())
SLIPS = sorted((HERE.parent / "check" / "slips").glob("*.yaml"))
SPECS = sorted((HERE.parents[1] / "specs").rglob("*.yaml"))
LARGE = {"field_of_a_record_misspelt"}
"""Networks with hundreds of millions of weights."""


def written(name: str) -> str:
    sizes = ", ".join(f"{axis}: {_flow(CASES[name]['sizes'][axis])}" for axis in ("H", "W"))
    return f"cnnplan: 1\nsymbols: {{N: 1, {sizes}}}\ninput: [N, 3, H, W]\n{CASES[name]['layers']}"


def _flow(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("...\n").strip()


def errors(text: str) -> list[str]:
    return [str(finding) for finding in check(text, Configuration()) if finding.severity == "error"]


def found(name: str, tmp_path: Path) -> tuple[Mended, str]:
    spec = tmp_path / f"{name}.yaml"
    result = mended(spec, texts={str(spec): written(name)}, unsafe=CASES[name].get("unsafe", False))
    return result, result.texts.get(str(spec), "")


@pytest.mark.parametrize("name", CASES)
def test_a_network_that_does_not_fit_is_mended_and_runs(tmp_path: Path, name: str) -> None:
    assert errors(written(name))
    result, text = found(name, tmp_path)
    assert result.repairs[-1].proof is Proof.LEGAL
    assert result.repairs[0].title.startswith(CASES[name].get("title", ""))
    assert not errors(text)
    assert run(text) == 10


def test_every_repair_that_is_offered_is_legal(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    text = written("unet_resized")
    offered = repairs(spec, texts={str(spec): text})
    assert len(offered) > 3
    for repair in offered:
        lines = text.splitlines(keepends=True)
        for edit in reversed(repair.edits):
            start = sum(map(len, lines[: edit.line - 1])) + edit.column - 1
            end = sum(map(len, lines[: edit.end_line - 1])) + edit.end_column - 1
            changed = "".join(lines)
            lines = (changed[:start] + edit.text + changed[end:]).splitlines(keepends=True)
        assert not errors("".join(lines)), repair.title
    macs = [repair.macs for repair in offered if repair.safe]
    assert macs[0] == 0


def test_what_changes_a_legal_size_is_held_back(tmp_path: Path) -> None:
    """At the default the window fits: more padding would change what it gives there, and a `min` what is claimed."""
    spec = tmp_path / "net.yaml"
    held = mended(spec, texts={str(spec): written("kernel_claimed")})
    assert (held.texts, held.repairs, held.held_back) == ({}, (), 2)  # of H and of W
    offered = repairs(spec, texts={str(spec): written("kernel_claimed")})
    assert offered
    assert not any(repair.safe for repair in offered)


def test_an_edit_in_a_block_holds_wherever_the_block_is_called(tmp_path: Path) -> None:
    result, text = found("unet_of_blocks", tmp_path)
    (repair,) = result.repairs
    assert len(repair.edits) == 1
    assert text.count("output_padding") == 1
    assert load(text).condition.verdict is True


@pytest.mark.slow
@pytest.mark.parametrize("spec", [spec for spec in SLIPS if spec.stem not in LARGE], ids=lambda spec: spec.stem)
def test_the_slips_of_shipped_specs_are_mended_and_run(spec: Path) -> None:
    result = mended(spec, unsafe=spec.stem == "flatten_forgotten")
    assert not [finding for finding in result.left if finding.severity == "error"]
    assert run(result.texts[str(spec)]) == 10


MEANT = {
    "channels_off_by_a_factor": ("{width: 2 * width}", "{width: 4 * width}"),
    "groups_of_the_wrong_width": ("groups: width}", "groups: in_channels}"),
    "kernel_for_stride": ("stride: 4}", "stride: 2}"),
    "padding_in_one_branch": ("kernel_size: 5, padding: 1}", "kernel_size: 5, padding: 2}"),
    "stride_missing_in_shortcut": (
        "- - conv_bn: {width: 4 * width}\n",
        "- - conv_bn: {width: 4 * width, stride: stride}\n",
    ),
}
"""What the slip was in a shipped spec, and what stood there."""


@pytest.mark.parametrize("name", MEANT)
def test_a_slip_of_a_shipped_spec_is_mended_as_it_was_meant(name: str) -> None:
    spec = next(spec for spec in SLIPS if spec.stem == name)
    assert mended(spec).texts[str(spec)] == spec.read_text().replace(*MEANT[name])


def test_a_large_network_is_mended_as_it_was_meant() -> None:
    spec = next(spec for spec in SLIPS if spec.stem in LARGE)
    assert mended(spec).texts[str(spec)] == spec.read_text().replace("variant.depth[2]", "variant.depths[2]")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_a_legal_spec_is_left_alone(spec: Path) -> None:
    assert mended(spec).texts == {}


def test_what_a_network_asks_for_is_declared(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    text = """\
cnnplan: 1
symbols: {N: 1, H: 60, W: 99}
input: [N, 3, H, W]
layers:
  - branches:
      paths:
        - []
        - - max_pool: {kernel_size: [2, 3]}
          - upsample: {scale_factor: [2, 3]}
  - branches:
      paths:
        - []
        - - max_pool: {kernel_size: [4, 3]}
          - upsample: {scale_factor: [4, 3]}
"""
    (repair,) = repairs(spec, texts={str(spec): text})
    assert (repair.finding.rule, repair.safe, repair.proof) == ("CNN205", False, Proof.LEGAL)
    assert repair.title == "claim less: multiple_of: 4 of H, multiple_of: 3 of W"
    assert not mended(spec, texts={str(spec): text}).texts
    declared = text.replace("H: 60, W: 99", "H: {default: 60, multiple_of: 4}, W: {default: 99, multiple_of: 3}")
    assert mended(spec, texts={str(spec): text}, unsafe=True).texts == {str(spec): declared}
    assert not repairs(spec, texts={str(spec): declared})
