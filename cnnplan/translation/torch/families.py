"""One network of runs at sizes at which a program decides otherwise: as few conditions as can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch import uniting
from cnnplan.translation.torch.drafting import written
from cnnplan.translation.torch.holding import hold_at
from cnnplan.translation.torch.joining import joined
from cnnplan.translation.torch.merging import Merged, merge
from cnnplan.translation.torch.spreading import Spread
from cnnplan.translation.torch.uniting import confused
from cnnplan.translation.torch.widening import widened
from cnnplan.translation.torch.witnesses import Witnesses, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cnnplan.translation.draft import Draft
    from cnnplan.translation.torch.calls import Recording
    from cnnplan.translation.torch.emitting import Emitter
    from cnnplan.translation.torch.runs import Runs
    from cnnplan.translation.torch.sampling import Sample
    from cnnplan.translation.torch.spreading import Kind
    from cnnplan.translation.torch.witnesses import Witness

__all__ = ["joint", "united", "wider", "widest"]


def wider(runs: Runs, draft: Draft, sample: Sample, pair: Any, usual: list[Recording]) -> tuple[Merged, Emitter] | None:
    """What is read at odd sizes, if it stands for the usual ones as well."""
    try:
        odd = [runs.at(sample, values) for values in pair]
        wide = widened(merge(*odd), odd, usual)
        return (wide, written(runs.module, draft, sample, wide)) if wide else None
    except Exception:  # noqa: BLE001 - whatever a forward raises: then it is read for fewer sizes
        return None


def widest(  # noqa: PLR0913, PLR0917 - all that was seen
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
            emitter = written(runs.module, blank(), sample, wide) if wide else None
            if wide is None or emitter is None or len(emitter.required) >= len(best[1].required):
                continue
            tell = [hold_at(runs, sample, wide, emitter, values) for values in search.fresh()]
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


def united(runs: Runs, draft: Draft, sample: Sample, best: tuple[Merged, Emitter]) -> tuple[Merged, Emitter] | None:
    """What is read at sizes at which the program decides otherwise as well, if that is one network."""
    try:
        search = Witnesses(best[1], sample)
        families = [best[0], *_families(runs, sample, best[0], search.likely())]
        for family in _families(runs, sample, best[0], search.more()) if len(families) > 1 else ():
            if not confused(families):
                break
            families.append(family)
        made = uniting.united(families)
        if made is None:
            return None
        emitter = written(runs.module, draft, sample, made)
        if len(emitter.required) >= len(best[1].required):
            return None
        tell = [hold_at(runs, sample, made, emitter, values) for values in search.fresh()]
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


def joint(
    runs: Runs, blank: Callable[[], Draft], sample: Sample, best: tuple[Merged, Emitter]
) -> tuple[Merged, Emitter] | None:
    """What is read at sizes of every kind, where some calls are made at some of them alone."""
    try:
        spread = Spread(outcomes(best[1]), sample)
        kinds: list[Kind] = [(dict(sample.first), dict(sample.second)), *spread.telling()]
        pairs = [*_told(runs, sample, kinds)]
        made = joined([family for family, _ in pairs], [run for _, run in pairs]) if len(pairs) > 1 else None
        if made is None:
            return None
        emitter = written(runs.module, blank(), sample, made)
        if emitter.draft.foreign.faults.found or len(emitter.required) >= len(best[1].required):
            return None
        held = [hold_at(runs, sample, made, emitter, values) for values, _ in kinds]
        held += [hold_at(runs, sample, made, emitter, values) for values in spread.fresh()]
    except Exception:  # noqa: BLE001 - it differs at other sizes: then it is read for fewer of them
        return None
    return (made, emitter) if any(held) else None


def _told(runs: Runs, sample: Sample, kinds: Iterable[Kind]) -> Iterator[tuple[Merged, Recording]]:
    """What is made of two runs of a kind, or of one where there are no two; one of them."""
    for first, second in kinds:
        try:
            run = runs.at(sample, first)
            yield merge(run, run if second is None else runs.at(sample, second)), run
        except Exception:  # noqa: BLE001, S112 - it does not run there
            continue
