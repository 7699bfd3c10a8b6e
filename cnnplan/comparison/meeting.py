"""Two networks at the same sizes: letters by one name, and numbers where one of them has numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan.plan import plan_spec
from cnnplan.sizes import Count
from cnnplan.translation import kind_of, load_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import Plan

__all__ = ["met"]


def met(before: Plan, after: Plan) -> tuple[Plan, Plan]:
    """Two plans as they are compared: what the extents of an input are called, or are, is told by either.

    Where one has a symbol and the other a number, the first is planned at that number. Where both have symbols, a value
    that only one of them has is the other's too; those of a file of another world, which nobody named, take the names
    of the other network. Other letters of a design, such as a width, are numbers beside a file that has only numbers.
    """
    before = _named(before, after)
    after = _named(after, before)
    return _sized(before, after), _sized(after, before)


def _axes(plan: Plan, other: Plan) -> Iterator[tuple[Any, Any]]:
    """The extents of inputs beside those of the other's, as far as the two have the same inputs."""
    mine, others = [*plan.inputs.values()], [*other.inputs.values()]
    if [*map(len, mine)] == [*map(len, others)]:
        for shapes in zip(mine, others, strict=True):
            yield from zip(*shapes, strict=True)


def _named(plan: Plan, other: Plan) -> Plan:
    """A file that was read with the names that the other network has for its axes."""
    axes = [(mine, theirs) for mine, theirs in _axes(plan, other) if _letter(mine) and _letter(theirs)]
    if len(plan.inputs) != 1 or all(str(mine) == str(theirs) for mine, theirs in axes):
        return plan
    if not _told(plan) or plan.values:
        return plan
    names = {str(mine): str(theirs) for mine, theirs in axes}
    (shape,) = plan.inputs.values()
    dims = tuple(n if isinstance(n, int) else names.get(str(n), str(n)) for n in shape)
    free = [n for n in dims if isinstance(n, str)]
    if len(set(free)) < len(free) or not all(map(str.isidentifier, free)):
        return plan
    return plan_spec(load_spec(plan.spec.file, dims={"": dims}))


def _sized(plan: Plan, other: Plan) -> Plan:
    """With the values that the other has, and numbers where the other has no letters."""
    values = dict(plan.values)
    numbers = set()
    for mine, theirs in _axes(plan, other):
        name = _letter(mine)
        if not name:
            continue
        if isinstance(theirs, int):
            values[name] = theirs
            numbers.add(name)
        elif name not in plan.values and (lent := _letter(theirs)) in other.values:
            values[name] = other.values[lent]
    if _told(other):
        sizes = {name for shape in plan.inputs.values() for name in map(_letter, shape)}
        numbers |= values.keys() - sizes - other.spec.symbols.keys()
    if values == plan.values and not numbers:
        return plan
    letters = frozenset(plan.spec.symbols) - numbers
    return plan_spec(plan.spec, values, symbolic=letters if numbers else True)


def _told(plan: Plan) -> bool:
    """Whether it is of a file whose axes are named by whoever reads it."""
    file = Path(plan.spec.file)
    kind = kind_of(file) if file.is_file() else None
    return kind is not None and "dims" in kind.options


def _letter(extent: Any) -> str:
    """The name of a symbol that an extent is, "" where it is none."""
    return str(extent) if isinstance(extent, Count) and extent.symbols == {str(extent)} else ""
