"""How long ONNX files take from path to totals, beside tools that infer shapes: side by side, in processor time.

    python -m tests.benchmarks.onnx_files FILE.onnx ...
    python -m tests.benchmarks.onnx_files --twin FILE.onnx      the file with inline weights of 2 GB, and without

Of each file the seconds of `load(path)` and its totals, of onnx's inference at the sizes 1 and 224 (or those that the
file has), of onnxruntime's symbolic inference and of onnxsim, each the mean of several runs in one process; and how
much memory a process of its own had at most. Needs onnx and onnxruntime, and onnxsim where it is to be compared; a line
a file, the medians of the ratios at the end. Graphs whose weights were left out get some: zeros, at which nobody looks.
"""

from __future__ import annotations

import contextlib
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import onnx

from cnnplan.plan import load

BATCH, SIDE = 1, 224
MOST = 1000
"""The most runs of which a mean is taken: some clocks have coarse steps."""

LONG = 600
"""Seconds after which a tool is given up."""


def seconds(work, enough=1.0):
    """The mean processor time of a run, behind a first one; of one alone where that takes long; None where it fails."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            first = timed(work)
            if first > enough:
                return first
            runs, begun = 0, time.process_time()
            while runs < MOST and time.process_time() - begun < enough:
                work()
                runs += 1
            return (time.process_time() - begun) / runs
    except Exception:  # noqa: BLE001 - whatever a tool raises
        return None


def timed(work):
    begun = time.process_time()
    work()
    return time.process_time() - begun


def totals(path):
    plan = load(path)
    return plan.macs, plan.params, plan.conditions, plan.outputs


def fixed(path):
    """The model with numbers for its symbols."""
    model = onnx.load(path, load_external_data=False)
    for info in model.graph.input:
        for axis, dim in enumerate(info.type.tensor_type.shape.dim):
            if not dim.dim_value:
                dim.dim_value = SIDE if axis > 1 else BATCH
    return model


def filled(model):
    """The same with zeros in the place of weights that were left out."""
    for tensor in model.graph.initializer:
        if tensor.external_data:
            count = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
            for n in tensor.dims:
                count *= n
            tensor.raw_data = bytes(count)
            del tensor.external_data[:]
            tensor.data_location = onnx.TensorProto.DEFAULT
    return model


def statically(path):
    model = fixed(path)
    return lambda: onnx.shape_inference.infer_shapes(model)


def symbolically(path):
    from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference  # noqa: PLC0415 - a peer

    model = onnx.load(path, load_external_data=False)
    return lambda: SymbolicShapeInference.infer_shapes(model, auto_merge=True)


def simplified(path):
    import onnxsim  # noqa: PLC0415 - a peer

    model = filled(fixed(path))
    return lambda: onnxsim.simplify(model)


def peak(path):
    """The most memory of a process that does nothing else, in MB."""
    code = (
        "import sys; from cnnplan.plan import load; plan = load(sys.argv[1]); plan.macs;"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)  # noqa: S603
    return int(done.stdout or 0) // 1024


PEERS = {"onnx": statically, "onnxruntime": symbolically, "onnxsim": simplified}


def line(path):
    own = seconds(lambda: totals(path))
    peers = {}
    for name, of in PEERS.items():
        try:
            work = of(path)
        except Exception:  # noqa: BLE001 - whatever a tool raises
            peers[name] = None
        else:
            peers[name] = seconds(work)
    return own, peers, peak(path)


def shown(value):
    return "  failed" if value is None else f"{value:8.4f}"


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


def table(paths):
    say(f"{'file':40}  cnnplan{''.join(f'{name:>13}' for name in PEERS)}      MB")
    ratios = {name: [] for name in PEERS}
    peaks = []
    for path in paths:
        own, peers, most = line(path)
        peaks.append(most)
        say(f"{Path(path).stem:40} {shown(own)}{''.join(f'     {shown(n)}' for n in peers.values())} {most:7}")
        for name, each in peers.items():
            if own is not None and each is not None:
                ratios[name].append(own / each)
    for name, every in ratios.items():
        if every:
            say(f"cnnplan / {name}: median {statistics.median(every):.3f} over {len(every)} files")
    say(f"at most {max(peaks)} MB")


def twin(path, size=2_000_000_000):
    """A file whose weights stand in it, and the same without them."""
    model = filled(onnx.load(path, load_external_data=False))
    with tempfile.TemporaryDirectory() as folder:
        full, bare = Path(folder) / "full.onnx", Path(folder) / "bare.onnx"
        large = onnx.helper.make_tensor("weight.large", onnx.TensorProto.UINT8, [1], b"\0", raw=True)
        model.graph.initializer.append(large)
        onnx.save(model, bare)
        del model.graph.initializer[-1]
        with full.open("wb") as file:
            rest = size - model.ByteSize()
            large.dims[0], large.raw_data = rest, bytes(rest)
            model.graph.initializer.append(large)
            file.write(model.SerializeToString())
        del model, large
        for each in (bare, full):
            took = seconds(lambda each=each: totals(each))
            say(f"{each.stem} {each.stat().st_size:>13,} bytes {took:.4f} s {peak(each)} MB")


def main(*args):
    if args and args[0] == "--twin":
        twin(args[1])
    else:
        table(args)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (LONG * 20, LONG * 20))
    main(*sys.argv[1:])
