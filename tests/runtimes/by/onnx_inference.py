"""onnx's shape inference: shapes, no values."""

import onnx
from models import model

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {"onnx": onnx.__version__}


def run(geometry, arrays):
    """The shapes that are inferred."""
    inferred = onnx.shape_inference.infer_shapes(
        model(geometry, arrays), check_type=True, strict_mode=True, data_prop=True
    )
    return [tuple(_extent(dim) for dim in output.type.tensor_type.shape.dim) for output in inferred.graph.output]


def _extent(dim):
    return dim.dim_value if dim.HasField("dim_value") else "?"
