"""The file that is being written: its nodes in order, its tensors by name, and what inner values are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.lazy import np
from cnnplan.translation.onnx.writing.protos import Call, tensor_proto

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["File"]


class File:
    """What becomes of a graph.

    Args:
        dtype: what its numbers are stored in.
        taken: the names of inputs and layers, which inner values may not have.

    Attributes:
        kinds: the types of inputs and layers that hold no numbers of the network.
        untrained: the tensors that look like weights that are trained, and are none.
        weights: those of the layers as far as they are written.
        frozen: those of them that are trained no more.
    """

    def __init__(self, dtype: str, taken: Iterable[str]) -> None:
        self.dtype = dtype
        self.calls: list[Call] = []
        self.tensors: dict[str, bytes] = {}
        self.given: dict[str, tuple[tuple[int, ...], str]] = {}
        self.functions: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.untrained: list[str] = []
        self.weights: list[str] = []
        self.frozen: list[str] = []
        self.taken = {*taken}
        self._constants: dict[Any, str] = {}
        self._layer = ""

    def enter(self, layer: str) -> None:
        """From here on nodes belong to this layer."""
        self._layer = layer

    def fresh(self, tag: str) -> str:
        """A name of an inner value that nothing else has."""
        stem = f"{self._layer}/{tag}" if self._layer else tag
        name, number = stem, 1
        while name in self.taken:
            number += 1
            name = f"{stem}_{number}"
        self.taken.add(name)
        return name

    def call(self, op: str, inputs: Sequence[str], **attributes: Any) -> str:
        """A node of one output; the name of that."""
        return self.calls_of(op, inputs, 1, attributes)[0]

    def calls_of(
        self, op: str, inputs: Sequence[str], outputs: int, attributes: Mapping[str, Any], domain: str = ""
    ) -> list[str]:
        """A node of several outputs, the last of them perhaps of no interest; their names."""
        name = self.fresh(op)
        made = [name, *(self.fresh(f"{op}_{place}") for place in range(1, outputs))]
        self.calls.append(Call(op, name, [*inputs], made, attributes, domain))
        return made

    def second(self, op: str, inputs: Sequence[str], attributes: Mapping[str, Any]) -> str:
        """The second output of a node that is there, or is made; its name."""
        found = next(
            (
                each
                for each in self.calls
                if (each.op, each.inputs) == (op, [*inputs]) and each.attributes == attributes
            ),
            None,
        )
        if found is None:
            return self.calls_of(op, inputs, 2, attributes)[1]
        if len(found.outputs) == 1:
            found.outputs.append(self.fresh(f"{op}_1"))
        return found.outputs[1]

    def whole(self, numbers: Sequence[int]) -> str:
        """A vector of whole numbers."""
        return self.array(np.array([*numbers], np.int64), "_".join(map(str, numbers)) if len(numbers) < 4 else "")  # noqa: PLR2004

    def number(self, value: float) -> str:
        """A number of the network's own type, without axes."""
        return self.array(np.array(float(value), self.dtype), f"{float(value):g}")

    def array(self, array: Any, tag: str = "") -> str:
        """A constant, under one name wherever it is used."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            layer, self._layer = self._layer, ""
            name = self.fresh(f"constant/{array.dtype.name}/{tag or len(self._constants)}")
            self._layer = layer
            self._constants[key] = name
            self.tensors[name] = tensor_proto(name, array.shape, array.dtype.name, array)
            if array.dtype.kind == "f" and array.size > 1:
                self.untrained.append(name)
        return self._constants[key]

    def weight(self, name: str, shape: Sequence[int], array: Any, dtype: str) -> str:
        """A weight under its name; None in the place of its elements where they are left out."""
        self.weights.append(name)
        if name not in self.tensors and name not in self.given:
            self.taken.add(name)
            if array is None:
                self.given[name] = (tuple(shape), dtype)
            else:
                self.tensors[name] = tensor_proto(name, shape, dtype, array)
        return name
