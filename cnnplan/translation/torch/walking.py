"""A run held against what was made of others, call by call; a call that changes nothing at its sizes may be missing.

`if pad > 0: x = pad(x, pad)` calls nothing where the image comes out even: there, a pad of nothing stands for it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.calls import Call, Picked, Recording, Ref, Seen, tensors
from cnnplan.translation.torch.extents import plain
from cnnplan.translation.torch.made import COMPARED, Axis, Binary, Guard, Rounded, evaluated, holding
from cnnplan.translation.torch.merging import Formula, Merged

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parted", "Walk", "passed", "unchanging"]

UNCHANGING: Final = {"contiguous", "clone", "detach", "to", "type_as", "float"}
RESIZING: Final = {"interpolate", "upsample"}
CUTTING: Final = {"__getitem__"}
PADDING: Final = {"pad"}
REACHED: Final = {"call", "made"}


class Parted(Exception):  # noqa: N818 - a signal
    """A run that is not what was made of others.

    Args:
        where: the module.
        what: how it differs.
        number: the call from which on.
    """

    def __init__(self, where: str, what: str, number: int) -> None:
        super().__init__(what)
        self.where = where
        self.what = what
        self.number = number


class Walk:
    """A run beside what was made of others.

    Args:
        merged: what was made.
        run: the run.
        shape: what is claimed of the shape of an output, by the number of the call and its place; None is no claim.
    """

    def __init__(
        self, merged: Merged, run: Recording, shape: Callable[[int, int], tuple[int, ...] | None] = lambda *_: None
    ) -> None:
        self.merged = merged
        self.run = run
        self.shape = shape
        self.there: dict[Ref, Ref] = {}
        self.back: dict[Ref, Ref] = {}
        self.steps: list[int] = []
        self.missing: set[int] = set()

    def to_end(self) -> Walk:
        """Go through all calls.

        Raises:
            Parted: something is not what was made.
        """
        calls, step = self.merged.calls, 0
        for number, call in enumerate(calls):
            self.steps.append(step)
            other = self.run.calls[step] if step < len(self.run.calls) else None
            if number in self.merged.switched and not self._is_on(number):
                self.missing.add(number)
                self._pass_by(call)
            elif other is not None and self._is_call(call, other):
                self._pass(number, call, other)
                step += 1
            elif (source := self._unchanged(call)) is not None:
                self.missing.add(number)
                self.there[call.outputs[0].ref] = self._there(source)
            else:
                what = f"{other.name if other else 'nothing'} is called where {call.name} was"
                alike = other is not None and (other.name, other.path) == (call.name, call.path)
                raise Parted(call.path, f"{call.name} has other arguments" if alike else what, number)
        if step < len(self.run.calls):
            raise Parted(self.run.calls[step].path, f"{self.run.calls[step].name} is called besides", len(calls))
        if [self._there(seen.ref) for seen in self.merged.outputs] != [seen.ref for seen in self.run.outputs]:
            raise Parted("", "other tensors come out", len(calls))
        return self

    def _is_on(self, number: int) -> bool:
        """Whether a call is made that is left out at some sizes.

        Raises:
            Parted: nobody knows.
        """
        try:
            return holding(self.merged.switched[number], self.extent)
        except (KeyError, ArithmeticError):
            raise Parted(self.merged.calls[number].path, "nobody knows whether it is on", number) from None

    def extent(self, axis: Axis) -> int:
        """What the extent of an axis is in the run."""
        return self.run.extent(Axis(self._there(axis.source), axis.dim, axis.value))

    def holds(self, guard: Guard) -> bool:
        """Whether a comparison comes out in the run as it did; one that cannot be told does not."""
        try:
            return COMPARED[guard.operator](evaluated(guard.left, self.extent), evaluated(guard.right, self.extent))
        except (KeyError, ArithmeticError):
            return False

    def brought(self, at: int, guard: Guard) -> tuple[int, Guard]:
        """A comparison of the run, as one of what was made.

        Raises:
            KeyError: it is of a tensor that is not there.
        """
        number = next((i for i, step in enumerate(self.steps) if step >= at), len(self.steps))
        left, right = self._brought(guard.left), self._brought(guard.right)
        return number, replace(guard, left=left, right=right)

    def _brought(self, made: Any) -> Any:
        if isinstance(made, Axis):
            source = self.back[made.source] if made.source.kind in REACHED else made.source
            return Axis(source, made.dim, made.value)
        if isinstance(made, Binary):
            return Binary(made.operator, self._brought(made.left), self._brought(made.right))
        return Rounded(made.function, self._brought(made.inner)) if isinstance(made, Rounded) else made

    def _pass(self, number: int, call: Call, other: Call) -> None:
        for place, (one, two) in enumerate(zip(call.outputs, other.outputs, strict=True)):
            claimed = self.shape(number, place)
            if claimed is not None and claimed != two.shape:
                told = f"{call.name} gives {two.shape}, and the layer that stands for it {claimed}"
                raise Parted(call.path, told, number)
            self.there[one.ref] = two.ref
            self.back[two.ref] = one.ref

    def _pass_by(self, call: Call) -> None:
        """What a call that is left out reads goes on; of a constant there is nothing."""
        with suppress(LookupError):
            self.there[call.outputs[0].ref] = self._there(passed(call))

    def _there(self, ref: Ref) -> Ref:
        return self.there[ref] if ref.kind in REACHED else ref

    def _is_call(self, one: Call, two: Call) -> bool:
        if (one.name, one.path, len(one.outputs)) != (two.name, two.path, len(two.outputs)):
            return False
        try:
            return self._agree((one.args, dict(one.kwargs)), (two.args, dict(two.kwargs)))
        except (KeyError, ArithmeticError):
            return False

    def _agree(self, one: Any, two: Any) -> bool:
        """Whether arguments are what was made."""
        if isinstance(one, Formula):
            return isinstance(two, int | float) and bool(evaluated(one.made, self.extent) == plain(two))
        if isinstance(one, Seen):
            return isinstance(two, Seen) and self._is_tensor(one, two)
        if isinstance(one, tuple):
            return type(one) is type(two) and len(one) == len(two) and all(map(self._agree, one, two))
        if isinstance(one, dict):
            return isinstance(two, dict) and one.keys() == two.keys() and all(self._agree(one[k], two[k]) for k in one)
        if one is None or two is None:
            return one is two
        return not isinstance(one, int | float | str) or bool(one == plain(two))

    def _is_tensor(self, one: Seen, two: Seen) -> bool:
        known = one.ref.kind not in REACHED or one.ref in self.there
        return known and self._there(one.ref) == two.ref and len(one.shape) == len(two.shape)

    # what changes nothing ---------------------------------------------------------------------------------------

    def _unchanged(self, call: Call) -> Ref | None:
        """The tensor that a call gives as it is at the sizes of the run; None where it makes another of it."""
        if len(call.outputs) != 1 or not call.args or not isinstance(call.args[0], Seen):
            return None
        x = call.args[0].ref
        return x if (x.kind not in REACHED or x in self.there) and unchanging(call, self.extent) else None


def passed(call: Call) -> Ref:
    """The tensor that goes on where a call is left out: the first of those that depend on the input.

    Raises:
        LookupError: it reads none, or gives several.
    """
    found = [seen.ref for seen in tensors((call.args, dict(call.kwargs))) if seen.ref.kind in {"input", "call"}]
    if len(call.outputs) != 1:
        raise LookupError
    return found[0]


def unchanging(call: Call, extent: Callable[[Axis], int]) -> bool:
    """Whether a call gives its first argument, a tensor, as it is.

    Args:
        call: the call.
        extent: gives that of an axis.
    """
    x = call.args[0]
    shape = [extent(Axis(x.ref, dim, 0)) for dim in range(len(x.shape))]
    rest = [_value(each, extent) for each in (*call.args[1:], *map(dict(call.kwargs).get, ("size", "pad")))]
    if call.name in PADDING:
        return any(isinstance(each, tuple) and not any(each) for each in rest)
    if call.name in RESIZING:
        return any(each == tuple(shape[2:]) for each in rest)
    return call.name in UNCHANGING or (call.name in CUTTING and _is_whole(rest[0], shape))


def _value(value: Any, extent: Callable[[Axis], int]) -> Any:
    if isinstance(value, Formula):
        return evaluated(value.made, extent)
    if isinstance(value, Picked):
        return Picked(*(_value(each, extent) for each in value))
    if isinstance(value, tuple) and not isinstance(value, Seen):
        return tuple(_value(each, extent) for each in value)
    return value


def _is_whole(index: Any, shape: list[int]) -> bool:
    """Whether an index picks everything."""
    places = index if type(index) is tuple else (index,)
    if Ellipsis in [each for each in places if not isinstance(each, Seen)]:
        at = next(i for i, each in enumerate(places) if each is Ellipsis)
        places = (*places[:at], *[Picked(None, None, None)] * (len(shape) - len(places) + 1), *places[at + 1 :])
    return len(places) <= len(shape) and all(
        isinstance(each, Picked)
        and each.start in {None, 0}
        and each.step in {None, 1}
        and (each.stop is None or each.stop >= extent)
        for each, extent in zip(places, shape, strict=False)
    )
