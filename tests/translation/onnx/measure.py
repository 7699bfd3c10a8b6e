"""How far the reader of ONNX comes with files that PyTorch writes: multiply-adds and outputs of each at several sizes.

    python -m tests.translation.onnx.exports FOLDER                    writes them, without their weights
    python -m tests.translation.onnx.measure FOLDER > lines.jsonl      a line of JSON a network
    python -m tests.translation.onnx.measure table < lines.jsonl       how many come out right, and by operator

A folder may hold a `truth.json` instead, with `torchscript/`, `dynamo/` and the like beside it. Needs the `onnx`
package. `values` asks for the numbers themselves.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import onnx

from cnnplan.errors import CnnplanError, OutsideConditions
from cnnplan.plan import load


def measured(path, known):
    """One line of the table."""
    begun = time.process_time()
    try:
        plan = load(path)
    except CnnplanError as error:
        return {"refused": str(error)[:400]}
    seconds = round(time.process_time() - begun, 3)
    return {
        "sizes": {size: judged(plan, size, told) for size, told in known["sizes"].items() if given(plan, size)},
        "params": f"{plan.params} for {known['params']}",
        "operators": operators(path),
        "conditions": [str(each) for each in plan.conditions][:3],
        "seconds": seconds,
    }


def given(plan, size):
    """Pairs of an extent of the input and its value; none where the file fixes another."""
    (shape,) = plan.inputs.values()
    pairs = [*zip(shape, map(int, size.split("x")), strict=True)]
    return [] if any(isinstance(n, int) and n != wanted for n, wanted in pairs) else pairs


def judged(plan, size, told):
    """`ok`, `baked` or `file only`, or what differs.

    `baked` is a size that the module takes and the file does not, as a condition says; `file only` one that the module
    refuses and the file takes, since a check of sizes leaves no trace in a file. The output is onnxruntime's there.
    """
    real, runs = told["torch"], told.get("onnxruntime", "not asked")
    try:
        at = plan.at(**{str(n): wanted for n, wanted in given(plan, size) if not isinstance(n, int)})
    except OutsideConditions as error:
        if real is None:
            return "ok"
        return "baked" if runs is None else f"refused: {error}"[:200]
    mine = [at.macs, *map(list, at.outputs.values())]
    if real is None and mine[1:] == [runs]:
        return "file only"
    return "ok" if mine == real else f"{mine} for {real}"


def operators(path):
    """How many nodes there are of each operator."""
    return dict(Counter(node.op_type for node in onnx.load(path, load_external_data=False).graph.node))


def verdict(line):
    """What came of a network: equal at all sizes, or not read, or at some size refused, or another figure."""
    for key in ("export", "failed", "refused"):
        if key in line:
            return key
    every = [*line["sizes"].values()]
    if any(each.startswith("refused") for each in every):
        return "refuses a size"
    return "equal" if every and all(each in ("ok", "baked", "file only") for each in every) else "differs"


def table(lines):
    """How many networks come out how, and of how many each operator is a part, in how many of those that are equal."""
    found = [(verdict(line), line) for line in lines]
    for how in sorted({line["how"] for _, line in found}):
        each = Counter(what for what, line in found if line["how"] == how)
        say(f"{how}: " + ", ".join(f"{count} {what}" for what, count in each.most_common()))
    sizes = Counter(each for _, line in found for each in line.get("sizes", {}).values())
    say("sizes: " + ", ".join(f"{sizes[what]} {what}" for what in ("ok", "baked", "file only")))
    every, equal = Counter(), Counter()
    for what, line in found:
        every.update(line.get("operators", {}).keys())
        equal.update(line.get("operators", {}).keys() if what == "equal" else ())
    for name, count in every.most_common():
        say(f"{name:28} in {count:4} files, of which {equal[name]:4} are equal")
    for what, line in found:
        if what != "equal":
            reason = next((line[key] for key in ("export", "failed", "refused") if key in line), line.get("sizes"))
            say(f"{line['name']} ({line['how']}): {what}: {reason}")


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


def lines(folder):
    """A line of each graph, whatever comes of it."""
    for path, known in graphs(folder):
        line = {"name": known["name"], "how": known["how"]}
        try:
            more = {"export": known["export"]} if "export" in known else measured(path, known)
        except Exception as error:  # noqa: BLE001 - the table goes on
            more = {"failed": f"{type(error).__name__}: {error}"[:300]}
        yield {**line, **more}


def graphs(folder):
    """The graphs of a folder, and what is known of each."""
    truth = folder / "truth.json"
    if not truth.exists():
        for told in sorted(folder.glob("*.json")):
            yield told.with_suffix(".onnx"), json.loads(told.read_text(encoding="utf-8"))
        return
    for network, known in json.loads(truth.read_text(encoding="utf-8")).items():
        sizes = {size: {"torch": None if at == "refused" else [*at.values()]} for size, at in known["at"].items()}
        for path in sorted(folder.glob(f"*/{network.replace('/', '_')}.onnx")):
            yield path, {"name": network, "how": path.parent.name, "params": known["params"], "sizes": sizes}


if __name__ == "__main__":
    if sys.argv[1] == "table":
        table(map(json.loads, sys.stdin))
    else:
        for each in lines(Path(sys.argv[1])):
            say(json.dumps(each))
