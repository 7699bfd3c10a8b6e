#!/usr/bin/env bash
# use_ceil of a pooling, in Equinox: is it legal for all sizes?
#
# equinox.nn.MaxPool1d(3, 3, padding=1, use_ceil=True) is PyTorch's ceil_mode. Ceil mode is there for sizes that do not come
# out even; but where it needs a whole stride of padding at the end, the layer raises that paddings should be less than the
# kernel. So it runs for one size in three.
#
# Seen on 2026-11-29 with equinox 0.13.8 and jax 0.12.0.1: of the sizes 4 to 12 it runs for 4, 7 and 10 only.
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

pool = equinox.nn.MaxPool1d(3, 3, padding=1, use_ceil=True)
found = []
for n in range(4, 13):
    try:
        pool(jnp.arange(1.0 * n)[None])
        found.append(n)
    except RuntimeError as error:
        print(n, str(error)[:80])
print("it runs for", found)
raise SystemExit(0 if found == [4, 7, 10] else 1)
PYTHON
