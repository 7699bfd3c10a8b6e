"""OpenVINO on the processor, in float32."""

import numpy as np
import openvino
from models import model

__all__ = ["run", "versions"]

CORE = openvino.Core()
OPTIONS = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": "1", "NUM_STREAMS": "1"}


def versions():
    """What was asked."""
    return {"openvino": openvino.__version__.split("-")[0]}


def run(geometry, arrays):
    """What comes out."""
    network = CORE.read_model(model(geometry, arrays).SerializeToString())
    compiled = CORE.compile_model(network, "CPU", OPTIONS)
    found = compiled([arrays["x"]])
    return [np.array(found[output]) for output in compiled.outputs]
