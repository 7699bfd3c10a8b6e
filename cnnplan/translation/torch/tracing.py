"""A module run, and what was seen written as the data of a spec."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

from cnnplan.findings import Severity
from cnnplan.translation.draft import Draft
from cnnplan.translation.torch.calls import Untraceable
from cnnplan.translation.torch.drafting import written
from cnnplan.translation.torch.families import joint, united, wider, widest
from cnnplan.translation.torch.holding import hold
from cnnplan.translation.torch.merging import Differs, Merged, merge
from cnnplan.translation.torch.places import place
from cnnplan.translation.torch.preparing import refuse_compiled
from cnnplan.translation.torch.runs import Runs
from cnnplan.translation.torch.sampling import Sample, declared, samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options
    from cnnplan.translation.torch.emitting import Emitter

__all__ = ["traced"]


def traced(module: Any, name: str, options: Options) -> Foreign:
    """The layers that a module calls.

    Args:
        module: an nn.Module on the meta device, in eval mode.
        name: what it is called.
        options: the extents of its inputs.

    Raises:
        UsageError: it cannot be run at any size.
    """
    refuse_compiled(module, name)
    dims = declared(module, options.dims)
    reason: tuple[str, str, str] | None = None
    blank = partial(Draft, name, name.rpartition(":")[2] or type(module).__name__)
    with warnings.catch_warnings(), Runs(module, dims) as runs:
        warnings.simplefilter("ignore")
        for sample in samples(module, dims):
            try:
                draft = _read(runs, blank, sample)
            except Differs as differs:
                reason = reason or (f"its structure depends on the size: {differs.what}", differs.where, "")
            except Untraceable as untraceable:
                reason = reason or (f"{untraceable.message}{_at(untraceable)}", untraceable.where, untraceable.hint)
            except Exception as error:  # noqa: BLE001 - whatever a forward raises
                at = ", ".join(f"{name} = {value}" for name, value in sample.second.items())
                told = f"it raises {type(error).__name__} at {at}: {error}"[:500]
                reason = reason or (f"{told}{_at(error)}", "", "")
            else:
                if sample.dims != dims and reason:
                    message = f"read at {_shown(sample)} alone: {reason[0]}"
                    draft.remark("CNN032", message, reason[1], reason[2], Severity.NOTE)
                if runs.born:
                    draft.remark(
                        "CNN032", f"lazy layers take what an input of {runs.born} gives them", severity=Severity.NOTE
                    )
                return draft.done()
    draft = blank()
    message, where, hint = reason or ("it runs at no size that was tried", "", "")
    draft.refuse("CNN031", message, where, hint)
    return draft.done()


def _read(runs: Runs, blank: Callable[[], Draft], sample: Sample) -> Draft:
    """Two runs as one, written into a draft and held against a third.

    Raises:
        Differs: the runs are of two structures.
        Untraceable: a number or a decision cannot be followed.
    """
    usual = [runs.at(sample, values) for values in (sample.first, sample.second)]
    fault: Exception | None = None
    best: tuple[Merged, Emitter] | None = None
    own = usual
    try:
        merged = merge(*usual)
        best = merged, written(runs.module, blank(), sample, merged)
    except (Differs, Untraceable) as error:
        fault = error
    for pair in sample.odd:
        if best and not best[1].required:
            break
        wide = wider(runs, blank(), sample, pair, usual)
        if wide and (not best or len(wide[1].required) < len(best[1].required)):
            best, own = wide, [runs.at(sample, values) for values in pair]
    if best and best[1].required:
        best = widest(runs, blank, sample, best, own, usual) or best
    if best and best[1].required:
        best = united(runs, blank(), sample, best) or best
    if best and best[1].required:
        best = joint(runs, blank, sample, best) or best
    if best is None:
        raise fault or Untraceable("it is not read at these sizes")
    merged, emitter = best
    hold(runs, sample, merged, emitter)
    return emitter.draft


def _at(error: BaseException) -> str:
    """Where in the network's program it came about."""
    where = place(error)
    return f", at {where}" if where else ""


def _shown(sample: Sample) -> str:
    return " and ".join(f"({', '.join(map(str, shape))})" for shape in sample.dims.values())
