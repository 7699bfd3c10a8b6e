"""Inputs that are whole numbers: what reads them as places in a table takes no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.calls import Seen, tensors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.translation.torch.calls import Call

__all__ = ["Whole", "declared", "needed"]

PLACES: Final[dict[str, tuple[int, str]]] = {
    "embedding": (0, "input"),
    "embedding_bag": (0, "input"),
    "one_hot": (0, "tensor"),
    "__getitem__": (1, ""),
    "index_select": (2, "index"),
    "gather": (2, "index"),
    "take_along_dim": (1, "indices"),
}
"""What looks up: the argument that says where."""

MOVES: Final = {
    "__getitem__", "reshape", "view", "flatten", "unflatten", "squeeze", "unsqueeze", "transpose", "permute", "narrow",
    "T", "t", "mT", "contiguous", "clone", "detach", "expand", "repeat", "chunk", "split", "select", "unbind",
    "long", "int", "to",
}  # fmt: skip
"""What gives the numbers that it takes."""


class Whole(Exception):  # noqa: N818 - a signal
    """An input is read as places, and came as fractions.

    Args:
        name: of the input.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def needed(name: str, given: tuple[Any, Mapping[str, Any]], calls: Sequence[Call]) -> None:
    """Hold what a function is given against what it takes.

    Args:
        name: of the function.
        given: its arguments, tensors as Seen.
        calls: what was called before.

    Raises:
        Whole: it looks up at the numbers of an input that came as fractions.
    """
    for seen in _places(name, *given):
        source = _source(seen, calls)
        if source is not None and "float" in source.dtype:
            raise Whole(source.ref.name)


def declared(calls: Sequence[Call]) -> dict[str, dict[str, Any]]:
    """What is to be said of inputs that are whole numbers, by name: as what they are stored, and below what they are.

    Args:
        calls: of a run.
    """
    found: dict[str, dict[str, Any]] = {}
    for call in calls:
        for seen in tensors((call.args, dict(call.kwargs))):
            if seen.ref.kind == "input" and "int" in seen.dtype:
                found.setdefault(seen.ref.name, {"dtype": seen.dtype})
    for call in calls:
        rows = _rows(call)
        for seen in _places(call.name, call.args, call.kwargs) if rows else ():
            source = _source(seen, calls)
            if source is not None:
                told = found.setdefault(source.ref.name, {"dtype": source.dtype})
                told["below"] = min(rows, told.get("below", rows))
    return found


def _places(name: str, args: Any, kwargs: Mapping[str, Any]) -> Iterator[Seen]:
    """The tensors that say where to look."""
    if name in PLACES:
        at, word = PLACES[name]
        yield from tensors(args[at] if at < len(args) else kwargs.get(word))


def _rows(call: Call) -> int:
    """How many rows the table of an embedding has; 0 where it is none."""
    if not call.name.startswith("embedding"):
        return 0
    table = call.args[1] if len(call.args) > 1 else call.kwargs.get("weight")
    rows = table.shape[0] if isinstance(table, Seen) else 0
    return rows if isinstance(rows, int) else 0


def _source(seen: Seen, calls: Sequence[Call]) -> Seen | None:
    """The input whose numbers these are, moved; None where they are made of them."""
    while seen.ref.kind == "call":
        call = calls[seen.ref.number]
        first = tensors(call.args[:1])
        if call.name not in MOVES or not first:
            return None
        (seen,) = first[:1]
    return seen if seen.ref.kind == "input" else None
