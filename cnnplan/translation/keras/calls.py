"""One call of a layer: its config, what it reads, and the entries that it becomes.

Keras puts channels last, our operators put them first: an image of Keras is held `moved`, its channels behind the
batch, until a layer wants the order that Keras gave it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Call", "Refused", "Tensor", "number"]


FLATTENING: Final = frozenset({"flatten", "squeeze", "reshape", "unsqueeze"})
"""What gives other axes than it takes."""


class Refused(Exception):  # noqa: N818 - the cause; the reader makes an error of it
    """A layer asks for what is not understood."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a layer gives.

    Args:
        name: what others read it by.
        shape: as Keras has it, None where it is not known.
        moved: whether the channels stand behind the batch here.
    """

    name: str
    shape: tuple[int | None, ...]
    moved: bool = False

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.shape)


@dataclass(slots=True)
class Call:
    """A call of a layer in the making.

    Args:
        kind: the class of the layer.
        config: its config.
        inputs: what it reads.
        given: the arguments that are no tensors.
        entries: the entries so far.
        moved: whether what it gives has its channels behind the batch.
        orders: the same of each entry.
    """

    kind: str
    config: Mapping[str, Any]
    inputs: list[Tensor]
    given: list[Any] = field(default_factory=list)
    options: Mapping[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    moved: bool = False
    orders: dict[str, bool] = field(default_factory=dict)

    @property
    def x(self) -> Tensor:
        """The first input."""
        if not self.inputs:
            raise Refused("it reads nothing")
        return self.inputs[0]

    @property
    def first(self) -> bool:
        """Whether the config itself puts channels first."""
        return self.config.get("data_format") == "channels_first"

    def add(self, verb: str, args: Any = None, reads: Any = None, name: str = "", *, moved: bool | None = None) -> str:
        """Append an entry, which reads the one before, and has its order of axes, where nothing else is said."""
        name = name or f"{verb}_{len(self.entries)}"
        entry: dict[str, Any] = {verb: args, "name": name}
        self.orders[name] = self._order(verb, reads) if moved is None else moved
        if reads is not None:
            entry["from"] = reads
        self.entries.append(entry)
        return name

    def _order(self, verb: str, reads: Any) -> bool:
        """Whether what an entry gives has its channels behind the batch, by what it reads."""
        if verb in FLATTENING:
            return False
        source = reads[0] if isinstance(reads, list) else reads or (self.entries[-1]["name"] if self.entries else "")
        return self.orders.get(source, any(tensor.moved for tensor in self.inputs if tensor.name == source))

    def image(self, number: int = 0) -> str:
        """An input with its channels behind the batch."""
        tensor = self.inputs[number]
        if tensor.moved or self.first:
            return tensor.name
        dims = [0, tensor.rank - 1, *range(1, tensor.rank - 1)]
        return self.add("permute", {"dims": dims}, tensor.name, moved=True)

    def plain(self, number: int = 0) -> str:
        """An input with its axes as Keras has them."""
        tensor = self.inputs[number]
        if not tensor.moved:
            return tensor.name
        return self.add("permute", {"dims": [0, *range(2, tensor.rank), 1]}, tensor.name, moved=False)

    def imaged(self, rank: int) -> None:
        """What it gives is an image with its channels behind the batch; sequences go back to Keras's order."""
        if self.first:
            return
        if rank > 3:  # noqa: PLR2004 - images and volumes
            self.moved = True
        else:
            self.add("permute", {"dims": [0, 2, 1]}, moved=False)

    def axis(self, axis: int, tensor: Tensor | None = None) -> int:
        """An axis of Keras as ours."""
        tensor = tensor or self.x
        at = axis % tensor.rank
        if not tensor.moved or at == 0:
            return at
        return 1 if at == tensor.rank - 1 else at + 1


def number(value: Any) -> Any:
    """A number of JSON, exact as it is written."""
    return Fraction(repr(value)) if isinstance(value, float) else value
