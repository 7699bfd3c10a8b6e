"""Keras 3 on JAX, channels last."""

from __future__ import annotations

from cnnplan.runtimes.base import Runtime
from cnnplan.runtimes.haiku import VALID
from cnnplan.runtimes.keras_tensorflow import CUBIC, DILATED, NEAREST

__all__ = ["RUNTIME"]

RUNTIME = Runtime(
    name="keras_jax",
    title="Keras on JAX",
    versions={"keras": "3.15.1", "jax": "0.12.0.1"},
    written="keras.layers",
    facts=(DILATED, VALID, NEAREST, CUBIC),
    measured={
        "adaptive_avg_pool": 25,
        "adaptive_max_pool": 29,
        "avg_pool": 58,
        "batch_norm": 25,
        "conv": 96,
        "conv_transpose": 123,
        "group_norm": 28,
        "gru": 12,
        "lstm": 11,
        "max_pool": 86,
        "pad": 17,
        "rnn": 15,
        "upsample": 81,
    },
)
