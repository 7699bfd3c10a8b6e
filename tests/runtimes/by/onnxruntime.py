"""onnxruntime on the processor."""

import onnxruntime
from models import model

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {"onnxruntime": onnxruntime.__version__}


def run(geometry, arrays):
    """What comes out."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    text = model(geometry, arrays).SerializeToString()
    session = onnxruntime.InferenceSession(text, options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": arrays["x"]})
