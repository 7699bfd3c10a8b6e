"""One layer as the rule of its operator sees it: what it reads, its weights, and the nodes that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.ops.windows import per_axis
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.graph import Node
    from cnnplan.ops import Weight
    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.writing.extents import Extents
    from cnnplan.translation.onnx.writing.file import File

__all__ = ["Layer"]


class Layer:
    """A layer on its way to become nodes.

    Args:
        file: where they go.
        extents: what makes sizes.
        node: the layer.
        weights: its weights, by PyTorch's names.
        stored: gives the elements of a weight by name, None where they are left out.
        module: what its weights are called after.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a layer is made of
        self,
        file: File,
        extents: Extents,
        node: Node,
        weights: Mapping[str, Weight],
        stored: Callable[[str], Any],
        module: str,
    ) -> None:
        self.file = file
        self._extents = extents
        self.node = node
        self.weights = weights
        self._stored = stored
        self.module = module
        self.op: Any = node.op
        self.inputs = node.inputs
        self.shapes: tuple[Shape, ...] = node.facts.shapes
        self.shape: Shape = node.shape

    @property
    def x(self) -> str:
        """Its first input."""
        return self.inputs[0]

    @property
    def rank(self) -> int:
        """How many axes its first input has."""
        return len(self.shapes[0])

    def call(self, op: str, inputs: Sequence[str] | None = None, **attributes: Any) -> str:
        """A node of one output, of the layer's inputs unless told; the name of that."""
        return self.file.call(op, self.inputs if inputs is None else inputs, **attributes)

    def calls(self, op: str, inputs: Sequence[str], outputs: int, **attributes: Any) -> list[str]:
        """A node of several outputs; their names."""
        return self.file.calls_of(op, inputs, outputs, attributes)

    def whole(self, *numbers: int) -> str:
        """A vector of whole numbers."""
        return self.file.whole(numbers)

    def number(self, value: float) -> str:
        """A number."""
        return self.file.number(value)

    def extents(self, extents: Sequence[Any]) -> str:
        """Sizes, one behind the other."""
        return self._extents.vector(extents, dict(zip(self.inputs, self.shapes, strict=False)))

    def reshaped(self, value: str, shape: Sequence[Any]) -> str:
        """A value in another shape."""
        return self.call("Reshape", [value, self.extents(shape)])

    def has(self, name: str) -> bool:
        """Whether it has such a weight."""
        return name in self.weights

    def weight(self, name: str) -> str:
        """A weight as it is."""
        weight = self.weights[name]
        return self.file.weight(
            f"{self.module}.{name}",
            self._extent(name),
            self._stored(name),
            weight.elements.dtype or self.file.dtype,
        )

    def buffer(self, name: str) -> str:
        """A weight that nobody trains, where nothing but the file can tell that."""
        found = self.weight(name)
        self.file.untrained.append(found)
        return found

    def made(self, name: str, parts: Sequence[str], shape: Sequence[int], make: Callable[..., Any]) -> str:
        """A tensor that is made of several weights."""
        for part in parts:
            self._extent(part)
        arrays = [self._stored(part) for part in parts]
        array = None if any(each is None for each in arrays) else make(*arrays)
        return self.file.weight(f"{self.module}.{name}", shape, array, self.file.dtype)

    def _extent(self, name: str) -> tuple[int, ...]:
        shape: Any = self.weights[name].shape
        if not all(isinstance(n, int) for n in shape):
            symbols = sorted({symbol for n in shape for symbol in getattr(n, "symbols", ())})
            told = " ".join(f"--set {symbol}=..." for symbol in symbols)
            raise Unwritable(f"the size of its {name} depends on {', '.join(symbols)}: say it with {told}")
        return tuple(shape)

    def per_axis(self, value: Any, axes: int | None = None) -> list[Any]:
        """An argument for each spatial axis."""
        return [*per_axis(value, self.rank - 2 if axes is None else axes)]

    def numbers(self, name: str, value: Any, axes: int | None = None) -> list[int]:
        """The same as numbers.

        Raises:
            Unwritable: one of them depends on a size.
        """
        return [self.known(name, n) for n in self.per_axis(value, axes)]

    @staticmethod
    def known(name: str, value: Any) -> int:
        """An argument that must be a number."""
        if not isinstance(value, int):
            raise Unwritable(f"{name} (={value}) depends on a size, and stands as a number in ONNX")
        return value

    def is_truth(self, name: str) -> bool:
        """Whether an input holds true and false."""
        return self.file.kinds.get(name, "") == "bool"

    def bound(self, dim: int) -> int:
        """An axis counted from the front."""
        return dim % self.rank
