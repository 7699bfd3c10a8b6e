"""Layers written into the draft of a spec: where each comes from, and whose its weights are."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.torch.formulas import Formulas
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.tying import lending
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnnplan.translation.draft import Draft
    from cnnplan.translation.torch.calls import Call, Ref

__all__ = ["NONE", "Layers", "plainly"]

NONE: Final[Mapping[int, str]] = MappingProxyType({})
"""No parameters."""


class Layers(Formulas):
    """Writes layers into a draft.

    Args:
        draft: where they go.
        names: the inputs, by their names in the recording.
        parameters: the names of the parameters of the network, by identity.
    """

    def __init__(self, draft: Draft, names: Mapping[str, str], parameters: Mapping[int, str] = NONE) -> None:
        super().__init__(names)
        self.draft = draft
        self.owners: dict[str, str] = {}
        self.tied: frozenset[str] = frozenset()
        self.gradients: dict[str, bool] = {}
        self.held: Counter[str] = Counter()
        self.read: set[str] = set()
        self.made: dict[Ref, str] = {}
        self.counts: Counter[str] = Counter()
        self.call: Call | None = None
        self.shadow = False
        self._parameters = parameters

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
        return ".".join(filter(None, (call.path, suffix or plainly(call.name))))

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

    # weights ------------------------------------------------------------------------------------------------------

    def weighted(
        self, verb: str, args: Mapping[str, Any], reads: Sequence[Value | str], **weights: Value | None
    ) -> str:
        """A layer with weights of its own, or with those of an earlier one."""
        given = {name: value for name, value in weights.items() if value is not None}
        owner = self._owner(given)
        if owner is None:
            raise Refused(f"{verb} has weights that lie in several modules")
        more: dict[str, Any] = {"trainable": False} if _untrained(given) else {}
        params = [value.param for value in given.values()]
        return self.owning(verb, args, reads, params, origin=owner or self.origin(verb), **more)

    def owning(
        self, verb: str, args: Mapping[str, Any], reads: Sequence[Value | str], params: Sequence[str], **more: Any
    ) -> str:
        """A layer with these parameters, or with the weights of an earlier one that has them."""
        key = f"{lending(verb, params)} {' '.join(params)}"
        if self.tied.intersection(params):
            raise Refused(f"{verb} has weights that another layer reads as well, in another way")
        if key in self.owners and params:
            more |= {"share": self.owners[key], "origin": self.origin(verb)}
        else:
            self.hold(params)
            more |= self.trained(params)
        name = self.add(verb, args, reads, **more)
        self.owners.setdefault(key, name)
        return name

    def trained(self, params: Iterable[str]) -> dict[str, Any]:
        """What a layer says of its parameters: that they are trained no more, or nothing."""
        told = {self.gradients[name] for name in params if name in self.gradients}
        return {"trainable": False} if told == {False} else {}

    def params(self, module: Any) -> list[str]:
        """The names of the parameters of a module that is known as a whole."""
        return [self._parameters[id(each)] for each in module.parameters()]

    def hold(self, params: Iterable[str]) -> None:
        """Note that a layer has parameters of these names."""
        self.held.update(params)
        self.read.update(params)

    def shared(self, **weights: Value | None) -> bool:
        """Whether one of these weights is read by layers of another kind too: it stands as a layer of its own then."""
        return any(value is not None and value.param in self.tied for value in weights.values())

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
        return self._owner(given) is not None and not _untrained(given) and not self.shared(**given)


def _untrained(given: Mapping[str, Value]) -> bool:
    """Whether a weight is a buffer that PyTorch would train, were it a parameter."""
    return any(value.seen.ref.kind == "buffer" and not name.startswith("running_") for name, value in given.items())


def plainly(name: str) -> str:
    """The name of a function without what tells its kind: `add_`, `__iadd__` and `__add__` are `add`."""
    name = name.strip("_")
    return name[1:] if name.startswith("i") and name[1:] in {"add", "sub", "mul", "truediv"} else name
