"""Keras on JAX."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax

from by import kerasing
from by.kerasing import run

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {**kerasing.versions(), "jax": jax.__version__}
