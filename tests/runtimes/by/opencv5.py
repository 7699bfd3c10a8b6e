"""OpenCV's dnn module."""

import cv2
import numpy as np
from models import model

__all__ = ["run", "versions"]

cv2.setNumThreads(1)


def versions():
    """What was asked."""
    return {"opencv": cv2.__version__}


def run(geometry, arrays):
    """What comes out."""
    text = np.frombuffer(model(geometry, arrays).SerializeToString(), dtype=np.uint8)
    network = cv2.dnn.readNetFromONNX(text)
    network.setInput(arrays["x"])
    names = network.getUnconnectedOutLayersNames()
    return list(network.forward(names))
