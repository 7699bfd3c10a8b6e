"""How long a keystroke takes, here and in yaml-language-server, on the same texts: `python tests/lsp/measure.py`.

An entry is typed letter by letter into `specs/resnet.yaml` and into a spec of 400 lines. Measured is the time from the
change to the diagnostics, and of our own server to the inlay hints of the whole file, too; as the clock has it, and as
the processor of the server has it (/proc/PID/schedstat), which does not depend on what else the machine does.
yaml-language-server waits 200 ms before it validates. It is installed into a temporary folder where there is npm.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from cnnplan.spec.schema import json_schema
from tests.lsp.editor import Editor

ROOT = Path(__file__).parents[2]
ENTRY = "  - conv: {out_channels: 64, kernel_size: 3, padding: kernel_size // 2, bias: false}\n    name: another\n"
MODELINE = "# yaml-language-server: $schema=./schema.json\n"
VERSION = "2.0.0"


def texts():
    """The texts, and where an entry is typed into each."""
    resnet = (ROOT / "specs/resnet.yaml").read_text(encoding="utf-8")
    head, _, tail = resnet.partition("  - stage: {width: 64")
    row = "  - conv: {{out_channels: 64, kernel_size: 3, padding: 1}}\n    name: conv_{}\n  - batch_norm\n  - relu\n"
    long = head + "".join(row.format(number) for number in range(78)) + "  - stage: {width: 64" + tail
    return {"specs/resnet.yaml": resnet, f"{long.count(chr(10))} lines": long}


def spent(pid):
    """Seconds of processor that all threads of a process have had."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def typed(editor, name, text, *, hints):
    """Type the entry; milliseconds of each keystroke by the clock and by the processor."""
    editor.open(name, text)
    editor.diagnostics(name)
    time.sleep(2)
    place = text.index("\nlayers:\n") + len("\nlayers:\n")
    clock, processor = [], []
    for length in range(1, len(ENTRY) + 1):
        count = len(editor.published[editor.uri(name)])
        before, began = spent(editor.pid), time.perf_counter()
        editor.type(name, text[:place] + ENTRY[:length] + text[place:])
        editor.diagnostics(name, count + 1)
        if hints:
            editor.hints(name)
        clock.append(1000 * (time.perf_counter() - began))
        time.sleep(0.02)
        processor.append(1000 * (spent(editor.pid) - before))
    return clock, processor


def line(name, server, times):
    """What was measured, in a row."""
    shown = []
    for each in times:
        ordered = sorted(each)
        shown.append(f"{statistics.median(each):6.1f} {ordered[int(0.99 * len(ordered))]:7.1f}")
    sys.stdout.write(f"{name:18} {server:32} {'  '.join(shown)}\n")


def main():
    sys.stdout.write(f"{'':52}clock, ms        processor, ms\n{'':51}{'median    99 %   ' * 2}\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "schema.json").write_text(json.dumps(json_schema()), encoding="utf-8")
        servers = {"cnnplan lsp": (True, (sys.executable, "-m", "cnnplan", "lsp"))}
        npm = shutil.which("npm")
        if npm:
            install = [npm, "install", "--silent", "--prefix", temporary, f"yaml-language-server@{VERSION}"]
            subprocess.run(install, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - npm
            program = str(folder / "node_modules/yaml-language-server/bin/yaml-language-server")
            servers[f"yaml-language-server {VERSION}"] = (False, ("node", program, "--stdio"))
        for server, (own, command) in servers.items():
            editor = Editor(folder, command=command)
            for number, (name, text) in enumerate(texts().items()):
                document = f"measured{number}.yaml"
                line(name, server, typed(editor, document, text if own else MODELINE + text, hints=own))
            editor.close()


if __name__ == "__main__":
    main()
