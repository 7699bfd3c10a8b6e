"""Contenders side by side: `pytest tests/benchmarks --benchmark-only` prints what one takes as a multiple of the other.

`--before=FOLDER` names a checkout of another build of cnnplan, which then runs in the same process, turn and turn
about. What is counted is the CPU time of the process, the least of several rounds, with the garbage collector on.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import process_time

import pytest

ROOT = Path(__file__).parents[2]
ROWS = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption(
        "--before", default=os.environ.get("CNNPLAN_BEFORE"), help="another build of cnnplan, by its folder"
    )


def pytest_configure(config):
    config.stash[ROWS] = []


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash[ROWS]
    if rows:
        terminalreporter.section("ratios")
        for what, figure, reach in rows:
            verdict = "" if reach is None else f"reach {reach:<8.3g} {'yes' if figure <= reach else 'NO'}"
            terminalreporter.write_line(f"{what:<76} {figure:>9.3g}  {verdict}")


def spent(work):
    """The CPU time of a function on a stack of its own.

    A stack of CPython grows in chunks; one that ends in a busy function, as below pytest's frames, doubles its time.
    """
    found = []

    def timed():
        start = process_time()
        work()
        found.append(process_time() - start)

    thread = Thread(target=timed)
    thread.start()
    thread.join()
    return found[0]


class Build:
    """One build of cnnplan: its modules, which are those of the process while it is active."""

    def __init__(self, root):
        self.root = str(root)
        self.modules = {}

    @contextmanager
    def active(self):
        others = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == "cnnplan"}
        sys.modules.update(self.modules)
        sys.path.insert(0, self.root)
        try:
            yield
        finally:
            sys.path.remove(self.root)
            self.modules = {
                name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == "cnnplan"
            }
            sys.modules.update(others)

    def __call__(self, module):
        """A module of this build; only while it is active."""
        found = import_module(module)
        assert found.__file__.startswith(self.root), found.__file__
        return found


@pytest.fixture(scope="session")
def builds(request):
    """The builds by name: `now`, and `before` where it is given."""
    before = request.config.getoption("--before")
    return {"now": Build(ROOT), **({"before": Build(Path(before).resolve())} if before else {})}


@pytest.fixture
def race(builds):
    """Time contenders turn and turn about, and keep ratios for the table at the end.

    A contender is made by a function of a build, which gives what is timed; one that starts with a name of a build
    runs in that build, any other in the build of today.
    """

    def run(makers, rounds=7):
        homes = {name: builds.get(name.partition(" ")[0], builds["now"]) for name in makers}
        makers = {n: make for n, make in makers.items() if n.partition(" ")[0] != "before" or "before" in builds}
        ready, least = {}, dict.fromkeys(makers, float("inf"))
        for name, make in makers.items():
            with homes[name].active():
                ready[name] = make(homes[name])
        for _ in range(rounds):
            for name, work in ready.items():
                with homes[name].active():
                    least[name] = min(least[name], spent(work))
        return least

    return run


@pytest.fixture
def told(request, benchmark):
    """Keep a ratio for the table; the reach is what it is to stay below."""
    rows = request.config.stash[ROWS]
    benchmark.pedantic(lambda: None)

    def tell(what, times, over, under, reach=None):
        if over in times and under in times:
            rows.append((f"{what}: {over} / {under}", times[over] / times[under], reach))

    return tell
