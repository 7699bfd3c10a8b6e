"""Functions of Python that would make plain numbers of sizes, in a run that is written down.

`max` and `min` compare, which would be taken for a decision that holds at some sizes only: `max(pad, 0)` decides
nothing. `int`, `float` and `len` have to give plain numbers; in the modules of a network that call them on a size
they are others meanwhile, which give numbers that are followed.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import sys
from contextlib import ExitStack, contextmanager
from functools import cache, partial, reduce
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from cnnplan.translation.torch.extents import Extent, Ratio, chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

__all__ = ["choosing", "usual"]

USUAL: Final = builtins.max, builtins.min


@contextmanager
def choosing(askers: Iterable[str] = ()) -> Iterator[None]:
    """Let these functions follow numbers meanwhile; of anything else they are what they were.

    Args:
        askers: the names of modules in which `int`, `float` and `len` do so too.
    """
    with ExitStack() as stack:
        for usual in (builtins.max, builtins.min):
            stack.enter_context(patch.object(builtins, usual.__name__, _following(usual.__name__, usual)))
        for name in askers:
            if name in sys.modules and _is_open(sys.modules[name]):
                stack.enter_context(patch.dict(sys.modules[name].__dict__, OTHERS))
        yield


@contextmanager
def usual() -> Iterator[None]:
    """Let `max` and `min` be what they were meanwhile: what PyTorch does inside need not be followed."""
    kept = builtins.max, builtins.min
    builtins.max, builtins.min = USUAL
    try:
        yield
    finally:
        builtins.max, builtins.min = kept


@cache
def _is_open(module: ModuleType) -> bool:
    """Whether a module does nothing with `int` and `float` but call them and ask for instances of them."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return False
    return not any(map(_tells_them_apart, ast.walk(tree)))


def _tells_them_apart(node: ast.AST) -> bool:
    """`type(x) is int`, `x.to(float)`: what would see that they are others."""
    if isinstance(node, ast.Compare) and any(isinstance(each, ast.Is | ast.IsNot) for each in node.ops):
        return any(map(_is_type, [node.left, *node.comparators]))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return any(map(_is_type, [*node.args, *[each.value for each in node.keywords]]))
    return False


def _is_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in {"int", "float"}


def _following(name: str, usual: Callable[..., Any]) -> Any:
    def extreme(*args: Any, **kwargs: Any) -> Any:
        followed = len(args) > 1 and not kwargs and any(type(each) is Extent or type(each) is Ratio for each in args)
        if followed and all(isinstance(each, int | float) for each in args):
            return reduce(partial(chosen, name, usual), args)
        return usual(*args, **kwargs)

    return extreme


class _Like(type):
    """A type that is taken for one of Python's."""

    usual: type

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.usual)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return issubclass(subclass, cls.usual)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls.usual

    def __hash__(cls) -> int:
        return hash(cls.usual)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.usual, name)


class _Int(metaclass=_Like):
    usual = int

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A whole number; of one that is followed, one that is."""
        followed = len(args) == 1 and type(args[0]) in {Extent, Ratio}
        return math.trunc(args[0]) if followed else int(*args, **kwargs)


class _Float(metaclass=_Like):
    usual = float

    def __new__(cls, *args: Any) -> Any:
        """A decimal; of a number that is followed, one that is."""
        followed = len(args) == 1 and type(args[0]) in {Extent, Ratio}
        return Ratio(float(args[0].value), args[0].made) if followed else float(*args)


def _len(value: Any) -> Any:
    """How many there are; of a tensor, its first extent."""
    import torch  # noqa: PLC0415 - it is there where a network runs

    return value.shape[0] if isinstance(value, torch.Tensor) else len(value)


OTHERS: Final[dict[str, Any]] = {"int": _Int, "float": _Float, "len": _len}
