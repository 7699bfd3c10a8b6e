"""A module run, and what was seen written as the data of a spec."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from torch import nn

from cnnplan.findings import Severity
from cnnplan.translation.draft import Draft
from cnnplan.translation.torch.calls import Recording, Untraceable, tensors
from cnnplan.translation.torch.emitting import Emitter
from cnnplan.translation.torch.functions import TABLE
from cnnplan.translation.torch.merging import Differs, Merged, hold, merge
from cnnplan.translation.torch.recording import record
from cnnplan.translation.torch.sampling import Sample, declared, inputs, samples
from cnnplan.translation.torch.shaping import Shapes
from cnnplan.translation.torch.values import Refused

if TYPE_CHECKING:
    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["traced"]

CONTAINERS: Final = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
"""Modules whose class says nothing of what they do."""


def traced(module: Any, name: str, options: Options) -> Foreign:
    """The layers that a module calls.

    Args:
        module: an nn.Module on the meta device, in eval mode.
        name: what it is called.
        options: the extents of its inputs.

    Raises:
        UsageError: it cannot be run at any size.
    """
    dims = declared(module, options.dims)
    draft = Draft(name, name.rpartition(":")[2] or type(module).__name__)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _merged(module, dims, draft)
    if found is None:
        return draft.done()
    return _written(module, draft, *found)


def _merged(module: Any, dims: Any, draft: Draft) -> tuple[Sample, Merged] | None:
    """Both runs as one, at the first sizes at which it runs; the refusal is kept where there are none."""
    reason: tuple[str, str, str] | None = None
    for sample in samples(module, dims):
        try:
            first = record(module, inputs(sample.dims, sample.first))
            merged = merge(first, record(module, inputs(sample.dims, sample.second)))
            if merged.escaped and sample.third:
                _agree(module, sample, first, merged)
        except Differs as differs:
            reason = reason or (f"its structure depends on the size: {differs.what}", differs.where, "")
        except Untraceable as untraceable:
            reason = reason or (untraceable.message, untraceable.where, untraceable.hint)
        except Exception as error:  # noqa: BLE001 - whatever a forward raises
            at = ", ".join(f"{name} = {value}" for name, value in sample.second.items())
            reason = reason or (f"it raises {type(error).__name__} at {at}: {error}"[:500], "", "")
        else:
            if sample.dims != dims and reason:
                message = f"read at {_shown(sample)} alone: {reason[0]}"
                draft.remark("CNN032", message, reason[1], reason[2], Severity.NOTE)
            return sample, merged
    message, where, hint = reason or ("it runs at no size that was tried", "", "")
    draft.refuse("CNN031", message, where, hint)
    return None


def _agree(module: Any, sample: Sample, first: Recording, merged: Merged) -> None:
    """Hold a run against a third at odd sizes, where decisions may have been taken that nobody saw.

    Where a decision that was seen comes out otherwise there, it is another network by right.

    Raises:
        Differs: it is another network there.
        Untraceable: a number is another there, and nothing tells why.
    """
    try:
        third = record(module, inputs(sample.dims, sample.third))
    except Untraceable:
        raise
    except Exception:  # noqa: BLE001 - it is not legal there, which the layers say themselves
        return
    if hold(first, third, merged.guards):
        merge(first, third)


def _shown(sample: Sample) -> str:
    return " and ".join(f"({', '.join(map(str, shape))})" for shape in sample.dims.values())


def _written(module: Any, draft: Draft, sample: Sample, merged: Merged) -> Foreign:
    symbols = {name: draft.symbol(name, {"default": value}) for name, value in sample.defaults.items()}
    shapes = {
        key: {"shape": [symbols[extent] if isinstance(extent, str) else extent for extent in shape]}
        for key, shape in sample.dims.items()
    }
    emitter = Emitter(draft, TABLE, draft.inputs(shapes))
    for key, shape in sample.dims.items():
        for dim, extent in enumerate(shape):
            emitter.symbols[key, dim] = symbols.get(extent, str(extent)) if isinstance(extent, str) else str(extent)
    emitter.shapes = Shapes({emitter.inputs[key]: each["shape"] for key, each in shapes.items()})
    guards: dict[int, list[Any]] = {}
    for at, guard in merged.guards:
        guards.setdefault(at, []).append(guard)
    waiting: list[Any] = []
    emitter.wanted = {seen.ref for call in merged.calls for seen in tensors((call.args, dict(call.kwargs)))}
    emitter.wanted |= {seen.ref for seen in merged.outputs}
    for number, call in enumerate(merged.calls):
        waiting = emitter.require([*waiting, *guards.get(number, ())], call)
        emitter.emit(call, number)
    emitter.call = None
    draft.foreign.classes = {
        path: type(each).__name__ for path, each in module.named_modules() if path and not isinstance(each, CONTAINERS)
    }
    for seen in merged.outputs:
        try:
            draft.output(emitter.name(seen))
        except Refused as refused:
            draft.refuse("CNN031", f"an output of the network: {refused.message}")
    _unreached(module, draft, emitter)
    return draft.done()


def _unreached(module: Any, draft: Draft, emitter: Emitter) -> None:
    """Say which parameters no layer reads."""
    declared = {name: p.numel() for name, p in module.named_parameters()}
    left = {name: count for name, count in declared.items() if name not in emitter.read}
    if left:
        draft.foreign.unread = sum(left.values())
        total = sum(declared.values())
        partly = {name.rpartition(".")[0] for name in declared.keys() - left.keys()}
        modules = {name: name.rpartition(".")[0] for name in left}
        places = ", ".join(dict.fromkeys(name if own in {*partly, ""} else own for name, own in modules.items()))
        message = f"forward reaches {total - sum(left.values()):,} of {total:,} parameters: not those of {places}"
        draft.remark("CNN032", message[:400], severity=Severity.NOTE)
