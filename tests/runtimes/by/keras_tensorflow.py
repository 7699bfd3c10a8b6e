"""Keras on TensorFlow."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import tensorflow as tf

from by import kerasing
from by.kerasing import run

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {**kerasing.versions(), "tensorflow": tf.__version__}
