"""onnx's reference evaluator."""

import numpy as np
import onnx
from models import model
from onnx.reference import ReferenceEvaluator

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {"onnx": onnx.__version__, "numpy": np.__version__}


def run(geometry, arrays):
    """What comes out."""
    return ReferenceEvaluator(model(geometry, arrays)).run(None, {"x": arrays["x"]})
