"""A layer ignores a rule that has nothing to say of it.

## What it finds

A rule in the `ignore:` of a layer that finds nothing there, that does not exist, or that is an error, which cannot be
ignored. Rules that are not followed are not judged: nobody can say what they would have found.

## Why it matters

The layer was mended and the excuse stayed; the next fault of the kind will not be seen.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, bias: false}
    ignore: bias-before-normalization
  - batch_norm
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3, bias: false}
  - batch_norm
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """What was asked in vain; all other rules have been followed by now."""
    if subject.ignores is None:
        return
    for entry, word in subject.ignores.unused():
        message = _said(word, subject.ignores.followed)
        if message:
            yield Remark(message, entry.place.below("ignore"), entry.label, "take it out")


def _said(word: str, followed: set[str]) -> str:
    """What is wrong with an entry of `ignore`, "" where that is not known."""
    from cnnplan.rules import FAULTS, RULES, identifier  # noqa: PLC0415 - the table holds this module

    rule = identifier(word)
    if rule in FAULTS:
        return f"{word} is an error: no layer can ignore it"
    if rule not in RULES:
        return f"there is no rule {word}"
    return f"{word} has nothing to say here, and is ignored" if rule in followed else ""


RULE = Rule(
    id="CNN304",
    name="unused-ignore",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    once=True,
)
