"""What a name of the file stands for as it is translated: a layer, numbers, or a tensor that waits to be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.translation.onnx.contents import FLOAT, FLOATS
from cnnplan.translation.onnx.names import module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.graph.parts import Form
    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.messages import Tensor
    from cnnplan.translation.onnx.numbers import Numbers

    Step = Callable[[Any], Any]

__all__ = ["Grid", "Value"]


class Grid(NamedTuple):
    """What the whole numbers of a quantized tensor stand for: scale (q - zero).

    Args:
        dtype: ONNX's number of their type.
        scale, zero: numbers; the names of the values that hold them where the network works them out as it runs.
    """

    dtype: int
    scale: Any
    zero: Any


@dataclass(slots=True)
class Value:
    """A value of the graph; nobody changes it, and it is not frozen since that makes it ten times as slow to come by.

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
        kept: ONNX's number of the type that the file keeps it in, where the tensor does not tell.
        grid: of whole numbers, what they stand for; that is what the layer gives.
        counts_from: the first of whole numbers that follow each other along one axis; None where they do not.
        scales: the names of scales, worked out as the network runs, that the layer has been multiplied by already, or
            that a number is still to be multiplied by.
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
    kept: int = 0
    grid: Grid | None = None
    scales: tuple[str, ...] = ()
    counts_from: Any = None

    @property
    def is_plain(self) -> bool:
        """Whether its elements stand for themselves."""
        return self.grid is None and not self.scales

    @property
    def plain(self) -> Value:
        """The same as numbers to compute with."""
        return replace(self, dtype=self.dtype if self.is_float else FLOAT, grid=None, scales=())

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

    @property
    def counts(self) -> bool:
        """Whether it is a layer's output that holds numbers to compute with, whatever the file keeps them in."""
        return self.form is not None and not self.form.elements.dtype

    def rearranged(self, shape: Shape, step: Step, name: str = "") -> Value:
        """The same elements in another arrangement."""
        return replace(self, name=name or self.name, shape=shape, steps=(*self.steps, step))
