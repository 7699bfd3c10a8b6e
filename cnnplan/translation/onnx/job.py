"""One node as the rule of its operator sees it: its inputs, its attributes, and where its outputs go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.onnx.refusals import NotUnderstood
from cnnplan.translation.onnx.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.sizes import Extent, Shape
    from cnnplan.translation.onnx.messages import Attribute, Node
    from cnnplan.translation.onnx.numbers import Numbers
    from cnnplan.translation.onnx.translator import Translator

__all__ = ["Job"]

KEEPS: Final = frozenset(
    {
        *("Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Concat", "Slice", "Split", "Gather"),
        *("Expand", "Tile", "DepthToSpace", "SpaceToDepth", "MaxPool", "GlobalMaxPool", "Cast", "Dropout"),
    }
)
"""Operators whose output holds elements of their inputs and nothing else: whole numbers go on to stand for the same."""

SILENT: Final = frozenset(
    {
        *("kernel_shape", "hidden_size", "num_outputs", "output_sequence"),
        *("ratio", "seed", "momentum", "is_test", "consumed_inputs"),
        *("stash_type", "softmax_precision", "precision", "saturate", "round_mode"),
        *("activation_alpha", "activation_beta", "sorted", "qk_matmul_output_mode", "count_include_pad"),
        *("cubic_coeff_a", "extrapolation_value"),
    }
)
"""Attributes that a rule may leave unheard: of shapes, of training, of a mode that is not on, of precision."""

MEASURES: Final = frozenset({"Shape", "Size"})
"""Operators that look at nothing but sizes."""


class Job:
    """A node on its way to become layers.

    Args:
        translator: what knows all other values.
        node: the node.
        opset: the version of the operator set that it belongs to.
    """

    __slots__ = ("_heard", "_standing", "node", "opset", "translator")

    def __init__(self, translator: Translator, node: Node, opset: int) -> None:
        self.translator = translator
        self.node = node
        self.opset = opset
        self._standing: Value | None = None
        self._heard: set[str] = set()

    def has(self, index: int) -> bool:
        """Whether an input is given."""
        return index < len(self.node.inputs) and bool(self.node.inputs[index])

    def value(self, index: int = 0) -> Value:
        """An input to compute with; raises Unknown where it rests on what was refused."""
        found = self.stored(index)
        if found.is_plain and (self._standing is None or index):
            return found
        if self.node.op in MEASURES:
            return found
        if self.node.op not in KEEPS or index:
            raise NotUnderstood("arithmetic on the whole numbers of a quantized tensor")
        self._standing = found
        return replace(found, grid=None, scales=())

    def stored(self, index: int) -> Value:
        """An input as it is stored: whole numbers may stand for others."""
        if not self.has(index):
            raise NotUnderstood(f"input {index} is missing")
        return self.translator.value(self.node.inputs[index])

    def values(self) -> list[Value]:
        """All inputs; where they are quantized, all in the same way."""
        if self.node.op != "Concat":
            return [self.value(index) for index in range(len(self.node.inputs))]
        every = [self.stored(index) for index in range(len(self.node.inputs))]
        if any((each.grid, each.scales) != (every[0].grid, every[0].scales) for each in every):
            raise NotUnderstood("quantized tensors whose whole numbers stand for different steps")
        self.value(0)
        return [replace(each, grid=None, scales=()) for each in every]

    def known(self, index: int, what: str) -> Numbers:
        """The elements of an input that says how, not what: scales, pads, axes."""
        found = self.translator.numbers(self.value(index), every=True)
        if found is None:
            raise NotUnderstood(f"{what} is computed, or stored outside the file")
        return found

    def attribute(self, name: str) -> Attribute | None:
        """An attribute as it stands in the file; None where there is none."""
        self._heard.add(name)
        return self.node.attributes.get(name)

    def finish(self) -> None:
        """Refuse attributes that the rule did not ask for: they may say that the node does something else."""
        unheard = self.node.attributes.keys() - self._heard - SILENT
        if unheard and self.node.domain != "cnnplan":
            raise NotUnderstood(f"attribute {', '.join(sorted(unheard))}")

    def _attribute(self, name: str, kind: str, default: Any) -> Any:
        attribute = self.attribute(name)
        if attribute is None:
            return default
        if attribute.kind != kind:
            raise NotUnderstood(f"{name} is {attribute.kind}, and {kind} is wanted")
        return attribute.value

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number."""
        return int(self._attribute(name, "int", default))

    def number(self, name: str, default: float = 0.0) -> float:
        """A number."""
        return float(self._attribute(name, "float", default))

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        return str(self._attribute(name, "text", default))

    def wholes(self, name: str, default: Sequence[int] | None = None) -> list[int] | None:
        """Whole numbers; the default where there are none."""
        found = self._attribute(name, "ints", None)
        return found if found is not None else None if default is None else [*default]

    def numbers(self, name: str) -> list[float] | None:
        """Numbers."""
        found: list[float] | None = self._attribute(name, "floats", None)
        return found

    def axes(self, index: int, attribute: str = "axes") -> list[int] | None:
        """Axes that older versions have as an attribute and newer ones as an input."""
        if self.has(index):
            return [int(axis) for axis in self.known(index, attribute).flat]
        return self.wholes(attribute)

    def wants(self, name: str, value: Any, *allowed: Any) -> None:
        """Refuse a value of an attribute that means something else."""
        if value not in allowed:
            raise NotUnderstood(f"{name} {value}")

    def unused(self, *outputs: int) -> None:
        """Refuse outputs that somebody reads."""
        for index in outputs:
            if self.translator.is_read(self.output(index)):
                raise NotUnderstood(f"output {index} is read")

    def output(self, index: int = 0) -> str:
        """The name of an output, "" where it has none."""
        return self.node.outputs[index] if index < len(self.node.outputs) else ""

    def layer(
        self,
        verb: str,
        args: Mapping[str, Any] | None = None,
        reads: Sequence[Value] = (),
        weights: Mapping[str, Value] | None = None,
        tag: str = "",
    ) -> Value:
        """A layer; its output, which is not yet given to anybody.

        Args:
            verb: the operator.
            args: its arguments, sizes as they are.
            reads: what it reads.
            weights: the tensors of the file that are its weights.
            tag: what is added to its origin, where a node becomes several layers.
        """
        return self.translator.builder.layer(self.node, verb, args or {}, reads, weights or {}, tag)

    def sized(self, extent: Any) -> Any:
        """A size, or several, at the values of the symbols; only while the network runs."""
        return self.translator.weights.sized(extent)

    def parts(self, verb: str, args: Mapping[str, Any], reads: Sequence[Value]) -> list[Value]:
        """The parts of a layer that has several outputs."""
        return self.translator.builder.parts(self.node, verb, args, reads)

    def give(self, value: Value, index: int = 0) -> None:
        """What an output is."""
        standing = self._standing
        if standing is not None:
            value = replace(value, grid=standing.grid, scales=standing.scales)
        self.translator.give(self.output(index), value)

    def give_numbers(self, numbers: Numbers, dtype: int, index: int = 0) -> None:
        """An output whose elements are known."""
        self.give(Value(self.output(index), dtype, numbers.shape, numbers=numbers), index)

    def as_layer(self, value: Value, rank: int | None = None) -> Value:
        """A value as the output of a layer, with as many axes at least."""
        return self.translator.sources.as_layer(self.node, value, rank)

    def reshaped(self, value: Value, shape: Shape, tag: str = "") -> Value:
        """A layer's output in another shape, or the same where it has that shape already."""
        if value.shape == shape:
            return value
        return self.layer("reshape", {"shape": tuple(shape)}, [value], tag=tag)

    def fitted(self, value: Value, axis: int, extent: Extent) -> Value:
        """A layer's output whose extent of an axis is what the weights of the file have.

        Where it is only so at some sizes, a reshape that is legal at those says so.
        """
        axis %= len(value.shape)
        if value.shape[axis] == extent:
            return value
        shape = (*value.shape[:axis], extent, *value.shape[axis + 1 :])
        if isinstance(value.shape[axis], int):
            raise NotUnderstood(
                f"its weights are for an extent of {extent} on axis {axis}, and {value.shape[axis]} come"
            )
        return self.layer("reshape", {"shape": shape}, [value], tag="fit")
