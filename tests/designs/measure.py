"""How `figures.json` was made: the networks of `networks.py` and of libraries, measured in PyTorch.

    python -m tests.designs.measure [NETWORK ...]

Parameters are the unique trainable ones; buffers are running statistics, without `num_batches_tracked`. MACs are half
of what PyTorch's own counter says; on the meta device, which computes nothing.
"""

from __future__ import annotations

import json
import sys
from math import prod
from pathlib import Path

import torch
import torchvision  # noqa: F401 - has an operator of its own
from torch.utils.flop_counter import FlopCounterMode

from tests.designs import networks

FILE = Path(__file__).with_name("figures.json")
TABLES = ("angles", "places")


def deformed(_x, weight, _offset, _mask, _bias, *_more, out_shape, **_named):
    """What PyTorch's counter does not know: two for every weight of a filter, for each element of the output."""
    batch, width, *steps = out_shape
    return 2 * batch * width * prod(steps) * prod(weight[1:])


KNOWN = {torch.ops.torchvision.deform_conv2d: deformed}


def buffers(model):
    """The running statistics, and tables that are stored."""
    return sum(
        value.numel()
        for name, value in model.named_buffers()
        if name.endswith(("running_mean", "running_var", *TABLES))
    )


def shapes(given):
    """The shapes of what a network gives."""
    found = [given] if isinstance(given, torch.Tensor) else list(given)
    return [list(each.shape) for each in found]


def measured(name):
    """The figures of a network at its sizes."""
    network = networks.NETWORKS[name]
    with torch.device("meta"):
        model = network.make().eval()
    figures = {
        "source": network.source,
        "params": sum(parameter.numel() for parameter in model.parameters()),
        "buffers": buffers(model),
        "at": [],
    }
    for sizes in network.sizes:
        with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False, custom_mapping=KNOWN) as counter:
            given = model(*network.inputs(**sizes))
        figures["at"].append({"sizes": sizes, "macs": counter.get_total_flops() // 2, "outputs": shapes(given)})
    return figures


def main(names):
    """Measure these networks, or all; the others keep their figures."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known.update({name: measured(name) for name in names or networks.NETWORKS})
    FILE.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
