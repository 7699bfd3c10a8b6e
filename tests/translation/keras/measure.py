"""Write down what Keras says of small models: run where it is installed, not by the tests.

    KERAS_BACKEND=torch python -m tests.translation.keras.measure

Of every model: its config, and of every layer the trained weights, the others, and the shape. `applications.json` holds
the same of keras.applications, by totals: trained weights, all weights, layers, and those with height and width open.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras
from keras import layers as kl

from tests.translation.keras import applications

HERE = Path(__file__).parent


def windows():
    x = keras.Input((37, 29, 5), name="image")
    y = kl.Conv2D(8, (3, 5), strides=(2, 1), padding="same", activation="relu", name="conv")(x)
    y = kl.SeparableConv2D(12, 3, depth_multiplier=2, dilation_rate=2, name="separable")(y)
    y = kl.DepthwiseConv2D(3, padding="same", strides=2, activation="hard_silu", name="depthwise")(y)
    y = kl.MaxPooling2D(3, strides=2, padding="same", name="pool")(y)
    y = kl.Conv2DTranspose(10, 3, strides=2, padding="same", name="up_same")(y)
    y = kl.Conv2DTranspose(6, 2, strides=3, name="up_valid")(y)
    y = kl.ZeroPadding2D(((1, 0), (2, 3)), name="padding")(y)
    y = kl.Cropping2D(((0, 2), (1, 1)), name="cropping")(y)
    y = kl.UpSampling2D((2, 3), interpolation="bilinear", name="upsampling")(y)
    y = kl.AveragePooling2D(2, name="mean")(y)
    y = kl.PReLU(shared_axes=[1, 2], name="prelu")(y)
    y = kl.GlobalAveragePooling2D(name="global")(y)
    return keras.Model(x, kl.Dense(4, activation="softmax", name="dense")(y), name="windows")


def volumes():
    x = keras.Input((9, 13, 11, 2), name="volume")
    y = kl.Conv3D(4, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    y = kl.BatchNormalization(center=False, name="norm")(y)
    y = kl.LeakyReLU(negative_slope=0.2, name="leaky")(y)
    y = kl.MaxPooling3D(2, name="pool")(y)
    y = kl.GlobalMaxPooling3D(keepdims=True, name="global")(y)
    return keras.Model(x, kl.Flatten(name="flat")(y), name="volumes")


def sequences():
    return keras.Sequential(
        [
            keras.Input((17,), dtype="int32", name="words"),
            kl.Embedding(50, 6, name="embedding"),
            kl.Conv1D(8, 3, padding="causal", dilation_rate=2, name="causal"),
            kl.Bidirectional(kl.LSTM(5, return_sequences=True), name="both"),
            kl.GRU(7, return_sequences=True, name="gru"),
            kl.GRU(4, reset_after=False, return_sequences=True, name="gru_before"),
            kl.SimpleRNN(3, return_sequences=True, name="rnn"),
            kl.TimeDistributed(kl.Dense(6), name="each"),
            kl.LSTM(5, name="last"),
            kl.RepeatVector(3, name="repeated"),
        ],
        name="sequences",
    )


def squeezed():
    x = keras.Input((None, None, 6), name="image")
    y = kl.Rescaling(1 / 127.5, offset=-1, name="rescaling")(x)
    y = kl.Normalization(name="normalization")(y)
    y = kl.Conv2D(16, 3, padding="same", name="conv")(y)
    s = kl.GlobalAveragePooling2D(name="squeeze")(y)
    s = kl.Reshape((1, 1, 16), name="reshape")(s)
    s = kl.Conv2D(4, 1, activation="swish", name="reduce")(s)
    s = kl.Conv2D(16, 1, activation="sigmoid", name="expand")(s)
    y = kl.Multiply(name="excite")([y, s])
    y = y * 0.5 + 3.0
    z = kl.Conv2D(16, 1, name="side")(x)
    y = kl.Average(name="average")([y, z])
    y = kl.Concatenate(name="concat")([y, z, kl.Subtract(name="less")([y, z])])
    y = kl.GroupNormalization(4, name="group")(y)
    return keras.Model(x, kl.LayerNormalization(name="layer")(y), name="squeezed")


def attentive():
    x, y = keras.Input((10, 12), name="left"), keras.Input((7, 8), name="right")
    z = kl.MultiHeadAttention(3, 4, value_dim=5, name="heads")(x, y)
    z = kl.Add(name="sum")([x, z])
    z = kl.Attention(name="plain")([z, kl.Dense(12, name="widened")(y)])
    z = kl.Permute((2, 1), name="turned")(z)
    return keras.Model([x, y], kl.Softmax(axis=1, name="softmax")(z), name="attentive")


def nested():
    i = keras.Input((14, 18, 3))
    inner = keras.Model(
        i, kl.ReLU(max_value=6, name="clipped")(kl.Conv2D(3, 3, padding="same", name="conv")(i)), name="unit"
    )
    tail = keras.Sequential(
        [keras.Input((14, 18, 3)), kl.Dense(5, name="dense"), kl.Dropout(0.3, name="drop")], name="tail"
    )
    x = keras.Input((14, 18, 3), name="image")
    return keras.Model(x, tail(inner(inner(x))), name="nested")


MODELS = (windows, volumes, sequences, squeezed, attentive, nested)


def named(model):
    """The layers, those of nested models by their own names."""
    return [[name.rpartition(".")[2], *rest] for name, *rest in applications.layers(model)]


def totals(name):
    """Of an application: trained weights, all weights, layers; trained weights without its top, at any size."""
    model = applications.built(name)
    found = list(applications.layers(model))
    trained = sum(layer[2] for layer in found)
    free = applications.built(name, free=True)
    return [trained, model.count_params(), len(found), sum(layer[2] for layer in applications.layers(free))]


def main():
    found = {}
    for build in MODELS:
        keras.utils.clear_session()
        model = build()
        found[build.__name__] = {"config": json.loads(model.to_json()), "layers": list(named(model))}
    text = json.dumps({"keras": keras.__version__, "models": found})
    (HERE / "measured.json").write_text(f"{text}\n", encoding="utf-8")
    table = {"keras": keras.__version__, "totals": {name: totals(name) for name in applications.NAMES}}
    lines = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table["totals"].items())
    text = f'{{"keras": "{table["keras"]}", "totals": {{\n  {lines}\n}}}}\n'
    (HERE / "applications.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
