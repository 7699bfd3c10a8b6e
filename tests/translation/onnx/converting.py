"""ONNX files as specs, in how many lines, and whether each says what the file says.

    python -m tests.translation.onnx.converting FOLDER|FILE...

Of each graph the lines of its spec, how many texts there are of totals, conditions, outputs and layers, and how many of
those differ when the spec is read.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from cnnplan.conversion import convert, figures
from cnnplan.errors import CnnplanError
from cnnplan.plan import load


def files(named):
    """The graphs named, and those of folders named."""
    for path in map(Path, named):
        yield from sorted(path.glob("**/*.onnx")) if path.is_dir() else [path]


def converted(path):
    """Lines, texts compared, and the texts that are not the same."""
    text = convert(path)
    mine, its = (Counter(told(plan)) for plan in (load(text), load(path)))
    return text.count("\n"), its.total(), [*((mine - its) + (its - mine)).elements()]


def told(plan):
    """Totals, conditions, outputs, and of each layer its operator, its formulas and its own figures, as texts."""
    return [
        *(f"{key}: {value}" for key, value in figures(plan).items()),
        *(f"{n.node.op.verb} {' '.join(map(str, n.shape))} {n.params} {n.macs} {n.flops}" for n in plan),
    ]


def say(text):
    print(text, flush=True)  # noqa: T201 - a table


def main(*named):
    for path in files(named):
        try:
            lines, texts, apart = converted(path)
        except CnnplanError as error:
            say(f"{path.parent.name}/{path.stem}: refused: {error}"[:300])
            continue
        named = f"{path.parent.name}/{path.stem}"
        say(f"{named:60} {lines:5} lines {texts:6} texts {len(apart):3} differ {apart[:1] or ''}")


if __name__ == "__main__":
    main(*sys.argv[1:])
