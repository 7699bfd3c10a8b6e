"""What was made of runs, written as the layers of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from torch import nn

from cnnplan.findings import Severity
from cnnplan.translation.torch.calls import Untraceable, tensors
from cnnplan.translation.torch.emitting import Emitter
from cnnplan.translation.torch.functions import TABLE
from cnnplan.translation.torch.shaping import Shapes
from cnnplan.translation.torch.switching import Switches
from cnnplan.translation.torch.tying import tied
from cnnplan.translation.torch.values import Refused
from cnnplan.translation.torch.whole import declared as whole

if TYPE_CHECKING:
    from cnnplan.translation.draft import Draft
    from cnnplan.translation.torch.merging import Merged
    from cnnplan.translation.torch.sampling import Sample

__all__ = ["written"]

CONTAINERS: Final = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
"""Modules whose class says nothing of what they do."""


def written(module: Any, draft: Draft, sample: Sample, merged: Merged) -> Emitter:
    """Write the layers of a network.

    Args:
        module: the network.
        draft: where they go.
        sample: tells the inputs.
        merged: what is called.

    Raises:
        Untraceable: something is decided by a size that nobody knows.
    """
    emitter = _emitter(module, draft, sample, merged)
    guards: dict[int, list[Any]] = {}
    for at, guard in merged.guards:
        guards.setdefault(at, []).append(guard)
    waiting: list[Any] = []
    switches = Switches(merged, emitter)
    for number, call in enumerate(merged.calls):
        waiting += guards.get(number, ())
        if not switches.is_inside(number):
            waiting = emitter.require(waiting, call)
        emitter.optional = number in merged.optional
        switches.before(call, number)
        emitter.emit(call, number)
        switches.after(call, number)
    emitter.call = None
    draft.foreign.classes = {
        path: type(each).__name__ for path, each in module.named_modules() if path and not isinstance(each, CONTAINERS)
    }
    for seen in merged.outputs:
        try:
            draft.output(emitter.name(seen))
        except Refused as refused:
            draft.refuse("CNN031", f"an output of the network: {refused.message}")
    for guard in waiting:
        if not emitter.decided(guard):
            raise Untraceable(f"{guard.place} decides by a size what the outputs are")
    _unreached(module, draft, emitter)
    return emitter


def _emitter(module: Any, draft: Draft, sample: Sample, merged: Merged) -> Emitter:
    """What writes the layers: it knows the inputs, the parameters, and what is read."""
    symbols = {name: draft.symbol(name, {"default": value}) for name, value in sample.defaults.items()}
    shapes = {
        key: {"shape": [symbols[extent] if isinstance(extent, str) else extent for extent in shape]}
        for key, shape in sample.dims.items()
    }
    for key, told in whole(merged.calls).items():
        shapes[key] |= told
    parameters = {id(each): name for name, each in module.named_parameters()}
    emitter = Emitter(draft, TABLE, draft.inputs(shapes), parameters)
    emitter.tied = tied(merged.calls, parameters)
    emitter.gradients = {name: each.requires_grad for name, each in module.named_parameters()}
    for key, shape in sample.dims.items():
        for dim, extent in enumerate(shape):
            emitter.symbols[key, dim] = symbols.get(extent, str(extent)) if isinstance(extent, str) else str(extent)
    emitter.called = symbols
    emitter.shapes = Shapes({emitter.inputs[key]: each["shape"] for key, each in shapes.items()})
    emitter.wanted = {seen.ref for call in merged.calls for seen in tensors((call.args, dict(call.kwargs)))}
    emitter.wanted |= {seen.ref for seen in merged.outputs}
    return emitter


def _unreached(module: Any, draft: Draft, emitter: Emitter) -> None:
    """Say which parameters no layer reads; refuse where one would be counted twice."""
    declared = {name: p.numel() for name, p in module.named_parameters()}
    left = {name: count for name, count in declared.items() if name not in emitter.read}
    for name, count in emitter.held.items():
        if count > 1:
            draft.refuse("CNN031", f"{name} would be the weight of {count} layers, each of its own", name)
    if left:
        draft.foreign.unread = sum(left.values())
        total = sum(declared.values())
        partly = {name.rpartition(".")[0] for name in declared.keys() - left.keys()}
        modules = {name: name.rpartition(".")[0] for name in left}
        places = ", ".join(dict.fromkeys(name if own in {*partly, ""} else own for name, own in modules.items()))
        message = f"forward reaches {total - sum(left.values()):,} of {total:,} parameters: not those of {places}"
        draft.remark("CNN032", message[:400], severity=Severity.NOTE)
