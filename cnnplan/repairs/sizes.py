"""Ideas for layers that do not fit together: what the entries before them may say instead.

Nothing here knows whether an idea helps: each is tried, and what is proved is kept. The ideas are what people do:
padding, rounding and strides of windows; the size of what is stretched, taken from what it meets; an argument as the
entry beside it has it; a projection; groups that divide; and, last, fewer sizes that the spec claims to be legal for.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from cnnplan.repairs.claims import claims
from cnnplan.repairs.ideas import Idea, idea
from cnnplan.repairs.joins import joins
from cnnplan.repairs.sites import Site, sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.repairs.manuscript import Manuscript

__all__ = ["sizes"]

LEGALITY = (
    "CNN101",
    "CNN102",
    "CNN103",
    "CNN104",
    "CNN105",
    "CNN106",
    "CNN107",
    "CNN108",
    "CNN109",
    "CNN112",
    "CNN113",
)
"""The rules of layers that are not legal."""

COPIED = frozenset({"name", "from", "repeat", "paths", "join"})
"""What is no argument."""

WIDEST = 11
"""The widest kernel whose paddings are all tried."""


def sizes(finding: Finding, manuscript: Manuscript) -> Iterator[Idea]:
    """What may make the layer legal that a finding is about."""
    some = sites(manuscript, finding)
    if not some:
        return
    if "does not divide" in finding.message:
        yield from _groups(some)
    if finding.rule == "CNN103":
        yield from joins(finding, manuscript, some)
    yield from chain.from_iterable(_window(site) for site in some)
    yield from _copies(some)
    yield from claims(finding, manuscript)


def _put(  # noqa: PLR0913 - an Idea has as many parts
    site: Site, argument: str, value: str, *, neutral: bool = False, rank: int = 0, far: int = 0
) -> Iterator[Idea]:
    if site.text(argument) == value:
        return
    title = f"write {argument}: {value} in {_called(site)}"
    yield from idea(title, site.file, site.layout.put(site.verb, argument, value), neutral=neutral, rank=rank, far=far)


def _called(site: Site) -> str:
    line, _ = site.layout.place(site.layout.begin(site.path))
    return f"{site.called} of line {line}"


def _window(site: Site) -> Iterator[Idea]:
    """Other paddings, rounding and steps of a layer with windows."""
    op = site.op
    if op is None:
        return
    fields = type(op).model_fields
    if "ceil_mode" in fields and site.called == op.verb:
        yield from _put(site, "ceil_mode", "false" if getattr(op, "ceil_mode", False) else "true", neutral=True)
    if "padding" in fields and "kernel_size" in fields:
        yield from _paddings(site, op)
    if "output_padding" in fields:
        for amount in range(4):
            yield from _put(site, "output_padding", str(amount))
    if "stride" in fields:
        yield from _strides(site, op)
    if "kernel_size" in fields:
        yield from _kernels(site, op)


def _ints(value: Any) -> tuple[int, ...]:
    """The numbers of an argument, () where it is none or not all are."""
    values = value if isinstance(value, tuple) else (value,)
    return values if all(type(each) is int for each in values) else ()


def _paddings(site: Site, op: Any) -> Iterator[Idea]:
    kernel, dilation = _ints(op.kernel_size), _ints(getattr(op, "dilation", 1))
    written = site.text("kernel_size")
    if written and not written.lstrip("-").isdigit() and not written.startswith("["):
        yield from _put(site, "padding", f"{written} // 2" if written.isidentifier() else f"({written}) // 2")
    if not kernel or not dilation:
        return
    span = dilation[0] * (kernel[0] - 1) + 1
    if len(set(kernel)) > 1:
        each = ", ".join(str(d * (k - 1) // 2) for k, d in zip(kernel, dilation * len(kernel), strict=False))
        yield from _put(site, "padding", f"[{each}]")
    for far, amount in sorted((abs(2 * n - span + 1), n) for n in range(min(span, WIDEST) + 1)):
        yield from _put(site, "padding", str(amount), far=far)
    axes = len(site.node.shape) - 2 if site.node else 0
    for before, after in ((span // 2 - 1, span // 2), (span // 2, span // 2 - 1), (0, 1), (1, 0)):
        if before >= 0 and after >= 0 and axes:
            pair = ", ".join([f"[{before}, {after}]"] * axes)
            yield from _put(site, "padding", f"[{pair}]", rank=1)


def _strides(site: Site, op: Any) -> Iterator[Idea]:
    for stride in _ints(op.stride)[:1]:
        for other in sorted({1, 2, 3, 4, stride - 1} - {stride, 0, -1}, key=lambda n: abs(n - stride)):
            yield from _put(site, "stride", str(other), rank=2)


def _kernels(site: Site, op: Any) -> Iterator[Idea]:
    for kernel in _ints(op.kernel_size)[:1]:
        for other in range(min(kernel, WIDEST) - 1, 0, -1):
            yield from _put(site, "kernel_size", str(other), rank=2)


def _copies(some: list[Site]) -> Iterator[Idea]:
    """An argument as another entry has it."""
    told: dict[str, dict[str, None]] = {}
    for site in some:
        for argument in site.arguments:
            if argument not in COPIED:
                told.setdefault(argument, {})[site.text(argument)] = None
    for site in some:
        known = dict.fromkeys([*site.arguments, *_known(site, some)])
        for argument in known:
            for value in told.get(argument, ()):
                yield from _put(site, argument, value, rank=1)


def _known(site: Site, some: list[Site]) -> Iterator[str]:
    """The arguments that entries of the same verb have, and that an operator has."""
    if site.node and site.called == site.node.op.verb:
        yield from type(site.node.op).model_fields
    for other in some:
        if other.called == site.called:
            yield from other.arguments


def _near(number: int) -> list[int]:
    """The numbers around one, the nearest first."""
    return sorted(range(max(1, number - 12), number + 12), key=lambda other: abs(other - number))[1:]


def _groups(some: list[Site]) -> Iterator[Idea]:
    """Groups that divide what comes in: each channel on its own, or the nearest number."""
    for site in some:
        fields = type(site.op).model_fields if site.op else {}
        argument = next((name for name in ("groups", "num_groups") if name in {*site.arguments, *fields}), "")
        if argument:
            yield from _put(site, argument, "in_channels", rank=1)
        for name in ("groups", "num_groups", "num_heads"):
            written = site.text(name)
            if written.isdigit():
                for far, number in enumerate(_near(int(written))):
                    yield from _put(site, name, str(number), far=far)
        for name in ("out_channels", "embedding_dim", "out_features"):
            written = site.text(name)
            if written.isdigit():
                for step in (2, 4, 8, 16, 32):
                    yield from _put(site, name, str(-(-int(written) // step) * step), rank=1)
