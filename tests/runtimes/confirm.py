"""Run what `check --deploy` says of networks: each layer that is said to be another in a runtime, in that runtime.

    python tests/runtimes/confirm.py RUNTIME PYTHON NETWORK...

A layer is run at the values that the finding names, with as few channels as it can have. Prints a line for each kind of
layer: what was said, what came out; a size is confirmed where it is the one that the fact says. Exits with 1 if any of
it is not so. Files that hold no network, as blocks of specs, are named and passed over.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from drawing import here, operator
from measure import ask

from cnnplan.errors import SpecError, UsageError
from cnnplan.plan import plan_spec
from cnnplan.rules.base import Subject
from cnnplan.rules.elsewhere import cases
from cnnplan.runtimes import Effect, Layer, named, runtime
from cnnplan.sizes import Count, evaluate
from cnnplan.translation import load_spec

SAID = {Effect.REFUSED: "!", Effect.VALUES: "~"}
NEWEST = 22


def main():
    """Every network, then every kind of layer once."""
    name, python, *networks = sys.argv[1:]
    kinds, findings, unread = {}, 0, 0
    for network in networks:
        try:
            spec = load_spec(Path(network))
            plan = plan_spec(spec, partial=True)
        except (SpecError, UsageError) as error:
            sys.stdout.write(f"{network} is passed over: {error}\n")
            unread += 1
            continue
        for kind, said in found(spec, plan, name):
            findings += 1
            kinds.setdefault(kind, said)
    geometries = [json.loads(kind) for kind in kinds]
    _, outcomes, _ = ask(name, python, dict(enumerate(geometries)))
    wrong = 0
    for number, (geometry, said) in enumerate(zip(geometries, kinds.values(), strict=True)):
        came = outcomes[number]
        right = said == came if said in ("!", "~") else came == size(geometry, name)
        wrong += not right
        sys.stdout.write(f"{'confirmed' if right else 'NOT SO'} {name} {json.dumps(geometry)}: {said}, {came}\n")
    told = f"{findings} findings in {len(networks) - unread} networks, {len(kinds)} kinds of layers"
    sys.stdout.write(f"{name}: {told}, {len(kinds) - wrong} confirmed\n")
    raise SystemExit(wrong > 0)


def found(spec, plan, name):
    """The layers of which something is said, as geometries, with what is said of them."""
    for _, layer, every in cases(Subject(spec, plan, deploy=named([name]))):
        for case in every:
            if case.at is not None:
                yield json.dumps(geometry(plan, layer, case)), SAID.get(case.found.fact.effect, "size")


def geometry(plan, layer, case):
    """The layer at the values, with few channels."""
    values = {**plan.values, **case.at}
    missing = {name for n in layer.x for name in getattr(n, "symbols", ())} - values.keys()
    values |= dict.fromkeys(missing, 1)
    op = layer.op.at(values)
    fields = {name: getattr(op, name) for name in type(op).model_fields if getattr(op, name) is not None}
    args = {name: _plain(value) for name, value in fields.items()}
    if "kernel_size" in args:
        args.setdefault("stride", args["kernel_size"])
    groups = args.get("groups", 1)
    if op.verb in ("conv", "conv_transpose"):
        groups = min(groups, 2)
        args |= {"groups": groups, "out_channels": groups}
    sizes = [int(evaluate(n, values)) if isinstance(n, Count) else n for n in layer.x[2:]]
    channels = groups if op.verb not in ("group_norm", "local_response_norm") else int(evaluate(layer.x[1], values))
    _, high = case.found.fact.opsets
    return {"verb": op.verb, "x": [1, channels, *sizes], "args": args, "opset": min(high, NEWEST)}


def size(geometry, name):
    """What the facts say comes out."""
    layer = Layer(operator(geometry), tuple(geometry["x"]), here(geometry)[0])
    sizes = [found.shape for found in runtime(name).differences(layer) if found.fact.effect is Effect.SIZE]
    return [list(sizes[0])] if sizes else None


def _plain(value):
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Fraction) else value


if __name__ == "__main__":
    main()
