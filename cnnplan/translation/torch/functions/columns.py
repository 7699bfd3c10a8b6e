"""Windows as columns, and columns as windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.functions.table import axis, one, takes
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter

AXIS_SIZE_STEP: Final = 2
"""What a tensor's own unfold takes besides the axis."""

MOST_WINDOWS: Final = 64
"""As long are windows that are written as slices."""


@takes("unfold")
def unfold(t: Emitter, x: Value, *args: Any, **more: Any) -> Any:
    """Windows in columns; of a tensor's own axis, windows on a new last axis."""
    dim, *rest = args
    if len(rest) == AXIS_SIZE_STEP and not more and all(isinstance(each, int | Formula) for each in args):
        return _windows(t, x, axis(dim, x.rank), *rest)
    names = ("kernel_size", "dilation", "padding", "stride")
    told_ = dict(zip(names, args, strict=False)) | more
    return t.add("unfold", {name: one(value) for name, value in told_.items()}, [x])


def _windows(t: Emitter, x: Value, dim: int, size: Any, step: Any) -> Any:
    """Windows along an axis: of each element every step-th that may be the first, the second and so on."""
    if not isinstance(size, int) or not isinstance(step, int) or size > MOST_WINDOWS:
        raise Refused("windows whose size depends on the size of the input, or that are very long")
    parts: list[Any] = []
    for first in range(size):
        args = {"dim": dim, "start": first, "step": step}
        end = first + 1 - size
        args |= {"end": end} if end else {}
        parts.append(t.add("slice", args, [x], origin=t.origin("slice")))
    return t.add("stack", {"dim": x.rank}, parts)


@takes("fold")
def fold(t: Emitter, x: Value, output_size: Any, kernel_size: Any, *args: Any, **more: Any) -> Any:
    """Columns as windows of an image, added where they overlap."""
    told_ = dict(zip(("dilation", "padding", "stride"), args, strict=False)) | more
    named = {"output_size": output_size, "kernel_size": kernel_size, **told_}
    return t.add("fold", {name: one(value) for name, value in named.items()}, [x])
