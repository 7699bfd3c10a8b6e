"""A runtime asked: geometries come in, one a line, and answers go out, one a line.

    python worker.py RUNTIME < questions > answers

It runs where the runtime is installed, and needs nothing of the project but the files beside it.
"""

import importlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
sys.path.insert(0, str(Path(__file__).parent))

from numbers_ import numbers, seeds


def main():
    """Answer every question, the first of which is for the versions."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a runtime prints is no answer
    runtime = importlib.import_module(f"by.{sys.argv[1]}")
    print(json.dumps({"versions": runtime.versions()}), file=answers, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(answer(runtime, question)), file=answers, flush=True)


def answer(runtime, question):
    """What came out: shapes and values, shapes alone, or why nothing did."""
    geometry, values = question["geometry"], []
    try:
        for seed in seeds(question["number"], geometry):
            outputs = runtime.run(geometry, numbers(seed, geometry, question["weights"]))
            if outputs and isinstance(outputs[0], tuple):
                return {"shapes": outputs}
            values.append([y.astype(float).ravel().tolist() for y in outputs])
    except Exception as error:  # noqa: BLE001 - whatever a runtime refuses with
        kind = type(error).__name__
        return {"unwritable": True} if kind == "Unwritable" else {"refused": f"{kind}: {error}"[:300]}
    return {"shapes": [y.shape for y in outputs], "values": values}


if __name__ == "__main__":
    main()
