"""ONNX files damaged at random: each is read or refused with a message, and none takes long.

    python -m tests.translation.onnx.mutations 10000 [SEED]

Of each graph that is kept here: how many of its damaged files were read, and the longest processor time that one took
beside that of the whole file. Then how many were refused by which rule, and what else was raised.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from cnnplan.errors import CnnplanError
from cnnplan.plan import load

GRAPHS = Path(__file__).parent / "graphs"


def mutated(data, rng):
    """The bytes with some of them changed, cut out or said twice."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(data))
        how = rng.randrange(4)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at] = rng.randrange(256)
        elif how == 2:
            del data[at : at + rng.randrange(1, 9)]
        else:
            data[at:at] = data[at : at + rng.randrange(1, 9)]
    return bytes(data)


def outcome(path, data):
    """ "read", the rule that refuses it, or the line that raised something else."""
    path.write_bytes(data)
    try:
        load(path)
    except CnnplanError as error:
        return next(iter(re.findall(r"CNN\d+", str(error))), type(error).__name__)
    except Exception as error:  # noqa: BLE001 - what is looked for
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"RAISED {type(error).__name__}: {error} at {last.filename}:{last.lineno}"
    return "read"


def seconds(path, data):
    """What comes of a file, and the processor time it takes."""
    begun = time.process_time()
    found = outcome(path, data)
    return found, time.process_time() - begun


def main(count="10000", seed="0"):
    rng = random.Random(int(seed))  # noqa: S311 - nobody has to guess it
    files = sorted(GRAPHS.glob("*.onnx"))
    every = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        for place, file in enumerate(files):
            data = file.read_bytes()
            _, whole = seconds(path, data)
            share = int(count) // len(files) + (place < int(count) % len(files))
            found = [seconds(path, mutated(data, rng)) for _ in range(share)]
            outcomes = Counter(what for what, _ in found)
            every += outcomes
            longest = max((time for _, time in found), default=0)
            took = f"longest {longest:.2f} s, the whole file {whole:.2f} s"
            say(f"{file.stem:24} {share:6} files, {outcomes['read']:5} read, {took}")
    for what, number in every.most_common():
        say(f"{number:6} {what}")


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


if __name__ == "__main__":
    main(*sys.argv[1:])
