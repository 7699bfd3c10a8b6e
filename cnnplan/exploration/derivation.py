"""The derivation of a layer's numbers, as a teacher would write it: rule, values, simplification, number."""

from __future__ import annotations

import re
from inspect import getdoc
from typing import TYPE_CHECKING, Any

from cnnplan.cost import KINDS
from cnnplan.ops.convolution import ConvTranspose
from cnnplan.ops.windows import Windowed, is_same, per_axis
from cnnplan.plan import BlockPlan
from cnnplan.sizes import Count, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.ops import Operator
    from cnnplan.plan import NodePlan, Plan

__all__ = ["derivation", "facts"]

SHOWN = 16
"""Layers of a block that are listed."""

WINDOWS = "floor((n + before + after - dilation*(kernel_size - 1) - 1)/stride) + 1"
CEILING = WINDOWS.replace("floor", "ceil")
SAME = "ceil(n/stride)"
SPREADING = "(n - 1)*stride - before - after + dilation*(kernel_size - 1) + output_padding + 1"

NOTES = {
    WINDOWS: "a floor of a floor is one floor",
    CEILING: "the last window must start inside the input or the padding before it",
    SPREADING: "gathered",
}
"""Why the last step holds."""


def facts(op: type[Operator]) -> dict[str, str]:
    """What the documentation of an operator says of its output, weights, cost and source."""
    found: dict[str, str] = {}
    key = ""
    for line in (getdoc(op) or "").splitlines()[1:]:
        word = line.split(" ", 1)[0]
        if word in ("Output", "Weights", "Cost", "Source"):
            key = word
            found[key] = line.removeprefix(word).strip()
        elif key and line.startswith("  "):
            found[key] += f" {line.strip()}"
        elif line.strip():
            key = ""
    return found


def derivation(plan: Plan, name: str) -> str:
    """The numbers of one layer, step by step.

    Args:
        plan: the network.
        name: of the layer, or of a block, of which the sums are told.

    Raises:
        KeyError: there is nothing of that name.
    """
    node = plan[name]
    if isinstance(node, BlockPlan):
        return "\n".join(_block(plan, node)) + "\n"
    told = facts(type(node.op))
    lines = [f"{node.name}: {node.op.verb}", (getdoc(type(node.op)) or "").splitlines()[0], ""]
    lines += [line.rstrip() for part in (_inputs, _output, _weights, _cost, _field) for line in part(plan, node, told)]
    return "\n".join(lines) + "\n"


def _block(plan: Plan, block: BlockPlan) -> Iterator[str]:
    """What the layers of a block are together."""
    count = len(block)
    span = f", {' to '.join(dict.fromkeys(block.span))}" if block.span else f": it is off, and gives {block.end}"
    yield f"{block.name}: {count} layer{'s' * (count != 1)}{span}"
    yield ""
    arranged = plan.spec.arranged(block.end, block.shape)
    yield f"Output   {_shape(arranged)}{_numbers(plan, arranged)}"
    yield f"Weights  {_value(plan, 'parameters', block.params)}"
    yield from [f"         {_value(plan, 'buffers', block.buffers)}"] if block.buffers != 0 else []
    yield f"Cost     {_value(plan, 'macs', block.macs)}"
    yield f"         {_value(plan, 'flops', block.flops)}"
    yield from _field(plan, block, {})
    if not block.layers:
        return
    wide = max(len(layer.name) for layer in block)
    yield "Layers"
    for layer in block.layers[:SHOWN]:
        figures = f"{_value(plan, 'parameters', layer.params)}, {_value(plan, 'macs', layer.macs)}"
        yield f"         {layer.name:<{wide}}  {layer.op.verb}, {figures}"
    yield from [f"         and {count - SHOWN} more"] if count > SHOWN else []


def _inputs(plan: Plan, node: NodePlan, told: Mapping[str, str]) -> Iterator[str]:
    del told
    for number, (source, shape) in enumerate(zip(node.inputs, node.node.facts.shapes, strict=True)):
        head = "Input" if not number else ""
        arranged = plan.spec.arranged(source, shape)
        yield f"{head:<9}{source}: {_shape(arranged)}{_numbers(plan, arranged)}"


def _output(plan: Plan, node: NodePlan, told: Mapping[str, str]) -> Iterator[str]:
    yield f"Output   {told.get('Output', '')}"
    if isinstance(node.op, Windowed | ConvTranspose):
        yield from _steps(plan, node)
    yield f"         Source: {told['Source']}" if "Source" in told else ""
    arranged = plan.spec.arranged(node.name, node.shape)
    yield f"         {_shape(arranged)}{_numbers(plan, arranged)}"


def _steps(plan: Plan, node: NodePlan) -> Iterator[str]:
    """The size of every spatial axis."""
    op: Any = node.op
    (shape,) = node.node.facts.shapes
    axes = len(shape) - 2
    same = is_same(op.padding)
    rule = SPREADING if isinstance(op, ConvTranspose) else SAME if same else WINDOWS
    rule = CEILING if getattr(op, "ceil_mode", False) and rule == WINDOWS else rule
    yield f"         {rule}"
    first = 1 if node.name in plan.spec.channels_last else 2
    margins = [(0, 0)] * axes if same else _margins(op, axes)
    for axis in range(axes):
        n, result = shape[axis + 2], node.shape[axis + 2]
        values = {
            "n": n,
            "before": margins[axis][0],
            "after": margins[axis][1],
            "dilation": per_axis(getattr(op, "dilation", 1), axes)[axis],
            "kernel_size": per_axis(op.kernel_size, axes)[axis],
            "stride": op.strides(axes)[axis],
            "output_padding": per_axis(getattr(op, "output_padding", 0), axes)[axis],
        }
        yield f"         axis {axis + first} = {_put(rule, values)}"
        if rule == WINDOWS:
            yield from _gathered(values, result)
        yield from _known(plan, result, NOTES.get(rule, ""))


def _gathered(values: Mapping[str, Any], result: Any) -> Iterator[str]:
    """The rule with all numbers gathered, and the 1 behind the floor taken into it."""
    span = values["dilation"] * (values["kernel_size"] - 1) + 1
    more = values["before"] + values["after"] - span + values["stride"]
    sign = "-" if isinstance(more, int) and more < 0 else "+"
    least = _bound(abs(more) if isinstance(more, int) else more)
    top = f"({values['n']} {sign} {least})" if more != 0 else _bound(values["n"])
    step = f"floor({top}/{_bound(values['stride'])})"
    if step != str(result):
        yield f"                = {step}    (the 1 behind the floor is a stride within it)"


def _known(plan: Plan, result: Any, note: str) -> Iterator[str]:
    """What comes out, and the number that it is."""
    yield f"                = {result}{f'    ({note})' if note else ''}"
    if isinstance(result, Count) and result.symbols <= plan.values.keys():
        at = ", ".join(f"{name} = {plan.values[name]}" for name in plan.spec.symbols if name in result.symbols)
        yield f"                = {evaluate(result, plan.values)} at {at}"


def _margins(op: Any, axes: int) -> list[tuple[Any, Any]]:
    if op.padding == "valid":
        return [(0, 0)] * axes
    sides = per_axis(op.padding, axes)
    return [side if isinstance(side, tuple) else (side, side) for side in sides]


def _put(rule: str, values: Mapping[str, Any]) -> str:
    """A rule with values in place of its names."""
    for name in sorted(values, key=len, reverse=True):
        text = _bound(values[name])
        rule = re.sub(rf"\b{name}\b", lambda _, text=text: text, rule)  # type: ignore[misc]
    return rule


def _bound(value: Any) -> str:
    """A text that binds, whatever stands beside it."""
    text = str(value)
    single = not any(sign in text for sign in "+-*/ ") or (re.fullmatch(r"\w+\([^()]*(\([^()]*\)[^()]*)*\)", text))
    return text if single else f"({text})"


def _weights(plan: Plan, node: NodePlan, told: Mapping[str, str]) -> Iterator[str]:
    yield f"Weights  {told.get('Weights', 'none')}"
    for name, weight in node.weights.items():
        kind = "" if weight.trainable else ", not trained"
        yield f"         {name} {_shape(weight.shape)}{_numbers(plan, weight.shape)}{kind}"
    if node.shared:
        yield f"         those of {node.shared}: none of its own"
    elif node.weights:
        yield f"         {_value(plan, 'parameters', node.params)}"


def _cost(plan: Plan, node: NodePlan, told: Mapping[str, str]) -> Iterator[str]:
    yield f"Cost     {told.get('Cost', '')}"
    for kind in KINDS:
        count = getattr(node.cost, kind)
        if count != 0:
            yield f"         {_value(plan, kind, count)}"


def _field(plan: Plan, node: NodePlan | BlockPlan, told: Mapping[str, str]) -> Iterator[str]:
    """What an element of the output looks at."""
    del plan, told
    for source, field in node.receptive_fields.items():
        whole = ["everything" if size is None else str(size) for size in field.size]
        jumps = ", ".join("-" if jump is None else str(jump) for jump in field.jump)
        if whole:
            yield f"Field    {' x '.join(whole)} of {source}, one step moves it by {jumps}"


def _shape(shape: Any) -> str:
    return " x ".join(map(_bound, shape))


def _numbers(plan: Plan, shape: Any) -> str:
    """A shape at the values, where there are letters in it and all have one."""
    letters = frozenset().union(*(extent.symbols for extent in shape if isinstance(extent, Count)))
    if not letters or not letters <= plan.values.keys():
        return ""
    return f" = {' x '.join(str(evaluate(extent, plan.values)) for extent in shape)}"


def _value(plan: Plan, name: str, count: Any) -> str:
    if not isinstance(count, Count):
        return f"{name} = {count:,}"
    known = count.symbols <= plan.values.keys()
    return f"{name} = {count}{f' = {evaluate(count, plan.values):,}' if known else ''}"
