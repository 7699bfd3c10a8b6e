"""What stands below the table of layers: totals with their formulas, memory, and the conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.report import STOPPED
from cnnplan.report.figures import add
from cnnplan.report.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.report import Report
    from cnnplan.report.figures import Figures, Numbers

__all__ = ["count", "facts", "uses"]

UNKNOWN = "?"
LONG, LONGEST = 480, 10**6
"""The characters of a total's formula that are written out: without being asked for, and at all."""

MORE = "--formulas writes it out"
WIDE = 16
"""Characters of a name that leave room for what stands beside it."""

MOST_CONDITIONS = 24
"""How many conditions are read."""


def facts(
    report: Report, figures: Figures, *, memory: bool, sharing: bool, formulas: bool
) -> Iterator[tuple[str, str]]:
    """The lines, each a heading and a text.

    Args:
        report: what is shown.
        figures: its numbers.
        memory: whether with memory; of a network whose layers are told types, the bytes of weights stand here anyway.
        sharing: whether with the weights that there would be if none were shared.
        formulas: whether formulas that are long are written out.
    """
    yield from _totals(report, figures, LONGEST if formulas else LONG)
    if sharing:
        yield from _sharing(report, figures)
    if memory or report.plan.graph.stored:
        yield from _weights(report, figures)
    if memory:
        yield from _bytes(report, figures)


def count(number: int | None) -> str:
    """A number as people read it."""
    return UNKNOWN if number is None else f"{number:,}"


def uses(numbers: Numbers) -> str:
    """How often a weight is used."""
    return f"{numbers.connections / numbers.params:,.4g}" if numbers.params and numbers.connections else ""


def _totals(report: Report, figures: Figures, longest: int) -> Iterator[tuple[str, str]]:
    plan, totals = report.plan, figures.totals
    yield "", ""
    if not report.complete:
        yield "stopped", STOPPED.removeprefix("stopped ")
    yield from _fact("parameters", totals.params, str(plan.params), longest)
    if plan.declared != plan.reached:
        yield "", f"{count(figures.number(plan.declared))} declared, {count(figures.number(plan.reached))} reached"
    if plan.frozen != 0:
        yield from _fact("frozen", figures.number(plan.frozen), str(plan.frozen), longest)
    yield from _fact("buffers", totals.buffers, str(plan.buffers), longest)
    yield from _fact("MACs", totals.macs, str(plan.macs), longest)
    declared = [node for node in plan.nodes.values() if node.op.is_declared]
    if declared:
        macs = add(figures.number(node.macs) for node in declared)
        yield "declared", f"{', '.join(node.name for node in declared)}: {count(macs)} of the MACs, taken on trust"
    yield "FLOPs", f"{count(totals.flops)}  (2 a MAC, 1 any other operation)"
    if figures.counted is not None:
        name, version, unit, total, _ = figures.counted
        yield name, f"{count(total)} {unit}  (as {name} {version} counts)"
    yield from _left_out(report, figures)
    yield from _outputs(figures)
    yield from _conditions(figures.conditions)
    for first in plan.causes[:1]:
        yield "", shortened(str(first))
        if len(plan.causes) > 1:
            yield "", f"and {len(plan.causes) - 1} more: see cnnplan explain"
    if figures.unbound:
        names = ", ".join(figures.unbound)
        yield "no value", f"{names}; see numbers with --set {figures.unbound[0]}=224"


def _left_out(report: Report, figures: Figures) -> Iterator[tuple[str, str]]:
    """What a network has besides that leads to none of its outputs, or not to where it is looked at up to."""
    rest = report.plan.left_out
    if rest.layers:
        layers = f"{rest.layers} layer{'s' if rest.layers > 1 else ''}"
        numbers = f"{count(figures.number(rest.params))} parameters, {count(figures.number(rest.macs))} MACs"
        yield "left out", f"{layers}: {numbers}"


def _outputs(figures: Figures) -> Iterator[tuple[str, str]]:
    """The shapes that come out, and how all shapes are written where the file has a way of its own."""
    for name, shape in figures.plan.outputs.items():
        shown = ", ".join(shortened(str(extent)) for extent in figures.arranged(name, shape))
        yield (f"output {name}", shown) if len(name) <= WIDE else ("output", f"{name}: {shown}")
    if figures.plan.spec.channels_last:
        yield "shapes", "as the file has them, channels last"


def _conditions(conditions: list[str]) -> Iterator[tuple[str, str]]:
    """What must hold, as much of it as people read."""
    for condition in conditions[:MOST_CONDITIONS]:
        yield "condition", shortened(condition)
    if len(conditions) > MOST_CONDITIONS:
        yield "", f"and {len(conditions) - MOST_CONDITIONS:,} more: see --format json"


def _weights(report: Report, figures: Figures) -> Iterator[tuple[str, str]]:
    """The bytes of the weights, and in which types they are where there are several."""
    yield "weights", f"{count(figures.memory.weight_bytes)} bytes"
    types = report.plan.memory.types
    if len(types) > 1:
        yield "", ", ".join(f"{count(figures.number(size))} in {dtype}" for dtype, size in types.items())


def _bytes(report: Report, figures: Figures) -> Iterator[tuple[str, str]]:
    memory = report.plan.memory
    yield "activations", f"{count(figures.memory.activation_bytes)} bytes"
    of = ", the greatest of" if len(memory.peaks) > 1 else ""
    yield "peak", f"{count(figures.memory.live_bytes)} bytes{of}"
    yield from (("", f"= {peak}") for peak in memory.peaks)


def _sharing(report: Report, figures: Figures) -> Iterator[tuple[str, str]]:
    """What the network would have if nothing were shared, and if everything were connected."""
    totals = figures.totals
    yield from _fact("connections", totals.connections, str(report.plan.connections), LONG)
    if totals.params and totals.connections:
        yield "", f"each weight is used {uses(totals)} times in a sample"
    yield "if dense", f"{count(totals.dense)}  (weights, with every output of a layer connected to all its inputs)"


def _fact(heading: str, value: int | None, formula: str, longest: int) -> Iterator[tuple[str, str]]:
    """A total, and below it the formula, as much of it as people read."""
    yield heading, count(value)
    if formula != str(value):
        yield "", f"= {shortened(formula, longest, MORE)}"
