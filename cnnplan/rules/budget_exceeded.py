"""The network exceeds a budget of the configuration.

## What it finds

A spec that breaks one of the `budgets` under `[tool.cnnplan]` in pyproject.toml, or in cnnplan.toml; the examples below
are judged under `budgets = ["params <= 400"]`. Budgets are comparisons as in `expect`, held at the values of the
symbols, or at their own: `{that = "macs <= 9G", at = {H = 320}, files = "specs/*.yaml"}`.

## Why it matters

A budget is what the device or the service can bear, whatever a single spec promises.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 14, kernel_size: 3}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.findings import Place, Severity
from cnnplan.rules.base import Remark, Rule
from cnnplan.rules.contracts import Verdict, hold
from cnnplan.spec import EvaluationError, Unreadable, parse
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.configuration import Budget
    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """The budgets that are exceeded."""
    place = Place(subject.spec.file, ("layers",), key=True)
    for budget in subject.budgets:
        yield from _held(subject, budget, place)


def _held(subject: Subject, budget: Budget, place: Place) -> Iterator[Remark]:
    for name in budget.at:
        if name not in subject.spec.symbols:
            near = did_you_mean(name, subject.spec.symbols)
            message = (
                f"the budget {budget.that} is at a value of {name}, which {subject.spec.file} does not declare{near}"
            )
            raise UsageError(f"{message}; files = ... chooses the specs that it is for")
    try:
        outcome = hold(subject, parse(budget.that, place), budget.at)
    except (EvaluationError, Unreadable) as error:
        raise UsageError(f"the budget {budget.that} has no value: {error}") from None
    if outcome is not None and outcome.verdict is not Verdict.KEPT:
        yield Remark(f"budget: {outcome.message}", place, hint=outcome.hint)


RULE = Rule(
    id="CNN302",
    name="budget-exceeded",
    severity=Severity.ERROR,
    doc=__doc__,
    check=check,
)
