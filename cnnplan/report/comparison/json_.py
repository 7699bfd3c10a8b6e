"""A comparison for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.comparison import Change, Comparison, Layer, Pair

__all__ = ["document", "render"]

VERSION = 1


def render(comparisons: Sequence[Comparison]) -> str:
    """The document as text."""
    return json.dumps({"cnnplan": VERSION, "comparisons": [*map(document, comparisons)]}, indent=1) + "\n"


def document(comparison: Comparison) -> dict[str, Any]:
    """One comparison."""
    dropped, asked = comparison.conditions
    return {
        "before": comparison.names[0],
        "after": comparison.names[1],
        "same": comparison.same,
        "totals": {name: _change(change) for name, change in comparison.totals.items()},
        "outputs": dict(zip(("before", "after"), comparison.outputs, strict=True)),
        "conditions": {"removed": dropped, "added": asked},
        "layers": [_pair(pair) for pair in comparison.changed],
    }


def _change(change: Change) -> dict[str, Any]:
    share = None if change.share is None else round(float(100 * change.share), 6)
    return {"before": change.before, "after": change.after, "difference": change.difference, "percent": share}


def _pair(pair: Pair) -> dict[str, Any]:
    changes = {name: {"before": was, "after": now} for name, (was, now) in pair.changes.items()}
    known = {
        "kind": pair.kind,
        "before": _layer(pair.before),
        "after": _layer(pair.after),
        "norm": _layer(pair.norm),
        "changes": changes or None,
    }
    return {key: value for key, value in known.items() if value is not None}


def _layer(layer: Layer | None) -> dict[str, Any] | None:
    if layer is None:
        return None
    return {"name": layer.name, "op": layer.op, "shape": layer.shape, "params": layer.params, "macs": layer.macs}
