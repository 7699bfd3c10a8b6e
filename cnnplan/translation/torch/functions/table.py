"""The table of functions: what writes the layers of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnplan.translation.torch.emitting import Emitter

__all__ = ["TABLE", "axes", "axis", "level", "number", "one", "same", "takes", "told"]

TABLE: Final[dict[str, Callable[..., Any]]] = {}
"""By the name of the function. A writer takes the emitter and the arguments of the call."""


def takes(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Write the calls of these functions."""

    def keep(writer: Callable[..., Any]) -> Callable[..., Any]:
        TABLE.update(dict.fromkeys(names, writer))
        return writer

    return keep


def same(_: Emitter, x: Value, *_args: Any, **_kwargs: Any) -> Value:
    """What gives its input."""
    return x


def axis(dim: int, rank: int) -> int:
    """An axis from the front."""
    return dim % rank if rank else 0


def axes(dim: Any, rank: int) -> list[int]:
    """Axes from the front; all of them where none are named."""
    if dim is None or dim == ():
        return [*range(rank)]
    return [axis(each, rank) for each in (dim if isinstance(dim, tuple) else (dim,))]


def number(value: Any, what: str = "a number") -> Any:
    """A number as YAML has it.

    Raises:
        Refused: it is a tensor, or depends on sizes.
    """
    if isinstance(value, Value | Formula):
        raise Refused(f"{what} is computed by the network")
    return value


def level(t: Emitter, values: Sequence[Value]) -> list[Value | str]:
    """Operands with the same number of axes: the shorter ones get axes of extent 1 in front."""
    most = max(value.rank for value in values)
    return [value if value.rank == most else longer(t, value, most) for value in values]


def longer(t: Emitter, value: Value, rank: int) -> str:
    """A tensor with axes of extent 1 in front."""
    shape = [*[1] * (rank - value.rank), *value.shape]
    if value.rank == 0:
        if value.seen.ref.kind == "param":
            return t.add("reshape", {"shape": shape}, [value])
        if value.seen.ref.kind == "call":
            made: Value | str = value
            for _ in range(rank):
                made = t.add("unsqueeze", {"dim": 0}, [made])
            return str(made) if isinstance(made, str) else made.name
        return t.add("constant", {"shape": shape}, origin=value.param or t.origin("constant"))
    return t.add("reshape", {"shape": shape}, [value])


def told(args: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    """Arguments without those that are as they are anyway."""
    return {name: value for name, value in args.items() if name not in defaults or value != defaults[name]}


def one(value: Any) -> Any:
    """`(3, 3)` as 3."""
    if isinstance(value, tuple) and value and all(each == value[0] for each in value):
        return value[0]
    return value
