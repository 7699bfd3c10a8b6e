"""Ask runtimes what they make of layers, and write down what they say: run where they are installed, not by the tests.

    python tests/runtimes/measure.py draw                        draw the geometries anew
    python tests/runtimes/measure.py clean                       take out what ended a runtime
    python tests/runtimes/measure.py RUNTIME PYTHON [VERB...]    ask a runtime, in the environment of that python;
                                                                 with verbs, of these and of new geometries only;
                                                                 with every=3, of each third

The second needs cnnplan; the runtime is asked in a process of its own, in an environment that need not have it. Answers
go to RUNTIME.json beside this file: for each geometry of geometries.json "=" where the output is ours, "~" where its
values are others, the shapes where they are others, "!" where it is refused, "-" where the runtime has no words for it,
"?" where it cannot tell, "." where it was not asked, "x" where the process ended or took too long. What ended a process
is taken out before anything is kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from queue import Empty, Queue

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from drawing import draw, here, operator
from numbers_ import numbers, seeds

HERE = Path(__file__).parent
TIME = 60
CLOSE = 2e-4


def main():
    """Draw, or ask one runtime."""
    if sys.argv[1] == "draw":
        keep(draw())
        return
    if sys.argv[1] == "clean":
        clean()
        return
    runtime, python, *verbs = sys.argv[1:]
    step = next((int(verb.removeprefix("every=")) for verb in verbs if verb.startswith("every=")), 1)
    verbs = [verb for verb in verbs if not verb.startswith("every=")]
    file = HERE / f"{runtime}.json"
    geometries = json.loads((HERE / "geometries.json").read_text())
    told = json.loads(file.read_text()) if verbs else {"outcomes": [], "refusals": {}}
    new = range(len(told["outcomes"]), len(geometries))
    numbers = [i for i, geometry in enumerate(geometries) if not verbs or geometry["verb"] in verbs or i in new][::step]
    versions, found, why = ask(runtime, python, {i: geometries[i] for i in numbers})
    told["refusals"] = {text: n for text, n in told["refusals"].items() if text.split(":")[0] not in verbs} | why
    outcomes = [found.get(i, "." if i in new else told["outcomes"][i]) for i in range(len(geometries))]
    say(f"{runtime} {versions} {dict(Counter(o if isinstance(o, str) else 'size' for o in found.values()))}")
    file.write_text(laid({"runtime": runtime, "versions": versions, **told, "outcomes": outcomes}))


def keep(geometries):
    """Write the geometries, one a line."""
    rows = ",\n".join(json.dumps(geometry, separators=(",", ":")) for geometry in geometries)
    (HERE / "geometries.json").write_text(f"[\n{rows}\n]\n")


def clean():
    """Take out the geometries that ended a process, and their outcomes."""
    files = [file for file in sorted(HERE.glob("*.json")) if file.name != "geometries.json"]
    told = {file: json.loads(file.read_text()) for file in files}
    geometries = json.loads((HERE / "geometries.json").read_text())
    left = [i for i in range(len(geometries)) if all(each["outcomes"][i] != "x" for each in told.values())]
    keep([geometries[i] for i in left])
    for file, each in told.items():
        file.write_text(laid({**each, "outcomes": [each["outcomes"][i] for i in left]}))
    say(f"{len(geometries) - len(left)} taken out, {len(left)} left")


def laid(written):
    """JSON, as narrow as a diff can show."""
    outcomes = [json.dumps(outcome, separators=(",", ":")) for outcome in written["outcomes"]]
    rows = [",".join(outcomes[i : i + 25]) for i in range(0, len(outcomes), 25)]
    head = json.dumps({name: written[name] for name in ("runtime", "versions", "refusals")}, indent=1)
    return head.removesuffix("\n}") + ',\n "outcomes": [\n' + ",\n".join(rows) + "\n ]\n}\n"


def ask(runtime, python, geometries):
    """The versions, an outcome for each geometry, and the words of refusals with how often they were heard."""
    outcomes, why = {}, Counter()
    process = Process(runtime, python)
    versions = process.versions
    for number, geometry in geometries.items():
        weights = {
            name: list(weight.shape) for name, weight in operator(geometry).weights(tuple(geometry["x"])).items()
        }
        answer = process.answer({"number": number, "geometry": geometry, "weights": weights})
        if answer is None:
            say(f"ended at {number} {json.dumps(geometry)}")
            process = Process(runtime, python)
        outcomes[number] = outcome(number, geometry, weights, answer)
        if answer and "refused" in answer:
            why[geometry["verb"] + ": " + answer["refused"].splitlines()[0][:160]] += 1
    process.end()
    return versions, outcomes, shortened(why)


def say(line):
    """Tell who runs it."""
    sys.stderr.write(f"{line}\n")


def shortened(why):
    """The commonest words of refusals, by verb."""
    return dict(why.most_common(12))


def outcome(number, geometry, weights, answer):
    """How an answer differs from ours."""
    if answer is None:
        return "x"
    if "unwritable" in answer:
        return "-"
    if "refused" in answer:
        return "!"
    shapes = [list(shape) for shape in here(geometry)]
    if any("?" in shape for shape in answer["shapes"]):
        return "?"
    if answer["shapes"] != shapes:
        return answer["shapes"]
    if "values" not in answer:
        return "="
    op = operator(geometry)
    for seed, values in zip(seeds(number, geometry), answer["values"], strict=True):
        arrays = numbers(seed, geometry, weights)
        x = arrays.pop("x")
        wanted = [part.run(x, **arrays) for part in op.parts(x.shape) or (op,)]
        if not all(alike(np.array(told, dtype=float), y.ravel()) for told, y in zip(values, wanted, strict=True)):
            return "~"
    return "="


def alike(told, y):
    """Whether two outputs are the same up to rounding."""
    scale = np.abs(y[np.isfinite(y)]).max(initial=1e-6)
    return np.allclose(told, y, rtol=0, atol=CLOSE * scale, equal_nan=True)


class Process:
    """A runtime in a process of its own."""

    def __init__(self, runtime, python):
        command = [python, str(HERE / "worker.py"), runtime]
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.lines = Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.versions = (self._next(5 * TIME) or {})["versions"]

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _next(self, seconds):
        try:
            line = self.lines.get(timeout=seconds)
        except Empty:
            line = None
        return json.loads(line) if line else None

    def answer(self, question):
        """What it says; None where it ended or took too long."""
        try:
            print(json.dumps(question), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            return None
        found = self._next(TIME)
        if found is None:
            self.process.kill()
            self.process.wait()
        return found

    def end(self):
        """No more questions."""
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    main()
