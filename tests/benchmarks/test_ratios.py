"""How fast cnnplan is, as ratios within one run; see conftest.py for how they are measured."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import sympy

ROOT = Path(__file__).parents[2]
RESNET = (ROOT / "specs" / "resnet.yaml").read_text(encoding="utf-8")
HEAD = "cnnplan: 1\nname: net\nsymbols: {{N: 1, H: {size}, W: {size}}}\ninput: [N, 3, H, W]\nlayers:\n"
CONV = "  - conv: {out_channels: 8, kernel_size: 3, padding: 1}\n"


def fresh(build, text):
    return build("cnnplan.spec").load_spec(text)


def planned(spec, values, *, symbolic=True):
    def of(build):
        plan_spec, read = build("cnnplan.plan").plan_spec, fresh(build, spec)

        def work():
            plan = plan_spec(read, values, symbolic=symbolic)
            return plan, plan.params, plan.macs

        return work

    return of


def lettered(text):
    """ResNet with the kernel, stride and padding of every convolution as symbols."""
    text = text.replace("  H: {default", "  k: 3\n  s: 1\n  p: 1\n  H: {default", 1)
    given = r"kernel_size: kernel_size(,?\s+)stride: stride(,?\s+)padding: kernel_size // 2"
    text, changed = re.subn(given, r"kernel_size: k\1stride: s\2padding: p", text)
    assert changed
    return re.sub(r"(?s)\nexpect:.*", "\n", text)


def layers(build):
    """ResNet-152 as what a closed form needs: of each layer its verb, inputs, kernel, stride, padding, channels."""
    plan = build("cnnplan.plan").plan_spec(fresh(build, RESNET), {"variant": "resnet152"})
    names = ("kernel_size", "stride", "padding", "out_channels")
    return [(n.op.verb, n.name, n.inputs[0], *(getattr(n.op, name, None) for name in names)) for n in plan]


def by_hand(shape, floor):
    """Shapes, parameters and MACs of ResNet-152 with the arithmetic alone."""

    def of(build):
        listed = layers(build)
        known = shape(build)

        def work():
            shapes, params, macs = {"input": known}, 0, 0
            for verb, name, source, k, s, p, out in listed:
                n, c, h, w = shapes[source]
                if verb in ("conv", "max_pool"):
                    h, w = floor(h + (2 * p - k + s), s), floor(w + (2 * p - k + s), s)
                if verb == "conv":
                    params, macs, c = params + k * k * c * out, macs + n * (h * w) * (k * k * c * out), out
                elif verb == "batch_norm":
                    params += 2 * c
                shapes[name] = (n, c, h, w)
            return params, macs

        return work

    return of


def sizes(build):
    context = build("cnnplan.sizes").Context()
    return (context.symbol("N"), 3, context.symbol("H"), context.symbol("W"))


def naive(build):
    """The shapes alone by sympy's floor, as one writes it at first."""
    listed = layers(build)
    h, w = sympy.symbols("H W", integer=True, positive=True)

    def work():
        sympy.core.cache.clear_cache()
        shapes = {"input": (h, w)}
        for verb, name, source, k, s, p, _ in listed:
            x = shapes[source]
            if verb in ("conv", "max_pool"):
                x = tuple(sympy.floor((n + 2 * p - k) / sympy.Integer(s)) + 1 for n in x)
            shapes[name] = x

    return work


def test_resnet152(race, told):
    letters, numbers = (planned(RESNET, {"variant": "resnet152"}, symbolic=flag) for flag in (True, False))
    every = planned(lettered(RESNET), {"variant": "resnet152"})
    times = race({
        "now": letters, "before": letters, "naive sympy": naive, "by hand": by_hand(sizes, lambda a, b: a // b),
        "now ints": numbers, "before ints": numbers, "plain": by_hand(lambda _: (1, 3, 224, 224), lambda a, b: a // b),
        "now k s p": every, "before k s p": every,
    })  # fmt: skip
    what = "ResNet-152, N H W letters"
    told(what, times, "now", "naive sympy", 1 / 15)
    told(what, times, "now", "by hand", 2)
    told(what, times, "now", "before", 0.35)
    told("ResNet-152, ints", times, "now ints", "plain", 12)
    told("ResNet-152, ints", times, "now ints", "before ints")
    told("ResNet-152, every k s p a letter", times, "now k s p", "now", 5)
    told("ResNet-152, every k s p a letter", times, "now k s p", "before k s p", 1 / 12)


EDITS = {
    "at the top": ("out_features: 1000", "out_features: 1001"),
    "inside a block": ("- - conv_bn: {width: width}\n", "- - conv_bn: {width: width, kernel_size: 3}\n"),
    "inside the innermost block": ("      - batch_norm\n", "      - batch_norm\n      - dropout\n"),
}


def edited(old, new, *, kept):
    """ResNet-152 planned after one edit, after it is undone, and so on; going on from the plan before, or not."""

    def of(build):
        plan_spec, other = build("cnnplan.plan").plan_spec, RESNET.replace(old, new)
        assert other != RESNET
        pair = [fresh(build, RESNET), fresh(build, other)]
        plans = [plan_spec(pair[0], {"variant": "resnet152"})]

        def work():
            for spec in reversed(pair):
                given = {"previous": plans[0]} if kept else {}
                plans[0] = plan_spec(spec, {"variant": "resnet152"}, **given)
                plans[0].macs, plans[0].params

        return work

    return of


@pytest.mark.parametrize("where", EDITS)
def test_plan_after_an_edit(race, told, where):
    times = race({"after": edited(*EDITS[where], kept=True), "cold": edited(*EDITS[where], kept=False)}, rounds=15)
    told(f"ResNet-152 after one edit {where}", times, "after", "cold", 1 / 12 if where == "at the top" else 1 / 4)


def variants(*, kept):
    def of(build):
        plan_spec, spec = build("cnnplan.plan").plan_spec, fresh(build, RESNET)
        names = [*spec.symbols["variant"].choices]

        def work():
            plan = None
            for name in names:
                plan = plan_spec(spec, {"variant": name}, **({"previous": plan} if kept else {}))
                plan.params, plan.macs  # noqa: B018 - asked for

        return work

    return of


def test_five_variants(race, told):
    times = race({"now": variants(kept=True), "before": variants(kept=False)})
    told("five variants of ResNet", times, "now", "before", 1 / 3)


@pytest.mark.parametrize("question", ["plan", "peak", "receptive field", "conditions", "table"])
def test_ten_times_as_many_layers(race, told, question):
    def of(depth):
        def make(build):
            spec = fresh(build, HEAD.format(size=224) + CONV + CONV.rstrip() + f"\n    repeat: {depth}\n")
            plan_spec, report = build("cnnplan.plan").plan_spec, build("cnnplan.report")

            def work():
                plan = plan_spec(spec)
                plan.macs  # noqa: B018 - asked for
                {
                    "plan": lambda: None,
                    "peak": lambda: plan.memory.peaks,
                    "receptive field": lambda: [node.receptive_field for node in plan],
                    "conditions": lambda: (plan.conditions, plan.causes),
                    "table": lambda: report.render(report.Report.of(plan, ""), "table"),
                }[question]()

            return work

        return make

    times = race({"19000": of(19_000), "1900": of(1_900)}, rounds=3)
    told(f"a line of layers, {question}", times, "19000", "1900", 11)


def halvings(depth):
    return HEAD.format(size=2**depth if depth < 100 else "{}") + "  - max_pool: {kernel_size: 2}\n" * depth


def unet(levels):
    down = "".join(
        f"{CONV.replace('8', str(4 + i)).rstrip()}\n    name: d{i}\n  - max_pool: {{kernel_size: 2}}\n"
        for i in range(levels)
    )
    up = "".join(
        f"  - conv_transpose: {{out_channels: {4 + i}, kernel_size: 2, stride: 2}}\n    name: u{i}\n"
        f"  - concat\n    from: [u{i}, d{i}]\n".replace("- concat\n", "- concat:\n")
        + CONV.replace("8", str(4 + i))
        for i in reversed(range(levels))
    )
    return HEAD.format(size=2**levels) + down + CONV + up


def letters(depth):
    symbols = ", ".join(f"w{i}: {8 + i % 5}, k{i}: 3, s{i}: 1, p{i}: 1" for i in range(depth))
    head = HEAD.format(size=224).replace("W: 224", f"W: 224, {symbols}")
    return head + "".join(
        f"  - conv: {{out_channels: w{i}, kernel_size: k{i}, padding: p{i}, stride: s{i}}}\n" for i in range(depth)
    )


def dense(depth):
    """Every layer reads all that came before."""
    return (
        HEAD.format(size=224)
        + (CONV.rstrip() + "\n    name: c\n")
        + ("  - branches:\n      paths:\n        - []\n        " + f"- {CONV.lstrip()}" + f"    repeat: {depth}\n")
    )


def expo(depth):
    return (
        f"cnnplan: 1\nname: expo\nsymbols: {{H: 64, k: 3, p: 2, depth: {depth}}}\ninput: [1, 8, H, H]\nlayers:\n"
        "  - conv: {out_channels: 8, kernel_size: p, stride: p}\n  - sequence:\n    - branches:\n        join: add\n"
        "        paths:\n          - []\n          - - conv: {out_channels: 8, kernel_size: k, padding: same}\n"
        "    repeat: depth\n"
    )


PEAKS = {
    "50 halvings": halvings(50), "226 halvings": halvings(226), "U-Net of 4 levels": unet(4),
    "U-Net of 16 levels": unet(16), "80 layers of letters": letters(80),
}  # fmt: skip
FIELDS = {"dense, 400": dense(400), "w_expo5, depth 200": expo(200)}


def both(build, text, question):
    """The least time for a plan, and for a question to it."""
    spec, plan_spec = fresh(build, text), build("cnnplan.plan").plan_spec
    found = []
    for _ in range(3):
        start = time.process_time()
        plan = plan_spec(spec)
        plan.params, plan.macs  # noqa: B018 - asked for
        middle = time.process_time()
        question(plan)
        found.append((middle - start, time.process_time() - middle))
    return {"plan": min(first for first, _ in found), "answer": min(last for _, last in found)}


@pytest.mark.parametrize("name", PEAKS)
def test_peak(builds, told, name):
    with builds["now"].active():
        times = both(builds["now"], PEAKS[name], lambda plan: plan.memory.peaks)
    told(f"peak memory, {name}", times, "answer", "plan", 5)


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_field(builds, told, name):
    with builds["now"].active():
        times = both(builds["now"], FIELDS[name], lambda plan: [node.receptive_field for node in plan])
    told(f"receptive fields, {name}", times, "answer", "plan", 5)


def test_table_of_800_layers(race, told):
    def of(format_):
        def make(build):
            text = HEAD.format(size=224) + CONV.rstrip() + "\n    repeat: 800\n"
            plan, report = build("cnnplan.plan").plan_spec(fresh(build, text)), build("cnnplan.report")
            return lambda: report.render(report.Report.of(plan, ""), format_)

        return make

    times = race({"now": of("table"), "markdown": of("md"), "before": of("table")})
    told("table of 800 layers", times, "now", "markdown", 2)
    told("table of 800 layers", times, "now", "before")


def test_page_with_letters(race, told):
    sizes = {}

    def make(build):
        plan = build("cnnplan.plan").plan_spec(fresh(build, lettered(RESNET)), {"variant": "resnet50"})
        report = build("cnnplan.report")

        def work():
            sizes[build.root] = len(report.render(report.Report.of(plan, ""), "html").encode())

        return work

    times = race({"now": make, "before": make}, rounds=1)
    told("page of ResNet-50 with k s p letters", times, "now", "before", 1.5 / 11)
    told("page of ResNet-50, seconds", {**times, "second": 1}, "now", "second", 1.5)
    megabytes = {"now": sizes[str(ROOT)], "megabyte": 1e6}
    told("page of ResNet-50", megabytes, "now", "megabyte", 2)


BARE = "import sys, cnnplan.cli.check; sys.modules['cnnplan.cli.check']._once = lambda *_: 0; cnnplan.cli.main()"


def test_cold_check(told, tmp_path):
    base, check = ["-c", "import pydantic, yaml, typer"], ["-m", "cnnplan", "check", "specs/transformer/vit.yaml"]
    clean = ["-m", "cnnplan", "check", "specs/densenet121.yaml"]
    commands = {"imports": base, "check": [*check, "--no-cache"], "remembered": clean, "bare": ["-c", BARE, *clean[2:]]}
    kept = {"CNNPLAN_CACHE": str(tmp_path), "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    environment = {**os.environ, **kept}  # compiled once, as an installed package is
    times = dict.fromkeys(commands, float("inf"))
    for _ in range(9):
        for name, arguments in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(  # noqa: S603 - our own Python
                [sys.executable, *arguments], cwd=ROOT, env=environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            times[name] = min(times[name], spent)
    told("cold check", times, "check", "imports", 2.2)
    told("check of what was clean", times, "remembered", "bare", 1.3)


def test_cold_check_of_a_dialect(told):
    """An architecture file of Ultralytics, which is recognised and translated, against a spec of our own."""
    files = {"yolo": "tests/translation/ultralytics/files/attentive.yaml", "spec": "specs/resnet.yaml"}
    times = dict.fromkeys(files, float("inf"))
    for _ in range(9):
        for name, file in files.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(  # noqa: S603 - our own Python
                [sys.executable, "-m", "cnnplan", "check", file, "--no-cache"],
                cwd=ROOT,
                capture_output=True,
                check=False,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            times[name] = min(times[name], spent)
    told("cold check of an Ultralytics file", times, "yolo", "spec", 1.2)


def test_folder_of_300_specs(told, tmp_path):
    for i in range(300):
        (tmp_path / f"net{i:03}.yaml").write_text(unet(3).replace("net", f"net{i}"))
    script = "import sys; from cnnplan.cli import main, workers; workers.cores = lambda: {}; sys.argv[1:] = {}; main()"
    arguments = ["check", str(tmp_path), "--no-cache", "--format", "json"]
    times, printed = {}, set()
    for name, cores in (("one", 1), ("two", 2)):
        start = time.perf_counter()
        ran = subprocess.run(  # noqa: S603 - our own Python
            [sys.executable, "-c", script.format(cores, arguments)], cwd=ROOT, capture_output=True, check=False
        )
        times[name] = time.perf_counter() - start
        printed.add(ran.stdout)
    assert len(printed) == 1
    told("check of 300 specs, two processes (wall)", times, "two", "one", 0.75)


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet"])
def test_measured_peak_of_a_run(builds, told, name):
    with builds["now"].active():
        build = builds["now"]
        spec = build("cnnplan.spec").load_spec(ROOT / "specs" / f"{name}.yaml")  # which includes blocks
        execute = build("cnnplan.executor").execute
        graph = build("cnnplan.graph").build(spec, symbolic=False)
        predicted = max(build("cnnplan.plan").plan_spec(spec).at(N=1).memory.peaks)
        weights = execute(graph).weights
        inputs = {source: np.zeros(shape, np.float32) for source, shape in graph.inputs.items()}
        tracemalloc.start()
        execute(graph, inputs=inputs, weights=weights)
        measured = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    told(f"peak of a run of {name}", {"measured": measured, "predicted": predicted}, "measured", "predicted", 1.15)


def test_front_of_three_columns(race, told):
    random = np.random.default_rng(7)
    x, y, z = (random.integers(0, 10**9, 10**6) for _ in range(3))

    def of(columns):
        return lambda build: lambda: build("cnnplan.exploration.selection")._front(columns)

    times = race({"three": of([x, y, z]), "all kept": of([x, y, 2 * 10**9 - x - y]), "two": of([x, y])}, rounds=2)
    told("front of 10^6 designs", times, "three", "two", 3)
    told("front of 10^6 designs", times, "all kept", "two")
