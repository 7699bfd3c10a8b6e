"""How many designs have a shape, where they are too many to be tried: dynamic programming over layer and size.

Layers are gone through in the order they are written. What is known of the designs so far is only which shapes are
still needed and which choices matter later; designs that agree in that are counted together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import UsageError
from cnnplan.exploration.questions import ASKED
from cnnplan.lazy import pydantic_core
from cnnplan.ops import Operator
from cnnplan.sizes.forms.polynomials import Count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnnplan.graph import Node
    from cnnplan.plan import Plan
    from cnnplan.sizes import Condition, Shape
    from cnnplan.spec import Expression

__all__ = ["Counted", "counted"]


class Counted(NamedTuple):
    """How many designs there are, and one of them."""

    designs: int
    witness: dict[str, Any] | None


class State(NamedTuple):
    """What matters of a design so far: the shapes that are still needed, and the choices that matter later."""

    shapes: tuple[tuple[str, Shape], ...]
    choices: tuple[tuple[str, Any], ...]


class Ways(NamedTuple):
    """How many designs come to a state, and where one of them came from."""

    designs: int
    before: State | None
    chosen: tuple[tuple[str, Any], ...]


def counted(plan: Plan, options: Mapping[str, Sequence[Any]], where: Expression, values: Mapping[str, Any]) -> Counted:
    """How many combinations of these options are legal and as asked.

    Args:
        plan: the network, whose structure rests on none of the options.
        options: the values of each symbol that is looked for.
        where: a question about shapes and symbols.
        values: of all other symbols.

    Raises:
        UsageError: the question is about totals, which do not pass through a layer at a time.
    """
    about = [name for name in ASKED if name in where.names]
    if about:
        raise UsageError(
            f"{' and '.join(about)} of so many designs cannot be asked for: ask for shapes, or narrow --set"
        )
    return Frontier(plan, options, where, values).run()


class Frontier:
    """The states that are reached, layer after layer."""

    def __init__(
        self, plan: Plan, options: Mapping[str, Sequence[Any]], where: Expression, values: Mapping[str, Any]
    ) -> None:
        self.plan = plan
        self.options = options
        self.where = where
        self.values = values
        self.asked = {name: self._layer(name) for name in where.layers}
        self.nodes = list(plan.graph.nodes.values())
        self._operators: dict[Any, Operator | None] = {}
        self._outputs: dict[Any, Shape | None] = {}
        self._shapes, self._choices = self._last_uses()

    def _layer(self, name: str) -> str:
        return name if name in self.plan.inputs else self.plan.end(name)

    def _last_uses(self) -> tuple[dict[str, int], dict[str, int]]:
        """The number of the last layer that needs each shape, and each choice."""
        shapes = {source: i for i, node in enumerate(self.nodes) for source in node.inputs}
        choices = {name: i for i, node in enumerate(self.nodes) for name in _symbols(node.op) if name in self.options}
        end = len(self.nodes)
        return {**shapes, **dict.fromkeys(self.asked.values(), end)}, {
            **choices,
            **{name: end for name in self.where.names if name in self.options},
        }

    def run(self) -> Counted:
        """Go through all layers, then ask."""
        free = [name for name in self.options if name not in self._choices]
        start = State(tuple(self._inputs()), ())
        history: list[dict[State, Ways]] = [{start: Ways(1, None, ())}]
        for number, node in enumerate(self.nodes):
            history.append(self._through(history[-1], number, node))
        good = [(state, ways) for state, ways in history[-1].items() if self._holds(state)]
        times = 1
        for name in free:
            times *= len(self.options[name])
        total = sum(ways.designs for _, ways in good) * times
        return Counted(total, self._witness(good[0][0], history, free) if good else None)

    def _inputs(self) -> Iterator[tuple[str, Shape]]:
        for name, shape in self.plan.graph.inputs.items():
            if any(isinstance(extent, Count) and extent.symbols & self.options.keys() for extent in shape):
                raise UsageError(f"the shape of {name} depends on what is looked for, which is too much to count")
            yield name, tuple(_bound(extent, self.values) for extent in shape)

    def _through(self, states: Mapping[State, Ways], number: int, node: Node) -> dict[State, Ways]:
        """The states behind a layer."""
        after: dict[State, Ways] = {}
        needed = sorted(_symbols(node.op) & self.options.keys())
        for state, ways in states.items():
            shapes, known = dict(state.shapes), dict(state.choices)
            inputs = tuple(shapes[source] for source in node.inputs)
            for chosen in self._choose([name for name in needed if name not in known]):
                choices = {**known, **dict(chosen)}
                output = self._output(node, tuple((name, choices[name]) for name in needed), inputs)
                if output is not None:
                    behind = self._state(number, {**shapes, node.name: output}, choices)
                    count = ways.designs + (after[behind].designs if behind in after else 0)
                    after[behind] = Ways(count, state, chosen)
        return after

    def _state(self, number: int, shapes: Mapping[str, Shape], choices: Mapping[str, Any]) -> State:
        """What still matters behind a layer."""
        return State(
            tuple((name, shape) for name, shape in shapes.items() if self._shapes.get(name, -1) > number),
            tuple((name, value) for name, value in choices.items() if self._choices[name] > number),
        )

    def _choose(self, names: list[str]) -> Iterator[tuple[tuple[str, Any], ...]]:
        if not names:
            yield ()
            return
        for value in self.options[names[0]]:
            for rest in self._choose(names[1:]):
                yield ((names[0], value), *rest)

    def _output(self, node: Node, choices: tuple[tuple[str, Any], ...], inputs: tuple[Shape, ...]) -> Shape | None:
        """The shape behind a layer, None where it is not legal; computed once for all layers that are alike."""
        if not _meet(node, inputs):
            return None
        key = (id(node.op), choices)
        if key not in self._operators:
            self._operators[key] = _concrete(node.op, {**self.values, **dict(choices)})
        made = self._operators[key]
        if made is None:
            return None
        case = (made, inputs)
        if case not in self._outputs:
            legal = all(_true(requirement.condition) for requirement in made.requires(*inputs))
            self._outputs[case] = made.output(*inputs) if legal else None
        return self._outputs[case]

    def _holds(self, state: State) -> bool:
        shapes = dict(state.shapes)
        env = _Known(self.plan, {**self.values, **dict(state.choices)}, {k: shapes[v] for k, v in self.asked.items()})
        return _true(self.where.evaluate(env))

    def _witness(self, state: State, history: list[dict[State, Ways]], free: list[str]) -> dict[str, Any]:
        found = {name: self.options[name][0] for name in free}
        for states in reversed(history[1:]):
            ways = states[state]
            found.update(ways.chosen)
            assert ways.before is not None  # noqa: S101 - only the start has nothing before it
            state = ways.before
        return {name: found[name] for name in self.options}


class _Known:
    """The names of a question when all shapes are numbers."""

    def __init__(self, plan: Plan, values: Mapping[str, Any], shapes: Mapping[str, Shape]) -> None:
        self.plan = plan
        self.values = values
        self.shapes = shapes

    def lookup(self, name: str) -> Any:
        """The value of a symbol."""
        return self.values[name]

    def shape(self, name: str) -> Shape:
        """The shape of a layer."""
        return self.shapes[name]

    def decide(self, condition: Condition) -> bool:
        """Nothing is open among numbers."""
        return bool(condition)


def _meet(node: Node, inputs: tuple[Shape, ...]) -> bool:
    """Whether no extent is repeated that was not written as the number 1."""
    if type(node.op).joins is Operator.joins:
        return True
    written = node.facts.shapes
    return all(
        left == right or first == 1 or other == 1
        for shape, letters in zip(inputs[1:], written[1:], strict=True)
        for left, right, first, other in zip(inputs[0], shape, written[0], letters, strict=True)
    )


def _true(condition: Any) -> bool:
    return condition if isinstance(condition, bool) else bool(condition)


def _symbols(op: Operator) -> frozenset[str]:
    """The symbols in an operator's arguments."""
    return frozenset().union(*(_of(getattr(op, name)) for name in type(op).model_fields))


def _of(value: Any) -> frozenset[str]:
    if isinstance(value, tuple):
        return frozenset().union(*map(_of, value))
    return value.symbols if isinstance(value, Count) else frozenset()


def _concrete(op: Operator, values: Mapping[str, Any]) -> Operator | None:
    """The operator with numbers in place of letters; None where it does not exist."""
    try:
        return type(op)(**{name: _bound(getattr(op, name), values) for name in op.model_fields})
    except pydantic_core.ValidationError:
        return None


def _bound(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_bound(item, values) for item in value)
    if isinstance(value, Count):
        return value.at(values)
    return value
