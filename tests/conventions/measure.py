"""Write down what the tools themselves say of the networks: run where they are installed, not by the tests.

    python tests/conventions/measure.py [thop ...]

Each tool's totals go to a file of its own beside this one, with the versions that gave them.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import types
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

# ruff: noqa: PLC0415 - a tool is imported where it is asked
import torch
import yaml
from packaging.version import Version

sys.path.insert(0, str(Path(__file__).parent))

from torch_network import Network

from cnnplan.graph import build
from cnnplan.spec import load_spec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def by_torch(network, x):
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        network(x)
    return counter.get_total_flops()


def by_fvcore(network, x):
    from fvcore.nn import FlopCountAnalysis

    found = FlopCountAnalysis(network, x)
    found.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    return found.total()


def by_thop(network, x):
    from thop import profile

    return profile(network, inputs=(x,), verbose=False)[0]


def by_ptflops(network, x):
    from ptflops import get_model_complexity_info

    options = {"as_strings": False, "print_per_layer_stat": False, "verbose": False}
    found = get_model_complexity_info(network, tuple(x.shape[1:]), input_constructor=lambda _: {"x": x}, **options)
    return found[0]


def by_torchinfo(network, x):
    from torchinfo import summary

    return summary(network, input_data=x, verbose=0).total_mult_adds


def by_calflops(network, x):
    if "calflops" not in sys.modules:  # its __init__ asks for transformers, which its counter does without
        places = find_spec("calflops").submodule_search_locations
        sys.modules["calflops"] = types.ModuleType("calflops")
        sys.modules["calflops"].__path__ = places
    from calflops.flops_counter import calculate_flops

    return calculate_flops(network, args=[x], print_results=False, output_as_string=False)[0]


def by_pycls(network, x):
    """The rule of pycls for one convolution, layer by layer: its own models count themselves by it."""
    from pycls.core import net

    totals = {"h": 0, "w": 0, "flops": 0, "params": 0, "acts": 0}
    del x
    for node in network.graph.nodes.values():
        if node.op.verb == "conv":
            (shape,) = node.facts.shapes
            op, out = node.op, node.shape
            totals |= {"h": out[2], "w": out[3]}
            kernel = op.kernel_size if isinstance(op.kernel_size, int) else None
            if kernel is None:
                return None
            totals = net.complexity_conv2d(
                totals | {"h": out[2] + kernel - 1, "w": out[3] + kernel - 1},
                shape[1],
                out[1],
                kernel,
                1,
                0,
                op.groups,
                op.bias,
            )
        elif node.op.verb == "linear":
            (shape,) = node.facts.shapes
            if len(shape) > 2:
                return None
            totals = net.complexity_conv2d(
                totals | {"h": 1, "w": 1}, shape[-1], node.op.out_features, 1, 1, 0, bias=node.op.bias
            )
    return totals["flops"]


def by_ultralytics(network, x):
    """Twice what its own fork of thop says, of networks without what its own modules do as functions."""
    from thop import profile

    if any(node.op.verb in ("avg_pool", "upsample", "embedding") for node in network.graph.nodes.values()):
        return None
    return 2 * profile(network, inputs=(x,), verbose=False)[0]


TOOLS = {
    "torch": by_torch,
    "fvcore": by_fvcore,
    "torchinfo": by_torchinfo,
    "calflops": by_calflops,
    "ptflops": by_ptflops,
    "pycls": by_pycls,
    "thop": by_thop,
    "ultralytics": by_ultralytics,
}
"""thop last: it leaves something behind in the modules; its fork is another package of that name."""


def measured(tools, case):
    """What each tool says of a network."""
    graph = build(load_spec(ROOT / case["spec"]), case["at"], symbolic=False)
    network = Network(graph).eval()
    ((name, shape),) = graph.inputs.items()
    whole = "int" in (graph.spec.inputs[name].dtype or "")
    x = torch.zeros(shape, dtype=torch.int64) if whole else torch.rand(shape)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return {tool: TOOLS[tool](network, x) for tool in tools}


def main(tools):
    cases = yaml.safe_load((HERE / "networks.yaml").read_text(encoding="utf-8"))
    files = {tool: HERE / f"{tool}.json" for tool in tools}
    known = {tool: _known(file) for tool, file in files.items()}
    for name, case in cases.items():
        missing = [tool for tool in tools if name not in known[tool]]
        for tool, total in measured(missing, case).items():
            known[tool][name] = None if total is None else int(total)
            package = {"tool": tool, "version": str(Version(version(tool))), "torch": version("torch")}
            text = json.dumps({**package, "totals": known[tool]}, indent=1)
            files[tool].write_text(f"{text}\n", encoding="utf-8")
        sys.stderr.write(f"{name}\n")


def _known(file):
    """What has been written down already; to measure anew, delete the file."""
    return json.loads(file.read_text(encoding="utf-8"))["totals"] if file.exists() else {}


if __name__ == "__main__":
    main(sys.argv[1:] or list(TOOLS))
