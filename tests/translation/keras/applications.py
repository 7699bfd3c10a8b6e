"""keras.applications as Keras itself builds them, on a device without memory: what the tests and `measure.py` ask.

Needs the torch backend: `KERAS_BACKEND=torch`.
"""

from __future__ import annotations

import inspect
from math import prod
from unittest.mock import patch

import keras
from keras import layers as kl
from keras.src import backend
from keras.src.applications import nasnet

NAMES = sorted(name for name, build in inspect.getmembers(keras.applications, inspect.isfunction))


class _Backend:
    """Keras's backend under another name: NASNetMobile does not ask further."""

    @staticmethod
    def backend():
        return "tensorflow"

    def __getattr__(self, name):
        return getattr(backend, name)


def built(name, *, free=False):
    """An application; free: without its top, height and width open."""
    keras.utils.clear_session()
    args = {"include_top": False, "input_shape": (None, None, 3), "pooling": "avg"} if free else {}
    with keras.device("meta"), patch.object(nasnet, "backend", _Backend()):
        return getattr(keras.applications, name)(weights=None, **args)


def layers(model, prefix=""):
    """Of every layer, those of nested models too: name, class, trained weights, others, shape."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from layers(layer, f"{prefix}{layer.name}.")
        elif not isinstance(layer, kl.InputLayer):
            counts = [sum(prod(w.shape) for w in ws) for ws in (layer.trainable_weights, layer.non_trainable_weights)]
            yield [prefix + layer.name, type(layer).__name__, *counts, list(layer.output.shape)]


def shapes(model, size):
    """The shapes that come out of the layers when an image of that size runs through; raises as Keras does."""
    import torch  # noqa: PLC0415 - the backend

    whole = [layer for layer in model.layers if not isinstance(layer, kl.InputLayer)]
    with keras.device("meta"), torch.no_grad():
        found = keras.Model(model.inputs, [layer.output for layer in whole])(torch.zeros(1, *size, 3, device="meta"))
    return {layer.name: list(y.shape) for layer, y in zip(whole, found, strict=True)}
