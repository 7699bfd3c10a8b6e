"""What a verification found: every comparison is counted, those that failed are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Case", "Mismatch", "Score", "Verification"]


class Mismatch(NamedTuple):
    """A comparison that failed.

    Args:
        quantity: what was compared: shape, params, macs, live, ...
        layer: the name of the layer, "" for the network as a whole.
        at: the values of the symbols.
        predicted, measured: what did not agree.
    """

    quantity: str
    layer: str
    at: Mapping[str, Any]
    predicted: Any
    measured: Any


@dataclass(slots=True)
class Score:
    """The comparisons of one quantity: how many, how many failed, and the sums where it is counted."""

    comparisons: int = 0
    mismatches: int = 0
    predicted: int = 0
    measured: int = 0


class Case(NamedTuple):
    """One run: at which values, of how many layers, and why ("sizes", "forbidden", "receptive field")."""

    at: Mapping[str, Any]
    layers: int
    purpose: str


@dataclass(slots=True)
class Verification:
    """The predictions of a network against its execution.

    Args:
        name: of the network.
        cases: what was run.
        scores: the comparisons by quantity.
        mismatches: those that failed.
        omitted: the runs that were left out for want of time, each in words.
    """

    name: str
    cases: list[Case] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything agreed, and something was compared."""
        return bool(self.comparisons) and not self.mismatches

    @property
    def comparisons(self) -> int:
        """How many there were."""
        return sum(score.comparisons for score in self.scores.values())

    @property
    def bindings(self) -> int:
        """At how many different values."""
        return len({tuple(map(str, case.at.items())) for case in self.cases})

    @property
    def layers(self) -> int:
        """How many layers ran, each counted once a run."""
        return sum(case.layers for case in self.cases)

    @property
    def summary(self) -> str:
        """What was verified, in one line."""
        bindings = f"{self.bindings} binding{'s' * (self.bindings != 1)}"
        did = f"{bindings}, {self.layers:,} layers run, {self.comparisons:,} comparisons"
        rest = f"; {len(self.omitted)} runs were left out for want of time" if self.omitted else ""
        return f"{self.name}: {did}: {'all agree' if self.ok else f'{len(self.mismatches):,} do not agree'}{rest}"

    def compare(self, quantity: str, layer: str, at: Mapping[str, Any], predicted: Any, measured: Any) -> None:
        """Count a comparison, and keep it if the two are not equal."""
        self.note(Mismatch(quantity, layer, at, predicted, measured), agrees=predicted == measured)

    def note(self, pair: Mismatch, *, agrees: bool) -> None:
        """Count a comparison that was made elsewhere."""
        score = self.scores.setdefault(pair.quantity, Score())
        score.comparisons += 1
        if type(pair.predicted) is type(pair.measured) is int:
            score.predicted += pair.predicted
            score.measured += pair.measured
        if not agrees:
            score.mismatches += 1
            self.mismatches.append(pair)
