"""Recorded calls as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.findings import Severity
from cnnplan.translation.torch.calls import Call, Ref, Seen, Untraceable, tensors
from cnnplan.translation.torch.laying import NONE, Layers, plainly
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.recording import DYNAMIC
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnplan.translation.draft import Draft
    from cnnplan.translation.torch.made import Guard

__all__ = ["Emitter"]

CONSTANT: Final = "constant"
PRODUCTS: Final = {
    "matmul",
    "mm",
    "bmm",
    "mv",
    "dot",
    "einsum",
    "linear",
    "addmm",
    "baddbmm",
    "conv1d",
    "conv2d",
    "conv3d",
}
"""Functions that multiply and add."""


class Emitter(Layers):
    """Writes the layers of calls into a draft.

    Args:
        draft: where they go.
        table: what writes a call, by the name of its function.
        names: the inputs, by their names in the recording.
        parameters: the names of the parameters of the network, by identity.
    """

    def __init__(
        self,
        draft: Draft,
        table: Mapping[str, Callable[..., Any]],
        names: Mapping[str, str],
        parameters: Mapping[int, str] = NONE,
    ) -> None:
        super().__init__(draft, names, parameters)
        self.table = table
        self.optional = False
        self.required: list[Guard] = []
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
        if plainly(call.name) in PRODUCTS:
            what = f"{call.path}: {plainly(call.name)}".removeprefix(": ")
            message = f"{what} of constants alone is taken as done beforehand, and its MACs are not counted"
            self.draft.remark("CNN032", message, severity=Severity.NOTE)
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
        writer = self.table.get(name) or self.table.get(plainly(name))
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
            self.hold([ref.name])
            return self.add("parameter", {"shape": shape}, origin=ref.name, **self.trained([ref.name]))
        args: dict[str, Any] = {"shape": shape}
        if seen.dtype == "bool":
            args |= {"dtype": "uint8", "below": 2}
        elif "int" in seen.dtype:
            args |= {"dtype": seen.dtype}
        return self.add(CONSTANT, args, origin=ref.name or self.origin(CONSTANT))
