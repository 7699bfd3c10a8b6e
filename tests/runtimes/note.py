"""Write into the tables how many geometries of each operator were measured: run after a measurement.

python tests/runtimes/note.py
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

from cnnplan.runtimes import RUNTIMES

HERE = Path(__file__).parent
ROOM = HERE.parents[1] / "cnnplan" / "runtimes"


def measured(name):
    """How many geometries of each operator a runtime was asked about."""
    geometries = json.loads((HERE / "geometries.json").read_text())
    outcomes = json.loads((HERE / f"{name}.json").read_text())["outcomes"]
    asked = (each["verb"] for each, outcome in zip(geometries, outcomes, strict=True) if outcome not in ("-", "?", "."))
    return dict(sorted(Counter(asked).items()))


if __name__ == "__main__":
    for runtime in RUNTIMES:
        file = ROOM / f"{runtime}.py"
        text = re.sub(r"    measured=\{.*?\},\n", "", file.read_text(), flags=re.DOTALL)
        rows = "".join(f'        "{verb}": {number},\n' for verb, number in measured(runtime).items())
        file.write_text(text.removesuffix(")\n") + f"    measured={{\n{rows}    }},\n)\n")
        sys.stdout.write(f"{runtime}\n")
