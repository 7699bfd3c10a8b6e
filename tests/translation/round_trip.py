"""Networks written for another world and read back: is what comes back the same network again?

    python -m tests.translation.round_trip [--onnx] [--fast] FILE...    a line for each network, and a table at the end

FILE is what `cnnplan.load` takes: specs, ONNX files, models of Keras. Of each its PyTorch source is written, imported
on the meta device and traced; with `--onnx` an ONNX file is written and read. What is held against the first plan:

* **figures**: parameters, buffers, multiply-adds, FLOPs and the shapes of outputs, at the sizes that it shows and at
  odd ones, no two alike (as odd as its conditions allow); and the names and shapes of all weights.
* **conditions**: the same set of conditions, told in the same words; but for what a spec claims of a letter, which is
  no condition of it.
* **blocks** (source alone: ONNX has none that travel): the blocks that the spec calls, each at its path, against the
  modules of the network at theirs. Wherever a block is called there is a module, of a class that stands for this block
  alone and is called after it (a block whose layers depend on its arguments in a way that no class of today's values
  tells is several, `Up` and `Up2`); and whatever a class is constructed with that its block has an argument for has
  the value of that call. Where a call makes no layers there is no module. Of a spec without blocks, as imports are, the
  modules with weights are compared: what each is, by its path there.
* **outputs**: what the module gives on numbers (in double precision), or onnxruntime on the file (in single precision),
  against the executor with the same weights, by the greatest element: at most 1e-4. `--fast` leaves that out.

What no module tells, and is not compared: arguments that no call gives (they are no parameters of the class),
arguments that follow from others, the channels that come in (a block of a spec reads them off what it is given),
and symbols, which are arguments of the whole network. Needs PyTorch, or onnx and onnxruntime.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import re
import sys
import tempfile
import time
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np

import cnnplan
from cnnplan.errors import CnnplanError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.executor.weights import Positive, Weights
from cnnplan.exporting import onnx as onnx_file
from cnnplan.exporting import settled
from cnnplan.exporting import torch as source
from cnnplan.graph.fragments import Call
from cnnplan.plan import load
from cnnplan.spec import Verb
from cnnplan.translation.templates.paths import paths
from cnnplan.translation.torch.source.operators import ACTIVATIONS

FIGURES = ("params", "buffers", "macs", "flops")
CLAIMS = ("figures", "conditions", "blocks", "outputs")
MOST = 1e-4
OTHERWISE = {"parameter", "constant", "locally_connected"}
"""Layers that PyTorch has no module for: they are read as what their module does."""

# sizes ------------------------------------------------------------------------------------------------------------


def letters(plan):
    return [*dict.fromkeys(name for shape in plan.inputs.values() for n in shape for name in getattr(n, "symbols", ()))]


def legal(plan, values):
    with contextlib.suppress(CnnplanError):
        plan.at(**values)
        return all(each.holds({**plan.values, **values}) for each in plan.graph.structure)
    return False


def bound(plan):
    """Values of all symbols: those that it shows, or small ones of its own at which it is legal."""
    free = sorted(plan.spec.symbols.keys() - plan.values.keys())
    for size in (224, 256, 64):
        values = {**plan.values, **{name: 2 if name == "N" else size for name in free}}
        if legal(plan, values):
            return values
    raise CnnplanError("legal at no size that was tried")


def odd(plan, shown):
    """Sizes that are odd and not alike, as far as it is legal there; those that it shows, where it is no letter's."""
    names = [name for name in letters(plan) if name not in ("N", "M")]
    batch = {name: number for name, number in (("N", 3), ("M", 5)) if name in letters(plan)}
    for base, step in product((1, 2), (1, 2, 4, 8, 16, 32, 64, 7, 28)):
        near = [shown.get(name) or 224 for name in names]
        tried = [step * ((n + 37 * (k + 1)) // step // base) + (step == 1 and n % 2 == 0) for k, n in enumerate(near)]
        for values in (batch | dict(zip(names, tried, strict=True)), dict(zip(names, tried, strict=True))):
            if legal(plan, {**shown, **values}):
                return {**shown, **values}
    return shown


def small(plan, shown):
    """The smallest sizes that were found at which it is legal, no two alike if that is allowed."""
    names = [name for name in letters(plan) if name not in ("N", "M")]
    batch = {name: number for name, number in (("N", 2), ("M", 3)) if name in letters(plan)}
    for size in (1, 4, 8, 16, 32, 48, 64, 75, 96, 128, 160, 192, 224, 256, 384):
        for more in (16, 32, 4, 64, 0):
            values = {**shown, **batch, **{name: size + more * k for k, name in enumerate(names)}}
            if legal(plan, values):
                return values
    return shown


# the module that was written --------------------------------------------------------------------------------------


def built(text, folder):
    """The module that a text defines last, the classes beside it, and what each instance is constructed with."""
    file = Path(folder) / "written.py"
    file.write_text(text)
    found = importlib.util.spec_from_file_location("written", file)
    made = importlib.util.module_from_spec(found)
    sys.modules["written"] = made
    found.loader.exec_module(made)
    classes = [each for each in vars(made).values() if isinstance(each, type) and each.__module__ == "written"]
    classes = [each for each in classes if hasattr(each, "forward")]
    given = {}
    for each in classes:
        if "__init__" in vars(each):
            each.__init__ = _telling(each.__init__, given)
    return classes[-1], {each.__name__ for each in classes[:-1]}, given


def _telling(init, given):
    signature = inspect.signature(init)

    @functools.wraps(init)
    def told(self, *args, **kwargs):
        known = signature.bind(self, *args, **kwargs)
        known.apply_defaults()
        given[id(self)] = dict(known.arguments)
        init(self, *args, **kwargs)

    return told


def dims_of(plan, values, *, numbers):
    """The inputs as `load` takes them: letters where the plan has letters alone, numbers elsewhere."""
    found = {}
    for name, shape in plan.inputs.items():
        free = not numbers and all(isinstance(n, int) or str(n).isidentifier() for n in shape)
        found[name] = tuple(str(n if free or isinstance(n, int) else n.at(values)) for n in shape)
    return found if len(found) > 1 else next(iter(found.values()))


def read_back(module, plan, values):
    """The plan of the module, for letters; or for numbers alone, where its weights have the size of what comes in."""
    try:
        return cnnplan.load(module, dims=dims_of(plan, values, numbers=False))
    except CnnplanError as error:
        if "weights are for" not in str(error):
            raise
    return cnnplan.load(module, dims=dims_of(plan, values, numbers=True))


def calls(plan):
    """The blocks that a network calls, by path: the block and its arguments."""
    found = {}

    def inside(fragment, prefix):
        for item in fragment.items:
            if isinstance(item, Call):
                path = f"{prefix}{item.name}"
                own = [node for name, node in plan.nodes.items() if name.startswith(f"{path}.")]
                if own and not any(node.shared for node in own):  # else it is the module that it shares
                    block = item.fragment.name
                    found[path] = block, dict(item.fragment.args)
                    inside(item.fragment, f"{path}.")

    inside(plan.graph._fragment, "")
    return found


def plainly(value):
    """An argument of a block and one of a class as the same thing."""
    if isinstance(value, Verb | str):
        return ACTIVATIONS.get(str(value), str(value).replace("_", "")).removeprefix("nn.").lower()
    if isinstance(value, type):
        return value.__name__.lower()
    if isinstance(value, tuple | list):
        return tuple(map(plainly, value))
    return value if value is None or isinstance(value, bool) else float(value)


def blocks_differ(plan, module, classes, given):
    """What differs between the blocks that a spec calls and the modules of a network."""
    wanted, parts = calls(plan), dict(module.named_modules())
    kinds, names = defaultdict(set), defaultdict(set)
    differ = []
    for path, (block, args) in wanted.items():
        part = parts.get(path)
        if part is None or type(part).__name__ not in classes:
            differ.append(f"{path} ({block}) is no module")
            continue
        kinds[block].add(type(part).__name__)
        names[type(part).__name__].add(block)
        told = given.get(id(part), {})
        differ += [
            f"{path}: {name}={told[name]} for {value}"
            for name, value in args.items()
            if name in told and plainly(told[name]) != plainly(value) and told[name] is not None
        ]
    alike = {block: {name.rstrip("0123456789") for name in each} for block, each in kinds.items()}
    differ += [f"{block} is {' and '.join(sorted(each))}" for block, each in alike.items() if len(each) > 1]
    differ += [f"{name} is {' and '.join(sorted(each))}" for name, each in names.items() if len(each) > 1]
    return differ


def layers_differ(plan, again, called):
    """What differs between layers with weights: the operator and its arguments, by name."""

    def told(one):
        nodes = {}
        for node in one.nodes.values():
            for name in node.weights:
                key = (node.origin or node.name) if one is again else called.get(node.name, node.name)
                nodes.setdefault(key, (node.op, name))
        return {key: op.verb for key, (op, _) in nodes.items()}

    one, other = told(plan), told(again)
    return [
        f"{name}: {other.get(name)} for {verb}"
        for name, verb in one.items()
        if other.get(name) != verb and verb not in OTHERWISE
    ]


# comparing --------------------------------------------------------------------------------------------------------


def figures_differ(plan, again, sizes):
    differ = []
    for values in sizes if set(letters(plan)) <= again.spec.symbols.keys() else sizes[:1]:
        known = {name: n for name, n in values.items() if name in again.spec.symbols}
        one, other = plan.at(**{n: v for n, v in values.items() if n in plan.spec.symbols}), again.at(**known)
        differ += [
            f"{key} {getattr(other, key)} for {getattr(one, key)}"
            for key in FIGURES
            if getattr(one, key) != getattr(other, key)
        ]
        shapes = [[tuple(each.nodes[name].shape) for name in each.graph.outputs] for each in (one, other)]
        differ += [f"outputs {shapes[1]} for {shapes[0]}"] if shapes[0] != shapes[1] else []
    return [*dict.fromkeys(differ)]


def conditions_differ(plan, again):
    asked = {str(each) for each in plan.conditions if set(each.symbols) <= again.spec.symbols.keys()}
    found = set(map(str, again.conditions))
    lost, more = asked - found, found - asked
    new = [str(each) for each in again.conditions if str(each) in more and not declared(plan, each)]
    return [f"without {each}" for each in sorted(lost)] + [f"more: {each}" for each in sorted(new)]


def declared(plan, condition):
    """Whether a condition holds wherever the spec says that its letters may be: that is not told again."""
    many = 1024 if len(condition.symbols) == 1 else 160
    spaces = []
    for name in condition.symbols:
        symbol = plan.spec.symbols[name]
        step, least = symbol.multiple_of or 1, symbol.min or 1
        spaces.append([n for n in (symbol.choices or range(least, least + many)) if n % step == 0])
    others = [each for each in plan.conditions if set(each.symbols) <= set(condition.symbols)]
    tried = (dict(zip(condition.symbols, values, strict=True)) for values in product(*spaces))
    return all(condition.holds(each) for each in tried if all(other.holds(each) for other in others))


def keys(plan, state):
    """What layers are called in the source: as in the plan; of a file of modules, by the paths that they have there."""
    number = {item.name: at for at, item in enumerate(plan.graph._fragment.items)}
    where = paths(plan.graph)
    told = {name: ".".join(where[at]) for name, at in number.items() if at in where}
    names = {key.rpartition(".")[0] for key in state}
    return told if len(names & {*told.values()}) > len(names & {*plan.graph.nodes}) else {}


def weights_of(plan, values, called):
    return {
        f"{called.get(node.name, node.name)}.{name}": tuple(w.shape)
        for node in plan.at(**{n: v for n, v in values.items() if n in plan.spec.symbols})
        if not node.shared
        for name, w in node.weights.items()
    }


def off(found, wanted):
    """The greatest difference by the greatest element."""
    pairs = [*zip(found, wanted, strict=True)]
    if any(a.shape != b.shape for a, b in pairs):
        return float("inf")
    return max(float(np.nanmax(np.abs(a - b), initial=0) / max(np.nanmax(np.abs(b)), 1e-30)) for a, b in pairs)


def computed(plan, network, values, called):
    """How far module and executor are apart; in double precision."""
    import torch  # noqa: PLC0415 - not for ONNX

    weights = Weights(None, plan.graph.nodes, 3, "float64")
    truth = execute(plan.graph, values=values, weights=weights, seed=3, dtype="float64")
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        module = network().eval()
        owners = {f"{node.name}.{name}": node.name for node in plan.nodes.values() for name in node.weights}
        given = {}
        for key, weight in weights.used.items():
            name = owners.get(key, key.rpartition(".")[0])
            given[f"{called.get(name, name)}{key[len(name) :]}"] = torch.from_numpy(np.array(weight))
        told = module.load_state_dict(given, strict=False)
        missing = [key for key in told.missing_keys if "num_batches" not in key]
        if missing or told.unexpected_keys:
            raise ValueError(f"weights {missing or told.unexpected_keys} have no place"[:200])
        with torch.no_grad():
            found = module(*map(torch.from_numpy, fed(plan.graph, values, {}, 3, "float64").values()))
    finally:
        torch.set_default_dtype(before)
    return off([each.numpy() for each in (found if isinstance(found, tuple) else (found,))], truth.outputs.values())


def asked_for(error, given, values):
    """The values that a refusal asks for, where it does: `--set H=NUMBER`, or `--set H=...`."""
    names = [name for name in re.findall(r"--set (\w+)=", str(error)) if name not in given]
    if not names:
        raise error
    return {name: values[name] for name in names}


def by_source(path, folder, *, outputs):
    """What differs, by claim."""
    import torch  # noqa: PLC0415 - not for ONNX

    plan, given = settled(load(path), {}), {}
    values = bound(plan)
    while True:
        try:
            text = source(path, **given)
            break
        except CnnplanError as error:
            given |= asked_for(error, given, values)
    plan = settled(load(path, **given), given)
    network, classes, told = built(text, folder)
    with torch.device("meta"):
        module = network().eval()
    state = {name: tuple(t.shape) for name, t in module.state_dict().items() if "num_batches" not in name}
    again = read_back(module, plan, values)
    differ = {"figures": figures_differ(plan, again, [values, odd(plan, values)])}
    called = keys(plan, state)
    differ["figures"] += ["names or shapes of weights"] if state != weights_of(plan, values, called) else []
    differ["conditions"] = conditions_differ(plan, again) if set(letters(plan)) <= again.spec.symbols.keys() else []
    differ["blocks"] = blocks_differ(plan, module, classes, told) if calls(plan) else layers_differ(plan, again, called)
    if outputs:
        least = small(plan, values) if set(letters(plan)) <= again.spec.symbols.keys() else values
        apart = computed(plan, network, least, called)
        differ["outputs"] = [f"off by {apart:.1e}"] if not apart <= MOST else []
    return differ


def by_onnx(path, folder, *, outputs):
    """The same, of an ONNX file."""
    plan, given = settled(load(path), {}), {}
    values = bound(plan)
    file = Path(folder) / "written.onnx"
    while True:
        try:
            file.write_bytes(onnx_file(path, weights="none", **given))
            break
        except CnnplanError as error:
            given |= asked_for(error, given, values)
    plan, again = settled(load(path, **given), given), load(file)
    differ = {"figures": figures_differ(plan, again, [values, odd(plan, values)])}
    differ["conditions"] = conditions_differ(plan, again)
    if outputs:
        import onnxruntime  # noqa: PLC0415 - for this alone

        least = small(plan, values)
        for kind in (Weights, Positive):
            drawn = kind(None, plan.graph.nodes, 7, "float32")
            truth = execute(plan.graph, values=least, weights=drawn, seed=7)
            file.write_bytes(onnx_file(path, weights=truth.weights, **given))
            inputs = fed(plan.graph, least, {}, 7, "float32")
            session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
            apart = off(session.run(None, inputs), truth.outputs.values())
            if apart <= MOST:
                break  # else once more where nothing cancels: some networks make much of small differences
        differ["outputs"] = [f"off by {apart:.1e}"] if not apart <= MOST else []
    return differ


def tried(way, path, folder, *, outputs):
    """What differs, by claim; or that it could not be tried."""
    try:
        return way(path, folder, outputs=outputs)
    except CnnplanError as error:
        return str(error)[-300:]
    except Exception as error:  # noqa: BLE001 - a line for it, and on to the next
        return f"{type(error).__name__}: {str(error)[:300]}"


def main(arguments):
    way = by_onnx if "--onnx" in arguments else by_source
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in (each for each in arguments if not each.startswith("--")):
            begun = time.process_time()
            told = tried(way, path, folder, outputs="--fast" not in arguments)
            if isinstance(told, str) and "holds blocks for specs to include" in told:
                continue
            found.append(told)
            shown = (
                told if isinstance(told, str) else "; ".join(f"{k}: {', '.join(v[:4])}" for k, v in told.items() if v)
            )
            print(f"{path}: {shown or 'equal'} ({time.process_time() - begun:.1f} s)", flush=True)  # noqa: T201
    for claim in CLAIMS:
        known = [each[claim] for each in found if not isinstance(each, str) and claim in each]
        if known:
            print(f"{claim}: {sum(not each for each in known)} of {len(found)} equal")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
