"""The same sweep by many hands: parts of the space for processes here, or for Dask, which runs them where it likes."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.errors import MissingExtra, UsageError
from cnnplan.exploration.sorting import length, stacked
from cnnplan.exploration.sweeping import SLAB, Sweeper
from cnnplan.translation import load_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    from cnnplan.exploration.selection import Selection
    from cnnplan.exploration.sweeping import Columns

__all__ = ["Processes", "client", "distributed"]

AHEAD = 4
"""Parts that are asked for before they are needed, for each worker."""


SETTINGS = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 27,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 25,
    "distributed.worker.profile.enabled": False,
}
"""Of workers of ours: Dask has them give back each megabyte and fetch it again for the next slab, and watches them."""


QUIET = {"dashboard_address": ":0"}
"""Of a scheduler of ours: any port that is free, since it warns where its own is taken."""


class Processes:
    """Processes of this machine, with as much of a Dask client as a sweep needs.

    Args:
        number: how many; they start with the first task and end when their sweep does.
    """

    def __init__(self, number: int) -> None:
        self._pool: Any = import_module("concurrent.futures").ProcessPoolExecutor(number)
        self._number = number

    def submit(self, function: Any, *arguments: Any, pure: bool) -> Future[Columns]:
        """The result of a call, when it is there."""
        del pure
        future: Future[Columns] = self._pool.submit(function, *arguments)
        return future

    def scheduler_info(self) -> dict[str, Any]:
        """Who works."""
        return {"workers": range(self._number)}

    def close(self) -> None:
        """No more of it, what has been asked for neither."""
        self._pool.shutdown(cancel_futures=True)


def client(address: str) -> Any:
    """A Dask client: of the scheduler at an address, or of a cluster of that many processes on this machine.

    Raises:
        MissingExtra: Dask is not installed.
    """
    try:
        connect: Any = import_module("dask.distributed").Client
        settings: Any = import_module("dask.config")
    except ImportError:
        raise MissingExtra("a distributed sweep", "dask", "dask") from None
    if not address.isdecimal():
        return connect(address)
    with settings.set(SETTINGS):
        return connect(n_workers=int(address), threads_per_worker=1, dashboard_address=None, scheduler_kwargs=QUIET)


def distributed(  # noqa: PLR0913, PLR0917 - what a sweep is made of
    engine: Any,
    source: str,
    given: Mapping[str, Any],
    where: str | None,
    selection: Selection,
    tools: tuple[str, ...] = (),
) -> Iterator[Columns]:
    """The rows of a sweep in the order of the space, computed by Dask's workers.

    Args:
        engine: a dask.distributed.Client, or Processes.
        source: the path or the text of the spec, which workers read for themselves.
        given: the values of symbols, see Space.
        where: a question.
        selection: what is kept; what cannot be is not sent back.
        tools: whose totals are columns too.
    """
    if not hasattr(engine, "submit"):
        raise UsageError("a distributed sweep needs a dask.distributed.Client")
    slabs = len(Sweeper(load_spec(source), given, where, tools).slabs())
    workers = max(1, len(engine.scheduler_info()["workers"]))
    per_task = max(1, min(64, slabs // (workers * AHEAD)))
    tasks = [(start, min(start + per_task, slabs)) for start in range(0, slabs, per_task)]
    sent = []
    for task in tasks:
        sent.append(engine.submit(part, source, dict(given), where, selection, task, tools, pure=False))
        if len(sent) >= workers * AHEAD:
            yield sent.pop(0).result()
    while sent:
        yield sent.pop(0).result()


def part(  # noqa: PLR0913, PLR0917 - what a sweep is made of
    source: str,
    given: dict[str, Any],
    where: str | None,
    selection: Selection,
    numbers: tuple[int, int],
    tools: tuple[str, ...] = (),
) -> Columns:
    """The rows of some slabs, from one number up to another: what a worker does."""
    sweeper = _sweeper(source, _Given(given), where, tools)
    rows = [selection.partial(found) for found in sweeper.run(sweeper.slabs(SLAB)[slice(*numbers)])]
    return stacked([found for found in rows if length(found)] or rows[:1])


class _Given(dict[str, Any]):
    """Values of symbols that are told from others by how they are written."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(self))


@lru_cache(maxsize=1)
def _sweeper(source: str, given: _Given, where: str | None, tools: tuple[str, ...]) -> Sweeper:
    """The sweep that a worker has a part in; it plans each structure once, not once a task."""
    return Sweeper(load_spec(source), given, where, tools)
