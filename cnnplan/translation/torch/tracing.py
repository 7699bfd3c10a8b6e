"""A module run, and what was seen written as the data of a spec."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from torch import nn

from cnnplan.findings import Severity
from cnnplan.translation.draft import Draft
from cnnplan.translation.torch.calls import Untraceable, tensors
from cnnplan.translation.torch.checking import disagreement, parting
from cnnplan.translation.torch.emitting import Emitter
from cnnplan.translation.torch.functions import TABLE
from cnnplan.translation.torch.merging import Differs, Merged, merge
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
    reason: tuple[str, str, str] | None = None
    askers: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples(module, dims):
            draft = Draft(name, name.rpartition(":")[2] or type(module).__name__)
            try:
                _read(module, draft, sample, askers)
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
                return draft.done()
    draft = Draft(name, name.rpartition(":")[2] or type(module).__name__)
    message, where, hint = reason or ("it runs at no size that was tried", "", "")
    draft.refuse("CNN031", message, where, hint)
    return draft.done()


def _read(module: Any, draft: Draft, sample: Sample, askers: set[str]) -> None:
    """Two runs as one, written into a draft and held against a third.

    Raises:
        Differs: the runs are of two structures.
        Untraceable: a number or a decision cannot be followed.
    """
    first = record(module, inputs(sample.dims, sample.first), askers)
    merged = merge(first, record(module, inputs(sample.dims, sample.second), askers))
    emitter = _written(module, draft, sample, merged)
    _held(module, sample, merged, emitter, askers)


def _held(module: Any, sample: Sample, merged: Merged, emitter: Emitter, askers: set[str]) -> None:
    """Hold what was written against a run at sizes that were not looked at yet, which must agree.

    A size at which the network does not run, or at which something that is kept as a condition comes out otherwise,
    tells nothing: others are tried.

    Raises:
        Untraceable: they differ.
    """
    for values in sample.fresh:
        named = {emitter.called[name]: value for name, value in values.items()}
        try:
            run = record(module, inputs(sample.dims, values), askers)
        except Exception:  # noqa: BLE001, S112 - whatever a forward raises
            continue
        if parting(merged, run):
            continue
        found = disagreement(merged, run, lambda *place: emitter.shapes.at(emitter.layers.get(place, ""), named))  # noqa: B023 - called at once
        if found is not None:
            at = ", ".join(f"{name} = {value}" for name, value in values.items())
            raise Untraceable(f"at {at} it is not what it was at other sizes: {found.what}", found.where)
        return


def _shown(sample: Sample) -> str:
    return " and ".join(f"({', '.join(map(str, shape))})" for shape in sample.dims.values())


def _written(module: Any, draft: Draft, sample: Sample, merged: Merged) -> Emitter:
    symbols = {name: draft.symbol(name, {"default": value}) for name, value in sample.defaults.items()}
    shapes = {
        key: {"shape": [symbols[extent] if isinstance(extent, str) else extent for extent in shape]}
        for key, shape in sample.dims.items()
    }
    emitter = Emitter(draft, TABLE, draft.inputs(shapes))
    for key, shape in sample.dims.items():
        for dim, extent in enumerate(shape):
            emitter.symbols[key, dim] = symbols.get(extent, str(extent)) if isinstance(extent, str) else str(extent)
    emitter.called = symbols
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
    for guard in waiting:
        if not emitter.decided(guard):
            raise Untraceable(f"{guard.place} decides by a size what the outputs are")
    _unreached(module, draft, emitter)
    return emitter


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
