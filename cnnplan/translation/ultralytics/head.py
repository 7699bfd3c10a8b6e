"""A head that is written out: a branch for every map, and what is put together of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnplan.translation.ultralytics.network import Layer
from cnnplan.translation.ultralytics.rows import FROM, REPEATS
from cnnplan.translation.ultralytics.signatures import bind

if TYPE_CHECKING:
    from cnnplan.translation.ultralytics.network import Network
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["Head", "begin"]


@dataclass(slots=True)
class Head:
    """A head that is being written out.

    Args:
        network: what it belongs to.
        row: its row.
        maps: what it reads.
        classes: how many, a number or an expression.
        entries: the entries so far.
        outputs: what is to be counted though nothing leads to a prediction: an output of its own.
    """

    network: Network
    row: Row
    maps: list[Layer]
    classes: Any
    entries: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The channels of the finest map, which decide the widths of all branches."""
        return self.maps[0].channels or 0

    @property
    def wide(self) -> Any:
        """The width of the branch of classes: at least 100 classes' worth of channels, or the finest map's."""
        if type(self.classes) is int:
            return max(self.first, min(self.classes, 100))
        return self.first if self.first >= 100 else f"max({self.first}, min({self.classes}, 100))"  # noqa: PLR2004

    def add(self, verb: str, args: dict[str, Any] | None, name: str, source: Any = None) -> str:
        """Append an entry."""
        entry: dict[str, Any] = {verb: args, "name": name}
        if source is not None:
            entry["from"] = source
        self.entries.append(entry)
        return name

    def unreached(self, name: str, count: Any) -> None:
        """Append weights that inference does not reach."""
        self.entries.append({"_Unreached": {"count": count}, "name": name})
        self.outputs.append(name)

    def branches(self, prefix: str, verb: str, width: Any, channels: Any) -> list[str]:
        """A branch for every map."""
        args = {"width": width, "out_channels": channels}
        return [self.add(verb, dict(args), f"{prefix}_{i}", layer.name) for i, layer in enumerate(self.maps)]

    def joined(self, branches: list[str], name: str) -> str:
        """The predictions of all maps, one position behind the other."""
        flat = [self.add("flatten", {"start_dim": 2}, f"{each}_flat", each) for each in branches]
        return self.add("concat", {"dim": 2}, name, flat)

    def predictions(self, boxes: list[str], scores: list[str], more: list[str], prefix: str, *, last: bool) -> str:
        """Boxes, scores and what else is predicted of every position; those of the last are made of distributions."""
        bins = self.network.settings.bins
        distances, sure = self.joined(boxes, f"{prefix}boxes"), self.joined(scores, f"{prefix}scores")
        if last:
            distances = self.add("DFL", {"bins": bins}, f"{prefix}dfl", distances) if bins > 1 else distances
            sure = self.add("sigmoid", None, f"{prefix}sure", sure)
        return self.add("concat", {"dim": 1}, f"{prefix}predictions", [distances, sure, *more])

    def done(self, *outputs: str) -> None:
        """Give the entries to the network; the outputs are the parts of this name."""
        layer = Layer(self.row.name, None, None)
        layer.steps.append(
            f"its branches are {self._branches()} channels wide, from the {self.first} of the finest map"
        )
        self.network.add(self.row, {"sequence": self.entries, "from": self.maps[0].name}, layer)
        self.network.outputs += [f"{self.row.name}.{output}" for output in (*outputs, *self.outputs)]

    def _branches(self) -> str:
        widths = dict.fromkeys(
            str(w) for e in self.entries for a in e.values() if isinstance(a, dict) and (w := a.get("width"))
        )
        return ", ".join(widths) or "not"


def begin(network: Network, row: Row, declared: dict[str, Any]) -> tuple[Head, dict[str, Any]] | None:
    """A head and its arguments; None, and faults, where they do not fit."""
    args = bind(network.document, row, declared)
    maps = network.read(row)
    if network.settings.deepened(row.repeats) > 1:
        network.fault(row, "CNN013", (REPEATS,), f"a head stands once, not {row.repeats} times", "write 1")
    if not row.listed:
        message = f"{row.module} reads a list of maps"
        network.fault(row, "CNN105", (FROM,), message, "" if row.is_astray else f"write {list(row.sources or ())}")
        return None
    _order(network, row, maps)
    if args is None:
        return None
    if maps[0].lost:
        return None
    if maps[0].channels is None:
        message = f"the branches of {row.module} are as wide as {maps[0].name} says, and its channels are not known"
        network.fault(row, "CNN020", (FROM, 0), message, "let a Conv stand between")
        return None
    return Head(network, row, maps, args.pop("nc", "nc")), args


def _order(network: Network, row: Row, maps: list[Layer]) -> None:
    """Maps come from fine to coarse: the first decides the widths of all branches."""
    strides = [layer.stride for layer in maps]
    known = [stride for stride in strides if stride is not None]
    if len(known) == len(strides) and known != sorted(known):
        written = ", ".join(f"{layer.name} (1/{layer.stride})" for layer in maps)
        message = f"{row.module} reads maps from fine to coarse, here are {written}: the first decides all widths"
        right = sorted(range(len(maps)), key=lambda i: known[i])
        hint = f"write [{', '.join(str((row.sources or ())[i]) for i in right)}]"
        network.remark(row, (FROM,), message, hint)
