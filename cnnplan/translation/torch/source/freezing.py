"""What is frozen, as lines of source: the modules whose parameters are trained no more, as few as tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.templates.holding import covered

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    held = covered([name for name, is_held in weighted.items() if is_held], [n for n, h in weighted.items() if not h])
    if len(held) < 3:  # noqa: PLR2004 - a line each
        return [f"self.{name}.requires_grad_(False)" if _plain(name) else _asked(f'"{name}"') for name in held]
    names = ", ".join(f'"{name}"' for name in held)
    return [f"for name in ({names}):", f"    {_asked('name')}"]


def _plain(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _asked(name: str) -> str:
    return f"self.get_submodule({name}).requires_grad_(False)"
