"""A file of another world as a spec that people read: printed, read again, and compared before anybody sees it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import CnnplanError, UsageError
from cnnplan.plan import Plan, plan_spec
from cnnplan.spec.arithmetic import show
from cnnplan.translation import load_foreign, load_spec
from cnnplan.translation.blocks import Limits, found
from cnnplan.translation.items import HELD, Item, is_group, items, lifted, remembered
from cnnplan.translation.partition import unbound
from cnnplan.translation.writing import document, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cnnplan.spec import Spec
    from cnnplan.spec.source import Written
    from cnnplan.translation.draft import Foreign

__all__ = ["convert", "figures"]

USUAL: Final = (224, 256, 299, 384, 512, 96)
"""Sizes at which a promise is made, the first at which the network is legal."""


def convert(path: Path, *, flat: bool = False, **options: Any) -> str:
    """The text of a YAML spec that has the figures, conditions and outputs of a file of another world.

    Args:
        path: the file.
        flat: True for one entry a layer; else what repeats is written once, as a block.
        options: what its reader is told, the fields of `cnnplan.translation.Options`.

    Raises:
        SpecError: the file is at fault.
        UsageError: it is a spec already, or cannot be read.
    """
    foreign = load_foreign(path, **options)
    if foreign is None:
        raise UsageError(f"{path} is a spec already")
    plan = plan_spec(load_spec(path, **options))
    data = foreign.data
    if foreign.library or not _is_flat(data):
        return _as_it_is(foreign, plan)
    made = items(data, _channels(plan))
    if not flat:
        for text in _tried(data, made, plan, foreign.classes):
            if _agrees(text, plan):
                return text
    return written(_head(data), _ended(_named(made), plan), (), _promises(plan))


def _is_flat(data: Mapping[str, Any]) -> bool:
    """Whether every entry is a layer, or a group that stands by itself."""
    return "blocks" not in data and all(
        isinstance(entry, dict) and "branches" not in entry and ("sequence" not in entry or is_group(entry))
        for entry in data["layers"]
    )


def _as_it_is(foreign: Foreign, plan: Plan) -> str:
    """A document that has blocks already, with those of its world that it calls."""
    blocks = {name: block for each in (*foreign.library, *foreign.included) for name, block in _blocks(each).items()}
    blocks |= foreign.data.get("blocks", {})
    called = _reached(foreign.data["layers"], blocks)
    layers = foreign.data["layers"]
    body = {"blocks": {name: blocks[name] for name in called}, "layers": layers}
    text = document({**_head(foreign.data), **body}, _promises(plan))
    if not _agrees(text, plan):
        raise UsageError(f"{plan.spec.file}: its blocks cannot be written as a spec of their own")
    return text


def _blocks(source: Written) -> dict[str, Any]:
    found: dict[str, Any] = source.data.get("blocks", {})
    return found


def _reached(layers: Any, blocks: Mapping[str, Any]) -> list[str]:
    """The blocks that layers call, and those that these call, in the order in which they are defined."""
    waiting: list[Any] = [layers]
    reached: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            words = [*value, *value.values()]
        else:
            words = [*value] if isinstance(value, list | tuple) else [value]
        for word in words:
            if isinstance(word, dict | list | tuple):
                waiting.append(word)
            elif isinstance(word, str):
                for name in set(re.findall(r"[A-Za-z_]\w*", word)) & blocks.keys() - reached:
                    reached.add(name)
                    waiting.append(blocks[name])
    return [name for name in blocks if name in reached]


LIMITS: Final = (Limits(), Limits(inputs=2), Limits(inputs=2, items=40))
"""How large blocks may be; small ones that stand in larger ones may be worth more."""


def _tried(data: Mapping[str, Any], made: list[Item], plan: Plan, classes: Mapping[str, str]) -> list[str]:
    """With blocks, the shortest first.

    Where concatenations grow each is read from the one before, or they are as they are; blocks have one input or two,
    and what several of them read stands in front.
    """
    texts = []
    made = unbound(made)
    for each, limits in product((remembered([*map(_copy, made)]), made, lifted(made)), LIMITS):
        body, blocks = found([*map(_bare, _ended(each, plan))], classes, limits)
        texts.append(written(_head(data), body, blocks, _promises(plan)))
    return sorted({*texts}, key=lambda text: (text.count("\n"), len(text), text))


def _copy(item: Item) -> Item:
    return replace(item)


def _bare(item: Item) -> Item:
    """Without an origin where there are no weights to find by it."""
    return item if item.verb in WEIGHTED else replace(item, origin="")


WEIGHTED: Final = HELD | {"constant"}
"""The verbs of layers that have weights, trained or not."""


def _named(made: list[Item]) -> list[Item]:
    """Every item under the name that it has."""
    return [replace(item, named=item.source) for item in made]


def _ended(made: list[Item], plan: Plan) -> list[Item]:
    """The outputs under their names, unless the last item is the only one."""
    outputs = [name.partition(".")[0] for name in plan.outputs]
    shared = {item.wiring["share"] for item in made if "share" in item.wiring}
    if outputs == [made[-1].source] and not shared:
        return made
    keep = {*outputs, *shared}
    return [replace(item, named=item.source) if item.source in keep else item for item in made]


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    """All keys but the layers; the outputs behind the inputs."""
    return {key: value for key, value in data.items() if key not in ("layers", "blocks")}


def _channels(plan: Plan) -> dict[str, int]:
    """How many channels come into each layer, where that is a number."""
    shapes = ((name, node.node.facts.shapes) for name, node in plan.nodes.items())
    return {name: shape[0][1] for name, shape in shapes if shape and len(shape[0]) > 1 and isinstance(shape[0][1], int)}


def _promises(plan: Plan) -> list[str]:
    """What the spec expects of itself: its parameters, and its multiply-adds at a usual size."""
    promises = [f"params == {plan.params}"] if isinstance(plan.params, int) else []
    if not plan.spec.symbols:
        return [*promises, f"macs == {plan.macs}"]
    for values in _usual(plan.spec):
        try:
            there = plan.at(**values)
        except CnnplanError:
            continue
        told = ", ".join(f"{name}: {show(value)}" for name, value in values.items())
        depend = [] if promises else [f"{{at: {{{told}}}, that: params == {there.params}}}"]
        return [*promises, *depend, f"{{at: {{{told}}}, that: macs == {there.macs}}}"]
    return promises


def _usual(spec: Spec) -> Iterator[dict[str, Any]]:
    """Values of a spec's symbols to make a promise at: its own where it has them all, else sizes that are usual."""
    own = {name: symbol.default for name, symbol in spec.symbols.items()}
    if None not in own.values():
        yield own
        return
    for size in USUAL:
        yield {name: 1 if place == 0 else size for place, name in enumerate(spec.symbols)}


def figures(plan: Plan) -> dict[str, Any]:
    """What two plans of one network have alike, as texts."""
    return {
        "params": str(plan.params),
        "buffers": str(plan.buffers),
        "macs": str(plan.macs),
        "flops": str(plan.flops),
        "conditions": sorted(map(str, plan.conditions)),
        "outputs": [[*map(str, shape)] for shape in plan.outputs.values()],
    }


def _agrees(text: str, plan: Plan) -> bool:
    """Whether a text describes the same network."""
    try:
        told = plan_spec(load_spec(text))
        return figures(told) == figures(plan) and {*map(str, told.structure)} == {*map(str, plan.structure)}
    except CnnplanError:
        return False
