"""Recorded calls as layers of a spec."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.calls import Call, Ref, Seen, Untraceable, tensors
from cnnplan.translation.torch.formulas import Formulas
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.recording import DYNAMIC
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.translation.draft import Draft
    from cnnplan.translation.torch.made import Guard

__all__ = ["Emitter"]

CONSTANT: Final = "constant"


class Emitter(Formulas):
    """Writes layers into a draft.

    Args:
        draft: where they go.
        table: what writes a call, by the name of its function.
        names: the inputs, by their names in the recording.
    """

    def __init__(self, draft: Draft, table: Mapping[str, Callable[..., Any]], names: Mapping[str, str]) -> None:
        super().__init__(names)
        self.draft = draft
        self.table = table
        self.owners: dict[str, str] = {}
        self.read: set[str] = set()
        self.made: dict[Ref, str] = {}
        self.call: Call | None = None
        self.shadow = False
        self.optional = False
        self.required: list[Guard] = []
        self.counts: Counter[str] = Counter()
        self.pools: dict[Ref, tuple[Value, dict[str, Any]]] = {}
        self.wanted: set[Ref] = set()
        self.zeros: set[int] = set()

    # what a call gives ------------------------------------------------------------------------------------------

    def emit(self, call: Call, number: int) -> None:
        """Write the layers of a call."""
        self.call = call
        if not any(seen.ref.kind in DYNAMIC for seen in call.outputs):
            self._shadow(call, number)
            return
        if call.outputs and all(0 in seen.shape for seen in call.outputs):
            return
        args, kwargs = self.values(call.args), self.values(dict(call.kwargs))
        try:
            self._given(call, number, self._writer(call.name)(self, *args, **kwargs))
        except Refused as refused:
            self.draft.refuse("CNN031", refused.message, call.path or call.name, refused.hint)
            self._stand_in(call, number)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            self.draft.refuse("CNN031", f"{call.name} is called as nobody foresaw: {error}", call.path or call.name)
            self._stand_in(call, number)

    def _shadow(self, call: Call, number: int) -> None:
        """What a call makes of constants alone is no layer, but its shape may depend on sizes: that is followed."""
        if call.name == "zeros":
            self.zeros.add(number)
        self.shadow = True
        try:
            given = self._writer(call.name)(self, *self.values(call.args), **self.values(dict(call.kwargs)))
            names = [
                each.name if isinstance(each, Value) else each
                for each in (given if isinstance(given, list) else [given])
            ]
            self.shadows.update({(number, place): name for place, name in enumerate(names) if isinstance(name, str)})
        except Exception:  # noqa: BLE001, S110 - then its shape is what it was in both runs
            pass
        finally:
            self.shadow = False

    def _writer(self, name: str) -> Callable[..., Any]:
        writer = self.table.get(name) or self.table.get(_plainly(name))
        if writer is None:
            raise Refused(f"{name} has no operator that stands for it")
        return writer

    def require(self, guards: list[Guard], call: Call) -> list[Guard]:
        """Keep what the program decided by as a requirement on what a call reads; gives back what must wait."""
        every = tensors((call.args, dict(call.kwargs)))
        read = next((seen for seen in every if seen.ref.kind in {"input", "call"}), None)
        if not guards or read is None or (read.ref.kind == "call" and read.ref[2:] not in self.layers):
            return guards
        for guard in guards:
            if self.decided(guard):
                continue
            try:
                that = self.guard(guard)
            except Refused as refused:
                raise Untraceable(f"{guard.place} decides by {refused.message}", call.path) from refused
            source = self.name(read)
            args = {"that": that, "because": guard.because}
            path = guard.module
            name = self.draft.add("require", args, [source], origin=path, name=f"{path}.require".strip("."))
            self.shapes.alias(name, source)
            self.required.append(guard)
            if read.ref.kind == "input":
                self.inputs[read.ref.name] = name
            else:
                self.layers[read.ref[2:]] = name
        return []

    def _stand_in(self, call: Call, number: int) -> None:
        """Let layers behind one that was refused have something to read."""
        for place, seen in enumerate(call.outputs):
            shape = [extent.value if isinstance(extent, Formula) else extent for extent in seen.shape]
            self.layers[number, place] = self.draft.add(CONSTANT, {"shape": shape or [1], "value": 0})

    def _given(self, call: Call, number: int, given: Any) -> None:
        names = (
            [each.name if isinstance(each, Value) else each for each in given]
            if isinstance(given, list)
            else [given.name if isinstance(given, Value) else given]
        )
        for place in range(len(call.outputs)):
            if place < len(names) and names[place] is not None:
                self.layers[number, place] = names[place]

    # what a call reads ------------------------------------------------------------------------------------------

    def values(self, value: Any) -> Any:
        """Arguments with tensors as Values."""
        if isinstance(value, Seen):
            return Value(value._replace(shape=self.sizes(value)), self)
        if isinstance(value, Formula):
            known = self.computed(value.made)
            return known if isinstance(known, int | float) else value
        if type(value) is tuple:
            return tuple(map(self.values, value))
        if isinstance(value, dict):
            return {key: self.values(each) for key, each in value.items()}
        return value

    def name(self, seen: Seen) -> str:
        """The layer that makes a tensor."""
        ref = seen.ref
        if ref.kind == "input":
            return self.inputs[ref.name]
        if ref.kind == "call" and (ref.number, ref.place) in self.layers:
            return self.layers[ref.number, ref.place]
        if self.shadow:
            return self._shadowed(seen)
        if ref.kind == "call":
            raise Refused("it reads something of a call that is not known", "")
        if ref not in self.made:
            self.made[ref] = self._source(seen)
        return self.made[ref]

    def _shadowed(self, seen: Seen) -> str:
        """The name of a constant, whose shape alone is followed."""
        ref = seen.ref
        known = self.shadows.get((ref.number, ref.place)) if ref.kind == "made" else None
        if known is None:
            known = f"?{ref}"
            if not any(isinstance(extent, Formula) for extent in seen.shape):
                self.shapes.add(known, CONSTANT, {"shape": seen.shape, "value": 0}, ())
        return known

    def _source(self, seen: Seen) -> str:
        """A parameter or a constant, as a layer."""
        ref, shape = seen.ref, [*self.sizes(seen)]
        if ref.kind == "param":
            self.read.add(ref.name)
            return self.add("parameter", {"shape": shape or [1]}, origin=ref.name)
        if not shape:
            raise Refused("it reads a number in a tensor without axes")
        args: dict[str, Any] = {"shape": shape}
        if seen.dtype == "bool":
            args |= {"dtype": "uint8", "below": 2}
        elif "int" in seen.dtype:
            args |= {"dtype": seen.dtype}
        return self.add(CONSTANT, args, origin=ref.name or self.origin(CONSTANT))

    # layers -----------------------------------------------------------------------------------------------------

    @property
    def here(self) -> Call:
        """The call that is written."""
        assert self.call is not None  # noqa: S101 - only asked meanwhile
        return self.call

    def origin(self, suffix: str = "") -> str:
        """What the layer of the call is called in the module tree."""
        call = self.here
        if call.alone and call.path:
            return call.path
        return ".".join(filter(None, (call.path, suffix or _plainly(call.name))))

    def add(
        self, verb: str, args: Mapping[str, Any] | None = None, reads: Sequence[Value | str] = (), **more: Any
    ) -> str:
        """A layer; its name."""
        known = {key: value for key, value in (args or {}).items() if value is not None}
        shown = {} if self.shadow else {key: self.argument(value) for key, value in known.items()}
        names = [each.name if isinstance(each, Value) else each for each in reads]
        more.setdefault("origin", self.origin(verb))
        name = f"?{self.counts.total()}" if self.shadow else self.draft.add(verb, shown, names, **more)
        self.counts[verb] += 1
        self.shapes.add(name, verb, {key: self._size(value) for key, value in known.items()}, names)
        return name

    def _size(self, value: Any) -> Any:
        """An argument as an operator takes it."""
        if isinstance(value, Formula):
            return self.computed(value.made)
        return tuple(map(self._size, value)) if isinstance(value, tuple | list) else value

    def weighted(
        self, verb: str, args: Mapping[str, Any], reads: Sequence[Value | str], **weights: Value | None
    ) -> str:
        """A layer with weights of its own, or with those of an earlier one."""
        given = {name: value for name, value in weights.items() if value is not None}
        owner = self._owner(given)
        if owner is None:
            raise Refused(f"{verb} has weights that lie in several modules")
        self.read.update(value.param for value in given.values())
        key = f"{verb} {owner}"
        more: dict[str, Any] = {"share": self.owners[key]} if key in self.owners and given else {}
        more |= {"trainable": False} if _untrained(given) else {}
        name = self.add(verb, args, reads, origin=owner or self.origin(verb), **more)
        self.owners.setdefault(key, name)
        return name

    def _owner(self, given: Mapping[str, Value]) -> str | None:
        """The module that has these weights under these names; None where it is none."""
        owners = set()
        for name, value in given.items():
            layer, _, called = value.param.rpartition(".")
            if called != name:
                return None
            owners.add(layer)
        return owners.pop() if len(owners) == 1 else "" if not owners else None

    def owned(self, **weights: Value | None) -> bool:
        """Whether these weights are those of one module, under these names, and trained: a filter may be a buffer."""
        given = {name: value for name, value in weights.items() if value is not None}
        return self._owner(given) is not None and not _untrained(given)


def _untrained(given: Mapping[str, Value]) -> bool:
    """Whether a weight is a buffer that PyTorch would train, were it a parameter."""
    return any(value.seen.ref.kind == "buffer" and not name.startswith("running_") for name, value in given.items())


def _plainly(name: str) -> str:
    """`add_`, `__iadd__` and `__add__` are `add`."""
    name = name.strip("_")
    return name[1:] if name.startswith("i") and name[1:] in {"add", "sub", "mul", "truediv"} else name
