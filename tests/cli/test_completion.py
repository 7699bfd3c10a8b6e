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
