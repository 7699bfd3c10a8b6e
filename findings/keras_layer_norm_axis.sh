#!/usr/bin/env bash
# Keras 3.15.1: LayerNormalization along the channels of a channels-first map runs on JAX and raises on PyTorch.
#
# The layer's `axis` may be any axis. On the PyTorch backend the normalized shape is handed to a function of PyTorch
# that takes the last axes only: with axis=1 on (2, 6, 9, 8) it raises that it expected [*, 6]. On JAX the same code
# gives what the formula says. So a model that is written and tested on one backend cannot run on the other.
# Seen on 2026-11-29 with keras 3.15.1, torch 2.14.1 and jax 0.10.2 on Python 3.11: JAX: equal, PyTorch: raises.
# Exits with 1 if that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 torch==2.14.1 numpy
cat > "$folder/seen.py" <<'PYTHON'
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(2, 6, 9, 8)).astype("float32")
layer = keras.layers.LayerNormalization(axis=1, epsilon=1e-6)
wanted = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-6)
try:
    found = keras.ops.convert_to_numpy(layer(x))
    print("equal" if np.abs(found - wanted).max() < 1e-5 else "differs")
except RuntimeError as error:
    print("raises" if "expected input with shape [*, 6]" in str(error) else "raises something else")
PYTHON
on_jax=$(KERAS_BACKEND=jax "$folder/venv/bin/python" "$folder/seen.py")
on_torch=$(KERAS_BACKEND=torch "$folder/venv/bin/python" "$folder/seen.py")
printf 'JAX: %s\nPyTorch: %s\n' "$on_jax" "$on_torch"
[ "$on_jax" = equal ] && [ "$on_torch" = raises ]
