"""Networks of torchvision and timm as PyTorch writes them to ONNX, kept in a folder without their weights.

    python -m tests.translation.onnx.exports FOLDER                                   those of exports.txt
    python -m tests.translation.onnx.exports FOLDER torchvision:resnet18 dynamo ...   these

Beside each graph stands what PyTorch counts at several sizes, and what onnxruntime does at those that the plan or
PyTorch refuses. What the folder has is not written again. `dynamo` is the newer exporter, `kept` leaves batch norms as
they are. Needs PyTorch, torchvision, timm, onnx and onnxruntime; `measure` says how the reader comes on with them.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from cnnplan.errors import CnnplanError
from cnnplan.plan import load

SIZES = ((1, 0, 0), (2, 33, 65), (2, 64, 128))
"""Batch, and what is added to the height and the width at which it was exported."""

KEPT_VALUES = 256
"""Tensors of numbers with more elements than this are weights, and their contents are dropped."""

FLOATS = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE}


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
    return counter.get_total_flops() // 2, [*out.shape]


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


def quietly(module, size, path, how):
    """The reason why it could not be written, or nothing."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exported(module, size, path, how)
        except Exception as error:  # noqa: BLE001 - whatever an exporter raises
            return f"{type(error).__name__}: {error}"[:160]
    return None


def without_weights(path, kept):
    """The same graph whose large tensors name a file that is not there."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type in FLOATS and np.prod(tensor.dims) > KEPT_VALUES:
            tensor.ClearField("raw_data")
            tensor.ClearField("float_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            del tensor.external_data[:]
            tensor.external_data.add(key="location", value="dropped.bin")
    onnx.save(model, kept)


def bound(plan, shape):
    """The values of the symbols at an input of these extents; None where it has another."""
    (own,) = plan.inputs.values()
    if any(isinstance(n, int) and n != wanted for n, wanted in zip(own, shape, strict=True)):
        return None
    return {str(n): wanted for n, wanted in zip(own, shape, strict=True) if not isinstance(n, int)}


def ran(path, shape):
    """The shape of what comes out where onnxruntime runs the file at this size, else None."""
    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    try:
        (out,) = session.run(None, {session.get_inputs()[0].name: np.zeros(shape, "float32")})
    except Exception:  # noqa: BLE001 - whatever it raises
        return None
    return [*out.shape]


def takes(plan, shape):
    """Whether a plan answers at a size."""
    try:
        plan.at(**bound(plan, shape))
    except CnnplanError:
        return False
    return True


def facts(module, size, path):
    """What is true of a file: parameters, and of each size that its input takes what PyTorch counts.

    Of sizes that PyTorch or the plan refuses, what onnxruntime gives stands there, too.
    """
    known = {"params": sum(p.numel() for p in module.parameters()), "sizes": {}}
    with contextlib.suppress(CnnplanError):
        plan = load(path)
        for shape in ((batch, 3, size + more, size + wider) for batch, more, wider in SIZES):
            if bound(plan, shape) is None:
                continue
            real = truth(module, shape)
            told = {"torch": real}
            if real is None or not takes(plan, shape):
                told["onnxruntime"] = ran(path, shape)
            known["sizes"]["x".join(map(str, shape))] = told
    return known


def keep(name, how, folder):
    """Write a network's graph and what is true of it."""
    stem = f"{name.replace(':', '_')}.{how}"
    if (folder / f"{stem}.json").exists():
        return
    module, size = built(name)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "model.onnx"
        reason = quietly(module, size, path, how)
        if reason is None:
            without_weights(path, folder / f"{stem}.onnx")
        known = {"export": reason} if reason else facts(module, size, path)
    (folder / f"{stem}.json").write_text(json.dumps({"name": name, "how": how, **known}), encoding="utf-8")


def main(folder, *named):
    """Names and exporters by turns, or those of the list."""
    listed = named or (Path(__file__).parent / "exports.txt").read_text(encoding="utf-8").split()
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    torch.backends.mha.set_fastpath_enabled(False)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, how in zip(listed[::2], listed[1::2], strict=True):
        keep(name, how, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
