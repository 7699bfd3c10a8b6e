"""Blocks in which every entry reads what the one before gives, as most do: a convolution, its norm; a residual unit.

Nobody looks for a layer by its name there. So nothing is kept of an entry but its layers, and what can be said of it
beforehand is said once, when the block is first called: it becomes a row of steps, which are taken for every call with
other arguments and inputs. What a step cannot do, such as tell what is wrong with a layer, is Unusual: the block is
then unrolled as any other is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.errors import TooDeep
from cnnplan.graph.environment import Unjudged
from cnnplan.graph.parts import MOST_LAYERS, TooMany
from cnnplan.graph.unrolling.steps import Copies, Fork, Layer, Making, Once, Row, Unusual, is_source
from cnnplan.ops import OPERATORS
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.graph.environment import Frame
    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Tensor
    from cnnplan.graph.unrolling.builder import Builder
    from cnnplan.spec import Block, Entry, PathSpec, Repeat

__all__ = ["in_a_row", "unrolled"]


def in_a_row(entries: Sequence[Entry], blocks: Mapping[str, Block]) -> Row | None:
    """The steps of entries; None where one reads something else, or somebody looks for it by its name.

    Args:
        entries: those of a block that has one input and one output, or of a spec.
        blocks: the blocks that may be called.
    """
    steps = []
    for entry in entries:
        step = _step(entry, blocks)
        if step is None:
            return None
        steps.append(step)
    return tuple(steps)


def _step(entry: Entry, blocks: Mapping[str, Block]) -> Once | Fork | None:
    """What an entry is in a row; None where there is more to it."""
    if any(each is not None for each in (entry.from_, entry.share, entry.dtype, entry.origin)):
        return None
    expressions = (*entry.args.values(), entry.when, entry.verb_expression)
    if any(each is not None and each.layers for each in expressions):
        return None
    is_fixed = entry.verb_expression is None
    if is_fixed and entry.verb == "branches":
        return None if entry.name or entry.repeat or entry.when else _fork(entry, blocks)
    if is_fixed and (entry.verb == "sequence" or is_source(entry.verb)):
        return None
    if entry.repeat is not None:
        return _copies(entry, entry.repeat)
    return Layer(entry) if is_fixed and entry.when is None and entry.verb not in blocks else Once(entry)


def _copies(entry: Entry, repeat: Repeat) -> Copies | None:
    """The same of copies, which all do the same."""
    verb = entry.verb_expression
    is_fixed = verb is None or verb.is_fixed(repeat.counter)
    return Copies(entry, repeat) if is_fixed and not repeat.count.layers else None


def _fork(entry: Entry, blocks: Mapping[str, Block]) -> Fork | None:
    """The same of branches."""
    join, paths = entry.join, []
    if join is None or join.verb_expression is not None or join.verb not in OPERATORS:
        return None
    if any(each.layers for each in join.args.values()):
        return None
    for path in entry.paths:
        row = in_a_row(path.layers, blocks)
        if row is None or not _is_plain(path):
            return None
        paths.append((path.when, row))
    return Fork(entry, join, paths)


def _is_plain(path: PathSpec) -> bool:
    """Whether a path says no more than when it is on."""
    is_asking = path.when is not None and path.when.layers
    return path.from_ is None and path.name is None and path.repeat is None and not is_asking


def unrolled(row: Row, builder: Builder, frame: Frame, given: Tensor) -> Fragment | None:
    """The layers of a row on an input; None where there is more to it than steps can do."""
    making = Making(builder, frame)
    try:
        for step in row:
            given = step.take(making, given)
    except (EvaluationError, TooDeep, Unjudged, Unusual):
        return None
    builder.steps += making.steps
    if builder.steps > MOST_LAYERS:
        raise TooMany
    making.fragment.outputs = (given,)
    return making.fragment
