"""How far the reader of ONNX comes with files that PyTorch writes: multiply-adds and outputs of each at several sizes.

    python -m tests.translation.onnx.measure torchscript torchvision:resnet18 timm:resnet26d
    python -m tests.translation.onnx.measure dynamo torchvision:resnet18
    python -m tests.translation.onnx.measure kept timm:resnet26d
    python -m tests.translation.onnx.measure values torchvision:resnet18
    python -m tests.translation.onnx.measure all > lines.jsonl      those of exports.txt, with both exporters
    python -m tests.translation.onnx.measure table < lines.jsonl    how many come out right, and by operator

`kept` leaves batch norms as they are; `values` holds what comes out against onnxruntime, with the file's own weights,
and verifies the plan. Needs PyTorch, torchvision, timm, onnx and onnxruntime; a line of JSON a network.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import logging
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from cnnplan.errors import CnnplanError, OutsideConditions
from cnnplan.executor import execute
from cnnplan.plan import load
from cnnplan.verification import verify

SIZES = ((1, 0, 0), (2, 33, 65), (2, 64, 128))
"""Batch, and what is added to the height and the width at which it was exported."""

SMALL = 64


def built(name):
    """A network with weights of its own, and the height and width that it is made for.

    No weight has the same number everywhere, as zeros and ones that nobody trained: an exporter keeps one tensor for
    all of those that are equal, and a network whose last layer is 0 gives nothing to compare.
    """
    torch.manual_seed(0)
    room, _, called = name.partition(":")
    if room == "torchvision":
        from torchvision import models  # noqa: PLC0415 - an oracle

        more = {"init_weights": True} if called in {"googlenet", "inception_v3"} else {}
        module = models.get_model(called, weights=None, **more)
        size = 299 if called == "inception_v3" else 224
    else:
        import timm  # noqa: PLC0415 - an oracle

        timm.layers.set_exportable(True)
        module = timm.create_model(called)
        size = module.default_cfg["input_size"][-1]
    with torch.no_grad():
        for each in module.parameters():
            if each.numel() > 1 and (each == each.flatten()[0]).all():
                each.add_(torch.randn_like(each) / 10)
    for each in module.modules():
        if isinstance(each, torch.nn.modules.batchnorm._BatchNorm):
            torch.nn.init.normal_(each.running_mean, 0, 0.1)
            torch.nn.init.uniform_(each.running_var, 0.5, 1.5)
    return module.eval().requires_grad_(requires_grad=False), size


def truth(module, shape):
    """Multiply-adds and the shape of the output as PyTorch counts them, None where it refuses.

    It is asked without values, which takes no time; what goes wrong there is asked again with them, as a network may
    hold tensors that are no part of its state.
    """
    with contextlib.suppress(Exception):
        return counted(copy.deepcopy(module).to("meta"), torch.empty(shape, device="meta"))
    try:
        return counted(module, torch.zeros(shape))
    except Exception:  # noqa: BLE001 - whatever a forward raises
        return None


def counted(module, x):
    """Its counter sees the products inside of a recurrent layer only where no library runs the layer as a whole."""
    counter = FlopCounterMode(display=False)
    plain = torch.backends.mkldnn.flags(enabled=False)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), plain, counter:
        out = module(x)
    return counter.get_total_flops() // 2, tuple(out.shape)


def exported(module, size, path, how):
    """Write the file; axes are free as far as the network takes other sizes."""
    x = torch.zeros(2 if how == "dynamo" else 1, 3, size, size)
    free = truth(module, (1, 3, size + 64, size + 32)) is not None
    if how == "dynamo":
        dims = dict.fromkeys((0, 2, 3) if free else (0,), torch.export.Dim.DYNAMIC)
        torch.onnx.export(module, (x,), path, dynamo=True, dynamic_shapes=(dims,), verbose=False)
        return
    axes = {0: "N", **({2: "H", 3: "W"} if free else {})}
    mode = torch.onnx.TrainingMode.PRESERVE if how == "kept" else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(
        module, (x,), path, dynamo=False, opset_version=17, input_names=["x"], dynamic_axes={"x": axes},
        training=mode, do_constant_folding=how != "kept",
    )  # fmt: skip


def bound(plan, shape):
    """The values of the symbols at an input of these extents; None where it has another."""
    (own,) = plan.inputs.values()
    if any(isinstance(n, int) and n != wanted for n, wanted in zip(own, shape, strict=True)):
        return None
    return {str(n): wanted for n, wanted in zip(own, shape, strict=True) if not isinstance(n, int)}


def ran(path, shape):
    """The shape of what comes out where onnxruntime runs the file at this size, else None."""
    import onnxruntime  # noqa: PLC0415 - an oracle

    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    try:
        (out,) = session.run(None, {session.get_inputs()[0].name: np.zeros(shape, "float32")})
    except Exception:  # noqa: BLE001 - whatever it raises
        return None
    return out.shape


def figures(module, size, plan, path):
    """What came of each size that the file's input takes."""
    shapes = [(batch, 3, size + more, size + wider) for batch, more, wider in SIZES]
    return {str(shape): judged(module, plan, path, shape) for shape in shapes if bound(plan, shape) is not None}


def judged(module, plan, path, shape):
    """`ok`, `baked` or `file only`, or what differs.

    `baked` is a size that the module takes and the file does not, as a condition says; `file only` one that the module
    refuses and the file takes, since a check of sizes leaves no trace in a file. The output is onnxruntime's there.
    """
    real = truth(module, shape)
    try:
        at = plan.at(**bound(plan, shape))
    except OutsideConditions as error:
        if ran(path, shape) is not None:
            return f"refused: {error}"[:200]
        return "ok" if real is None else "baked"
    mine = (at.macs, *at.outputs.values())
    if real is None and mine[1:] == (ran(path, shape),):
        return "file only"
    return "ok" if mine == real else f"{mine} for {real}"


def compared(path, size, plan):
    """The greatest difference from onnxruntime's, as a part of the greatest value; and whether the plan verifies."""
    import onnxruntime  # noqa: PLC0415 - an oracle

    (shape,) = plan.inputs.values()
    names = [n for n in shape[2:] if not isinstance(n, int)]
    wanted = (2, 3, SMALL, SMALL + 32) if names else (2, 3, size, size)
    values = bound(plan, wanted)
    try:
        plan.at(**values)
    except OutsideConditions:
        wanted = (2, 3, size, size)
        values = bound(plan, wanted)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    x = np.random.default_rng(0).standard_normal(wanted).astype("float32")
    (real,) = session.run(None, {session.get_inputs()[0].name: x})
    graph = plan.graph
    run = execute(graph, values=values, inputs=dict.fromkeys(plan.inputs, x))
    (mine,) = (run.outputs[name] for name in graph.outputs)
    return float(np.abs(mine - real).max() / np.abs(real).max()), verify(path, **values).ok


def measured(name, how, folder):
    """One line of the table."""
    module, size = built(name)
    path = Path(folder) / "model.onnx"
    style = "torchscript" if how == "values" else how
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exported(module, size, path, style)
    except Exception as error:  # noqa: BLE001 - whatever an exporter raises
        return {"export": str(error)[:160]}
    begun = time.process_time()
    try:
        plan = load(path)
    except CnnplanError as error:
        return {"refused": str(error)[:400]}
    seconds = round(time.process_time() - begun, 3)
    if how == "values":
        apart, agrees = compared(path, size, plan)
        return {"apart": apart, "verified": agrees}
    params = sum(p.numel() for p in module.parameters())
    return {
        "sizes": figures(module, size, plan, path),
        "params": f"{plan.params} for {params}",
        "operators": operators(path),
        "conditions": [str(each) for each in plan.conditions][:3],
        "seconds": seconds,
    }


def operators(path):
    """How many nodes there are of each operator."""
    import onnx  # noqa: PLC0415 - an oracle

    graph = onnx.load(str(path), load_external_data=False).graph
    return dict(Counter(node.op_type for node in graph.node))


def verdict(line):
    """What came of a network: equal at all sizes, or not read, or at some size refused, or another figure."""
    for key in ("export", "failed", "refused"):
        if key in line:
            return key
    every = [*line["sizes"].values()]
    if any(each.startswith("refused") for each in every):
        return "refuses a size that runs"
    return "equal" if all(each in ("ok", "baked", "file only") for each in every) else "differs"


def table(lines):
    """How many networks come out how, and of how many each operator is a part, in how many of those that are equal."""
    found = [(verdict(line), line) for line in lines]
    for what, count in Counter(what for what, _ in found).most_common():
        say(f"{count:5} {what}")
    every, equal = Counter(), Counter()
    for what, line in found:
        every.update(line.get("operators", {}).keys())
        equal.update(line.get("operators", {}).keys() if what == "equal" else ())
    for name, count in every.most_common():
        say(f"{name:28} in {count:4} files, of which {equal[name]:4} are equal")
    for what, line in found:
        if what not in ("equal", "export"):
            say(f"{line['name']} ({line['how']}): {what}: {line.get('refused') or line.get('failed') or line['sizes']}")


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


def main(how, *names):
    if how == "table":
        table(map(json.loads, sys.stdin))
        return
    if how == "all":
        listed = (Path(__file__).parent / "exports.txt").read_text(encoding="utf-8").split("\n")
        for line in filter(None, listed):
            main(*reversed(line.split()))
        return
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    torch.backends.mha.set_fastpath_enabled(False)
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                line = measured(name, how, folder)
            except Exception as error:  # noqa: BLE001 - the table goes on
                line = {"failed": f"{type(error).__name__}: {error}"[:300]}
        say(json.dumps({"name": name, "how": how, **line}))


if __name__ == "__main__":
    main(*sys.argv[1:])
