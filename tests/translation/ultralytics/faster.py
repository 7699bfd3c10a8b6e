"""How much sooner files are checked than built by the package, side by side; run where both are installed.

    python -m tests.translation.ultralytics.faster [cold|whole|FILE[:SCALE] ...]

Cold: a fresh process each, `cnnplan check FILE` against `YOLO(FILE)` and against its import alone; processor and wall
time. Whole: every scale of every file that the package builds, in one process each, and `check FOLDER` once. Files:
cold, and warm: within one process that has done it before. Without words, cold and whole.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

# ruff: noqa: PLC0415, T201 - what is measured is imported there; a program prints
FAMILIES = {"v8": "yolov8", "11": "yolo11", "12": "yolo12"}
BUILT = "from ultralytics import YOLO; YOLO({name!r})"
IMPORTED = "from ultralytics import YOLO"
CHECKED = ("-m", "cnnplan", "check", "--no-cache")
TIMES = int(os.environ.get("TIMES", "5"))


def package():
    """The folder of the package's files."""
    (folder,) = find_spec("ultralytics").submodule_search_locations
    return Path(folder, "cfg", "models")


def spent(arguments):
    """Processor and wall seconds of a fresh process of Python."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, code, used = os.wait4(process.pid, 0)
    process.returncode = code
    return used.ru_utime + used.ru_stime, time.perf_counter() - start


def cold(commands):
    """The least processor and wall seconds of commands that take turns."""
    found = {name: [] for name in commands}
    for _ in range(TIMES):
        for name, arguments in commands.items():
            found[name].append(spent(arguments))
    return {name: tuple(min(each) for each in zip(*times, strict=True)) for name, times in found.items()}


def told(what, ours, theirs):
    print(f"{what:34} {ours:8.3f} s {theirs:8.3f} s {theirs / ours:6.1f} x", flush=True)


def cold_table():
    print("cold: checked, built by the package, ratio; processor time, then wall time")
    starts = cold({"yolo": ["-c", IMPORTED], "typer": ["-c", "import pydantic, yaml, typer"]})
    for name, (processor, wall) in starts.items():
        print(f"start of {name}: {processor:.3f} s, wall {wall:.3f} s", flush=True)
    for folder, family in FAMILIES.items():
        for scale in "nsmlx":
            file = package() / folder / f"{family}.yaml"
            times = cold({
                "ours": [*CHECKED, str(file), "--scale", scale],
                "theirs": ["-c", BUILT.format(name=f"{family}{scale}.yaml")],
            })  # fmt: skip
            for kind, ours, theirs in zip(("processor", "wall"), *times.values(), strict=True):
                told(f"{family}{scale} {kind}", ours, theirs)


def timed(work):
    """What work gives, or None where it fails, and its processor seconds."""
    start = time.process_time()
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        try:
            given = work()
        except Exception:  # noqa: BLE001 - what the package cannot build is not compared
            given = None
    return given, time.process_time() - start


def checked(file, scale):
    from cnnplan.rules import check
    from cnnplan.translation.options import telling

    with telling({"scale": scale} if scale else {}):
        return check(file)


def whole_table():
    """Every scale of every file that the package builds."""
    from tests.translation.ultralytics.measure import built, scales

    pairs = [(file, scale) for file in sorted(package().rglob("*.yaml")) for scale in scales(file)]
    checked(*pairs[-1]), built(*pairs[-1])  # both have started
    ours = theirs = count = 0
    slowest = []
    for file, scale in pairs:
        network, building = timed(lambda file=file, scale=scale: built(file, scale))
        if network is None:
            continue
        del network
        _, checking = timed(lambda file=file, scale=scale: checked(file, scale))
        ours, theirs, count = ours + checking, theirs + building, count + 1
        slowest.append((building / checking, f"{file.stem} {scale}".strip()))
    told(f"{count} files at their scales, warm", ours, theirs)
    print("least and most:", *(f"{name} {ratio:.1f} x" for ratio, name in (min(slowest), max(slowest))), flush=True)
    first = dict(reversed(pairs))
    everything = "\n".join([
        "from pathlib import Path", "from tests.translation.ultralytics.measure import built",
        f"for file, scale in {[(str(file), scale) for file, scale in first.items()]!r}:",
        "    try: built(Path(file), scale)", "    except Exception: pass",
    ])  # fmt: skip
    times = cold({"ours": [*CHECKED, str(package())], "theirs": ["-c", everything]})
    for kind, one, other in zip(("processor", "wall"), *times.values(), strict=True):
        told(f"check FOLDER, {len(first)} files, {kind}", one, other)


def named(words):
    """Files that are named, cold and warm."""
    from tests.translation.ultralytics.measure import built

    for word in words:
        name, _, scale = word.partition(":")
        file = Path(name)
        of = f"(Path({name!r}), {scale!r})"
        code = f"from pathlib import Path; from tests.translation.ultralytics.measure import built; built{of}"
        times = cold({"ours": [*CHECKED, name, *(["--scale", scale] if scale else [])], "theirs": ["-c", code]})
        told(f"{word} cold", times["ours"][0], times["theirs"][0])
        warm = [min(timed(work)[1] for _ in range(TIMES)) for work in (
            lambda file=file, scale=scale: checked(file, scale), lambda file=file, scale=scale: built(file, scale),
        )]  # fmt: skip
        told(f"{word} warm", *warm)


def main():
    words = sys.argv[1:] or ["cold", "whole"]
    tables = {"cold": cold_table, "whole": whole_table}
    for word in words:
        if word in tables:
            tables[word]()
    named([word for word in words if word not in tables])


if __name__ == "__main__":
    main()
