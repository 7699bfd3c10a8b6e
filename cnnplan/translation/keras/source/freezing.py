"""What is frozen, as lines of Keras code behind the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.translation.templates.holding import covered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.graph import Graph

__all__ = ["frozen"]

INDENT: Final = "    "


def frozen(graph: Graph) -> list[str]:
    """Lines that freeze layers of `model`, by the beginnings of their names; none where everything is trained.

    Args:
        graph: the network.
    """
    if not graph.frozen:
        return []
    weighted = [n for n, node in graph.nodes.items() if node.owner == n and node.op.weights(*node.facts.shapes)]
    held = [name for name in weighted if name in graph.frozen]
    others = [name for name in graph.nodes if name not in graph.frozen]
    begins = [_begin(each) for each in covered(held, [name for name in weighted if name not in graph.frozen])]
    if _meet(begins, others):
        begins = [_begin(name) for name in held]
    if _meet(begins, others):
        names = ", ".join(f'"{each[:-1]}"' for each in begins)
        test = f"layer.name in {{{names}}}"
    else:
        names = ", ".join(f'"{each}"' for each in begins)
        test = f'f"{{layer.name}}_".startswith({names if len(begins) == 1 else f"({names})"})'
    return ["for layer in model.layers:", f"{INDENT}if {test}:", f"{INDENT}{INDENT}layer.trainable = False"]


def _begin(name: str) -> str:
    """How the names of the layers of a group begin in Keras, or that of a layer, with `_` behind it."""
    return f"{name.replace('.', '_')}_"


def _meet(begins: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the names of other layers begin like that too."""
    return any(_begin(name).startswith(tuple(begins)) for name in others)
