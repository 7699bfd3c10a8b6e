"""A sweep: every combination's sizes, counts and legality, slab by slab of the design space.

A slab is cut into boxes of one structure each, whose formulas are computed in bulk. Memory holds one slab and what is
kept of those before.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from cnnplan.conventions import CONVENTIONS
from cnnplan.errors import SpecError, UsageError
from cnnplan.exploration.questions import TOTALS, asked, mask, question, total
from cnnplan.exploration.space import Space, label
from cnnplan.exploration.structures import Structures
from cnnplan.lazy import np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.exploration.space import Box
    from cnnplan.plan import Plan
    from cnnplan.sizes import Condition
    from cnnplan.sizes.evaluating.grids import Grid
    from cnnplan.spec import Spec

__all__ = ["SLAB", "Columns", "Sweeper"]

Columns = dict[str, "np.ndarray"]
"""Columns of equal length by name."""

SLAB = 1 << 17
"""Points at a time."""

MOST_POINTS = 10**15
"""A larger sweep would not be finished."""

MOST_TRIED = 10_000
"""Structures that are planned before giving up on finding a legal one."""

UNKNOWN = -1
"""The figures of a design that is not legal."""


class Sweeper:
    """Computes the points of a design space.

    Args:
        spec: the network.
        given: the values of symbols, see Space.
        where: a question; what is not legal, or not so, is left out.
        tools: the tools whose totals are columns too, see cnnplan.conventions; those in the question are.
    """

    def __init__(
        self, spec: Spec, given: Mapping[str, Any], where: str | None = None, tools: tuple[str, ...] = ()
    ) -> None:
        self.space = Space(spec, given)
        if self.space.size > MOST_POINTS:
            raise UsageError(f"{self.space.size:,} designs are too many: give fewer values")
        self.where = question(where) if where else None
        named = self.where.names if self.where else ()
        self.tools = [name for name in CONVENTIONS if name in (*tools, *named) and name not in spec.symbols]
        self.structures = Structures(
            spec, [name for name in spec.symbols if name in named and not spec.symbols[name].numeric]
        )
        self._formulas: dict[int, dict[str, Any]] = {}
        self._questions: dict[int, Condition] = {}
        self.columns: tuple[str, ...] = (*self.space.shown, *_formulas(self._first(), self.tools), "legal")
        self._labels = {name: _column(self.space.axes[name].values) for name in self.space.shown}

    def _first(self) -> Plan:
        """The first plan that has no errors: it says what columns there are."""
        pieces = islice(self.structures.boxes(self.space.whole()), MOST_TRIED)
        plan = next((plan for plan, _ in pieces if not plan.findings), None)
        if plan is None:
            raise SpecError(self.structures.plans[0].findings)
        return plan

    def slabs(self, points: int = SLAB) -> list[Box]:
        """The space in parts."""
        return list(self.space.slabs(points))

    def run(self, boxes: Iterable[Box]) -> Iterator[Columns]:
        """The rows of each of these parts that are asked for, in the order of the grid."""
        for box in boxes:
            yield self.slab(box)

    def slab(self, box: Box) -> Columns:
        """The rows of one part."""
        legal, kept = np.zeros(box.shape, bool), np.zeros(box.shape, bool)
        pieces = [
            (plan, piece.grid(), place)
            for plan, piece in self.structures.boxes(box)
            if self._judge(plan, piece, place := _within(box, piece), legal, kept)
        ]
        chosen = slice(None) if kept.all() else np.flatnonzero(kept)
        rows = {name: self._symbol(name, box)[chosen] for name in self._labels}
        for name in self.columns[len(self.space.shown) : -1]:
            rows[name] = self._figure(name, pieces, legal).reshape(-1)[chosen]
        rows["legal"] = legal.reshape(-1)[chosen]
        return rows

    def _judge(self, plan: Plan, piece: Box, place: Any, legal: np.ndarray, kept: np.ndarray) -> bool:
        """Mark what is legal in a piece, and what is kept; whether there are figures to compute."""
        if plan.findings:
            kept[place] = self.where is None
            return False
        grid = piece.grid()
        fits = mask(plan.condition, grid)
        asked_for = True if self.where is None else fits & mask(self._asked(plan), grid)
        legal[place], kept[place] = fits, asked_for
        return bool(np.any(asked_for))

    def _figure(self, name: str, pieces: list[tuple[Plan, Grid, Any]], legal: np.ndarray) -> np.ndarray:
        """One column, UNKNOWN where a design is not legal."""
        column = np.full(legal.shape, UNKNOWN, np.int64)
        for plan, grid, place in pieces:
            formulas = self._of(plan)
            if name not in formulas:
                raise UsageError(f"some designs of {plan.name} have no {name}, others have: --set what decides it")
            values = grid.of(formulas[name])
            if values.dtype == object and column.dtype != object:
                column = column.astype(object)
            column[place] = values
        if not legal.all():
            column[~legal] = UNKNOWN
        return column

    def _symbol(self, name: str, box: Box) -> np.ndarray:
        """The values of a symbol at every point of a part."""
        dim = self.space.axes[name].dim
        values = self._labels[name][np.asarray(box.indexes[dim])]
        ready = values.reshape([-1 if d == dim else 1 for d in range(len(box.shape))])
        return np.broadcast_to(ready, box.shape).reshape(-1)

    def _of(self, plan: Plan) -> dict[str, Any]:
        key = id(plan)
        if key not in self._formulas:
            self._formulas[key] = _formulas(plan, self.tools)
        return self._formulas[key]

    def _asked(self, plan: Plan) -> Condition:
        key = id(plan)
        if key not in self._questions:
            assert self.where is not None  # noqa: S101 - the caller asked
            self._questions[key] = asked(self.where, plan)
        return self._questions[key]


def _within(box: Box, piece: Box) -> Any:
    """Where a piece lies in a box: slices, unless its values are scattered."""
    places = []
    for inner, outer in zip(piece.indexes, box.indexes, strict=True):
        at = range(len(outer)) if len(inner) == len(outer) else [*map(outer.index, inner)]
        places.append(at)
    if all(at[-1] - at[0] == len(at) - 1 for at in places):
        return tuple(slice(at[0], at[-1] + 1) for at in places)
    return np.ix_(*places)


def _formulas(plan: Plan, tools: Iterable[str]) -> dict[str, Any]:
    """What is computed of a plan: the extents of its output, and its totals."""
    outputs = list(plan.outputs.items())
    several = len(outputs) > 1
    extents = {
        f"{name if several else 'output'}[{dim}]": extent for name, shape in outputs for dim, extent in enumerate(shape)
    }
    return {**extents, **{name: total(plan, name) for name in (*TOTALS, *tools)}}


def _column(values: Any) -> np.ndarray:
    """The values of a symbol as a column: whole numbers, numbers, or names."""
    labels = [label(value) for value in values]
    if all(isinstance(value, int) for value in labels):
        return np.array(labels, np.int64)
    if any(isinstance(value, str) for value in labels):
        return np.array([str(value) for value in labels])
    return np.array([float(value) for value in labels])
