"""What a rule is, and what it sees.

A rule looks at one legal network of a spec, one for every structure that the choices of the spec make, and remarks on
what a practitioner would want to be told. Sizes are judged at the values of the symbols; what has none is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes import Count, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnnplan.configuration import Budget
    from cnnplan.findings import Place, Severity
    from cnnplan.graph import Facts
    from cnnplan.plan import NodePlan, Plan
    from cnnplan.rules.contracts import Outcome
    from cnnplan.rules.coverage import Coverage
    from cnnplan.rules.ignores import Ignores
    from cnnplan.rules.windows import Axis
    from cnnplan.sizes import Shape
    from cnnplan.spec import Spec

__all__ = ["Remark", "Rule", "Subject"]


class Remark(NamedTuple):
    """What a rule says, before anybody knows whether it is wanted."""

    message: str
    place: Place
    layer: str | None = None
    hint: str = ""
    called_from: tuple[Place, ...] = ()
    kind: str = ""
    """What tells it from others of the same rule on one place."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check.

    Args:
        id: its identifier, "CNN210".
        name: named after the problem: "ignore bias-before-normalization" reads well.
        severity: of what it finds.
        doc: the docstring of its module: a title, then the sections What it finds, Why it matters, Example, Instead.
        check: yields what it has to say of one network.
        default: whether it is followed when nobody asks for it.
        options: what may be configured, with the values that count otherwise.
        once: whether it reads the spec alone, so that one structure stands for all.
        composing: whether it is about which layers are put together: inside of blocks that are not the user's there is
            nothing to be changed, and nothing is said.
    """

    id: str
    name: str
    severity: Severity
    doc: str
    check: Callable[[Subject], Iterator[Remark]]
    default: bool = True
    options: Mapping[str, int] = field(default_factory=dict)
    once: bool = False
    composing: bool = False


@dataclass
class Subject:
    """One network under judgement.

    Args:
        spec: where it is written.
        plan: everything predicted of it.
        options: those of the rule that looks at it.
        budgets: what the configuration wants of this spec.
        ignores: what the layers ask not to be told.
        first: whether it is the structure that the defaults make.
        outcomes: the promises that are not kept, once somebody has asked.
        coverage: the structures that the declared ranges make, this one first.
        deploy: the runtimes that it is held against.
    """

    spec: Spec
    plan: Plan
    options: Mapping[str, Any] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    ignores: Ignores | None = None
    first: bool = True
    outcomes: list[tuple[Place, Outcome]] | None = None
    coverage: Coverage | None = None
    deploy: tuple[str, ...] = ()

    @cached_property
    def choice(self) -> str:
        """Which structure it is, where it is not the one that the defaults make: ` with variant = resnet18`."""
        symbols = self.spec.symbols
        shown = (f"{name} = {value}" for name, value in self.plan.values.items() if symbols[name].default != value)
        text = "" if self.first else ", ".join(shown)
        return f" with {text}" if text else ""

    @cached_property
    def values(self) -> dict[str, Any]:
        """The numbers at which sizes are judged."""
        return {name: value for name, value in self.plan.values.items() if isinstance(value, int)}

    @cached_property
    def at(self) -> str:
        """The same for people: ` at H = 224, W = 192`, of the sizes that come in."""
        shown = (f"{name} = {self.values[name]}" for name in self.sizes if name in self.values)
        text = ", ".join(shown)
        return f" at {text}" if text else ""

    @cached_property
    def sizes(self) -> tuple[str, ...]:
        """The symbols in the spatial extents of the inputs."""
        names: dict[str, None] = {}
        for name, shape in self.plan.inputs.items():
            whole = "int" in self.spec.inputs[name].dtype  # of numbers that are looked up there are no channels
            for extent in shape[1 if whole else 2 :]:
                names.update(dict.fromkeys(sorted(getattr(extent, "symbols", ()))))
        return tuple(names)

    @cached_property
    def batch(self) -> frozenset[str]:
        """The symbols in the first extents of the inputs that are in no other of their extents."""
        shapes = [shape for shape in self.plan.graph.inputs.values() if shape]
        first = {name for shape in shapes for name in getattr(shape[0], "symbols", ())}
        return frozenset(first - {name for shape in shapes for n in shape[1:] for name in getattr(n, "symbols", ())})

    @cached_property
    def readers(self) -> dict[str, list[NodePlan]]:
        """Who reads each layer and each input."""
        readers: dict[str, list[NodePlan]] = {}
        for node in self.plan:
            for name in dict.fromkeys(node.inputs):
                readers.setdefault(name, []).append(node)
        return readers

    def read(self, node: NodePlan) -> list[NodePlan]:
        """Who reads a layer."""
        return self.readers.get(node.name, [])

    @cached_property
    def outputs(self) -> frozenset[str]:
        """The layers that the network gives."""
        return frozenset(self.plan.outputs)

    @cached_property
    def windows(self) -> dict[Facts, list[Axis]]:
        """The axes of the layers with windows that were looked at, by kind of layer."""
        return {}

    @cached_property
    def elsewhere(self) -> dict[Facts, list[Any]]:
        """What the layers that were looked at are in runtimes, by kind of layer."""
        return {}

    @cached_property
    def _memo(self) -> dict[Any, Any]:
        return {}

    def number(self, extent: Any) -> Any:
        """An extent at the values, None where a symbol has none."""
        if not isinstance(extent, Count):
            return extent
        if not extent.symbols <= self.values.keys():
            return None
        return evaluate(extent, self.values, self._memo)

    def shape(self, name: str) -> tuple[Any, ...]:
        """The shape of a layer or input at the values; () where an extent has none."""
        known = self._shapes.get(name)
        if known is None:
            shape: Shape = self.plan.nodes[name].shape if name in self.plan.nodes else self._inputs[name]
            numbers = tuple(map(self.number, shape))
            known = self._shapes[name] = () if None in numbers else numbers
        return known

    @cached_property
    def _inputs(self) -> dict[str, Shape]:
        return self.plan.inputs

    @cached_property
    def _shapes(self) -> dict[str, tuple[Any, ...]]:
        return {}

    def before(self, node: NodePlan) -> NodePlan | None:
        """The layer that a layer with one input reads, if nobody else reads it."""
        if len(node.inputs) != 1:
            return None
        (name,) = node.inputs
        only = name not in self.outputs and len(self.readers[name]) == 1
        return self.plan.nodes.get(name) if only else None

    def behind(self, node: NodePlan, *verbs: str) -> NodePlan | None:
        """The same, looking through layers of these verbs."""
        found = self.before(node)
        while found is not None and found.op.verb in verbs:
            found = self.before(found)
        return found

    def remark(self, node: NodePlan, message: str, argument: str = "", hint: str = "") -> Remark:
        """Say something of a layer, or of one of its arguments."""
        place = node.place.below(node.op.verb, argument) if argument else node.place
        return Remark(message, place, node.name, hint, node.node.called_from)
