"""What only moves elements: other shapes, parts, several put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.functions.parts import single
from cnnplan.translation.torch.functions.table import axis, longer, number, takes
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter


def listed(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """`x.view(2, 3)` and `x.view((2, 3))` alike."""
    return tuple(given[0]) if len(given) == 1 and isinstance(given[0], tuple) else given


@takes("view", "reshape")
def reshape(t: Emitter, x: Value, *shape: Any, **more: Any) -> Any:
    """Another shape; a type is none."""
    wanted = listed(shape) or listed((more.get("shape") or more.get("size") or (),))
    if any(not isinstance(each, int | Formula) for each in wanted):
        raise Refused("a view as another type")
    if wanted == x.shape:
        return x
    if x.rank == 0 and x.seen.ref.kind != "call":
        return longer(t, x, len(wanted))
    return t.add("reshape", {"shape": [*wanted]}, [x])


@takes("view_as", "reshape_as")
def view_as(t: Emitter, x: Value, other: Value) -> Any:
    """The shape of another."""
    return reshape(t, x, *other.shape)


@takes("flatten")
def flatten(t: Emitter, x: Value, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Neighbouring axes merged."""
    first, last = axis(start_dim, x.rank), axis(end_dim, x.rank)
    if first == last:
        return x
    return t.add("flatten", {"start_dim": first, "end_dim": end_dim} if (first, end_dim) != (1, -1) else {}, [x])


@takes("unflatten")
def unflatten(t: Emitter, x: Value, dim: int, sizes: Any) -> Any:
    """An axis as several."""
    dim = axis(dim, x.rank)
    return t.add("reshape", {"shape": [*x.shape[:dim], *sizes, *x.shape[dim + 1 :]]}, [x])


@takes("permute")
def permute(t: Emitter, x: Value, *dims: Any, **more: Any) -> Any:
    """Axes in another order."""
    order = [axis(dim, x.rank) for dim in listed(dims) or more["dims"]]
    return x if order == [*range(x.rank)] else t.add("permute", {"dims": order}, [x])


@takes("transpose", "swapaxes", "swapdims")
def transpose(t: Emitter, x: Value, dim0: int, dim1: int) -> Any:
    """Two axes change places."""
    return t.add("transpose", {"dim0": axis(dim0, x.rank), "dim1": axis(dim1, x.rank)}, [x])


@takes("T", "t", "mT")
def turned(t: Emitter, x: Value) -> Any:
    """A matrix turned."""
    if x.rank < 2:  # noqa: PLR2004 - a matrix
        return x
    return t.add("transpose", {"dim0": -2, "dim1": -1}, [x])


@takes("movedim", "moveaxis")
def movedim(t: Emitter, x: Value, source: Any, destination: Any) -> Any:
    """Axes to other places."""
    sources = [axis(d, x.rank) for d in (source if isinstance(source, tuple) else (source,))]
    places = [axis(d, x.rank) for d in (destination if isinstance(destination, tuple) else (destination,))]
    rest = [d for d in range(x.rank) if d not in sources]
    order = [-1] * x.rank
    for d, place in zip(sources, places, strict=True):
        order[place] = d
    order = [d if d >= 0 else rest.pop(0) for d in order]
    return t.add("permute", {"dims": order}, [x])


@takes("unsqueeze")
def unsqueeze(t: Emitter, x: Value, dim: int) -> Any:
    """A new axis."""
    return t.add("unsqueeze", {"dim": dim % (x.rank + 1)}, [x])


@takes("squeeze")
def squeeze(t: Emitter, x: Value, dim: Any = None) -> Any:
    """Axes of extent 1 taken out; those that are none stay."""
    named = range(x.rank) if dim is None else [axis(d, x.rank) for d in (dim if isinstance(dim, tuple) else (dim,))]
    gone = [d for d in named if x.shape[d] == 1]
    if not gone:
        return x
    return t.add("squeeze", {"dim": gone[0] if len(gone) == 1 else gone}, [x])


@takes("expand", "broadcast_to")
def expand(t: Emitter, x: Value, *shape: Any, **more: Any) -> Any:
    """Axes repeated."""
    wanted = listed(shape) or tuple(more.get("size", ()))
    there = (*[None] * (len(wanted) - x.rank), *x.shape)
    asked = [-1 if extent == known else extent for extent, known in zip(wanted, there, strict=True)]
    return x if all(each == -1 for each in asked) else t.add("expand", {"shape": asked}, [x])


@takes("expand_as")
def expand_as(t: Emitter, x: Value, other: Value) -> Any:
    """As another."""
    return expand(t, x, *other.shape)


@takes("repeat", "tile")
def repeat(t: Emitter, x: Value, *times: Any, **more: Any) -> Any:
    """Axes of extent 1 repeated, others lined up again and again."""
    counts = listed(times) or tuple(more.get("repeats", more.get("dims", ())))
    counts = (*[1] * (x.rank - len(counts)), *counts)
    shape = (*[1] * (len(counts) - x.rank), *x.shape)
    if all(extent == 1 or count == 1 for extent, count in zip(shape, counts, strict=True)):
        wanted = [count if extent == 1 and count != 1 else extent for extent, count in zip(shape, counts, strict=True)]
        return t.add("expand", {"shape": wanted}, [x])
    made: Any = longer(t, x, len(counts)) if len(counts) > x.rank else x
    for dim, count in enumerate(counts):
        if isinstance(count, Formula):
            made = t.add("unsqueeze", {"dim": dim}, [made], origin=t.origin("unsqueeze"))
            wide: list[Any] = [-1] * (len(counts) + 1)
            wide[dim] = count
            made = t.add("expand", {"shape": wide}, [made], origin=t.origin("expand"))
            made = t.add("flatten", {"start_dim": dim, "end_dim": dim + 1}, [made], origin=t.origin("flatten"))
        elif count != 1:
            made = t.add("concat", {"dim": dim}, [made] * count)
    return made


@takes("repeat_interleave")
def repeat_interleave(t: Emitter, x: Value, repeats: Any, dim: Any = None, **_: Any) -> Any:
    """Each element of an axis several times."""
    if dim is None or isinstance(repeats, Value):
        raise Refused("repeat_interleave without an axis, or by a table")
    dim = axis(dim, x.rank)
    new = t.add("unsqueeze", {"dim": dim + 1}, [x], origin=t.origin("unsqueeze"))
    shape = [*x.shape[: dim + 1], repeats, *x.shape[dim + 1 :]]
    wide = t.add("expand", {"shape": shape}, [new], origin=t.origin("expand"))
    return t.add("flatten", {"start_dim": dim, "end_dim": dim + 1}, [wide], origin=t.origin("flatten"))


@takes("cat", "concat", "concatenate")
def cat(t: Emitter, tensors: Any, dim: Any = 0, **more: Any) -> Any:
    """Several along an axis."""
    dim = more.get("axis", dim)
    known = [x for x in tensors if 0 not in x.shape]
    if len(known) == 1:
        return known[0]
    where = axis(dim, known[0].rank)
    return t.add("concat", {"dim": where} if where != 1 else {}, [*known])


@takes("stack")
def stack(t: Emitter, tensors: Any, dim: int = 0) -> Any:
    """Several along a new axis."""
    return t.add("stack", {"dim": dim % (tensors[0].rank + 1)}, [*tensors])


@takes("chunk")
def chunk(t: Emitter, x: Value, chunks: int, dim: int = 0) -> Any:
    """Parts as equal as they come."""
    parts = len(t.here.outputs)
    name = t.add("chunk", {"chunks": chunks, "dim": axis(dim, x.rank)}, [x])
    return [f"{name}.{i}" for i in range(parts)]


@takes("split", "split_with_sizes", "tensor_split")
def split(t: Emitter, x: Value, sizes: Any = None, dim: int = 0, **more: Any) -> Any:
    """Parts of an extent, or of a list of them."""
    sizes = more.get("split_size_or_sections", more.get("split_size", sizes))
    outputs = t.here.outputs
    dim = axis(dim, x.rank)
    parts = sizes if isinstance(sizes, tuple) else tuple(seen.shape[dim] for seen in outputs)
    if len(parts) == 1:
        return [x]
    name = t.add("split", {"sections": [*parts], "dim": dim}, [x])
    return [f"{name}.{i}" for i in range(len(parts))]


@takes("unbind")
def unbind(t: Emitter, x: Value, dim: int = 0) -> Any:
    """The elements of an axis."""
    count = len(t.here.outputs)
    dim = axis(dim, x.rank)
    return [single(t, x, dim, i) for i in range(count)]


@takes("new_zeros", "new_ones", "new_empty", "new_full")
def new(t: Emitter, _: Value, *size: Any, **more: Any) -> Any:
    """A constant of a shape."""
    return made(t, *size, **more)


@takes("zeros", "ones", "empty", "full")
def made(t: Emitter, *size: Any, **more: Any) -> Any:
    """A constant of a shape."""
    shape = size[0] if size and isinstance(size[0], tuple) else size or more["size"]
    return t.add("constant", {"shape": [*shape], "value": 0})


@takes("zeros_like", "ones_like", "empty_like", "full_like")
def like(t: Emitter, x: Value, *_: Any, **_more: Any) -> Any:
    """A constant of the shape of another."""
    return t.add("constant", {"shape": [*x.shape], "value": 0})


@takes("arange")
def arange(t: Emitter, end: Any, *more: Any, **_: Any) -> Any:
    """A constant with as many elements as there are numbers up to one."""
    if more:
        raise Refused("arange with a start")
    return t.add("constant", {"shape": [end], "value": 0})


@takes("zeroed")
def zeroed(t: Emitter, x: Value) -> Any:
    """A tensor of which a part was set to 0."""
    mask = t.add("constant", {"shape": [*x.shape]}, origin=t.origin("mask"))
    return t.add("multiply", {}, [x, mask], origin=t.origin("zeroed"))


@takes("flip")
def flip(t: Emitter, x: Value, *dims: Any, **more: Any) -> Any:
    """Axes that run the other way."""
    (given,) = dims if len(dims) == 1 else (more.get("dims", dims),)
    listed = [given] if isinstance(given, int) else [*given]
    return t.add("flip", {"dims": listed[0] if len(listed) == 1 else listed}, [x])


@takes("roll")
def roll(t: Emitter, x: Value, shifts: Any, dims: Any = None) -> Any:
    """Elements move on."""
    if dims is None:
        raise Refused("roll of all elements in a row")
    return t.add("roll", {"shifts": shifts, "dims": dims}, [x])


@takes("pad")
def pad(t: Emitter, input: Value, pad: Any, mode: str = "constant", value: Any = None) -> Any:
    """Axes made longer; the last one first in PyTorch, in their own order here."""
    pairs = [list(pair) for pair in zip(pad[::2], pad[1::2], strict=True)][::-1]
    if all(each == 0 for pair in pairs for each in pair):
        return input
    args: dict[str, Any] = {"padding": pairs}
    if len(pairs) != input.rank - 2:
        args["dims"] = [*range(input.rank - len(pairs), input.rank)]
    args |= {} if mode == "constant" else {"mode": mode}
    return t.add("pad", args | ({"value": number(value)} if value else {}), [input])


@takes("pixel_shuffle")
def pixel_shuffle(t: Emitter, x: Value, upscale_factor: int) -> Any:
    """Channels to places."""
    return t.add("pixel_shuffle", {"upscale_factor": upscale_factor}, [x])


@takes("pixel_unshuffle")
def pixel_unshuffle(t: Emitter, x: Value, downscale_factor: int) -> Any:
    """Places to channels."""
    return t.add("pixel_unshuffle", {"downscale_factor": downscale_factor}, [x])


@takes("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(t: Emitter, x: Value, groups: int) -> Any:
    """Channels of groups mixed."""
    return t.add("channel_shuffle", {"groups": groups}, [x])
