"""Numbers that are brought to those which whole numbers stand for: there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.lazy import np
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer


def fake_quantize_(layer: Layer) -> str:
    """QuantizeLinear, or DynamicQuantizeLinear, with DequantizeLinear behind it."""
    op = layer.op
    if op.dtype.endswith("int4"):
        raise Unwritable("whole numbers of 4 bits, of which two stand in a byte")
    if op.scale is None:
        if op.dtype != "uint8":
            raise Unwritable(f"a scale that is worked out as the network runs, of {op.dtype}")
        return layer.call("DequantizeLinear", layer.calls("DynamicQuantizeLinear", [layer.x], 3))
    grid = [layer.number(op.scale), layer.file.array(np.array(op.zero_point, op.dtype))]
    return layer.call("DequantizeLinear", [layer.call("QuantizeLinear", [layer.x, *grid]), *grid])
