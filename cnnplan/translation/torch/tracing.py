"""A module run, and what was seen written as the data of a spec."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from torch import nn

from cnnplan.findings import Severity
from cnnplan.translation.draft import Draft
from cnnplan.translation.torch.calls import Recording, Untraceable, tensors
from cnnplan.translation.torch.emitting import Emitter
from cnnplan.translation.torch.functions import TABLE
from cnnplan.translation.torch.merging import Differs, Merged, merge
from cnnplan.translation.torch.places import place
from cnnplan.translation.torch.preparing import refuse_compiled
from cnnplan.translation.torch.runs import Runs
from cnnplan.translation.torch.sampling import Sample, declared, samples
from cnnplan.translation.torch.shaping import Shapes
from cnnplan.translation.torch.tying import tied
from cnnplan.translation.torch.uniting import confused, united
from cnnplan.translation.torch.values import Refused
from cnnplan.translation.torch.walking import Parted, Walk
from cnnplan.translation.torch.whole import declared as whole
from cnnplan.translation.torch.widening import widened
from cnnplan.translation.torch.witnesses import Witnesses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options
    from cnnplan.translation.torch.witnesses import Witness

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
        best = merged, _written(runs.module, blank(), sample, merged)
    except (Differs, Untraceable) as error:
        fault = error
    for pair in sample.odd:
        if best and not best[1].required:
            break
        wider = _wider(runs, blank(), sample, pair, usual)
        if wider and (not best or len(wider[1].required) < len(best[1].required)):
            best, own = wider, [runs.at(sample, values) for values in pair]
    if best and best[1].required:
        best = _widest(runs, blank, sample, best, own, usual) or best
    if best and best[1].required:
        best = _united(runs, blank(), sample, best) or best
    if best is None:
        raise fault or Untraceable("it is not read at these sizes")
    merged, emitter = best
    _hold(runs, sample, merged, emitter)
    return emitter.draft


def _wider(
    runs: Runs, draft: Draft, sample: Sample, pair: Any, usual: list[Recording]
) -> tuple[Merged, Emitter] | None:
    """What is read at odd sizes, if it stands for the usual ones as well."""
    try:
        odd = [runs.at(sample, values) for values in pair]
        wide = widened(merge(*odd), odd, usual)
        return (wide, _written(runs.module, draft, sample, wide)) if wide else None
    except Exception:  # noqa: BLE001 - whatever a forward raises: then it is read for fewer sizes
        return None


def _widest(  # noqa: PLR0913, PLR0917 - all that was seen
    runs: Runs,
    blank: Callable[[], Draft],
    sample: Sample,
    best: tuple[Merged, Emitter],
    own: list[Recording],
    usual: list[Recording],
) -> tuple[Merged, Emitter] | None:
    """What stands for sizes as well at which what is still kept comes out otherwise."""
    search = Witnesses(best[1], sample)
    for pair in (*search.farthest(), ()):
        try:
            base = [runs.at(sample, values) for values in pair] or own
            merged, others = merge(*base), [] if base is usual else usual
            if others and not widened(merged, base, others):
                continue
            more = [run for run in _at_all(runs, sample, search.likely()) if widened(merged, base, [run])]
            wide = widened(merged, base, [*others, *more]) if [*others, *more] else None
            emitter = _written(runs.module, blank(), sample, wide) if wide else None
            if wide is None or emitter is None or len(emitter.required) >= len(best[1].required):
                continue
            tell = [_hold_at(runs, sample, wide, emitter, values) for values in search.fresh()]
        except Exception:  # noqa: BLE001, S112 - it differs at other sizes: then it is read for fewer of them
            continue
        if any(tell):
            return wide, emitter
    return None


def _at_all(runs: Runs, sample: Sample, pairs: Iterable[Witness]) -> Iterator[Recording]:
    """Runs at the first of each pair, where there is one."""
    for values, _ in pairs:
        try:
            yield runs.at(sample, values)
        except Exception:  # noqa: BLE001, S112 - whatever a forward raises
            continue


def _united(runs: Runs, draft: Draft, sample: Sample, best: tuple[Merged, Emitter]) -> tuple[Merged, Emitter] | None:
    """What is read at sizes at which the program decides otherwise as well, if that is one network."""
    try:
        search = Witnesses(best[1], sample)
        families = [best[0], *_families(runs, sample, best[0], search.likely())]
        for family in _families(runs, sample, best[0], search.more()) if len(families) > 1 else ():
            if not confused(families):
                break
            families.append(family)
        made = united(families)
        if made is None:
            return None
        emitter = _written(runs.module, draft, sample, made)
        if len(emitter.required) >= len(best[1].required):
            return None
        tell = [_hold_at(runs, sample, made, emitter, values) for values in search.fresh()]
    except Exception:  # noqa: BLE001 - it differs at other sizes: then it is read for fewer of them
        return None
    return (made, emitter) if any(tell) else None


def _families(runs: Runs, sample: Sample, merged: Merged, pairs: Iterable[Witness]) -> Iterator[Merged]:
    """What is made of pairs, as far as the same functions are called."""
    calls = [(call.name, call.path) for call in merged.calls]
    for pair in pairs:
        try:
            made = merge(*(runs.at(sample, values) for values in pair))
        except Exception:  # noqa: BLE001, S112 - it does not run there, or is another network
            continue
        if [(call.name, call.path) for call in made.calls] == calls:
            yield made


def _hold(runs: Runs, sample: Sample, merged: Merged, emitter: Emitter) -> None:
    """Hold what was written against the runs it was made of, and against one at sizes that were not looked at yet.

    A size at which the network does not run, or at which something that is kept as a condition comes out otherwise,
    tells nothing: others are tried.

    Raises:
        Untraceable: they differ.
    """
    for values in (sample.first, *sample.fresh):
        if _hold_at(runs, sample, merged, emitter, values) and values is not sample.first:
            return


def _hold_at(runs: Runs, sample: Sample, merged: Merged, emitter: Emitter, values: Mapping[str, int]) -> bool:
    """Hold what was written against a run; whether it tells something.

    Raises:
        Untraceable: they differ.
    """
    named = {emitter.called[name]: value for name, value in values.items()}
    try:
        run = runs.at(sample, values)
    except Exception:  # noqa: BLE001 - whatever a forward raises
        return False
    walk = Walk(merged, run, partial(_claimed, emitter, named))
    try:
        walk.to_end()
    except Parted as parted:
        if all(walk.holds(guard) for at, guard in merged.guards if at <= parted.number):
            at = ", ".join(f"{name} = {value}" for name, value in values.items()) or "these sizes"
            message = f"at {at} it is not what was read: {parted.what}"
            raise Untraceable(message, parted.where) from parted
        return False
    return True


def _claimed(emitter: Emitter, values: Mapping[str, int], number: int, place: int) -> tuple[int, ...] | None:
    """The shape that the layers give an output of a call, where the letters are these numbers."""
    return emitter.shapes.at(emitter.layers.get((number, place), ""), values)


def _at(error: BaseException) -> str:
    """Where in the network's program it came about."""
    where = place(error)
    return f", at {where}" if where else ""


def _shown(sample: Sample) -> str:
    return " and ".join(f"({', '.join(map(str, shape))})" for shape in sample.dims.values())


def _written(module: Any, draft: Draft, sample: Sample, merged: Merged) -> Emitter:
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
    guards: dict[int, list[Any]] = {}
    for at, guard in merged.guards:
        guards.setdefault(at, []).append(guard)
    waiting: list[Any] = []
    emitter.wanted = {seen.ref for call in merged.calls for seen in tensors((call.args, dict(call.kwargs)))}
    emitter.wanted |= {seen.ref for seen in merged.outputs}
    for number, call in enumerate(merged.calls):
        waiting = emitter.require([*waiting, *guards.get(number, ())], call)
        emitter.optional = number in merged.optional
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
