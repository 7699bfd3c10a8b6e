"""Which requirements of an operator fail, and in which words."""

from __future__ import annotations

C = {"out_channels": 6}
X = (2, 4, 9, 7)


def failures(operator, *shapes):
    return [r for r in operator.requires(*shapes) if isinstance(r.condition, bool) or r.condition.verdict is False]


def text(requirement):
    return requirement.message.format(**requirement.values)
