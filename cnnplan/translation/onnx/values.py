"""What a name of the file stands for as it is translated: a layer, numbers, or a tensor that waits to be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import FLOAT, FLOATS
from cnnplan.translation.onnx.names import module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.graph.parts import Form
    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.messages import Tensor
    from cnnplan.translation.onnx.numbers import Numbers

    Step = Callable[[Any], Any]

__all__ = ["Value"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the graph.

    Args:
        name: as the file calls it.
        dtype: ONNX's number of the type of its elements.
        shape: its extents.
        layer: the name of the layer that gives it, "" where none does yet.
        form: the same as the graph knows it.
        numbers: its elements, where they are known as numbers or sizes.
        tensor: the tensor of the file that it is, or is a rearrangement of.
        steps: what rearranges it.
        fill: the number that stands everywhere, where it does and the extents may vary.
        derived: gives its elements as an array, where they rest on no input and no trained weight.
        places: where it tells where a MaxPool found its maxima, what that read and its arguments.
    """

    name: str
    dtype: int = FLOAT
    shape: Shape = ()
    layer: str = ""
    form: Form | None = None
    numbers: Numbers | None = None
    tensor: Tensor | None = None
    steps: tuple[Step, ...] = ()
    fill: Any = None
    derived: Callable[[], Any] | None = None
    places: tuple[Value, Mapping[str, Any]] | None = None

    @property
    def is_float(self) -> bool:
        """Whether it holds numbers to compute with."""
        return self.dtype in FLOATS

    @property
    def is_weight(self) -> bool:
        """Whether it is a tensor of the file that may have been trained."""
        if self.tensor is None or self.numbers is not None or not self.is_float or self.layer:
            return False
        if not self.tensor.is_trained:
            return False
        return self.tensor.size > 1 or bool(module([self.name]))

    @property
    def is_fixed(self) -> bool:
        """Whether its elements rest on no input and on no trained weight."""
        return not self.layer and not self.is_weight

    def rearranged(self, shape: Shape, step: Step, name: str = "") -> Value:
        """The same elements in another arrangement."""
        return replace(self, name=name or self.name, shape=shape, steps=(*self.steps, step))
