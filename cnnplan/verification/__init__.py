"""Predictions against execution: the one room that sees both.

A network is run at bindings that are chosen to find faults, in NumPy and with arithmetic counted, and compared layer
by layer and in total: shapes, parameters, buffers, every kind of arithmetic, the bytes that are alive. Receptive fields
are measured by what a NaN reaches. And at sizes that a condition forbids, execution must really fail.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from cnnplan.graph import bindings
from cnnplan.plan import plan_spec
from cnnplan.translation import load_spec
from cnnplan.verification.choice import structures
from cnnplan.verification.results import Case, Mismatch, Score, Verification
from cnnplan.verification.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cnnplan.checkpoints import Checkpoint
    from cnnplan.spec import Spec
    from cnnplan.verification.trial import Run

    Progress = Callable[[int, int, str], None]

SECONDS = 45.0
"""How long runs are begun, unless something else is asked for."""

__all__ = ["SECONDS", "Case", "Mismatch", "Score", "Verification", "verify"]


def verify(  # noqa: PLR0913 - all but one by keyword
    source: Spec | str | Path,
    /,
    *,
    seed: int = 0,
    limit: int | None = None,
    seconds: float = SECONDS,
    progress: Progress | None = None,
    weights: Mapping[str, Any] | str | Path | Checkpoint | None = None,
    **values: Any,
) -> Verification:
    """Hold every prediction of a network against its execution.

    Args:
        source: the path of a YAML file, its text, or what was read of it.
        seed: of inputs and weights.
        limit: bytes that a run may take; left out, half of what is free.
        seconds: after which no further run is begun; those that are left out are told. The first is always run.
        progress: is called before each run: how many are done, of how many, and what comes.
        weights: arrays by name, or a file of them, for the runs at legal sizes; left out, they are drawn.
        values: of symbols; those left out are chosen.

    Raises:
        SpecError: the spec is at fault.
        UsageError: the file cannot be read, a value is wrong, or a run needs too much memory.
    """
    spec = load_spec(source)
    bound = bindings(spec, values)
    told = {name: bound[name] for name in values}
    found = Verification(spec.name)
    runs: list[tuple[str, Run]] = []
    for number, case in enumerate(structures(spec, told)):
        fixed = {**told, **case}
        runs += Trial(plan_spec(spec, fixed), fixed, found, seed, limit, weights).runs(number)
    total, end = len(runs), monotonic() + seconds
    for done in range(total):
        if done and monotonic() > end:
            found.omitted = [text for text, _ in runs]
            break
        text, run = runs.pop(0)
        if progress:
            progress(done, total, text)
        run()
    return found
