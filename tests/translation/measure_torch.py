"""How far the reader of PyTorch modules comes: for each network MACs at several sizes, and parameters, against PyTorch.

    python -m tests.translation.measure_torch torchvision
    python -m tests.translation.measure_torch timm resnet18 vit_base_patch16_224
    python -m tests.translation.measure_torch smp:Unet 'monai.networks.nets:UNet?spatial_dims=2, ...'
    python -m tests.translation.measure_torch tests/translation/torch_modules.txt
    python -m tests.translation.measure_torch conditions torchvision.models:densenet121
    python -m tests.translation.measure_torch times torchvision resnet50 mobilenet_v2

Needs PyTorch and the libraries that are asked for; nothing is downloaded.
"""

from __future__ import annotations

import ast
import importlib
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnplan.errors import CnnplanError, OutsideConditions, SpecError
from cnnplan.plan import plan_spec
from cnnplan.translation import load_spec
from cnnplan.translation.torch.building import built

OFFSETS = ((0, 0), (32, 64), (64, 96), (45, 77))
BATCHES = (2, 3, 5)
"""The sizes of a network that is read at one size of image alone."""

SIZES = range(64, 193)
WIDTHS = (149, 160, 224)


def truth(module, shape):
    """The MACs that PyTorch counts, None where it refuses; its counter trips over parameters that are inputs."""
    counter = FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            module.requires_grad_(requires_grad=False)(torch.zeros(shape, device="meta"))
    except Exception:  # noqa: BLE001 - whatever a forward raises
        return None
    return counter.get_total_flops() // 2


def predicted(plan, values):
    try:
        return plan.at(**values).macs
    except (OutsideConditions, SpecError):
        return None


def sized(plan, height, width, batch=2):
    """The values of the symbols, and the shape of the input."""
    values = {name: batch if name == "N" else width if name == "W" else height for name in plan.spec.symbols}
    (shape,) = plan.inputs.values()
    return values, [extent if isinstance(extent, int) else extent.at(values) for extent in shape]


def bindings(plan):
    """What is looked at, by what it is called: images of several sizes, or of the one there is in several batches."""
    default = plan.spec.symbols["H"].default if "H" in plan.spec.symbols else 0
    if default:
        return {default + a: sized(plan, default + a, default + b) for a, b in OFFSETS}
    return {f"N = {batch}": sized(plan, 0, 0, batch) for batch in BATCHES}


def elsewhere(module, plan):
    """The sizes at which PyTorch runs a network that is read at one size of image alone."""
    (shape,) = ([*shape] for _, shape in [sized(plan, 0, 0)])
    steps = (*OFFSETS[1:], (shape[-2], 2 * shape[-1]))
    others = [[*shape[:-2], shape[-2] + a, shape[-1] + b] for a, b in steps]
    return [tuple(other[-2:]) for other in others if truth(module, other) is not None]


def measured(factory, arguments):
    """One line of the table: `exact`, `partly` where some sizes are refused, `WRONG`."""
    module = built(factory, arguments)
    begun = time.process_time()
    spec = load_spec(factory, arguments=arguments)
    seconds = time.process_time() - begun
    plan = plan_spec(spec)
    outcomes = {}
    for size, (values, shape) in bindings(plan).items():
        found, real = predicted(plan, values), truth(module, shape)
        outcomes[size] = "ok" if found == real else "refused" if found is None else f"{found} for {real}"
    reached = sum(p.numel() for p in module.parameters())
    for remark in spec.remarks:
        if remark.message.startswith("forward reaches"):
            reached = int(remark.message.split()[2].replace(",", ""))
    params = "ok" if plan.params == reached else f"{plan.params} for {reached}"
    told = {*outcomes.values()}
    right = "ok" in told and params == "ok"
    kind = "exact" if told == {"ok"} and right else "partly" if told == {"ok", "refused"} and right else "WRONG"
    alone = [remark.message for remark in spec.remarks if remark.message.startswith("read at")]
    line = f"MACs {outcomes}, parameters {params}, {[str(c) for c in plan.conditions][:2]}, {seconds:.2f} s"
    if not alone:
        return f"{kind}: {line}"
    return f"{kind}: {line} {alone[0][:200]}; PyTorch runs it at {elsewhere(module, plan) or 'no other size'}"


def runs(module, shape):
    """Whether PyTorch runs it."""
    try:
        with torch.no_grad():
            module(torch.zeros(shape, device="meta"))
    except Exception:  # noqa: BLE001 - whatever a forward raises
        return False
    return True


def conditions(factory, arguments):
    """Whether it runs at exactly those heights at which the plan says so, at a width at which it runs."""
    module, plan = built(factory, arguments), plan_spec(load_spec(factory, arguments=arguments))
    (declared,) = plan.inputs.values()
    wrong, there = [], 0
    width = next((each for each in WIDTHS if runs(module, (2, declared[1], 128, each))), WIDTHS[-1])
    for size in SIZES:
        values, shape = sized(plan, size, width)
        fits = shape[2:] == [size, width] and predicted(plan, values) is not None
        real = runs(module, (2, declared[1], size, width))
        there += real
        if fits is not real:
            wrong.append(size)
    told = f"of width {width}, {there} run, {[str(each) for each in plan.conditions]}"
    return f"{len(SIZES) - len(wrong)} of {len(SIZES)} heights agree, not {wrong}; {told}"


def times(factory, arguments):
    """CPU seconds of our trace, the lesser of two, beside those of torch.export with every free axis dynamic."""
    module = built(factory, arguments)
    ours = min(timed(lambda: load_spec(module)) for _ in range(2))
    axis = torch.export.Dim.AUTO
    image = torch.zeros(2, 3, 224, 224, device="meta")
    try:
        theirs = timed(lambda: torch.export.export(module, (image,), dynamic_shapes=({0: axis, 2: axis, 3: axis},)))
    except Exception as error:  # noqa: BLE001 - whatever it meets
        return f"{ours:.2f} s, torch.export {type(error).__name__}"
    return f"{ours:.2f} s, torch.export {theirs:.2f} s: 1/{theirs / ours:.0f}"


def timed(work):
    begun = time.process_time()
    work()
    return time.process_time() - begun


def asked(words):
    """The factories, with their arguments."""
    kind, *names = words
    if kind == "torchvision":
        from torchvision import models  # noqa: PLC0415 - an oracle

        segmentation = models.list_models(models.segmentation)
        for name in names or models.list_models(models) + segmentation:
            room = "torchvision.models.segmentation" if name in segmentation else "torchvision.models"
            yield f"{room}:{name}", {"weights_backbone": None} if name in segmentation else {}
    elif kind == "timm":
        for name in names:
            yield "timm:create_model", {"model_name": name}
    elif kind.endswith(".txt"):
        for line in Path(kind).read_text().splitlines():
            library, _, name = line.partition(":")
            if library and not library.startswith("#"):
                yield from asked([library, name] if library in {"torchvision", "timm"} else [line])
    else:
        for word in words:
            factory, _, text = word.partition("?")
            factory = factory.replace("smp:", "segmentation_models_pytorch:")
            yield factory, {"config": configured(factory)} if text == "config" else literals(text)


def configured(factory):
    """The default configuration of a class of transformers."""
    room, _, name = factory.partition(":")
    return getattr(importlib.import_module(room), name).config_class()


def literals(text):
    """`a=1, b=(2, 3)` as arguments."""
    (call,) = ast.parse(f"f({text})").body
    return {each.arg: ast.literal_eval(each.value) for each in call.value.keywords}


def main(words):
    warnings.simplefilter("ignore")
    look = {"conditions": conditions, "times": times}.get(words[0], measured)
    kinds = Counter()
    for factory, arguments in asked(words[look is not measured :]):
        try:
            line = look(factory, arguments)
        except CnnplanError as error:
            line = f"refused: {str(error).splitlines()[0][:200]}"
        except Exception as error:  # noqa: BLE001 - one is no reason to see nothing of the others
            line = f"FAILS: {type(error).__name__}: {error}"[:200]
        kinds[line.partition(":")[0]] += 1
        told = [str(each) for each in arguments.values() if isinstance(each, str | int)]
        print(factory, *told, line, flush=True)  # noqa: T201 - a table
    if look is measured:
        print(dict(kinds))  # noqa: T201 - a table


if __name__ == "__main__":
    main(sys.argv[1:])
