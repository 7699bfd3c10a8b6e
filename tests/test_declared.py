"""The shipped specs with what they need declared of every spatial axis: then nothing is left to say of legality."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

import cnnplan
from cnnplan.configuration import Configuration
from cnnplan.rules import check
from cnnplan.sizes import Membership, every

SPECS = Path(__file__).parents[1] / "specs"
FILES = sorted(file.relative_to(SPECS) for file in SPECS.rglob("*.yaml") if "\ninput" in file.read_text("utf-8"))


def spatial(plan):
    """The symbols in the axes behind batch and channels."""
    extents = (extent for shape in plan.inputs.values() for extent in shape[2:] if not isinstance(extent, int))
    return sorted({name for extent in extents for name in extent.symbols})


def declared(condition, default):
    """The declaration that says what a condition does: the true bound, and what all are multiples of."""
    start = default if isinstance(default, int) else 1
    if condition is None:
        return {"default": start, "min": 1}
    members = condition.members
    step = members.modulus if 0 in members.residues else 1
    least = next(n for n in members.members(members.start + 2 * members.modulus) if n % step == 0)
    first = next(n for n in range(max(start, least), start + least + step + 1) if n in members and n % step == 0)
    return {"default": first, "min": least, "multiple_of": step}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the specs that may be written to."""
    return Path(shutil.copytree(SPECS, tmp_path_factory.mktemp("declared") / "specs"))


@pytest.mark.parametrize("file", FILES, ids=str)
def test_clean_at_the_true_bound_of_every_axis(folder, file):
    document = yaml.safe_load((SPECS / file).read_text("utf-8"))
    bare = {
        name: each.get("default") if isinstance(each, dict) and "choices" not in each else each
        for name, each in document.get("symbols", {}).items()
    }
    free = {name: each if each is not None else {"default": 512} for name, each in bare.items()}
    (folder / file).write_text(yaml.safe_dump(document | {"symbols": free, "expect": []}, sort_keys=False), "utf-8")
    plans = [cnnplan.load(folder / file)]
    choices = {name: each["choices"] for name, each in free.items() if isinstance(each, dict) and "choices" in each}
    plans += [cnnplan.load(folder / file, **{name: choice}) for name, of in choices.items() for choice in of]
    together = every(condition for plan in plans for condition in plan.conditions)
    parts = getattr(together, "parts", (together,))
    conditions = {each.symbol: each for each in parts if isinstance(each, Membership)}
    wanted = {name: declared(conditions.get(name), bare.get(name)) for name in spatial(plans[0])}
    for each in parts:
        if each.symbols & choices.keys():
            wanted |= {name: document["symbols"][name] for name in each.symbols & wanted.keys()}
        elif not isinstance(each, Membership) and each.symbols & wanted.keys():
            first = wanted[min(each.symbols & wanted.keys())]
            first |= {"min": first["min"] + first["multiple_of"], "default": first["default"] + first["multiple_of"]}
    symbols = {"symbols": free | wanted, "expect": []}
    (folder / file).write_text(yaml.safe_dump(document | symbols, sort_keys=False), "utf-8")
    found = [
        each for each in check(folder / file, Configuration()) if each.rule == "CNN305" or each.severity == "error"
    ]
    assert found == []
    assert [str(each) for each in cnnplan.load(folder / file).conditions if each.symbols & wanted.keys()] == []
