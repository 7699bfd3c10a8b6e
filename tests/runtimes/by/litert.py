"""LiteRT: the layer of Keras, brought to it by TensorFlow's converter."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

from importlib.metadata import version

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from by.kerasing import build

__all__ = ["run", "versions"]


def versions():
    """What was asked."""
    return {"ai-edge-litert": version("ai-edge-litert"), "tensorflow": tf.__version__, "keras": version("keras")}


def run(geometry, arrays):
    """What comes out."""
    layer, x, back = build(geometry, arrays)
    function = tf.function(layer.call).get_concrete_function(tf.TensorSpec(x.shape, tf.float32))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], layer)
    interpreter = Interpreter(model_content=converter.convert(), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return [back(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))]
