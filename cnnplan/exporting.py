"""A network written for another world: ONNX with symbolic extents, its weights drawn, given, or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.executor.weights import Weights
from cnnplan.plan import load, plan_spec
from cnnplan.translation.onnx.writing.network import written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnnplan.checkpoints import Checkpoint
    from cnnplan.plan import Plan
    from cnnplan.spec import Spec

__all__ = ["LEFT_OUT", "keras", "onnx", "torch"]

LEFT_OUT = "none"
"""In the place of weights: they are inputs of the file, without contents."""


def onnx(
    source: str | Path | Spec | Any,
    /,
    *,
    weights: Mapping[str, Any] | str | Path | Checkpoint | None = None,
    seed: int = 0,
    **values: Any,
) -> bytes:
    """The bytes of an ONNX file with the network of a spec; extents of its inputs stay symbolic.

    Args:
        source: what `load` takes.
        weights: arrays by name, or a file of weights; "none" to leave them out; None for those of the network's own
            file, and where it has none to draw them.
        seed: of weights that are drawn: the same as `execute` draws.
        values: symbols that become numbers. Of the others those that are extents of an input stay symbols, and the
            rest have their defaults.

    Raises:
        UsageError: a layer is not written as ONNX, or a size of a weight depends on a symbol.
    """
    plan = settled(load(source, **values), values)
    if weights == LEFT_OUT:
        return written(plan, None)
    if weights is None and plan.spec.weights is not None:
        weights = plan.spec.weights()
    dtype = plan.spec.dtype if plan.spec.dtype == "float64" else "float32"
    drawn = Weights(weights, plan.graph.nodes, seed, dtype)
    return written(plan, drawn.of)


def torch(source: str | Path | Spec | Any, /, **values: Any) -> str:
    """The text of a Python file with the network of a spec as a `torch.nn.Module`, a class for each block.

    Args:
        source: what `load` takes.
        values: symbols that become numbers.

    Raises:
        UsageError: a layer is not written as PyTorch source.
    """
    from cnnplan.translation.torch.source import source as text  # noqa: PLC0415 - only if it is asked for

    plan = load(source, **values)
    return text(plan, settled(plan, values))


def keras(source: str | Path | Spec | Any, /, **values: Any) -> str:
    """The text of a Python file whose `build()` gives the network of a spec as a Keras 3 model, channels first.

    Args:
        source: what `load` takes.
        values: symbols that become numbers.

    Raises:
        UsageError: the network has something that Keras has not.
    """
    from cnnplan.translation.keras.source import source as text  # noqa: PLC0415 - only if it is asked for

    plan = load(source, **values)
    batch = frozenset(_batch(plan) - values.keys())
    return text(settled(plan, values), lambda: plan_spec(plan.spec, values, symbolic=batch))


def _batch(plan: Plan) -> frozenset[str]:
    """The symbols that are the first extent of an input."""
    return frozenset(name for each in plan.spec.inputs.values() for name in each.shape[0].names)


def settled(plan: Plan, values: Mapping[str, Any]) -> Plan:
    """The plan with numbers for all symbols that are no extents of an input, and for those that were given."""
    free = {name for each in plan.spec.inputs.values() for extent in each.shape for name in extent.names}
    return plan_spec(plan.spec, values, symbolic=frozenset(free - values.keys()))
