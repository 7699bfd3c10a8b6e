"""Parts of a tensor, by position, by range, by index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.calls import Picked
from cnnplan.translation.torch.functions.table import axis, number, takes
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter


def single(t: Emitter, x: Value | str, dim: int, index: Any) -> str:
    """One element of an axis, which is gone then."""
    args: dict[str, Any] = {} if dim == 1 else {"dim": dim}
    start = t.argument(index)
    args |= {"start": start} if start != 0 else {}
    args |= {"end": index + 1 if isinstance(index, int) else f"{start} + 1"} if index != -1 else {}
    return t.add(
        "squeeze", {"dim": dim}, [t.add("slice", args, [x], origin=t.origin("slice"))], origin=t.origin("squeeze")
    )


@takes("select")
def select(t: Emitter, x: Value, dim: int, index: Any) -> Any:
    """One element of an axis."""
    return single(t, x, axis(dim, x.rank), index)


@takes("narrow")
def narrow(t: Emitter, x: Value, dim: int, start: Any, length: Any) -> Any:
    """A part of an axis."""
    return t.add("slice", {"dim": axis(dim, x.rank), "start": start, "end": number(start) + number(length)}, [x])


@takes("index_select")
def index_select(t: Emitter, x: Value, dim: int, index: Value) -> Any:
    """Elements of an axis, by a table."""
    return t.add("gather", {"dim": axis(dim, x.rank)}, [x, index])


@takes("getitem")
def getitem(t: Emitter, x: Value, index: Any) -> Any:
    """Parts by position."""
    places = _places(x, index)
    tables = [each for each in places if isinstance(each, Value)]
    if len(tables) > 1 or any(isinstance(each, bool) for each in places):
        raise Refused("elements picked by several tables")
    made, dim = x, 0
    for each in places:
        made, dim = _picked(t, made, each, dim)
    return made


def _places(x: Value, index: Any) -> tuple[Any, ...]:
    """What is picked of each axis, as far as it is said; `...` stands for those between."""
    places = index if type(index) is tuple else (index,)
    known = sum(1 for each in places if each is not None and each is not Ellipsis)
    if Ellipsis in [each for each in places if not isinstance(each, Value | Formula)]:
        at = next(i for i, each in enumerate(places) if each is Ellipsis)
        places = (*places[:at], *[Picked(None, None, None)] * (x.rank - known), *places[at + 1 :])
    return places


@takes("setitem")
def setitem(t: Emitter, x: Value, index: Any, value: Any) -> Any:
    """A part replaced: what is before it, it, and what is behind it, put together axis by axis."""
    if t.shadow:
        return x
    places = [
        Picked(each, each + 1 if each != -1 else None, None) if type(each) is int else each
        for each in _places(x, index)
    ]
    if any(not isinstance(each, Picked) or each.step not in {None, 1} for each in places):
        raise Refused("it writes into a part of a tensor that is no range of each axis", WRITTEN)
    lone = [dim for dim, each in enumerate(_places(x, index)) if type(each) is int]
    if not isinstance(value, Value) or value.rank + len(lone) != x.rank:
        raise Refused("it writes numbers, or fewer axes, into a part of a tensor", WRITTEN)
    made: Value | str = value
    for dim in lone:
        made = t.add("unsqueeze", {"dim": dim}, [made], origin=t.origin("unsqueeze"))
    return _replaced(t, x, [*enumerate(places)], made)


def _replaced(t: Emitter, x: Any, places: list[tuple[int, Picked]], value: Any) -> Any:
    """A tensor of which a range of each axis is another one."""
    cut = [(dim, each) for dim, each in places if each.start not in {None, 0} or each.stop is not None]
    if not cut:
        return value
    (dim, first), rest = cut[0], cut[1:]
    own: dict[str, Any] = {"dim": dim} if dim != 1 else {}
    parts, middle = [], {**own}
    if first.start not in {None, 0}:
        parts.append(t.add("slice", {**own, "end": first.start}, [x], origin=t.origin("slice")))
        middle["start"] = first.start
    middle |= {} if first.stop is None else {"end": first.stop}
    within = t.add("slice", middle, [x], origin=t.origin("slice")) if rest else x
    parts.append(_replaced(t, within, rest, value))
    if first.stop is not None:
        parts.append(t.add("slice", {**own, "start": first.stop}, [x], origin=t.origin("slice")))
    return t.add("concat", own, parts, origin=t.origin("concat"))


WRITTEN = "write what it does without writing into a tensor: concat, where or pad"


def _picked(t: Emitter, x: Any, each: Any, dim: int) -> tuple[Any, int]:
    """One axis of it, and the axis that comes next."""
    if each is None:
        return t.add("unsqueeze", {"dim": dim}, [x], origin=t.origin("unsqueeze")), dim + 1
    if isinstance(each, Picked):
        if each in {Picked(None, None, None), Picked(0, None, None), Picked(None, None, 1)}:
            return x, dim + 1
        args = {"dim": dim, "start": each.start, "end": each.stop, "step": each.step}
        if isinstance(each.stop, int) and each.stop > 2**31:
            args["end"] = None
        if dim == 1:
            del args["dim"]
        args = {name: value for name, value in args.items() if value is not None and (name, value) != ("start", 0)}
        return (t.add("slice", args, [x], origin=t.origin("slice")) if args.keys() - {"dim"} else x), dim + 1
    if isinstance(each, Value):
        if each.seen.dtype == "bool":
            raise Refused("elements picked by truth values")
        return t.add("gather", {"dim": dim}, [x, each], origin=t.origin("gather")), dim + each.rank
    if type(each) is tuple and all(type(n) is int for n in each):
        table = t.add("constant", {"shape": [len(each)], "dtype": "int64"}, origin=t.origin("constant"))
        return t.add("gather", {"dim": dim}, [x, table], origin=t.origin("gather")), dim + 1
    return single(t, x, dim, each), dim
