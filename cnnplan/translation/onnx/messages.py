"""The messages of an ONNX file as plain objects; weights stay where they are until somebody asks for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Attribute", "Function", "Graph", "Info", "Model", "Node", "Span", "Tensor"]


@dataclass(slots=True)
class Span:
    """Bytes of a file that are not read yet."""

    data: Any
    start: int
    end: int

    def read(self) -> bytes:
        """The bytes."""
        return bytes(self.data[self.start : self.end])

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(slots=True)
class Tensor:
    """A tensor that stands in the file: its name, type (a number of ONNX) and extents, and where its contents are.

    `external` are the entries that tell where in another file.
    """

    name: str = ""
    dtype: int = 0
    dims: tuple[int, ...] = ()
    raw: Span | None = None
    packed: Sequence[tuple[int, int, Span | int]] = ()
    external: Sequence[Span] = ()
    is_external: bool = False
    is_trained: bool = True
    is_frozen: bool = False

    @property
    def size(self) -> int:
        """How many elements it has."""
        count = 1
        for extent in self.dims:
            count *= extent
        return count

    def another(self) -> Tensor:
        """A tensor of its own that is like this one."""
        return Tensor(self.name, self.dtype, self.dims, self.raw, self.packed, self.external, self.is_external)


@dataclass(slots=True)
class Attribute:
    """The value of an attribute: an int, a float, a text, a list of them, a Tensor, or the Span of a graph."""

    value: Any
    kind: str
    refers: str = ""


@dataclass(slots=True)
class Node:
    """An operation."""

    op: str = ""
    domain: str = ""
    name: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    attributes: dict[str, Attribute] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What it is called in messages: `/layer1/Add (Add)`."""
        name = self.name or next(filter(None, self.outputs), "")
        return f"{name} ({self.op})" if name else self.op


@dataclass(slots=True)
class Info:
    """What a file says of a tensor: its type, and its extents, numbers or names; None where it says nothing."""

    name: str = ""
    dtype: int = 0
    dims: tuple[int | str, ...] | None = None
    what: str = "tensor"


@dataclass(slots=True)
class Graph:
    """A graph, or the body of a function."""

    name: str = ""
    nodes: list[Node] = field(default_factory=list)
    initializers: dict[str, Tensor] = field(default_factory=dict)
    inputs: list[Info] = field(default_factory=list)
    outputs: list[Info] = field(default_factory=list)
    sparse: bool = False


@dataclass(slots=True)
class Function:
    """A function of the model: operators of its own, made of others."""

    name: str = ""
    domain: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    defaults: dict[str, Attribute] = field(default_factory=dict)


@dataclass(slots=True)
class Model:
    """A model: its graph, the operator sets by domain, its functions by domain and name, and what else it tells."""

    producer: str = ""
    graph: Graph | None = None
    opsets: dict[str, int] = field(default_factory=dict)
    functions: dict[tuple[str, str], Function] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
