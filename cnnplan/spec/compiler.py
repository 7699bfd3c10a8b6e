"""A text of the expression language becomes a closure, by way of Python's parser and a whitelist of its nodes.

Numbers, units included, are taken out of the text first and replaced by marked names: decimals stay exact, and what
Python would warn about never reaches it.
"""

from __future__ import annotations

import ast
import re
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan import ops
from cnnplan.lazy import pattern
from cnnplan.spec.answers import function
from cnnplan.spec.arithmetic import ARITHMETIC, COMPARISONS, element, field, negative, section, truth
from cnnplan.spec.diagnosis import unreadable
from cnnplan.spec.faults import EvaluationError, Unreadable
from cnnplan.spec.functions import FUNCTIONS, call
from cnnplan.spec.junctions import inverse, junction
from cnnplan.spec.routes import indices
from cnnplan.spec.scalars import DIGITS, UNITS, decimal, exact
from cnnplan.spec.values import Verb
from cnnplan.spec.words import KEYWORDS, SPOKEN, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[Any], Any]

__all__ = ["Compiled", "compile_text"]

DEPTH: Final = 40
"""The most levels of an expression."""

_TOKEN: Final = pattern(
    r"""(?P<text>"[^"\\]*"|'[^'\\]*')
    |(?<![\w.])(?P<number>0x[0-9a-fA-F]+|0o[0-7]+|(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(?P<unit>\w*)
    |(?P<bad>[^\x20-\x7e\n]|\\|["'])""",
    re.VERBOSE,
)
_MARK: Final = "\u03bb"
_BASES: Final = {"0x": 16, "0o": 8}
_NAME: Final = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_CONSTANTS: Final = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
_SYMBOLS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


class Compiled(NamedTuple):
    """A closure over an environment, the names it reads and the layers whose shapes it asks for."""

    run: Run
    names: frozenset[str]
    layers: frozenset[str]


def compile_text(text: str) -> Compiled:
    """Compile one expression; raises Unreadable."""
    return _Compiler().compile(text)


class _Compiler:
    """The state of one compilation: the numbers taken out, the names met so far."""

    def __init__(self) -> None:
        self.numbers: list[int | Any] = []
        self.names: set[str] = set()
        self.layers: set[str] = set()

    def compile(self, text: str) -> Compiled:
        if text.startswith("{{"):
            raise Unreadable(unreadable(text))
        run = self.name(text) if _NAME.fullmatch(text) else self.node(_python(_TOKEN.sub(self.token, text), text), 0)
        return Compiled(run, frozenset(self.names), frozenset(self.layers))

    def token(self, match: re.Match[str]) -> str:
        """Take a number out of the text; leave quoted text alone."""
        if match["bad"]:
            raise Unreadable(f"{match['bad']!r} has no meaning in an expression")
        if match["text"]:
            return match["text"]
        self.numbers.append(_number(match["number"], match["unit"]))
        return f"{_MARK}{len(self.numbers) - 1}"

    def node(self, node: ast.AST, depth: int) -> Run:
        """The closure of a node, if the language has such a node."""
        if depth > DEPTH:
            raise Unreadable(f"the expression is nested deeper than {DEPTH} levels")
        method = _NODES.get(type(node))
        if method is None:
            raise Unreadable(f"{_WHAT.get(type(node), type(node).__name__.lower())} is not part of the language")
        return method(self, node, depth + 1)

    def name(self, name: str) -> Run:
        """A number that was taken out, a constant, a keyword, or a name to be looked up."""
        if name[0] == _MARK:
            return _always(self.numbers[int(name[1:])])
        if name in _CONSTANTS:
            return _always(_CONSTANTS[name])
        if name in KEYWORDS:
            return _always(Verb(name) if name in ops.OPERATORS else name)
        if name in SPOKEN:
            raise Unreadable(f"{name} is a function: write {name}(...)")
        self.names.add(name)
        return methodcaller("lookup", name)

    def on_name(self, node: ast.Name, depth: int) -> Run:
        del depth
        return self.name(node.id)

    def on_constant(self, node: ast.Constant, depth: int) -> Run:
        del depth
        if not isinstance(node.value, str | bool | None):
            raise Unreadable(f"{node.value!r} is not part of the language")
        return _always(node.value)

    def on_list(self, node: ast.List, depth: int) -> Run:
        runs = [self.node(item, depth) for item in node.elts]
        return lambda env: tuple([run(env) for run in runs])

    def on_binary(self, node: ast.BinOp, depth: int) -> Run:
        compute = ARITHMETIC.get(_SYMBOLS.get(type(node.op), ""))
        if compute is None:
            raise Unreadable("the language has + - * / // % ** and no other arithmetic")
        left, right = self.node(node.left, depth), self.node(node.right, depth)
        return lambda env: compute(left(env), right(env))

    def on_unary(self, node: ast.UnaryOp, depth: int) -> Run:
        run = self.node(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return lambda env: inverse(run(env))
        if isinstance(node.op, ast.USub):
            return lambda env: negative(run(env))
        if isinstance(node.op, ast.UAdd):
            return lambda env: negative(negative(run(env)))
        raise Unreadable("~ is not part of the language")

    def on_compare(self, node: ast.Compare, depth: int) -> Run:
        symbols = [_SYMBOLS.get(type(op), "") for op in node.ops]
        if not all(symbols):
            raise Unreadable("the language compares with == != < <= > >= and nothing else")
        compares = [COMPARISONS[symbol] for symbol in symbols]
        runs = [self.node(item, depth) for item in (node.left, *node.comparators)]
        pairs = [_pair(*each) for each in zip(compares, runs, runs[1:], strict=False)]
        return pairs[0] if len(pairs) == 1 else junction(pairs, stop=False)

    def on_bool(self, node: ast.BoolOp, depth: int) -> Run:
        return junction([self.node(item, depth) for item in node.values], stop=isinstance(node.op, ast.Or))

    def on_choice(self, node: ast.IfExp, depth: int) -> Run:
        test, then, other = (self.node(item, depth) for item in (node.test, node.body, node.orelse))

        def choose(env: Any) -> Any:
            value = test(env)
            return then(env) if value is True or (value is not False and truth(value, env.decide)) else other(env)

        return choose

    def on_index(self, node: ast.Subscript, depth: int) -> Run:
        values = self.node(node.value, depth)
        if isinstance(node.slice, ast.Slice):
            first, last = self.bounds(node.slice, depth)
            return lambda env: section(values(env), first(env), last(env), env.decide)
        index = self.node(node.slice, depth)
        return lambda env: element(values(env), index(env), env.decide)

    def bounds(self, cut: ast.Slice, depth: int) -> tuple[Run, Run]:
        """The first element of a section, and the one behind it; left out, its ends are those of the list."""
        if cut.step is not None:
            raise Unreadable("a section of a list has a first and a last element, x[a:b], and no step")
        first, last = (_always(None) if end is None else self.node(end, depth) for end in (cut.lower, cut.upper))
        return first, last

    def on_field(self, node: ast.Attribute, depth: int) -> Run:
        record, name = self.node(node.value, depth), node.attr
        return lambda env: field(record(env), name)

    def on_call(self, node: ast.Call, depth: int) -> Run:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            shown = name or (ast.unparse(node.func) if isinstance(node.func, ast.Attribute) else "(...)")
            meant = function(shown, FUNCTIONS)
            near = f"; did you mean {meant}?" if meant else did_you_mean(name, FUNCTIONS)
            raise Unreadable(f"unknown function {shown}{near}")
        if node.keywords:
            raise Unreadable(f"the arguments of {name} have no names")
        if name in ("shape", "count"):
            return self.asked(name, node.args)
        if name in ("floor", "ceil") and [_division(item) for item in node.args] == [True]:
            return self.rounded(name, node.args[0], depth)
        runs = [self.node(item, depth) for item in node.args]
        return lambda env: call(name, tuple([run(env) for run in runs]))

    def rounded(self, name: str, quotient: Any, depth: int) -> Run:
        """`floor(a / b)` as `a // b`, which may be a size where `a / b` has no exact value; ceil likewise."""
        left, right = self.node(quotient.left, depth), self.node(quotient.right, depth)
        divide = ARITHMETIC["//"]
        if name == "floor":
            return lambda env: divide(left(env), right(env))
        return lambda env: negative(divide(negative(left(env)), right(env)))

    def asked(self, name: str, args: list[ast.expr]) -> Run:
        """What is asked of a layer that is called by its name in quotes: its shape, or how many maps it is."""
        match args:
            case [ast.Constant(value=str(layer))]:
                self.layers.add(layer)
                for index in indices(layer):
                    self.names |= compile_text(index).names
                return (lambda env: env.shape(layer)) if name == "shape" else (lambda env: _counted(env, layer))
        raise Unreadable(f'{name} takes the name of a layer in quotes: {name}("conv1")')


def _python(text: str, original: str) -> ast.AST:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable(unreadable(original)) from None


def _number(text: str, unit: str) -> Any:
    """The exact value of a number with its unit."""
    text = text.replace("_", "")
    if unit[:1] == "x" and unit[1:].isdigit():
        raise Unreadable(f"{text}{unit} is no number: write [{text}, {unit[1:]}]")
    if unit and unit not in UNITS:
        raise Unreadable(f"{text}{unit} is neither a number nor a name; units are {' '.join(UNITS)}")
    value = int(text, base) if (base := _BASES.get(text[:2])) and len(text) <= DIGITS else decimal(text)
    if value is None:
        raise Unreadable(f"a number of more than {DIGITS} digits is not read")
    return exact(value * UNITS[unit]) if unit else value


def _counted(env: Any, layer: str) -> Any:
    """How many maps a layer is, where layers are known."""
    if not hasattr(env, "count"):
        raise EvaluationError("count has no meaning here")
    return env.count(layer)


def _always(value: Any) -> Run:
    return lambda _: value


def _division(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _pair(compare: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    return lambda env: compare(left(env), right(env))


_NODES: Final[dict[type[ast.AST], Callable[[_Compiler, Any, int], Run]]] = {
    ast.Name: _Compiler.on_name,
    ast.Constant: _Compiler.on_constant,
    ast.List: _Compiler.on_list,
    ast.BinOp: _Compiler.on_binary,
    ast.UnaryOp: _Compiler.on_unary,
    ast.Compare: _Compiler.on_compare,
    ast.BoolOp: _Compiler.on_bool,
    ast.IfExp: _Compiler.on_choice,
    ast.Subscript: _Compiler.on_index,
    ast.Attribute: _Compiler.on_field,
    ast.Call: _Compiler.on_call,
}
_WHAT: Final[dict[type[ast.AST], str]] = {
    ast.Lambda: "lambda",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Dict: "{...}",
    ast.Set: "{...}",
    ast.JoinedStr: "formatted text",
    ast.NamedExpr: ":=",
    ast.Starred: "*",
    ast.Tuple: "a list without [ ]",
}
