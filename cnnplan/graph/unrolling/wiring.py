"""What entries read, which weights they share, and the errors that come up on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.graph.environment import Environment, Unjudged
from cnnplan.graph.fragments import NOTHING, Fragment, Handle
from cnnplan.graph.lists import flat
from cnnplan.graph.parts import UNKNOWN, Fault
from cnnplan.graph.scope import Scope
from cnnplan.graph.sharing import shared
from cnnplan.spec import EvaluationError

if TYPE_CHECKING:
    from cnnplan.dtypes import Storage
    from cnnplan.findings import Place
    from cnnplan.graph.environment import Frame
    from cnnplan.graph.unrolling.builder import Builder
    from cnnplan.spec import Entry

__all__ = ["Wiring"]

HINT = "give both the same arguments and inputs as wide, or leave share out"
"""The way out where weights do not fit."""


class Wiring:
    """One block, or the spec itself, while its entries are unrolled.

    Args:
        builder: what unrolls the other blocks.
        frame: the names that its expressions see.
        inputs: what comes in, by name: maps, or lists of maps.

    Attributes:
        outer: the origin of the groups that are being unrolled.
        told: what these are stored in.
    """

    def __init__(self, builder: Builder, frame: Frame, inputs: dict[str, Handle]) -> None:
        self.builder = builder
        self.frame = frame
        self.fragment = Fragment()
        self.outer = ""
        self.told: Storage | None = None
        self.scope = Scope(lenient=bool(builder.spec.broken))
        self.scope.handles.update(inputs)
        self.start = next(iter(inputs.values())) if len(inputs) == 1 else NOTHING

    def inputs(self, names: tuple[str, ...], entry: Entry, scope: Scope, prev: Handle) -> Handle:
        """What an entry reads that says so, each name with the tensors that it stands for."""
        env = Environment(self.frame, scope, prev)
        found = [self.named(name, env, prev, entry.place, entry.label) for name in names]
        groups = [flat([handle.outputs for handle in handles]) for handles in found]
        return Handle(flat(groups), groups=tuple(map(len, groups)))

    def named(
        self, name: str, env: Environment, prev: Handle | None, place: Place | None = None, label: str = ""
    ) -> list[Handle]:
        """What a name of `from` or `outputs` stands for; without a place, it is one of `outputs`."""
        scope = env.scope
        try:
            return scope.find(name, env, prev)
        except Unjudged:
            return [Handle((UNKNOWN,))]
        except EvaluationError as error:
            where = self.builder.spec.layers[-1].place if place is None else place
            message = str(error).replace("unknown name", "no layer before this one is called")
            self.fault(error.rule, message, where.below("from") if place else where, scope.prefix + label)
            return [Handle((UNKNOWN,))]

    def owner(self, entry: Entry, scope: Scope) -> Handle | None:
        """The earlier entry whose weights this one has."""
        try:
            return scope.find(str(entry.share), Environment(self.frame, scope))[0]
        except EvaluationError as error:
            message = f"share: {error}".replace("unknown name", "no layer before this one is called")
            self.fault(error.rule, message, entry.place.below("share"), scope.prefix + entry.label)
            return None

    def share(self, entry: Entry, copy: Handle, owner: Handle | None, scope: Scope) -> None:
        """Give the layers of a copy the weights of the layers of its owner, one by one."""
        if owner is None or UNKNOWN in (*owner.outputs, *copy.outputs):
            return
        fault = shared(self.fragment, copy.span, owner.span)
        if fault:
            where = entry.place.below("share")
            message = f"cannot share the weights of {entry.share}: {fault}"
            self.fault("CNN109", message, where, scope.prefix + entry.label, HINT)

    def fault(self, rule: str, message: str, place: Place, layer: str, hint: str = "") -> None:
        """Keep an error."""
        self.fragment.faults.append(Fault(rule, message, place, layer, hint))
