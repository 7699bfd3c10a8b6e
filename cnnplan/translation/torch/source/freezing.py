"""What is frozen, as lines of source: the modules whose parameters are trained no more, as few as tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph import Graph

__all__ = ["frozen"]


def frozen(graph: Graph, paths: Mapping[int, tuple[str, ...]]) -> list[str]:
    """Lines for the end of `__init__`; none where everything is trained.

    Args:
        graph: the network.
        paths: what modules are called by the numbers of layers, where that is not as the layers are.
    """
    if not graph.frozen:
        return []
    items = enumerate(graph._fragment.items) if paths else ()  # noqa: SLF001 - the numbers are those of its items
    called = {item.name: ".".join(paths[number]) for number, item in items if number in paths}
    weighted = {
        called.get(name, name): name in graph.frozen
        for name, node in graph.nodes.items()
        if node.owner == name and node.op.weights(*node.facts.shapes)
    }
    held = _covered([name for name, is_held in weighted.items() if is_held], [n for n, h in weighted.items() if not h])
    if len(held) < 3:  # noqa: PLR2004 - a line each
        return [f"self.{name}.requires_grad_(False)" if _plain(name) else _asked(f'"{name}"') for name in held]
    names = ", ".join(f'"{name}"' for name in held)
    return [f"for name in ({names}):", f"    {_asked('name')}"]


def _plain(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _asked(name: str) -> str:
    return f"self.get_submodule({name}).requires_grad_(False)"


def _covered(held: Sequence[str], others: Sequence[str]) -> list[str]:
    """The modules that hold these layers and none of the others, as far up as there are such."""
    taken = {each for name in others for each in _above(name)}
    return [*dict.fromkeys(next(each for each in _above(name) if each not in taken) for name in held)]


def _above(name: str) -> list[str]:
    """A path and those above it, the shortest first."""
    parts = name.split(".")
    return [".".join(parts[: at + 1]) for at in range(len(parts))]
