#!/usr/bin/env bash
# A pool larger than its input, in Keras on JAX: is it refused?
#
# With a fixed input of 3 x 3 keras.layers.AveragePooling2D(4) raises that the output would have size zero. With a free input,
# Input((None, None, 3)), the same 3 x 3 image goes through on JAX: an extent of 0, and NaN from the global mean behind it.
#
# Seen on 2026-11-29 with keras 3.15.1 and jax 0.12.0.1: fixed ValueError; free (1, 0, 0, 3), then nan nan nan.
# NEEDS PYTHON 3.12 OR LATER, as jax 0.12 does: python3.12, or the one that PYTHON names.
# Exits with 1 if any of that has changed, with 2 without such a Python.
set -euo pipefail
python=${PYTHON:-python3.12}
if ! "$python" -c "import sys; sys.exit(sys.version_info < (3, 12))" 2>/dev/null; then
  echo "jax 0.12 needs Python 3.12 or later, and $python is none: name one, as in PYTHON=/usr/bin/python3.13 $0" >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 jax==0.12.0.1 numpy==2.4.2
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
import keras
import numpy as np

image = np.ones((1, 3, 3, 3), np.float32)
try:
    keras.layers.AveragePooling2D(4)(keras.Input((3, 3, 3)))
    fixed = "legal"
except ValueError as error:
    fixed = "refused"
free = keras.Input((None, None, 3))
pooled = keras.layers.AveragePooling2D(4)(free)
whole = keras.layers.GlobalAveragePooling2D()(pooled)
shape = tuple(keras.Model(free, pooled)(image).shape)
means = np.asarray(keras.Model(free, whole)(image))
print("fixed", fixed, "free", shape, means)
raise SystemExit(0 if fixed == "refused" and shape == (1, 0, 0, 3) and np.isnan(means).all() else 1)
PYTHON
