"""What nodes that are alike become: the rule of an operator is asked once for all that it would answer alike.

A rule looks at the attributes of a node, and at the shapes, types and known elements of its inputs. Where it made one
layer of them, any other node with the same becomes that layer of its own inputs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from cnnplan.translation.onnx.building import Order
    from cnnplan.translation.onnx.messages import Attribute, Node
    from cnnplan.translation.onnx.translator import Translator
    from cnnplan.translation.onnx.values import Value

__all__ = ["Recipes"]

LAYERS: Final = frozenset(
    {
        *("Conv", "ConvTranspose", "Gemm", "MatMul", "linear", "BatchNormalization", "InstanceNormalization"),
        *("LayerNormalization", "GroupNormalization", "layer_norm", "group_norm", "LRN", "MaxPool", "AveragePool"),
        *("GlobalAveragePool", "GlobalMaxPool", "Relu", "LeakyRelu", "Elu", "Sigmoid", "Tanh", "HardSigmoid"),
        *("HardSwish", "Softplus", "Mish", "Gelu", "Softmax", "Clip", "gelu", "silu", "mish", "hard_swish"),
        *("hard_sigmoid", "roll", "Erf", "Sqrt", "Add", "Sub", "Mul", "Div", "Pow", "Concat", "Reshape", "Flatten"),
        *("Transpose", "Squeeze", "Unsqueeze", "ReduceMean", "ReduceSum", "ReduceMax", "Resize", "Slice", "Pad"),
    }
)
"""Operators that are looked at: those of which a network has many, and of which each is a layer."""

ABSENT: Final = 0
"""Stands for an input that is left out."""

FEW, MOST = 8, 64
"""Tensors that may be weights are not looked into where they are larger; those of known elements where they are not."""


class Weight(NamedTuple):
    """A weight of a layer: which input it is, its shape there, and what rearranges it."""

    name: str
    place: int
    shape: Any
    steps: tuple[Any, ...]


class Recipe(NamedTuple):
    """The layer that a node becomes, which inputs it reads, and which are its weights; the attributes stay alive."""

    order: Order
    reads: tuple[int, ...]
    weights: tuple[Weight, ...]
    attributes: Mapping[str, Attribute]


class Recipes:
    """Knows what the nodes of a graph became, by what their rules look at.

    Args:
        translator: what knows their inputs, and adds their layers.
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._known: dict[Hashable, Recipe] = {}

    def key(self, node: Node) -> Hashable:
        """All that the rule of a node looks at; None where that cannot be told."""
        if node.op not in LAYERS or len(node.outputs) != 1:
            return None
        found: list[Any] = [node.op, node.domain, _attributes(node)]
        for name in node.inputs:
            fact = self._fact(self._translator.known(name)) if name else ABSENT
            if fact is None:
                return None
            found.append(fact)
        return tuple(found)

    def _fact(self, value: Value | None) -> Hashable:
        """What there is to know of an input beside its name; None where that is too much."""
        if value is None or value.grid or value.scales or value.derived or value.places or value.fill is not None:
            return None
        if value.layer:
            return None if value.numbers or value.counts_from is not None else (value.form, value.dtype)
        size = 0 if value.tensor is None else value.tensor.size
        if value.is_weight:
            return (value.shape, value.dtype, value.steps) if size > FEW else None
        if size > MOST:
            return None
        known = self._translator.numbers(value)
        return None if known is None or len(known.flat) > MOST else (known.shape, value.dtype, known.flat)

    def follow(self, node: Node, key: Hashable) -> bool:
        """Make a node the layer that others like it became; whether one did."""
        recipe = self._known.get(key)
        translator = self._translator
        if recipe is None or translator.builder.decisions.waits:
            return False
        values = [translator.value(name) if name else None for name in node.inputs]
        reads: Any = [values[index] for index in recipe.reads]
        weights = {each.name: _weight(values[each.place], each) for each in recipe.weights}
        translator.give(node.outputs[0], translator.builder.placed(node, recipe.order, reads, weights))
        return True

    def learn(self, node: Node, key: Hashable) -> None:
        """Keep what a node became, where it is one layer that reads its inputs as they are."""
        latest = self._translator.builder.latest
        if latest is None or self._translator.value(node.outputs[0]) is not latest.value:
            return
        values = [self._translator.value(name) if name else None for name in node.inputs]
        if len({id(value) for value in values}) < len(values):  # of one that stands twice it is not told which is read
            return
        reads = [place for each in latest.reads if (place := _place(values, each)) is not None]
        weights = [told for name, each in latest.weights.items() if (told := _rearranged(values, name, each))]
        if len(reads) == len(latest.reads) and len(weights) == len(latest.weights):
            self._known[key] = Recipe(latest.order, tuple(reads), tuple(weights), node.attributes)


def _attributes(node: Node) -> Hashable:
    """What stands for the attributes of a node: those that were read are the same object where they are alike."""
    if node.domain == "cnnplan":
        return tuple([(name, each.value) for name, each in node.attributes.items()])
    return id(node.attributes)


def _place(values: Sequence[Value | None], value: Value) -> int | None:
    """Which of them it is; None where it is none."""
    return next((index for index, each in enumerate(values) if each is value), None)


def _rearranged(values: Sequence[Value | None], name: str, value: Value) -> Weight | None:
    """Which of them a weight is, and how it is rearranged; None where that cannot be told."""
    for index, each in enumerate(values):
        if each is value:
            return Weight(name, index, value.shape, ())
        if each is not None and each.tensor is not None and each.tensor is value.tensor and not each.steps:
            plain = replace(each, shape=value.shape, steps=value.steps) == value
            named = all(getattr(step, "__name__", "<lambda>") != "<lambda>" for step in value.steps)
            return Weight(name, index, value.shape, value.steps) if plain and named else None
    return None


def _weight(value: Any, told: Weight) -> Value:
    """An input as the weight that it is."""
    found: Value = replace(value, shape=told.shape, steps=told.steps) if told.steps else value
    return found
