"""What people type who come from PyTorch, Keras or TensorFlow, by operator family: the first message leads home.

Each file of `newcomers` begins with the head of a spec. Below it stand entries as they are typed, each with what is
said first: line and column within the entry, the layer, the message and the way out. `--refresh` writes them anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnplan import check

FOLDER = Path(__file__).parent / "newcomers"
FAMILIES = {
    *("activation", "attention", "blocks", "convolution", "detection", "embedding", "expressions", "joins", "linear"),
    *("matmul", "normalization", "pooling", "recurrent", "reshape", "selection", "tensors", "transposed_convolution"),
    *("upsampling", "wiring"),
}
SAID = "> "


def read(family):
    """The head of the specs, and the entries with what is said of each."""
    head, *entries = (FOLDER / f"{family}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return head, [entry.split("\n") for entry in entries]


def typed(entry):
    return [line for line in entry if not line.startswith(SAID)]


def said(head, lines):
    """What is said first of a spec with this entry."""
    above = ["cnnplan: 1", "name: t", *head.split("\n"), "layers:"]
    found = check("\n".join([*above, *(f"  {line}" for line in lines)]) + "\n")
    if not found:
        return ["> nothing"]
    first = found[0]
    where = f"{first.location.line - len(above)}:{first.location.column - 2}"
    layer = f" {first.layer}:" if first.layer else ""
    return [f"> {where}:{layer} {first.message} [{first.rule}]", *([f"> {first.hint}"] if first.hint else [])]


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_first_message_leads_home(family, request):
    head, entries = read(family)
    now = [[*typed(entry), *said(head, typed(entry))] for entry in entries]
    if request.config.getoption("--refresh"):
        text = "\n\n".join([head, *map("\n".join, now)])
        (FOLDER / f"{family}.txt").write_text(f"{text}\n", encoding="utf-8")
        head, entries = read(family)
    assert entries == now


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_has_ten_slips_and_an_answer_to_each(family):
    _, entries = read(family)
    assert len(entries) >= 10
    assert len({tuple(typed(entry)) for entry in entries}) == len(entries)
    assert not [entry for entry in entries if "> nothing" in entry]


def test_every_family_is_in_the_list():
    assert {file.stem for file in FOLDER.glob("*.txt")} == FAMILIES
