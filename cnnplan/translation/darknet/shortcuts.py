"""The sums of a `.cfg`, of layers that need not be equally large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.findings import Severity
from cnnplan.translation.darknet.sections import activated

if TYPE_CHECKING:
    from cnnplan.translation.darknet.sections import Net, Section

__all__ = ["shortcut"]


def shortcut(net: Net, section: Section) -> None:
    """The sum of the layer before and others, of which Darknet takes the channels and pixels that there are."""
    layers = net.numbers(section, "from")
    if layers is None:
        return
    own = net.sizes[-1]
    refused = [number for number in layers if _refused(net, section, number)]
    if refused:
        return
    equal = [number for number in layers if net.sizes[number + 1] == own or len(net.sizes[number + 1]) != len(own)]
    terms = [net.outputs[-1], *(net.outputs[number + 1] for number in equal)]
    entries: list[dict[str, Any]] = []
    name = _entry(entries, "add", None, terms, "add_") if equal else terms[0]
    for number in layers:
        name = name if number in equal else _added(net, section, number, entries, name)
    activated(net, section, entries, "linear")
    if len(entries) == 1:
        net.keep(net.add(section, "add", None, entries[0]["from"]))
    else:
        net.done(section, entries)


def _added(net: Net, section: Section, number: int, entries: list[dict[str, Any]], name: str) -> str:
    """A sum with a layer of another size: of its pixels those some steps apart, the channels that both have."""
    term, other, own = net.outputs[number + 1], net.sizes[number + 1], net.sizes[-1]
    both, step = min(other[0], own[0]), _step(other, own)
    fits = [step * n for n in own[1:]] == [*other[1:]]
    told = f"every {step} pixels of {_by(other)} for {_by(own)}" if step > 1 else ""
    if not fits:
        told = (
            f"{told or f'the first {_by(own)} pixels of {_by(other)}'}{', the rest of which is left out' * (step > 1)}"
        )
    for axis in range(2, len(other) + 1) if step > 1 or not fits else ():
        end = f"in_shape[{axis}]" if fits else f"{step} * shape('{net.outputs[-1]}')[{axis}]"
        args = {"dim": axis, "start": 0, "end": end, "step": step}
        term = _entry(entries, "slice", args, term, f"every_{number}_{axis}")
    if both < other[0]:
        term = _entry(entries, "slice", {"dim": 1, "start": 0, "end": both}, term, f"first_{number}")
    rest = ""
    if both < own[0]:
        rest = _entry(entries, "slice", {"dim": 1, "start": both, "end": own[0]}, name, f"rest_{number}")
        name = _entry(entries, "slice", {"dim": 1, "start": 0, "end": both}, name, f"own_{number}")
    name = _entry(entries, "add", None, [name, term], f"add_{number}")
    if rest:
        name = _entry(entries, "concat", None, [name, rest], f"all_{number}")
    if other[0] != own[0]:
        told = f"{both} of {max(other[0], own[0])} channels{', ' * bool(told)}{told}"
    if told:
        message = f"layer {section.number} [shortcut]: layer {number} is not as large, and Darknet adds {told}"
        net.draft.remark("CNN032", message, net.where(section, "from"), severity=Severity.NOTE)
    return name


def _refused(net: Net, section: Section, number: int) -> bool:
    """Say what is wrong with a sum that Darknet stops at, or that adds less than a map to another."""
    other, own = net.sizes[number + 1], net.sizes[-1]
    if len(other) != len(own) or other[1:] == own[1:] or 0 in (*other, *own):
        return False
    larger = {a // b for a, b in zip(other[1:], own[1:], strict=True)}
    smaller = {b // a for a, b in zip(other[1:], own[1:], strict=True)}
    met = f"layer {number} of {_by(other)} meets {_by(own)}"
    if len(larger) > 1 or len(smaller) > 1:
        message, hint = f"{met}: Darknet stops, rows and columns are not as many times as large", "pad both alike"
    elif any(a < b for a, b in zip(other[1:], own[1:], strict=True)):
        message = f"not understood: {met}, which Darknet adds to some of its pixels alone"
        hint = "put an [upsample] in front"
    else:
        return False
    net.refuse(section, "CNN104", message, "from", hint)
    return True


def _step(other: tuple[int, ...], own: tuple[int, ...]) -> int:
    """How many pixels apart those are that are added; 1 where none fits."""
    steps = {a // b for a, b in zip(other[1:], own[1:], strict=True) if b > 0}
    return max(*steps, 1) if len(steps) == 1 else 1


def _by(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size[1:]))


def _entry(entries: list[dict[str, Any]], verb: str, args: Any, reads: Any, name: str) -> str:
    entries.append({verb: args, "from": reads, "name": name})
    return name
