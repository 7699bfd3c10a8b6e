"""Changes in words and figures, the same in every format for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.comparison import Change, Comparison, Pair

__all__ = ["called", "count", "grown", "headline", "told"]

KINDS = ("changed", "added", "removed", "folded", "renamed")
SIGNS = {"changed": "~", "added": "+", "removed": "-", "folded": "*", "renamed": ">"}
UNKNOWN = "?"


def count(number: Any) -> str:
    """A number with separators, ? where it is not known."""
    return UNKNOWN if number is None else f"{number:,}" if isinstance(number, int) else str(number)


def grown(change: Change) -> tuple[str, str]:
    """The difference, and in percent."""
    if not change.difference:
        return ("" if change.difference == 0 else UNKNOWN), ""
    share = "" if change.share is None else f"{float(100 * change.share):+.2f}%"
    return f"{change.difference:+,}", share


def headline(comparison: Comparison) -> str:
    """How many layers changed, in one line."""
    kinds = [f"{comparison.count(kind):,} {kind}" for kind in KINDS if comparison.count(kind)]
    return f"layers: {', '.join(kinds)}" if kinds else "layers: all the same"


def called(pair: Pair) -> str:
    """The name of a layer, or both where it was renamed."""
    before, after = pair.before, pair.after
    if before is None or after is None:
        layer = after or before
        assert layer is not None  # noqa: S101 - a pair holds one at least
        return f"{layer.name} ({layer.op})"
    return before.name if before.name == after.name else f"{before.name} -> {after.name}"


def told(pair: Pair) -> list[str]:
    """What is different of a layer, a text for each difference."""
    layer = pair.after or pair.before
    if pair.kind in ("added", "removed") and layer is not None:
        figures = [
            f"{count(layer.params)} params" if layer.params else "",
            f"{count(layer.macs)} MACs" if layer.macs else "",
        ]
        return [layer.sizes or layer.shape, *filter(None, figures)]
    changes = [f"{name} {count(was)} -> {count(now)}" for name, (was, now) in pair.changes.items()]
    return changes if pair.norm is None else [*changes, f"{pair.norm.name} ({pair.norm.op}) folded into it"]
