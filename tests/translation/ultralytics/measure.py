"""Write down what Ultralytics itself says of the files here: run where it is installed, not by the tests.

    python tests/translation/ultralytics/measure.py

Of every file and scale: the parameters of each layer, the shapes that come out of each at 128 x 192, and the GFLOPs at
640 x 640. `totals` does the same for the files of the package: parameters and GFLOPs only.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

# ruff: noqa: PLC0415 - a tool is imported where it is asked
import torch
import yaml

HERE = Path(__file__).parent
TASKS = {
    "Classify": "ClassificationModel",
    "RTDETRDecoder": "RTDETRDetectionModel",
    "WorldDetect": "WorldModel",
    "YOLOEDetect": "YOLOEModel",
    "YOLOESegment": "YOLOESegModel",
    "YOLOESegment26": "YOLOESegModel",
    "Segment": "SegmentationModel",
    "Segment26": "SegmentationModel",
    "Pose": "PoseModel",
    "Pose26": "PoseModel",
    "OBB": "OBBModel",
    "OBB26": "OBBModel",
    "SemanticSegment": "SemanticSegmentationModel",
    "Depth": "DepthModel",
}


def built(file, scale):
    """The network as the package builds it, of a file at a scale."""
    from ultralytics.nn import tasks

    data = yaml.safe_load(file.read_text(encoding="utf-8")) | {"yaml_file": str(file)}
    if scale:
        data["scale"] = scale
    kind = getattr(tasks, TASKS.get(data["head"][-1][2], "DetectionModel"))
    return kind(data, nc=data["nc"], verbose=False).eval()


def scales(file):
    """The scales of a file."""
    return list(yaml.safe_load(file.read_text(encoding="utf-8")).get("scales") or [""])


def measured(file, scale):
    """What the package says of a file at a scale."""
    from ultralytics.utils.torch_utils import get_flops

    network = built(file, scale)
    shapes = {}
    for number, layer in enumerate(network.model):
        layer.register_forward_hook(lambda _m, _i, out, number=number: shapes.update({number: out}))
    with torch.no_grad():
        network(torch.zeros(1, 3, 128, 192))
    return {
        "params": [int(layer.np) for layer in network.model],
        "shapes": [
            list(shapes[i].shape) if isinstance(shapes.get(i), torch.Tensor) else None
            for i in range(len(network.model) - 1)
        ],
        "gflops": get_flops(network, 640),
    }


def main():
    torch.set_num_threads(1)
    found = {}
    for file in sorted((HERE / "files").glob("*.yaml")):
        for scale in scales(file):
            found[f"{file.stem} {scale}".strip()] = measured(file, scale)
            sys.stderr.write(f"{file.stem} {scale}\n")
    text = json.dumps({"ultralytics": version("ultralytics"), "torch": version("torch"), "networks": found})
    (HERE / "measured.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
