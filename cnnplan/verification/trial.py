"""One structure of a network, run at chosen sizes and compared."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cnnplan.cost import KINDS
from cnnplan.errors import CnnplanError
from cnnplan.executor import DTYPES, execute
from cnnplan.executor.weights import Positive, Weights
from cnnplan.lazy import np
from cnnplan.memory import Memory
from cnnplan.verification.choice import Choice
from cnnplan.verification.fields import probes
from cnnplan.verification.results import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cnnplan.checkpoints import Checkpoint
    from cnnplan.executor import Execution
    from cnnplan.plan import Plan
    from cnnplan.verification.fields import Probe
    from cnnplan.verification.results import Verification

    Run = Callable[[], None]

__all__ = ["Trial"]

FEWEST = 2
MOST_MACS = 2_000_000_000
"""The arithmetic of one run beyond which it is left out, if others are left."""


class Trial:
    """The runs of a network whose structure is decided.

    Args:
        plan: the network, with letters.
        told: values that are not to be chosen.
        found: where comparisons go.
        seed: of inputs and weights.
        limit: bytes that a run may take.
        weights: a file of those that the runs at legal sizes have; left out, they are drawn.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a run needs
        self,
        plan: Plan,
        told: Mapping[str, Any],
        found: Verification,
        seed: int,
        limit: int | None,
        weights: Mapping[str, Any] | str | Path | Checkpoint | None = None,
    ) -> None:
        self.plan = plan
        self.choice = Choice(plan, told)
        self.found = found
        self.seed = seed
        self.limit = limit
        self.weights = weights
        self.dtype = plan.spec.dtype if plan.spec.dtype in DTYPES else DTYPES[0]
        self._pool: dict[Any, Any] = {}

    def runs(self, number: int = 0) -> Iterator[tuple[str, Run]]:
        """What to run, each with a text that says what it is.

        Args:
            number: how many structures of the network came before. The first is run at all sizes that are chosen and
                its receptive fields are measured along every axis; the others at two sizes and along one.
        """
        for values in self._affordable(number):
            yield _text(values), partial(self.compare, values)
        for values in self.choice.forbidden():
            yield f"{_text(values)}, which is forbidden", partial(self.refuse, values)
        for probe in [*probes(self.choice)][-1 if number else 0 :]:
            for place in probe.places():
                yield f"receptive field at {_text(probe.plan.values)}", partial(self.probe, probe, place)

    def _affordable(self, number: int) -> list[dict[str, Any]]:
        """The bindings that take little arithmetic, and in any case the two that take least.

        A later structure has the one that takes least, and another in turn, whatever it takes.
        """
        weighed = [(values, self.plan.at(**values).macs) for values in self.choice.bindings()]
        weighed.sort(key=itemgetter(1))
        if number and len(weighed) > FEWEST:
            weighed = [weighed[0], weighed[1 + number % (len(weighed) - 1)]]
        return [values for i, (values, macs) in enumerate(weighed) if i < FEWEST or macs <= MOST_MACS]

    def compare(self, values: Mapping[str, Any]) -> None:
        """Run at these values, and hold every prediction against what came out."""
        plan = self.plan.at(**values)
        memory = Memory(plan.graph, plan.values, self.dtype)
        at = plan.values
        self.found.cases.append(Case(at, len(plan), "sizes"))
        need = int(memory.inference)  # type: ignore[arg-type]
        options: dict[str, Any] = {
            "weights": self._weights(plan, self.weights),
            "seed": self.seed,
            "dtype": self.dtype,
            "metered": True,
        }
        run = self._tried(at, lambda: execute(plan.graph, values=at, need=need, limit=self.limit, **options))
        if run is None:
            return
        self._layers(plan, memory, run)
        self._totals(plan, memory, run)

    def refuse(self, values: Mapping[str, Any]) -> None:
        """Run at values that a condition forbids: the kernels must fail."""
        at = {**self.plan.values, **values}
        self.found.cases.append(Case(at, 0, "forbidden"))
        try:
            with np.errstate(all="ignore"):
                execute(self.plan.graph, values=at, weights=self._weights(self.plan), seed=self.seed, dtype=self.dtype)
        except CnnplanError:
            raise
        except Exception:  # noqa: BLE001 - whatever a kernel raises is what was predicted
            outcome = "fails"
        else:
            outcome = "runs"
        self.found.compare("forbidden sizes", "", at, "fails", outcome)

    def probe(self, probe: Probe, place: int) -> None:
        """See what a NaN reaches."""
        self.found.cases.append(Case(probe.plan.values, len(probe.plan), "receptive field"))
        self._tried(probe.plan.values, lambda: probe.run(place, self._positive(probe.plan), self.found))

    def _tried(self, at: Mapping[str, Any], run: Callable[[], Any]) -> Any:
        """What a run gives; a kernel that fails where it should not is a finding."""
        try:
            with np.errstate(all="ignore"):
                return run()
        except CnnplanError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a kernel raises
            self.found.compare("runs", "", at, "runs", f"{type(error).__name__}: {error}")
            return None

    def _positive(self, plan: Plan) -> Positive:
        return Positive(None, plan.graph.nodes, self.seed, self.dtype, self._pool)

    def _weights(self, plan: Plan, given: Mapping[str, Any] | str | Path | Checkpoint | None = None) -> Weights:
        return Weights(given, plan.graph.nodes, self.seed, self.dtype, self._pool)

    def _layers(self, plan: Plan, memory: Memory, run: Execution) -> None:
        compare, at = self.found.compare, plan.values
        for name, node in plan.nodes.items():
            seen = run.measurements[name]
            compare("shape", name, at, node.shape, seen.shape)
            compare("type", name, at, plan.graph.nodes[name].facts.elements.dtype or self.dtype, seen.dtype)
            compare("parameters", name, at, node.params, seen.params)
            compare("buffers", name, at, node.buffers, seen.buffers)
            compare("live bytes", name, at, memory.nodes[name].live, seen.live)
            for kind in KINDS:
                compare(kind, name, at, getattr(node.cost, kind), getattr(seen.cost, kind))

    def _totals(self, plan: Plan, memory: Memory, run: Execution) -> None:
        compare, at = self.found.compare, plan.values
        seen = run.measurements.values()
        compare("outputs", "", at, plan.outputs, {name: array.shape for name, array in run.outputs.items()})
        compare("total parameters", "", at, plan.params, sum(measurement.params for measurement in seen))
        compare("total buffers", "", at, plan.buffers, sum(measurement.buffers for measurement in seen))
        for kind in KINDS:
            compare(f"total {kind}", "", at, getattr(plan.cost, kind), getattr(run.cost, kind))
        compare("weight bytes", "", at, memory.weights, run.weight_bytes)
        compare("peak bytes", "", at, memory.peak, run.peak)


def _text(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
