"""A model takes and refuses what pydantic's model of the same fields does, in the same words."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context, Domain
from cnnplan.spec.documents import DOCUMENTS

SPECS = Path(__file__).parents[1] / "specs"
MODELS = {**DOCUMENTS, **OPERATORS}
SIZE = Context().symbol("K", Domain(min=1))
TEXTS = ("zeros", "same", "tanh", "int8", "sum", "none", "x", "")
LEAVES = st.sampled_from((None, True, False, -1, 0, 1, 3, 0.5, -2.0, Fraction(3, 2), Fraction(4, 2), SIZE, *TEXTS))
VALUES = st.one_of(LEAVES, st.lists(LEAVES, max_size=3), st.lists(st.lists(LEAVES, min_size=2, max_size=2), max_size=2))


@st.composite
def cases(draw):
    name = draw(st.sampled_from(sorted(MODELS)))
    fields = MODELS[name].model_fields
    keys = [each.alias or name for name, each in fields.items()]
    required = [each.alias or name for name, each in fields.items() if each.is_required()]
    chosen = draw(st.sets(st.sampled_from([*keys, "unheard_of"]), max_size=3)) | draw(
        st.sampled_from([{*required}, set()])
    )
    return MODELS[name], {key: draw(VALUES) for key in chosen}


def outcome(make, values):
    """The values that are made of these with their types, or what is said against them."""
    try:
        return [(name, type(value), value) for name, value in make(values).items()]
    except ValidationError as error:
        return str(error)


@given(cases())
def test_a_model_is_pydantics_model_of_the_same_fields(case):
    model, values = case
    expected = outcome(lambda given: dict(model._pydantic.model_validate(given)), values)
    assert outcome(lambda given: model(**given).model_dump(), values) == expected


def test_a_model_is_frozen_and_copied_whole():
    pool = OPERATORS["max_pool"](kernel_size=3)
    with pytest.raises(AttributeError, match="MaxPool is frozen: stride cannot be set"):
        pool.stride = 2
    changed = pool.model_copy(update={"stride": 2})
    assert (changed.stride, pool.stride) == (2, None)
    assert copy.copy(pool) == pickle.loads(pickle.dumps(pool)) == pool != changed  # noqa: S301 - our own
    assert repr(OPERATORS["linear"](out_features=7)) == "Linear(bias=True, out_features=7)"


def test_an_addend_that_is_repeated_is_another_operator():
    add = OPERATORS["add"]()
    assert add.placed((2, 3), (1, 3)) != add.placed((2, 3), (2, 3))
    assert add.placed((2, 3), (1, 3)) == add.placed((2, 5), (1, 5))


def test_a_legal_spec_needs_pydantics_core_alone():
    code = (
        "import sys, cnnplan\n"
        f"plan = cnnplan.load({str(SPECS / 'resnet.yaml')!r})\n"
        "print(plan.params, [name for name in ('pydantic', 'pydantic_core') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own Python
    assert ran.stdout == "25557032 ['pydantic_core']\n"
