"""What a shell offers after Tab."""

from __future__ import annotations

import pytest

OFFERS = [
    ("report specs/resnet.yaml --set ", ["N=", "H=", "W=", "variant="]),
    ("report specs/resnet.yaml --set variant=resnet1", ["variant=resnet18", "variant=resnet101", "variant=resnet152"]),
    ("sweep specs/unet.yaml --set ", ["N=", "H=", "W="]),
    ("report specs/missing.yaml --set ", []),
    ("explain specs/lenet5.yaml c", ["c1", "c3", "c5"]),
    ("explain specs/lenet5.yaml c3.", ["c3.conv1", "c3.tanh1"]),
    ("report specs/unet.yaml --format l", ["latex"]),
    ("init --kind ", ["classifier", "unet", "detector", "sequence"]),
]


@pytest.mark.parametrize(("typed", "offered"), OFFERS)
def test_a_shell_offers(python, typed, offered):
    words = f"cnnplan {typed}"
    asked = {"_CNNPLAN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    ran = python("-c", "import sys; sys.argv = ['cnnplan']; from cnnplan.cli import main; main()", **asked)
    assert (ran.stdout.split(), ran.stderr) == (offered, "")


BROKEN = [
    ("report example : resnet --set variant = resnet1", ["resnet18", "resnet101", "resnet152"]),
    ("report example : resnet --set variant =", ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]),
    ("report example : resnet --until lay", ["layer1", "layer2", "layer3", "layer4"]),
    ("explain example : lenet5 c", ["c1", "c3", "c5"]),
]


@pytest.mark.parametrize(("typed", "offered"), BROKEN)
def test_bash_breaks_words_where_none_ends(python, typed, offered):
    """At ":" and "="; what it holds for the word before the cursor is not written twice."""
    words = ["cnnplan", *typed.split(" ")]
    asked = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    program = "import sys; sys.argv = ['cnnplan']; from cnnplan.cli import main; main()"
    ran = python("-c", program, _CNNPLAN_COMPLETE="complete_bash", **asked)
    assert (ran.stdout.split(), ran.stderr) == (offered, "")
