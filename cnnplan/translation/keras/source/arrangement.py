"""Elements in another order, or a part of them, as Keras 3 writes it."""

from __future__ import annotations

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import ZERO, Layer

__all__ = ["flatten", "reshape", "shuffle", "slice_"]


def reshape(layer: Layer) -> str:
    """Another shape, with one extent at most that nobody knows; the batch stays."""
    extents = [part.strip() for part in layer.args["shape"].strip("()").split(",") if part.strip()]
    if extents[0] not in {f"{layer.x}.shape[0]", "-1"} or extents.count("-1") > 1:
        raise Unwritable("a reshape that changes the batch, or of which several extents are sizes of the input")
    return f"layers.Reshape(({', '.join(extents[1:])},), name={layer.name})({layer.x})"


def flatten(layer: Layer) -> str:
    """Axes merged, those behind the batch."""
    first, last = layer.op.start_dim % layer.rank, layer.op.end_dim % layer.rank
    if first == 0:
        raise Unwritable("a flatten of the batch")
    kept = [f"{layer.x}.shape[{axis}]" for axis in range(1, first)]
    rest = [f"{layer.x}.shape[{axis}]" for axis in range(last + 1, layer.rank)]
    return f"layers.Reshape(({', '.join([*kept, '-1', *rest])},), name={layer.name})({layer.x})"


def slice_(layer: Layer) -> str:
    """A part of an axis."""
    dim = layer.op.dim % layer.rank
    start, end, step = (layer.args[name] for name in ("start", "end", "step"))
    part = f"{'' if start == ZERO else start}:{'' if end == 'None' else end}" + (f":{step}" if step != "1" else "")
    return f"{layer.x}[{':, ' * dim}{part}]"


def shuffle(layer: Layer) -> str:
    """Channels dealt out."""
    groups, x = layer.args["groups"], layer.x
    apart = f"layers.Reshape(({groups}, {x}.shape[1] // {groups}, -1))({x})"
    kept = ", ".join(f"{x}.shape[{axis}]" for axis in range(3, layer.rank))
    turned = f"ops.swapaxes({apart}, 1, 2)"
    return f"layers.Reshape(({x}.shape[1], -1, {kept}), name={layer.name})({turned})"
