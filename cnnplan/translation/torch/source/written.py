"""A layer as it stands, and how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Layer", "Written", "called", "given"]


class Layer(NamedTuple):
    """A layer as it stands.

    Args:
        verb: its operator.
        args: its arguments as Python, without those that are left out.
        values: the same as the operator has them at the values of the symbols.
        rank: of its first input.
        channels: the extent of axis 1 of its first input, as Python.
        features: the extent of its last axis.
        reads: the variables that it reads.
        padding: its padding as text, of each side of each axis where it says so; None where nobody looked.
        device: a tensor that is on the device on which it shall be, "" where there is none.
        weights: the shapes of its weights.
    """

    verb: str
    args: Mapping[str, str]
    values: Any
    rank: int
    channels: str
    features: str
    reads: Sequence[str]
    padding: Any = None
    device: str = ""
    weights: Mapping[str, Sequence[int]] = {}


class Written(NamedTuple):
    """How it is written.

    Args:
        module: what makes it, "" where there is nothing to make.
        call: what it gives; `{}` stands for the module.
        needs: helpers of the file.
        before: lines that stand before the call.
    """

    module: str
    call: str
    needs: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


def called(name: str, *positional: str, **more: str | None) -> str:
    """`name(a, b, c=d)`."""
    told = [*positional, *(f"{key}={value}" for key, value in more.items() if value is not None)]
    return f"{name}({', '.join(told)})"


def given(layer: Layer, *names: str) -> dict[str, str]:
    """The arguments of these names that are there."""
    return {name: layer.args[name] for name in names if name in layer.args}
