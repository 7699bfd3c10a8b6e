"""Windows as rules see them: numbers, axis by axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.ops.windows import Windowed, per_axis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Subject

__all__ = ["Axis", "axes", "slides"]

WINDOWED = ("conv", "max_pool", "avg_pool")
MOST = 4096
"""Windows that are looked at one by one."""


class Axis(NamedTuple):
    """The windows along one axis of an input of `n` elements."""

    dim: int
    n: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    steps: int

    @property
    def span(self) -> int:
        """What a window covers, from its first tap to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def skips(self) -> bool:
        """Whether elements lie between one window and the next."""
        return self.stride > self.span and self.steps > 1

    @property
    def unread(self) -> int:
        """How many elements at the end no window reaches."""
        return max(self.n - ((self.steps - 1) * self.stride + self.span - self.before), 0)

    @property
    def blind(self) -> int | None:
        """The first window that sees only padding."""
        for step in self._edges():
            start = step * self.stride - self.before
            first = max(-(start // self.dilation), 0)
            if first >= self.kernel or start + first * self.dilation >= self.n:
                return step
        return None

    def _edges(self) -> Iterator[int]:
        """The windows that stick out, at either end."""
        first = min(-(-self.before // self.stride), self.steps)
        last = max((self.n + self.before - self.span) // self.stride + 1, first)
        yield from range(min(first, MOST))
        yield from range(last, min(self.steps, last + MOST))


def slides(node: NodePlan) -> bool:
    """Whether a layer slides windows over its input."""
    return node.op.verb in WINDOWED


def axes(subject: Subject, node: NodePlan) -> list[Axis]:
    """The axes of a layer with windows, [] where a number is not known; looked at once for all layers alike."""
    known = subject.windows
    facts = node.node.facts
    if facts not in known:
        known[facts] = _axes(subject, node)
    return known[facts]


def _axes(subject: Subject, node: NodePlan) -> list[Axis]:
    op: Any = node.op
    shape, output = subject.shape(node.inputs[0]), subject.shape(node.name)
    if not isinstance(op, Windowed) or not shape or not output:
        return []
    count = len(shape) - 2
    kernels, strides = per_axis(op.kernel_size, count), op.strides(count)
    dilations = per_axis(getattr(op, "dilation", 1), count)
    pads = op.margins(shape[2:])
    found = []
    for i in range(count):
        sides = (kernels[i], strides[i], dilations[i], *pads[i])
        numbers = [subject.number(side) for side in sides]
        if None in numbers:
            return []
        kernel, stride, dilation, before, after = numbers
        found.append(Axis(i + 2, shape[i + 2], kernel, stride, dilation, before, after, output[i + 2]))
    return found
