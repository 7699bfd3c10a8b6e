#!/usr/bin/env bash
# Adaptive average pooling of 5 elements to 3, in Equinox: which elements are averaged?
#
# PyTorch's windows go from floor(i * 5 / 3) to ceil((i + 1) * 5 / 3) and overlap: of 1 2 3 4 5 the means are 1.5 3 4.5.
# equinox.nn.AdaptiveAvgPool1d cuts the axis into parts of unequal length that do not overlap: 1.5 3.5 5. An image classifier
# whose map is no multiple of the pool gives other values after its weights are brought over.
#
# Seen on 2026-11-29 with equinox 0.13.8 and jax 0.12.0.1: 1.5 3.5 5.
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
"$folder/venv/bin/pip" install --quiet equinox==0.13.8 jax==0.12.0.1
JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
import equinox
import jax.numpy as jnp

found = equinox.nn.AdaptiveAvgPool1d(3)(jnp.arange(1.0, 6.0)[None])[0].tolist()
print("5 to 3:", found)
raise SystemExit(0 if found == [1.5, 3.5, 5.0] else 1)
PYTHON
