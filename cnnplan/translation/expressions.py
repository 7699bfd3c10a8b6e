"""Expressions of the language as Python."""

from __future__ import annotations

import ast
import operator
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.spec import Expression

__all__ = ["Unwritable", "python", "simple", "tidy"]

WORDS: Final = {"true": "True", "false": "False", "null": "None"}
MOST_EXPONENT: Final = 32
FUNCTIONS: Final = {"floor": "math.floor", "ceil": "math.ceil", "make_divisible": "make_divisible"}
FOLDED: Final[dict[type, Callable[[int, int], int]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: lambda base, exponent: base**exponent if 0 <= exponent <= MOST_EXPONENT else base,
}
COMPARED: Final[dict[type, Callable[[int, int], bool]]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
PLAIN: Final = frozenset({"min", "max", "abs", "round"})


class Unwritable(Exception):  # noqa: N818 - the cause; the door adds where
    """Something that is not written as source."""


def python(expression: Expression, names: Mapping[str, str], shape: Callable[[str], str] | None = None) -> str:
    """An expression as Python.

    Args:
        expression: as the spec has it.
        names: what its names are in Python; `symbol.field` may be a name of its own.
        shape: gives the shape of a layer by name.

    Raises:
        Unwritable: it names something that Python does not have.
    """
    if expression.constant:
        return literal(expression.value)
    try:
        tree = ast.parse(expression.text.strip(), mode="eval")
    except SyntaxError:
        raise Unwritable(f"the expression {expression.text}") from None
    return tidy(ast.unparse(_Names(names, shape).visit(tree)))


def literal(value: Any) -> str:
    """A value as Python writes it; fractions as floats."""
    if isinstance(value, tuple):
        items = ", ".join(map(literal, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return repr(value) if not (isinstance(value, str) and type(value) is not str) else str(value)
    number = float(value)
    if not isfinite(number):
        return f"float('{number}')"
    return repr(int(number) if number.is_integer() else number)


class _Names(ast.NodeTransformer):
    """The names of an expression, replaced."""

    def __init__(self, names: Mapping[str, str], shape: Callable[[str], str] | None) -> None:
        self.names = names
        self.shape = shape

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id in WORDS:
            return ast.parse(WORDS[node.id], mode="eval").body
        if node.id not in self.names:
            raise Unwritable(f"the name {node.id}")
        return ast.parse(self.names[node.id], mode="eval").body

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        if isinstance(node.value, ast.Name):
            field = f"{node.value.id}.{node.attr}"
            if field in self.names:
                return ast.parse(self.names[field], mode="eval").body
        raise Unwritable(f"the field {node.attr}")

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        at = node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int) else None
        if isinstance(node.value, ast.Name) and node.value.id == "in_shape" and at == 1 and "in_channels" in self.names:
            return ast.parse(self.names.get("in_shape[1]", self.names["in_channels"]), mode="eval").body
        call: Any = node.value
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "shape" and at is not None and self.shape:
            name: Any = call.args[0]
            return _parsed(self.shape(f"{name.value}[{at}]"))
        return ast.Subscript(self.visit(call), self.visit(node.slice), ast.Load())

    def visit_List(self, node: ast.List) -> Any:
        return ast.Tuple([self.visit(each) for each in node.elts], ast.Load())

    def visit_Call(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "shape" and self.shape and isinstance(node.args[0], ast.Constant):
            return ast.parse(self.shape(str(node.args[0].value)), mode="eval").body
        if name not in FUNCTIONS and name not in PLAIN:
            raise Unwritable(f"the function {name}")
        called = ast.parse(FUNCTIONS.get(name, name), mode="eval").body
        return ast.Call(called, [self.visit(each) for each in node.args], [])


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def tidy(text: str) -> str:
    """An expression with what is known in it worked out: `4 * 64` is 256, `(3, 5)[1]` is 5."""
    tree = ast.parse(text, mode="eval").body
    return ast.unparse(_folded(tree))


def _folded(node: Any) -> Any:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(node, field, _folded(value))
        elif isinstance(value, list):
            setattr(node, field, [_folded(each) if isinstance(each, ast.AST) else each for each in value])
    if isinstance(node, ast.BinOp):
        return _product(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        left, right = _number(node.left), _number(node.comparators[0])
        if left is not None and right is not None:
            return _parsed(repr(COMPARED[type(node.ops[0])](left, right)))
    if isinstance(node, ast.IfExp) and isinstance(node.test, ast.Constant):
        return node.body if node.test.value else node.orelse
    return _picked(node) if isinstance(node, ast.Subscript) else node


def _picked(node: ast.Subscript) -> Any:
    """An element of a list that stands there, by its number."""
    every, number = node.value, _number(node.slice)
    elements = every.elts if isinstance(every, ast.Tuple | ast.List) else []
    return elements[number] if number is not None and number in range(len(elements)) else node


def _product(node: ast.BinOp) -> ast.expr:
    """Arithmetic of numbers, worked out; what is times 1 stays as it is."""
    left, right = _number(node.left), _number(node.right)
    if left is not None and right is not None and type(node.op) in FOLDED and (right != 0 or type(node.op) is ast.Pow):
        return _parsed(repr(FOLDED[type(node.op)](left, right)))
    if isinstance(node.op, ast.Mult) and 1 in {left, right}:
        return node.right if left == 1 else node.left
    return node


def _number(node: Any) -> Any:
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def simple(text: str) -> bool:
    """Whether an expression needs no parentheses."""
    return isinstance(
        ast.parse(text, mode="eval").body, ast.Name | ast.Constant | ast.Attribute | ast.Subscript | ast.Call
    )
