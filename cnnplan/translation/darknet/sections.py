"""Sections of a `.cfg`, and the network that they are put together to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cnnplan.findings import Location

if TYPE_CHECKING:
    from cnnplan.translation.draft import Draft

__all__ = ["Net", "Section", "activated"]

ACTIVATIONS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "leaky": ("leaky_relu", {"negative_slope": "0.1"}),
    **{name: (name, {}) for name in ("relu", "mish", "tanh", "elu", "selu", "gelu", "relu6")},
    "logistic": ("sigmoid", {}),
    "swish": ("silu", {}),
}
"""The operators of activations; `linear` is none."""


@dataclass(slots=True)
class Section:
    """A section: its number among the layers, its line, its keys with theirs, and which of them were read."""

    name: str
    number: int
    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Net:
    """The network in the making.

    Args:
        draft: the entries so far.
        outputs: what each layer gives, the image in front: layer i is `outputs[i + 1]`.
        sizes: the channels, rows and columns of each at the size that the file itself names; () where nobody knows.
        ends: the names of the layers that predict.
    """

    draft: Draft
    outputs: list[str] = field(default_factory=list)
    sizes: list[tuple[int, ...]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def keep(self, name: str, size: tuple[int, ...] | None = None) -> None:
        """What the next layer gives, by default as large as what comes before."""
        self.outputs.append(name)
        self.sizes.append(self.sizes[-1] if size is None else size)

    def where(self, section: Section, key: str = "") -> Location:
        """The line of a key, or of the section."""
        return Location(self.draft.foreign.file, section.lines.get(key, section.line), 1)

    def refuse(self, section: Section, rule: str, message: str, key: str = "", hint: str = "") -> None:
        """Keep an error of a section."""
        layer = f"layer {section.number} " if section.number >= 0 else ""
        self.draft.refuse(rule, f"{layer}[{section.name}]: {message}", self.where(section, key), hint)

    def number(self, section: Section, key: str, default: int) -> int:
        """A whole number of a section."""
        section.read.add(key)
        text = section.values.get(key)
        if text is None:
            return default
        if text.lstrip("-").isdigit() and len(text) < 10:  # noqa: PLR2004
            return int(text)
        self.refuse(section, "CNN013", f"{key} (={text[:40]}) must be a whole number below 1,000,000,000", key)
        return default

    def add(self, section: Section, verb: str, args: Any = None, reads: Any = None, **more: Any) -> str:
        """Append an entry of a section, which reads the layer before where nothing else is said."""
        origin = f"{section.number}_{section.name}"
        read = [self.outputs[-1]] if reads is None else reads
        name = f"{section.name.strip()}_{section.number}"
        return self.draft.add(verb, args, read, origin=origin, where=self.where(section), name=name, **more)

    def done(
        self,
        section: Section,
        entries: list[dict[str, Any]],
        reads: list[str] | None = None,
        size: tuple[int, ...] | None = None,
    ) -> None:
        """Append the entries of a section as one layer."""
        if len(entries) == 1:
            ((verb, args),) = ((key, value) for key, value in entries[0].items() if key not in ("name", "from"))
            self.keep(self.add(section, verb, args, reads), size)
        else:
            self.keep(self.add(section, "sequence", entries, reads), size)

    def numbers(self, section: Section, key: str) -> list[int] | None:
        """Layers by number, those below 0 from here; None, and faults, where there is none."""
        section.read.add(key)
        found = []
        for text in section.values.get(key, "").split(","):
            each = text.strip()
            if not each.lstrip("-").isdigit() or len(each) > 9:  # noqa: PLR2004
                self.refuse(section, "CNN013", f"{key} (={section.values.get(key, '')}) are numbers of layers", key)
                return None
            number = int(each) if int(each) >= 0 else section.number + int(each)
            if not 0 <= number < section.number:
                message = f"{key} (={each}): layer {section.number} can read layers 0 to {section.number - 1}"
                self.refuse(section, "CNN015", message, key)
                return None
            found.append(number)
        return found


def activated(net: Net, section: Section, entries: list[dict[str, Any]], default: str) -> None:
    """Append the activation of a section."""
    section.read.add("activation")
    activation = section.values.get("activation", default)
    if activation == "linear":
        return
    if activation not in ACTIVATIONS:
        net.refuse(section, "CNN031", f"not understood: the activation {activation}", "activation")
        return
    verb, args = ACTIVATIONS[activation]
    entries.append({verb: args or None, "name": "act"})
