"""Networks from elsewhere as PyTorch source and back: is the module that was written the same network again?

    python -m tests.translation.round_trip FILE...           a line for each network, and how many are equal

FILE is what `cnnplan.load` takes: specs, ONNX files, models of Keras. Of each its source is written, imported on the
meta device and traced; parameters, buffers, multiply-adds, FLOPs, outputs, conditions and the modules that hold weights
are held against those of the first plan. With `--outputs` the module also runs on numbers beside the executor. Needs
PyTorch.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import cnnplan
from cnnplan.errors import CnnplanError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.executor.weights import Weights
from cnnplan.exporting import settled
from cnnplan.exporting import torch as source
from cnnplan.plan import load

FIGURES = ("params", "buffers", "macs", "flops")


def built(text, folder):
    """The module that a text defines last, on the meta device."""
    file = Path(folder) / "written.py"
    file.write_text(text)
    found = importlib.util.spec_from_file_location("written", file)
    made = importlib.util.module_from_spec(found)
    sys.modules["written"] = made
    found.loader.exec_module(made)
    return [each for each in vars(made).values() if isinstance(each, type) and each.__module__ == "written"][-1]


def bound(plan):
    """Values of all symbols: those that it shows, or small ones of its own at which it is legal."""
    free = sorted(plan.spec.symbols.keys() - plan.values.keys())
    for size in (224, 256, 64):
        values = {**plan.values, **{name: 2 if name == "N" else size for name in free}}
        with contextlib.suppress(CnnplanError):
            plan.at(**values)
            return values
    raise CnnplanError("legal at no size that was tried")


def dims_of(plan, values):
    """The inputs as `load` takes them: letters where the plan has letters alone, numbers elsewhere."""
    found = {}
    for name, shape in plan.inputs.items():
        letters = all(isinstance(n, int) or str(n).isidentifier() for n in shape)
        found[name] = tuple(str(n if letters or isinstance(n, int) else n.at(values)) for n in shape)
    return found if len(found) > 1 else next(iter(found.values()))


def compared(plan, again, state, values):
    """What differs between two plans, by name."""
    one, other = plan.at(**values), again.at(**{name: n for name, n in values.items() if name in again.spec.symbols})
    differ = [f"{key} {getattr(other, key)} for {getattr(one, key)}" for key in FIGURES if differs(one, other, key)]
    outputs = [[tuple(each.nodes[name].shape) for name in each.graph.outputs] for each in (one, other)]
    differ += [f"outputs {outputs[1]} for {outputs[0]}"] if outputs[0] != outputs[1] else []
    asked = (each for each in plan.conditions if set(each.symbols) <= again.spec.symbols.keys())
    lost = set(map(str, asked)) - set(map(str, again.conditions))
    differ += [f"conditions lost: {', '.join(sorted(lost))}"] if lost else []
    wanted = {
        f"{node.name}.{name}": tuple(w.shape) for node in one if not node.shared for name, w in node.weights.items()
    }
    differ += ["names or shapes of weights"] if wanted != state else []
    return differ


def differs(one, other, key):
    return getattr(one, key) != getattr(other, key)


def computed(plan, network, values):
    """The greatest difference of an output of module and executor, by the greatest element; in double precision."""
    weights = Weights(None, plan.graph.nodes, 3, "float64")
    truth = execute(plan.graph, values=values, weights=weights, seed=3, dtype="float64")
    module = network().double().eval()
    given = {key: torch.from_numpy(np.array(weight)) for key, weight in weights.used.items()}
    module.load_state_dict(given, strict=False)
    inputs = map(torch.from_numpy, fed(plan.graph, values, {}, 3, "float64").values())
    with torch.no_grad():
        found = module(*inputs)
    pairs = zip(found if isinstance(found, tuple) else (found,), truth.outputs.values(), strict=True)
    return max(float(np.abs(a.numpy() - b).max() / max(np.abs(b).max(), 1e-30)) for a, b in pairs)


def written(path):
    """Plan, source, and values of all symbols; letters that weights depend on are bound, as the refusal says."""
    values = bound(settled(load(path), {}))
    given = {}
    while True:
        try:
            return settled(load(path, **given), given), source(path, **given), values
        except CnnplanError as error:
            asked = re.search(r"--set (\w+)=NUMBER", str(error))
            if asked is None or asked[1] in given:
                raise
            given[asked[1]] = values[asked[1]]


def tried(path, folder, *, outputs):
    """`equal`, or what is not."""
    try:
        plan, text, values = written(path)
    except CnnplanError as error:
        return f"not written: {str(error)[-200:]}"
    network = built(text, folder)
    with torch.device("meta"):
        module = network().eval()
    state = {name: tuple(t.shape) for name, t in module.state_dict().items() if "num_batches" not in name}
    try:
        again = cnnplan.load(module, dims=dims_of(plan, values))
    except CnnplanError as error:
        return f"not read again: {str(error)[:200]}"
    differ = compared(plan, again, state, values)
    if outputs:
        off = computed(plan, network, values)
        differ += [f"outputs are off by {off:.1e}"] if off > 1e-4 else []
    return "; ".join(differ) or "equal"


def main(arguments):
    outputs = "--outputs" in arguments
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in (each for each in arguments if each != "--outputs"):
            begun = time.process_time()
            try:
                told = tried(path, folder, outputs=outputs)
            except Exception as error:  # noqa: BLE001 - a line for it, and on to the next
                told = f"{type(error).__name__}: {str(error)[:200]}"
            found.append(told)
            print(f"{path}: {told} ({time.process_time() - begun:.1f} s)", flush=True)  # noqa: T201
    print(f"{found.count('equal')} of {len(found)} equal")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
