"""ONNX files whose plans are verified, and whose values are held against onnxruntime's.

    python -m tests.translation.onnx.values verify FOLDER|FILE...            the plan, and what the graph did as it ran
    python -m tests.translation.onnx.values values torchvision:resnet18...   with the file's own weights, onnxruntime's

A graph without its weights is verified with weights that are drawn. `values` exports each network with the weights that
it begins with, and tells the greatest difference as a part of the greatest value. Both end with a count. Needs
onnxruntime, `values` PyTorch, torchvision and timm, too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from cnnplan.errors import CnnplanError, OutsideConditions, UsageError
from cnnplan.executor import execute
from cnnplan.plan import load
from cnnplan.verification import verify

BATCH = 2
SIZES = ((64, 96), (160, 160), (224, 224), (240, 240), (256, 256), (288, 320))
"""What free axes behind the channels are: the first that a network takes."""

CLOSE = 1e-4


def values_of(plan):
    """The values at which a plan is looked at, small ones where it takes them."""
    (shape,) = plan.inputs.values()
    for size in SIZES:
        wanted = (BATCH, 3, *size)
        values = {str(n): value for n, value in zip(shape, wanted, strict=True) if not isinstance(n, int)}
        try:
            plan.at(**values)
        except OutsideConditions:
            continue
        return values
    raise UsageError(f"{plan.spec.name} takes none of {SIZES}")


def verified(path):
    """Whether a plan says what the graph did, in words."""
    plan = load(path)
    found = verify(path, **values_of(plan))
    return "agrees" if found.ok else f"DIFFERS {found.mismatches[:2]}"


def compared(path):
    """The greatest difference from what onnxruntime gives, as a part of the greatest value."""
    import onnxruntime  # noqa: PLC0415 - an oracle

    plan = load(path)
    values = values_of(plan)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (shape,) = plan.inputs.values()
    x = np.random.default_rng(0).standard_normal([values.get(str(n), n) for n in shape]).astype("float32")
    (real,) = session.run(None, {session.get_inputs()[0].name: x})
    run = execute(plan.graph, values=values, inputs=dict.fromkeys(plan.inputs, x))
    (mine,) = (run.outputs[name] for name in plan.graph.outputs)
    return float(np.abs(mine - real).max() / np.abs(real).max())


def verify_all(named):
    files = [found for path in map(Path, named) for found in sorted(path.glob("**/*.onnx")) or [path]]
    agree = 0
    for path in files:
        try:
            found = verified(path)
        except CnnplanError as error:
            found = f"not verified: {error}"[:200]
        agree += found == "agrees"
        say(f"{path.parent.name}/{path.stem}: {found}")
    say(f"{agree} of {len(files)} agree")


def compare_all(names):
    from tests.translation.onnx.exports import built, quietly  # noqa: PLC0415 - it needs PyTorch

    close = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            reason = quietly(*built(name), path, "torchscript")
            try:
                apart = reason or compared(path)
            except CnnplanError as error:
                apart = f"not compared: {error}"[:200]
        close += isinstance(apart, float) and apart <= CLOSE
        say(f"{name}: {f'{apart:.1e}' if isinstance(apart, float) else apart}")
    say(f"{close} of {len(names)} within {CLOSE}")


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


if __name__ == "__main__":
    (verify_all if sys.argv[1] == "verify" else compare_all)(sys.argv[2:])
