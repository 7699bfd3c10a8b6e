"""Elements in another order, or a part of them, as Keras 3 writes it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import ZERO, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["expand", "flatten", "reshape", "shuffle", "slice_", "split"]


def listed(extents: Sequence[str]) -> str:
    """A tuple."""
    return f"({extents[0]},)" if len(extents) == 1 else f"({', '.join(extents)})"


def reshape(layer: Layer) -> str:
    """Another shape, with one extent at most that nobody knows as the network is built."""
    if layer.args["shape"].isidentifier():
        return f"ops.reshape({layer.x}, {layer.args['shape']})"
    extents = [part.strip() for part in layer.args["shape"].strip("()").split(",") if part.strip()]
    if extents[0] in {f"{layer.x}.shape[0]", "-1"} and extents.count("-1") <= 1 and not _batch(extents[1:]):
        return f"layers.Reshape({listed(extents[1:])}, name={layer.name})({layer.x})"
    extents = ["-1" if ".shape[0]" in part else part for part in extents]
    if extents.count("-1") > 1:
        raise Unwritable("a reshape of which several extents are sizes of the input")
    return f"ops.reshape({layer.x}, {listed(extents)})"


def _batch(extents: list[str]) -> bool:
    return any(".shape[0]" in part for part in extents)


def expand(layer: Layer) -> str:
    """Axes of one element, repeated; the batch as often as another tensor has samples."""
    extents = [part.strip() for part in layer.args["shape"].strip("()").split(",") if part.strip()]
    if _batch(extents[1:]):
        raise Unwritable("an expand by sizes of the input")
    if len(extents) != layer.rank:
        return f"ops.broadcast_to({layer.x}, {_whole(layer, extents)})"
    x = layer.x
    if ".shape[0]" in extents[0]:
        x = f"repeated({x}, {extents[0].removesuffix('.shape[0]')})"
        if not re.fullmatch(r"\w+\.shape\[0\]", extents[0]):
            raise Unwritable("an expand to a multiple of the batch")
    for axis, (n, wanted) in enumerate(zip(layer.shapes[0], extents, strict=True)):
        if n == 1 and wanted not in {"1", "-1"} and not (axis == 0 and x != layer.x):
            x = f"ops.repeat({x}, {wanted}, axis={axis})"
    return x


def _whole(layer: Layer, extents: list[str]) -> tuple[int, ...]:
    """The shape of what has new axes, in numbers."""
    more = len(extents) - layer.rank
    known = [layer.shapes[0][axis - more] if text == "-1" else text for axis, text in enumerate(extents)]
    if not all(isinstance(n, int) or n.isdigit() for n in known):
        raise Unwritable("an expand by new axes of sizes of the input")
    return tuple(map(int, known))


def split(layer: Layer) -> str:
    """An axis in parts of their own lengths."""
    told = layer.args["sections"]
    dim = layer.args["dim"]
    if not told.startswith("("):
        return f"ops.split({layer.x}, {told}, axis={dim})"
    lengths = ast.literal_eval(told)
    ends = [sum(lengths[: number + 1]) for number in range(len(lengths) - 1)]
    return f"ops.split({layer.x}, {ends}, axis={dim})"


def flatten(layer: Layer) -> str:
    """Axes merged, those behind the batch."""
    first, last = layer.op.start_dim % layer.rank, layer.op.end_dim % layer.rank
    if first == 0:
        raise Unwritable("a flatten of the batch")
    kept = [f"{layer.x}.shape[{axis}]" for axis in range(1, first)]
    rest = [f"{layer.x}.shape[{axis}]" for axis in range(last + 1, layer.rank)]
    return f"layers.Reshape({listed([*kept, '-1', *rest])}, name={layer.name})({layer.x})"


def slice_(layer: Layer) -> str:
    """A part of an axis."""
    dim = layer.op.dim % layer.rank
    start, end, step = (layer.args[name] for name in ("start", "end", "step"))
    part = f"{'' if start == ZERO else start}:{'' if end == 'None' else end}" + (f":{step}" if step != "1" else "")
    return f"{layer.x}[{':, ' * dim}{part}{', ...' if dim == 0 else ''}]"


def shuffle(layer: Layer) -> str:
    """Channels dealt out: each group's first, then each group's second; whatever the sizes are."""
    groups, each = layer.args["groups"], f"{layer.x}.shape[1] // {layer.args['groups']}"
    order = f"[group * ({each}) + place for place in range({each}) for group in range({groups})]"
    return f"ops.take({layer.x}, {order}, axis=1)"
