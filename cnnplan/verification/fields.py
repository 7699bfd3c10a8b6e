"""Receptive fields, measured: how far a NaN at one place of an axis of the input gets.

A NaN survives every product, sum and maximum, where a finite change may vanish. Inputs and weights are positive, so
that no root and no logarithm makes one of its own; a layer that has one all the same shows nothing. The NaN is put
where the window of an element in the middle of the deepest layer begins, and in a second run where it ends. Of the
elements of a layer whose windows touch no padding, none may be reached that does not see the NaN, and one whose window
begins or ends there must be. Where an axis became longer, windows differ from element to element in a pattern: there,
one of the pattern must be. Where a layer looks at a whole axis, something must be reached, unless it picks elements.
Behind a comparison a NaN may vanish: from there on, none may be reached that does not see it, and none must be.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import OutsideConditions
from cnnplan.executor import execute
from cnnplan.lazy import np
from cnnplan.sizes import Size, evaluate
from cnnplan.verification.results import Mismatch, Verification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.executor.tensors import Array
    from cnnplan.executor.weights import Weights
    from cnnplan.graph import Node
    from cnnplan.ops.links import Link
    from cnnplan.plan import Plan
    from cnnplan.receptive_field import Window
    from cnnplan.verification.choice import Choice

__all__ = ["Probe", "probes"]

MOST_MACS = 2_000_000_000
"""The arithmetic that one run may take; the input is made no longer than that allows."""

QUANTITY = "receptive field"
SPATIAL = 2


class Span(NamedTuple):
    """Indices from the first to the last."""

    first: int
    last: int


def probes(choice: Choice) -> Iterator[Probe]:
    """A probe for each spatial axis of each input that a layer looks at."""
    for source, shape in choice.plan.graph.inputs.items():
        for axis in range(SPATIAL, len(shape)):
            probe = Probe(choice, source, axis)
            if probe.windows and "float" in choice.plan.spec.inputs[source].dtype:
                yield probe


class Probe:
    """One axis of one input, long enough for the deepest window if that is affordable; all else is small.

    Args:
        choice: of sizes, with the plan.
        source: the input.
        axis: its axis.
    """

    def __init__(self, choice: Choice, source: str, axis: int) -> None:
        self.source = source
        self.axis = axis
        self.plan = self._sized(choice)
        self.windows = self._windows(self.plan)
        self.untouched = self._untouched()
        self.faint = self._faint()

    def places(self) -> list[int]:
        """Where to put the NaN."""
        extent: Any = self.plan.inputs[self.source][self.axis]
        for name in reversed(self.windows):
            window, span = self.windows[name], self.untouched.get(name)
            if window is not None and window.axis is None:
                return [p for p in dict.fromkeys(map(int, window[2:4])) if 0 <= p < extent] or [extent // 2]
            if window is not None and span is not None:
                middle = (span.first + span.last) // 2
                ends = (window.first + window.jump * middle, window.last + window.jump * middle)
                return list(dict.fromkeys((ceil(ends[0]), floor(ends[1]))))
        return [extent // 2]

    def run(self, place: int, weights: Weights, found: Verification) -> None:
        """Put a NaN there, run, and compare what it reaches in every layer."""
        reached = self._ran(place, weights)
        judged = [name for name, window in self.windows.items() if window or self._demanded(name, reached)]
        pairs = [(self._compared(name, place, reached[name]), name) for name in judged]
        own = {} if all(pair is None or pair[1] for pair, _ in pairs) else self._ran(None, weights)
        for pair, name in pairs:
            if pair is not None and not own.get(name):
                found.note(pair[0], agrees=pair[1])

    def _ran(self, place: int | None, weights: Weights) -> dict[str, Span | None]:
        """What a NaN at a place reaches in every layer; without a place, which of them have one of their own."""
        rng = np.random.default_rng(place)
        inputs: dict[str, Array] = {
            name: rng.uniform(0.5, 1.5, shape)  # type: ignore[arg-type]
            for name, shape in self.plan.inputs.items()
            if "int" not in self.plan.spec.inputs[name].dtype
        }
        if place is not None:
            np.moveaxis(inputs[self.source], self.axis, 1)[0, place] = np.nan
        reached: dict[str, Span | None] = {}

        def watch(name: str, y: Array) -> None:
            reached[name] = self._reached(name, y)

        execute(self.plan.graph, values=self.plan.values, inputs=inputs, weights=weights, watch=watch)
        return reached

    def _faint(self) -> set[str]:
        """The layers in which a NaN may have vanished on its way."""
        faint: set[str] = set()
        for name in self.windows:
            node = self.plan.nodes[name].node
            if node.op.hides or not faint.isdisjoint(node.inputs):
                faint.add(name)
        return faint

    def _demanded(self, name: str, reached: dict[str, Span | None]) -> bool:
        """Whether a layer that looks at a whole axis must be reached: what it reads was, and it passes that on."""
        node = self.plan.nodes[name].node
        came = any(tensor == self.source or reached.get(tensor) for tensor in node.inputs)
        return came and name not in self.faint and not node.op.picks

    def _compared(self, name: str, place: int, reached: Span | None) -> tuple[Mismatch, bool] | None:
        """The elements that a NaN reached beside those whose windows it is in, and whether they agree."""
        at = {**self.plan.values, f"{self.source}[{self.axis}]": place}
        window, span = self.windows[name], self.untouched.get(name)
        if window is None or window.axis is None:
            wanted = window is None or window.first <= place <= window.last
            inner = window is not None and (name in self.faint or place not in window[2:4])
            agrees = bool(reached) == wanted or (not reached and inner)
            return Mismatch(QUANTITY, name, at, _word(bool(wanted)), _word(bool(reached))), agrees
        if span is None:
            return None
        first, last = (place - window.last) / window.jump, (place - window.first) / window.jump
        wanted = _within(Span(ceil(first), floor(last)), span)
        seen = reached and _within(reached, span)
        faint = name in self.faint
        if faint and seen is None:
            return None
        agrees = seen is None if wanted is None else self._agree(window, place, wanted, seen, faint=faint)
        return Mismatch(QUANTITY, name, at, _text(wanted), _text(seen)), agrees

    @staticmethod
    def _agree(window: Window, place: int, wanted: Span, seen: Span | None, *, faint: bool) -> bool:
        """Nothing beyond what was predicted; and its ends, where windows begin or end at the NaN."""
        ends = (window.last + window.jump * wanted.first == place, window.first + window.jump * wanted.last == place)
        if seen is None:
            return not any(ends) or wanted.last - wanted.first + 1 < window.phases
        lacking = (seen.first - wanted.first, wanted.last - seen.last)
        return min(lacking) >= 0 and (
            faint or all(n < window.phases for n, end in zip(lacking, ends, strict=True) if end)
        )

    def _reached(self, name: str, y: Array) -> Span | None:
        """The first and the last index with a NaN, along the axis that matters."""
        window = self.windows.get(name)
        nan: Any = np.isnan(y)
        if window is not None and window.axis is not None:
            nan = np.moveaxis(nan, window.axis, 0).reshape(y.shape[window.axis], -1).any(axis=1)
        places = np.flatnonzero(nan)
        return Span(int(places[0]), int(places[-1])) if places.size else None

    def _sized(self, choice: Choice) -> Plan:
        """The plan at small sizes, the axis as long as the deepest window asks for, or as is affordable."""
        extent = choice.plan.graph.inputs[self.source][self.axis]
        names = sorted(extent.symbols & set(choice.free)) if isinstance(extent, Size) else []
        smallest = choice.smallest()
        plan = choice.plan.at(**smallest)
        if len(names) != 1:
            return plan
        windows = [w for w in self._windows(plan).values() if w]
        long = max((ceil(w.reach + 2 * w.jump) + 2 for w in windows), default=0)
        while long > smallest[names[0]]:
            try:
                plan = choice.plan.at(**choice.smallest({names[0]: long}))
            except OutsideConditions:
                break
            if plan.macs <= MOST_MACS:
                break
            long = long * 2 // 3
        return plan

    def _windows(self, plan: Plan) -> dict[str, Window | None]:
        """The windows on this axis with numbers, of the layers that depend on the input."""
        found: dict[str, Window | None] = {}
        for name in plan.nodes:
            windows = plan.receptive_fields.windows(name).get(self.source)
            if windows is not None:
                window = windows[self.axis - SPATIAL]
                found[name] = window
        return found

    def _untouched(self) -> dict[str, Span]:
        """The elements of every layer whose windows lie inside of what every layer before them has."""
        known = {self.source: Span(0, self.plan.inputs[self.source][self.axis] - 1)}
        for name, window in self.windows.items():
            if window is not None and window.axis is not None:
                span = self._inside(self.plan.nodes[name].node, window.axis, known)
                known |= {} if span is None else {name: span}
        return known

    def _inside(self, node: Node, along: int, known: dict[str, Span]) -> Span | None:
        """The same for one layer, from those before it; None where operands are lined up along that axis."""
        span: Span | None = Span(0, self.plan.nodes[node.name].shape[along] - 1)
        for operand, tensor in enumerate(node.inputs):
            axis = self.axis if tensor == self.source else (w := self.windows.get(tensor)) and w.axis
            if axis is None or node.op.measures(operand):
                continue
            lies = node.op.lies(operand, *node.facts.shapes)
            if lies and lies[0] == along:
                return None
            link = node.op.link(operand, axis, *node.facts.shapes)
            if link is None or tensor not in known:
                return None
            span = span and _within(span, self._through(link, known[tensor]))
        return span

    def _through(self, link: Link, span: Span) -> Span:
        """The indices behind a link that look at nothing outside of a span."""
        jump, first, last, per = (evaluate(n, self.plan.values) for n in link.even[1:5])
        return Span(ceil((span.first * per - first) / jump), floor((span.last * per - last) / jump))


def _within(one: Span, other: Span) -> Span | None:
    """The common part."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Span(first, last) if first <= last else None


def _word(reached: bool) -> str:  # noqa: FBT001 - what is told
    return "reached" if reached else "not reached"


def _text(span: Span | None) -> str:
    return f"elements {span.first} to {span.last}" if span else "none"
