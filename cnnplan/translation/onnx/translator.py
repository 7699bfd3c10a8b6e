"""Nodes of a graph in their order, by the rules of their operators: what each name stands for, what is refused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnnplan.errors import TooDeep
from cnnplan.spec import EvaluationError
from cnnplan.translation.onnx.building import Builder
from cnnplan.translation.onnx.job import Job
from cnnplan.translation.onnx.liveness import live
from cnnplan.translation.onnx.operators import rule
from cnnplan.translation.onnx.recipes import Recipes
from cnnplan.translation.onnx.refusals import NotUnderstood, Unknown
from cnnplan.translation.onnx.sources import Sources
from cnnplan.translation.onnx.tensors import Tensors
from cnnplan.translation.onnx.values import Value
from cnnplan.translation.onnx.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from pathlib import Path

    from cnnplan.translation.draft import Draft
    from cnnplan.translation.onnx.messages import Graph, Model, Node

__all__ = ["Translator"]

DEEPEST = 16
"""How many graphs may stand inside of each other."""


class Translator:
    """Turns nodes into layers of a draft.

    Args:
        draft: where the layers go.
        model: the model.
        folder: that of the file.

    Attributes:
        builder: what adds layers.
        sources: what makes layers of weights and constants.
        numbers: gives the elements of a value, where they are known without running anything.
        elements: gives the elements of a value that rests on no input, as an array, while the network runs.
        decide: takes a side of a condition on sizes.
        recipes: what nodes that are alike became.
        refused: what is not understood, and the nodes that it concerns.
        uses: how often each value is read.
    """

    def __init__(self, draft: Draft, model: Model, folder: Path) -> None:
        self.model = model
        self.refused: dict[tuple[str, str], list[str]] = {}
        self.uses: Counter[str] = Counter()
        self.depth = 0
        self.weights = Weights(folder)
        self.elements = self.weights.elements
        self.builder = Builder(draft, self.weights)
        self.decide = self.builder.decisions.decide
        tensors = Tensors()
        self.numbers = tensors.numbers
        self.sources = Sources(self.builder, tensors)
        self._values: dict[str, Value | None] = {}
        self.recipes = Recipes(self)

    def is_read(self, name: str) -> bool:
        """Whether a value is read, or an output."""
        return bool(name) and self.uses[name] > 0

    def value(self, name: str) -> Value:
        """What a name stands for.

        Raises:
            Unknown: it rests on a node that was refused.
        """
        found = self._values.get(name)
        if found is None:
            if name not in self._values:
                raise NotUnderstood(f"it reads {name}, which nothing before it gives")
            raise Unknown
        return found

    def known(self, name: str) -> Value | None:
        """The same; None where nobody knows."""
        return self._values.get(name)

    def initial(self, name: str) -> Value | None:
        """A tensor of the file by name; None where it is none, or not known yet."""
        found = self._values.get(name)
        return found if found is not None and found.tensor is not None else None

    def give(self, name: str, value: Value | None) -> None:
        """Say what a name stands for; None where nobody knows."""
        if name:
            self._values[name] = value

    def run(self, nodes: Iterable[Node]) -> None:
        """Translate nodes in their order."""
        for node in nodes:
            try:
                key = self.recipes.key(node)
                if key is None or not self.recipes.follow(node, key):
                    self._ask(node, key)
            except Unknown:
                self._lose(node)
            except (NotUnderstood, EvaluationError, TooDeep) as error:
                self.refuse(node, str(error))
            except (
                IndexError,
                ValueError,
                TypeError,
                KeyError,
                ZeroDivisionError,
                OverflowError,
                AttributeError,
            ) as error:
                self.refuse(node, f"its inputs or attributes do not fit together ({type(error).__name__}: {error})")

    def _ask(self, node: Node, key: Hashable) -> None:
        """Translate a node by the rule of its operator; what others with the same key become is known from now on."""
        count = self.builder.count
        job = Job(self, node, self.model.opsets.get(node.domain, 0))
        rule(node.domain, node.op)(job)
        job.finish()
        if key is not None and self.builder.count == count + 1:
            self.recipes.learn(node, key)

    def inline(self, graph: Graph) -> list[str]:
        """Translate a graph that stands inside of a node; the names of its outputs."""
        from cnnplan.translation.onnx.patterns import fused  # noqa: PLC0415 - it looks into translators

        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstood(f"more than {DEEPEST} branches inside of each other")
        for tensor in graph.initializers.values():
            self.give(tensor.name, Value(tensor.name, tensor.dtype, tensor.dims, tensor=tensor))
        self.run(fused(live(graph, self.uses), self))
        self.depth -= 1
        return [info.name for info in graph.outputs]

    def refuse(self, node: Node, message: str) -> None:
        """Keep what is not understood; nodes that want the same are told together."""
        self.refused.setdefault((node.op, message), []).append(node.called)
        self._lose(node)

    def _lose(self, node: Node) -> None:
        for name in node.outputs:
            self.give(name, None)
