"""The table of contents is complete, and every operator documents itself the same way."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import cnnplan.ops
from cnnplan.ops import OPERATORS, Operator
from cnnplan.ops.fields import kinds, words

MODULES = [
    importlib.import_module(f"cnnplan.ops.{module.name}") for module in pkgutil.iter_modules(cnnplan.ops.__path__)
]


def concrete(kind: type[Operator]) -> set[type[Operator]]:
    below = {operator for child in kind.__subclasses__() for operator in concrete(child)}
    return below | (set() if inspect.isabstract(kind) or not kind.__module__.startswith("cnnplan.") else {kind})


def test_the_table_holds_every_operator():
    assert set(OPERATORS.values()) == concrete(Operator)


def test_the_verb_is_the_name_of_the_class():
    assert {verb: operator.verb for verb, operator in OPERATORS.items()} == {verb: verb for verb in OPERATORS}


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_the_docstring_says_everything(operator):
    lines = [line.split()[0] for line in inspect.getdoc(operator).splitlines() if line.strip()]
    headings = [line for line in lines if line in ("Output", "Weights", "Cost", "Source", ">>>")]
    assert headings[:5] == ["Output", "Weights", "Cost", "Source", ">>>"]


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_every_field_is_described(operator):
    properties = operator.model_json_schema()["properties"]
    assert [
        name for name, schema in properties.items() if not re.match(r"[A-Z`].*[.]$", schema.get("description", ""))
    ] == []


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_every_field_has_a_kind(operator):
    assert set(kinds(operator)) == set(operator.model_fields)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_lines_in_docstrings_run(module):
    assert doctest.testmod(module).failed == 0


def test_keywords_are_known_to_the_language():
    assert words(OPERATORS["conv"]) == {"valid", "same", "same_lower", "zeros", "reflect", "replicate", "circular"}
    assert words(OPERATORS["relu"]) == frozenset()


def test_the_room_is_light(python):
    heavy = "{'numpy', 'sympy', 'networkx', 'rich', 'jinja2', 'yaml'}"
    done = python("-c", f"import sys, cnnplan.ops; print(sorted({heavy} & set(sys.modules)))")
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_file_is_long(module):
    assert len(inspect.getsource(module).splitlines()) <= 300
