"""How much sooner a file is checked than built by the package, side by side; run where both are installed.

    python -m tests.translation.ultralytics.faster [FILE[:SCALE] ...]

Processor time. Cold: a fresh process each, `cnnplan check FILE` against importing the package and building the network.
Warm: the same within one process that has done it before. Without files, some of the package's own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

USUAL = ("v8/yolov8.yaml:n", "v8/yolov8.yaml:x", "11/yolo11.yaml:n", "26/yolo26.yaml:n", "12/yolo12.yaml:x")
BUILT = """
from pathlib import Path
from tests.translation.ultralytics.measure import built
built(Path({file!r}), {scale!r})
"""
CHECKED = """
import sys
sys.argv = ["cnnplan", "check", "--no-cache", {file!r}, *(["--scale", {scale!r}] if {scale!r} else [])]
from cnnplan.cli import main
main()
"""
TIMES = 5


def cold(text):
    """Seconds of a fresh process, the best of some."""
    found = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", text], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def warm(work):
    """Seconds within this process, the best of some."""
    found = []
    for _ in range(TIMES + 1):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found[1:])


def main():
    from cnnplan.rules import check  # noqa: PLC0415 - what is measured
    from cnnplan.translation.options import telling  # noqa: PLC0415
    from tests.translation.ultralytics.measure import built  # noqa: PLC0415

    (folder,) = find_spec("ultralytics").submodule_search_locations
    for name in sys.argv[1:] or [f"{folder}/cfg/models/{each}" for each in USUAL]:
        file, _, scale = name.partition(":")

        def checked(file=file, scale=scale):
            with telling({"scale": scale} if scale else {}):
                check(Path(file))

        told = {"file": file, "scale": scale}
        pairs = {
            "cold": (cold(CHECKED.format(**told)), cold(BUILT.format(**told))),
            "warm": (warm(checked), warm(lambda file=file, scale=scale: built(Path(file), scale))),
        }
        for kind, (ours, theirs) in pairs.items():
            print(f"{Path(file).name}:{scale} {kind}: {ours:.3f} s, built {theirs:.3f} s, {theirs / ours:.1f} x")  # noqa: T201


if __name__ == "__main__":
    main()
