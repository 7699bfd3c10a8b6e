"""Slips of the pen: what was written, what is meant, and that nothing but the slip changes."""

from pathlib import Path

import pytest
import yaml

from cnnplan.repairs import Proof, mended, repairs
from tests.repairs.running import run

HEAD = """\
cnnplan: 1
symbols: {N: 1, H: {default: 32, min: 9}, W: {default: 48, min: 9}}   # sizes
input: [N, 3, H, W]
"""

TEXTS = yaml.safe_load(Path(__file__).with_name("slips.yaml").read_text())


@pytest.mark.parametrize("name", TEXTS["slips"])
def test_the_slip_and_nothing_else_is_changed(tmp_path: Path, name: str) -> None:
    wrong, right = (HEAD + TEXTS["slips"][name][each] for each in ("wrong", "right"))
    spec = tmp_path / "net.yaml"
    spec.write_text(wrong)
    found = mended(spec)
    assert found.texts[str(spec)] == right
    assert not [finding for finding in found.left if finding.severity == "error"]
    assert spec.read_text() == wrong
    assert run(right) == 10


WHOLE = {
    **TEXTS["whole"],
    "tabs": {
        "wrong": "cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n\t- relu\n\t- tanh\n",
        "right": "cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n  - relu\n  - tanh\n",
    },
    "lines of Windows": {
        "wrong": "cnnplan: 1\r\ninput: [1, 3, 32, 48]\r\nlayers:\r\n  - relu: {name: a}\r\n",
        "right": "cnnplan: 1\r\ninput: [1, 3, 32, 48]\r\nlayers:\r\n  - relu:\r\n    name: a\r\n",
    },
}


@pytest.mark.parametrize("name", WHOLE)
def test_slips_of_whole_files(tmp_path: Path, name: str) -> None:
    wrong, right = WHOLE[name]["wrong"], WHOLE[name]["right"]
    spec = tmp_path / "net.yaml"
    assert mended(spec, texts={str(spec): wrong}).texts[str(spec)] == right


def test_of_two_words_that_fit_none_is_chosen(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    text = (
        "cnnplan: 1\nsymbols: {height1: 16, height2: 16}\ninput: [1, 3, height1, height2]\n"
        "layers:\n  - linear: {out_features: 2 * height3}\n"
    )
    texts = {str(spec): text}
    assert not mended(spec, texts=texts).repairs
    offered = {repair.title for repair in repairs(spec, texts=texts)}
    assert offered == {"write height1 for height3", "write height2 for height3"}


def test_a_repair_says_where_it_stands_and_what_was_proved(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    (repair,) = repairs(spec, texts={str(spec): HEAD + "layers:\n  - reluu\n"})
    (edit,) = repair.edits
    assert (edit.file, edit.line, edit.column, edit.end_line, edit.end_column, edit.text) == (
        str(spec), 5, 5, 5, 10, "relu",
    )  # fmt: skip
    assert repair.proof is Proof.LEGAL
    assert repair.safe


def test_blocks_of_an_included_file_are_mended_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "blocks.yaml").write_text("cnnplan: 1\nblocks:\n  act:\n    layers:\n      - rellu\n")
    spec = tmp_path / "net.yaml"
    spec.write_text("cnnplan: 1\ninclude: [blocks.yaml]\ninput: [1, 3, 32, 48]\nlayers:\n  - act\n")
    found = mended(spec)
    assert found.texts == {str(tmp_path / "blocks.yaml"): "cnnplan: 1\nblocks:\n  act:\n    layers:\n      - relu\n"}


@pytest.mark.parametrize("name", TEXTS["unused"])
def test_what_is_legal_is_changed_only_where_that_is_asked_for(tmp_path: Path, name: str) -> None:
    spec = tmp_path / "net.yaml"
    wrong, right = ("cnnplan: 1\n" + TEXTS["unused"][name][each] for each in ("wrong", "right"))
    assert not mended(spec, texts={str(spec): wrong}).texts
    assert mended(spec, texts={str(spec): wrong}, unsafe=True).texts[str(spec)] == right


def test_a_misspelt_amount_of_a_promise_is_offered(tmp_path: Path) -> None:
    """It is a promise, so it is never changed unless that is asked for."""
    spec = tmp_path / "net.yaml"
    text = HEAD + "layers:\n  - conv: {out_channels: 14, kernel_size: 3}\nexpect:\n  - parms <= 400\n"
    spec.write_text(text)
    assert [repair.title for repair in repairs(str(spec))] == ["write params for parms"]
    assert not mended(spec).repairs
    assert mended(spec, unsafe=True).texts[str(spec)] == text.replace("parms", "params")


LEGAL = {
    "a symbol": "symbols: {N: 1, H: 32, W: 48, left: 3}\ninput: [N, 3, H, W]\nlayers:\n  - relu\n",
    "a block": "blocks:\n  unit:\n    layers: [relu]\ninput: [1, 3, 32, 48]\nlayers:\n  - relu\n",
    "an argument": "blocks:\n  unit:\n    args: {left: 3}\n    layers: [relu]\n"
    "input: [1, 3, 32, 48]\nlayers:\n  - unit\n",
}


@pytest.mark.parametrize("what", LEGAL)
def test_a_spec_that_is_legal_is_only_changed_when_that_is_asked_for(tmp_path: Path, what: str) -> None:
    """A repair of a warning is offered, and never one of those that are made without a question."""
    spec = tmp_path / "net.yaml"
    text = f"cnnplan: 1\n{LEGAL[what]}"
    spec.write_text(text)
    offered = repairs(spec)
    assert offered
    assert not any(repair.safe for repair in offered)
    assert not mended(spec).repairs
    assert mended(spec, unsafe=True).texts[str(spec)] != text
