"""No kernel calls a rule, nor anything that a rule calls: what it shows is evidence."""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import FunctionType, ModuleType

import pytest

from cnnplan.ops import OPERATORS, Operator, arrays, contraction, depthwise, interpolation

RULES = (
    "output",
    "weights",
    "cost",
    "requires",
    "needs",
    "joins",
    "reads",
    "gives",
    "parts",
    "placed",
    "link",
    "notes",
)
HELPERS = {module.__name__ for module in (arrays, contraction, depthwise, interpolation)}


def called(function, kind):
    """The functions that a function names, of this package: its own methods, those of its parents, functions."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    local = {*function.__code__.co_varnames, *function.__code__.co_cellvars}
    for node in ast.walk(tree):
        found = None
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if owner in ("self", "cls"):
                found = inspect.getattr_static(kind, node.attr, None)
            elif owner == "super()":
                found = next(getattr(parent, node.attr) for parent in kind.__mro__[1:] if hasattr(parent, node.attr))
            elif isinstance(function.__globals__.get(owner), ModuleType):
                found = getattr(function.__globals__[owner], node.attr, None)
        elif isinstance(node, ast.Name) and node.id not in local:
            found = function.__globals__.get(node.id)
        found = getattr(found, "__wrapped__", found)
        if isinstance(found, property):
            found = found.fget
        if isinstance(found, FunctionType) and found.__module__.startswith(("cnnplan.", kind.__module__)):
            yield found


def closure(function, kind):
    """A function and all that it calls, however far."""
    found, waiting = set(), [function]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(called(here, kind))
    return found


def rules(kind):
    return {function for rule in RULES for function in closure(getattr(kind, rule), kind)}


def kernel(kind):
    return closure(kind.run, kind)


@pytest.mark.parametrize("kind", OPERATORS.values(), ids=OPERATORS)
def test_kernels_and_rules_share_nothing(kind):
    shared = {function.__qualname__ for function in kernel(kind) & rules(kind)}
    assert not shared


@pytest.mark.parametrize("kind", OPERATORS.values(), ids=OPERATORS)
def test_kernels_are_made_of_themselves_and_of_arrays(kind):
    own = {parent.__module__ for parent in kind.__mro__ if issubclass(parent, Operator)}
    allowed = HELPERS | own | {"cnnplan.ops.normalization"}
    assert {function.__module__ for function in kernel(kind)} <= allowed


@pytest.mark.parametrize("module", [arrays, contraction, depthwise, interpolation])
def test_helpers_import_nothing_of_the_rules(module):
    imported = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)]
    names = {node.module for node in imported if (node.module or "").startswith("cnnplan")}
    assert names <= {"cnnplan.lazy", *HELPERS}


def test_a_kernel_that_asks_its_shape_rule_is_found():
    class Asking(OPERATORS["relu"]):
        def run(self, x):
            return x.reshape(self._shape(x))

        def _shape(self, x):
            return self.output(x.shape)

    assert any(function.__name__ == "output" for function in kernel(Asking) & rules(Asking))
    assert kernel(OPERATORS["conv"]) > {OPERATORS["conv"].run, arrays.windows, arrays.padded, contraction.correlated}
