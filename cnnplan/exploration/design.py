"""Every combination of a design space, as columns or as a stream of them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from cnnplan.conventions import convention as known
from cnnplan.exploration.distribution import Processes, distributed
from cnnplan.exploration.results import Sweep
from cnnplan.exploration.selection import Selection
from cnnplan.exploration.sorting import length, stacked
from cnnplan.exploration.space import label
from cnnplan.exploration.sweeping import SLAB, Sweeper
from cnnplan.lazy import np
from cnnplan.plan import Plan
from cnnplan.spec import Spec
from cnnplan.translation import load_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cnnplan.exploration.sweeping import Columns

__all__ = ["Stream", "stream", "sweep", "tools_of"]

MANY = 20_000_000
"""Designs from which on processes are worth their start."""


class Stream:
    """A sweep that is computed as it is read.

    Args:
        columns: the names of its columns.
        points: how many designs are looked at.
        parts: the rows, part by part.
    """

    def __init__(self, columns: Sequence[str], points: int, parts: Iterator[Columns]) -> None:
        self.columns = tuple(columns)
        self.points = points
        self.parts = parts


def stream(  # noqa: PLR0913 - what a sweep is made of
    source: str | Path | Spec,
    given: Mapping[str, Any],
    *,
    where: str | None = None,
    selection: Selection | None = None,
    engine: Any = None,
    tools: tuple[str, ...] = (),
    processes: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Stream:
    """The sweep of a spec, computed as it is read; see `sweep`.

    Args:
        source: the path of a spec, its text, or the spec.
        given: the values of symbols.
        where: what to keep.
        selection: in which order, and how many.
        engine: a dask.distributed.Client that shares the work.
        tools: whose totals are columns too, see cnnplan.conventions.
        processes: how many share the work of a sweep that is large enough for it.
        progress: called with the number of designs that have been looked at since the last call.
    """
    spec = load_spec(source)
    selection = selection or Selection()
    sweeper = Sweeper(spec, given, where, tools)
    selection.check(sweeper.columns)
    text = str(spec.file if isinstance(source, Spec) else source)
    if engine is not None:
        parts = distributed(engine, text, given, where, selection, tools)
    elif processes > 1 and sweeper.space.size >= MANY and not isinstance(source, Spec):
        parts = _shared(text, given, where, selection, tools, processes)
    else:
        parts = _counted(sweeper, progress)
    return Stream(sweeper.columns, sweeper.space.size, selection.of(parts))


def _shared(  # noqa: PLR0913, PLR0917 - what a sweep is made of
    source: str,
    given: Mapping[str, Any],
    where: str | None,
    selection: Selection,
    tools: tuple[str, ...],
    processes: int,
) -> Iterator[Columns]:
    """The rows by processes of this machine, which end when nobody reads on."""
    with closing(Processes(processes)) as engine:
        yield from distributed(engine, source, given, where, selection, tools)


def _counted(sweeper: Sweeper, progress: Callable[[int], None]) -> Iterator[Columns]:
    for box in sweeper.space.slabs(SLAB):
        yield sweeper.slab(box)
        progress(box.size)


def sweep(  # noqa: PLR0913 - one parameter an option
    source: str | Path | Spec | Plan,
    *,
    where: str | None = None,
    sort: str | None = None,
    pareto: Sequence[str] = (),
    limit: int | None = None,
    client: Any = None,
    convention: str = "",
    **values: Any,
) -> Sweep:
    """Every combination of a spec's choices, as columns.

    Args:
        source: the path of a spec, its text, the spec, or a plan of it, whose bound values are kept.
        where: what to keep, as in `"macs <= 600M and params < 5M"`; what is not legal is left out then.
        sort: a column to order by; `-macs` for the greatest first.
        pareto: columns of which nothing else may have all as small.
        limit: how many rows at most.
        client: a dask.distributed.Client that shares the work.
        convention: a tool whose total is a column too, one of cnnplan.conventions.CONVENTIONS.
        values: of symbols: a number, several, a range such as `"128:320:32"`, or the symbol that is followed.

    Raises:
        UsageError: a symbol, a value or the question makes no sense.
        SpecError: the spec is at fault.
    """
    if isinstance(source, Plan):
        values = {**_bound(source), **values}
        source = source.spec
    selection, tools = Selection(sort, pareto, limit), tools_of(convention)
    made = stream(source, values, where=where, selection=selection, engine=client, tools=tools)
    parts = [part for part in made.parts if length(part)]
    return Sweep(stacked(parts) if parts else {name: np.empty(0, np.int64) for name in made.columns})


def _bound(plan: Plan) -> dict[str, Any]:
    """The values of a plan that are not the defaults of its spec."""
    symbols = plan.spec.symbols
    return {name: label(value) for name, value in plan.values.items() if value != symbols[name].default}


def tools_of(name: str) -> tuple[str, ...]:
    """The tool of that name, if there is a name."""
    return (known(name).name,) if name else ()
