#!/usr/bin/env bash
# A U-Net's skip of even sizes, in jax.export: is a declared multiple used?
#
# Pooling by 2 and repeating by 2 gives back h where h is even. With symbolic_shape("h, w", constraints=["mod(h, 2) == 0", ...])
# export refuses the sum with the skip: h meets 2*floordiv(h - 2, 2) + 2. With the same sizes written as 2*h and 2*w it exports.
#
# Seen on 2026-11-29 with jax 0.12.0.1: with the constraint TypeError, written as a product it exports.
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
"$folder/venv/bin/pip" install --quiet jax==0.12.0.1
JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
from jax import export


def skip(x):
    window = (1, 1, 2, 2)
    pooled = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
    return x + jnp.repeat(jnp.repeat(pooled, 2, 2), 2, 3)


def told(h, w):
    try:
        export.export(jax.jit(skip))(jax.ShapeDtypeStruct((1, 1, h, w), jnp.float32))
    except TypeError as error:
        return f"TypeError: {error}"
    return "exports"


even = ["mod(h, 2) == 0", "mod(w, 2) == 0", "h >= 4", "w >= 4"]
declared = told(*export.symbolic_shape("h, w", constraints=even))
h, w = export.symbolic_shape("h, w")
written = told(2 * h, 2 * w)
print("declared even:", declared)
print("written 2*h:", written)
raise SystemExit(0 if declared.startswith("TypeError") and written == "exports" else 1)
PYTHON
