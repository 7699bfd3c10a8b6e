"""One run of a module on tensors without numbers, written down: which function was called with what, and where.

Nothing of PyTorch is changed: a mode sees the functions, hooks say in which module they are called, and both are gone
when the run is over. Tensors are told by identity, as long as all of them are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import torch
from torch.overrides import TorchFunctionMode

from cnnplan.translation.torch.answering import answered
from cnnplan.translation.torch.calls import Call, Picked, Recording, Ref, Seen, Untraceable, tensors
from cnnplan.translation.torch.extents import Extent, Ratio
from cnnplan.translation.torch.made import Axis
from cnnplan.translation.torch.names import EXTENTS, MAKERS, NUMBERED, SILENT, SYMBOLIC, named
from cnnplan.translation.torch.notes import escaped
from cnnplan.translation.torch.whole import needed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DYNAMIC", "Recorder", "flattened"]

MOST_CALLS: Final = 200_000


DYNAMIC: Final = {"input", "param", "call"}
"""What depends on the input or on what is trained."""

WITHOUT: Final = "what a network does must not depend on the numbers that it computes: torch.where chooses among them"


class Recorder(TorchFunctionMode):  # type: ignore[misc]  # PyTorch is not there where types are checked
    """Writes down what is called on tensors.

    Args:
        names: the parameters and buffers of the network, by identity.
        inputs: its inputs by name.
    """

    def __init__(self, names: dict[int, Ref], inputs: Mapping[str, Any]) -> None:
        super().__init__()
        self.recording = Recording(inputs={name: tuple(each.shape) for name, each in inputs.items()})
        self.refs = names
        self.kept = self.recording.kept
        self.kept += inputs.values()
        self.versions: dict[int, int] = {}
        self.zeroed: set[Any] = set()
        self.stack: list[tuple[str, bool]] = [("", False)]
        self.begun: list[Any] = []
        self.quiet = 0
        for name, tensor in inputs.items():
            self.refs[id(tensor)] = Ref("input", name)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        del types
        kwargs = kwargs or {}
        name = named(func)
        if self.quiet or name in SILENT:
            return func(*plain(args), **plain(kwargs))
        if name in EXTENTS:
            return self._extents(args[0], name, plain(args[1:]), plain(kwargs))
        if name in SYMBOLIC:
            return SYMBOLIC[name](*args, **kwargs)
        seen = self.seen((args, kwargs))
        needed(name, seen, self.recording.calls)
        if name == "zero_":
            self.zeroed.add(args[0].untyped_storage()._cdata)  # noqa: SLF001 - what tells memory without numbers
        try:
            given = answered(name, func, plain(args), plain(kwargs))
        except RuntimeError as error:
            if "meta" in str(error).lower() or isinstance(error, NotImplementedError):
                told = f"{NUMBERED.get(name, name)} needs the numbers of a tensor"
                raise Untraceable(told, self.path, WITHOUT) from error
            raise
        if name in NUMBERED and name != "__getitem__":
            raise Untraceable(f"{NUMBERED[name]} needs the numbers of a tensor", self.path, WITHOUT)
        given = args[0] if name == "__setitem__" else given
        if isinstance(given, bool | int | float):
            raise Untraceable(f"{name} makes a plain number of a tensor", self.path)
        self.note(name, seen, given)
        return given

    @property
    def path(self) -> str:
        """The module that runs."""
        return self.stack[-1][0]

    def note(self, name: str, seen: Any, given: Any, module: Any = None) -> None:
        """Write down a call; its outputs are known from now on."""
        calls = self.recording.calls
        args, kwargs = seen
        number = len(calls)
        if number > MOST_CALLS:
            raise Untraceable(f"it calls more than {MOST_CALLS:,} functions")
        path, alone = self.stack[-1]
        calls.append(Call(name, args, kwargs, path, (), alone, module))
        read = {seen.ref.kind for seen in tensors((args, kwargs))}
        kind = "call" if read & DYNAMIC and name not in MAKERS else "made"
        calls[-1].outputs = tuple(
            self._output(each, Ref(kind, "", number, i)) for i, each in enumerate(flattened(given))
        )

    def _output(self, tensor: Any, ref: Ref) -> Seen:
        self.kept.append(tensor)
        self.refs[id(tensor)] = ref
        self.versions[id(tensor)] = tensor._version  # noqa: SLF001 - the only way to see that memory was written to
        return Seen(ref, tuple(tensor.shape), _dtype(tensor))

    def seen(self, value: Any) -> Any:
        """The same with tensors as they are known."""
        if isinstance(value, torch.Tensor):
            return self._seen(value)
        if isinstance(value, slice):
            return Picked(*map(self.seen, (value.start, value.stop, value.step)))
        if isinstance(value, dict):
            return {key: self.seen(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return tuple([self.seen(each) for each in value])
        return value

    def _seen(self, tensor: Any) -> Seen:
        ref = self.refs.get(id(tensor))
        if ref is None:
            ref = self.refs[id(tensor)] = Ref("loose", "", len(self.kept))
            self.kept.append(tensor)
        elif ref.kind == "call" and self.versions[id(tensor)] != tensor._version:  # noqa: SLF001 - see above
            if tensor.untyped_storage()._cdata not in self.zeroed:  # noqa: SLF001 - see above
                raise Untraceable("a tensor is read after its memory was written to under another name", self.path)
            self.versions[id(tensor)] = tensor._version  # noqa: SLF001 - see above
            self.note("zeroed", ((self._seen(tensor),), {}), tensor)
            ref = self.refs[id(tensor)]
        with torch._C.DisableTorchFunction():  # noqa: SLF001 - documented under that name
            return Seen(ref, tuple(tensor.shape), _dtype(tensor))

    def _extents(self, tensor: Any, name: str, args: Any, kwargs: Any) -> Any:
        seen = self._seen(tensor)
        every = Extents(Extent.of(n, Axis(seen.ref, dim, n)) for dim, n in enumerate(seen.shape))
        if name in {"numel", "nelement"}:
            return every.numel()
        if name == "__len__":
            escaped("len", every[0].made, every[0].value)
            return every[0].value
        if name == "stride":
            for extent in every[1:]:
                escaped("stride", extent.made, extent.value)
            return tensor.stride(*args, **kwargs)
        if name == "is_same_size":
            return every == self._extents(args[0], "shape", (), {})
        if name == "size" and (args or kwargs.get("dim") is not None):
            return every[args[0] if args else kwargs["dim"]]
        return every

    def enter(self, path: str, given: Any, *, alone: bool, known: str) -> None:
        """A module begins; nothing of what it does is written down where it is known as a whole.

        Args:
            path: the module.
            given: its arguments.
            alone: whether it has no other modules inside.
            known: what it is called that is known as a whole.
        """
        self.stack.append((path, alone))
        if known:
            self.begun.append(self.seen(given))
            self.quiet += 1

    def leave(self, given: Any, module: Any, known: str) -> None:
        """It ends, and gives this."""
        if known:
            self.quiet -= 1
            self.note(known, self.begun.pop(), given, module)
        self.stack.pop()

    def give(self, given: Any) -> None:
        """What the network gives."""
        self.recording.outputs = tuple(map(self._seen, flattened(given)))


class Extents(tuple[Any, ...]):
    """The extents of a tensor: a torch.Size, whose own functions would make plain numbers."""

    __slots__ = ()
    __class__ = property(lambda _: torch.Size)

    def __getitem__(self, item: Any) -> Any:
        found = super().__getitem__(item)
        return Extents(found) if isinstance(item, slice) else found

    def numel(self) -> Any:
        """Their product."""
        count: Any = 1
        for extent in self:
            count *= extent
        return count


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def plain(value: Any) -> Any:
    """The same with plain numbers, which every kernel takes."""
    kind = type(value)
    if kind is Extent or kind is Ratio:
        return value.value
    if kind is slice:
        return slice(*map(plain, (value.start, value.stop, value.step)))
    if kind in {list, tuple, torch.Size, Extents}:
        made = [plain(each) for each in value]
        return made if kind is list else tuple(made)
    if kind is dict:
        return {key: plain(each) for key, each in value.items()}
    return value


def flattened(value: Any) -> list[Any]:
    """The tensors in what a module gives, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict) or hasattr(value, "items"):
        return [tensor for each in value.values() for tensor in flattened(each)]
    if isinstance(value, list | tuple):
        return [tensor for each in value for tensor in flattened(each)]
    if hasattr(value, "__dataclass_fields__"):
        return [tensor for name in value.__dataclass_fields__ for tensor in flattened(getattr(value, name))]
    return []
