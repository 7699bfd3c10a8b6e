"""A network run on an image: what its layers give, as pictures.

The image keeps its size where the network takes images of that size, and is brought to the sizes of the plan where it
does not. Weights are given, or drawn, or, in the first convolution, filters made by hand, so that one sees what a
filter, a stride, a padding and a pooling do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.errors import CnnplanError, UsageError
from cnnplan.executor import execute
from cnnplan.executor.weights import Weights
from cnnplan.images.filters import FILTERS, bank, chosen
from cnnplan.images.pictures import data_uri, png, read, sheet
from cnnplan.lazy import np
from cnnplan.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from cnnplan.checkpoints import Checkpoint
    from cnnplan.graph import Graph, Node
    from cnnplan.plan import Plan

__all__ = ["FILTERS", "FeatureMap", "feature_maps"]

RANK = 4
"""The axes of a batch of images: N, C, H, W."""

MOST_LAYERS = 24
"""Layers that are shown if nobody says which."""

DTYPE = "float32"


class FeatureMap(NamedTuple):
    """What one layer gave.

    Args:
        name: the layer.
        op: its operator.
        shape: of its output.
        low, high: the least and the greatest value of the channels that are shown.
        picture: a PNG: the first channels as tiles, dark at `low`, light at `high`.
    """

    name: str
    op: str
    shape: tuple[int, ...]
    low: float
    high: float
    picture: bytes

    @property
    def caption(self) -> str:
        """`conv 6 x 28 x 28, from -1.2 to 3.4`."""
        shape = " x ".join(map(str, self.shape[1:]))
        return f"{self.op} {shape}, from {self.low:.3g} to {self.high:.3g}"

    @property
    def data(self) -> dict[str, str]:
        """The same for a page."""
        return {"name": self.name, "caption": self.caption, "data": data_uri(self.picture)}


def feature_maps(  # noqa: PLR0913 - all but two by keyword
    plan: Plan,
    image: Path,
    *,
    given: Iterable[str] = (),
    weights: str | Path | Checkpoint | None = None,
    filters: Sequence[str] = (),
    layers: Sequence[str] = (),
    seed: int = 0,
) -> tuple[Plan, list[FeatureMap]]:
    """Run a network on an image.

    Args:
        plan: of the network, at sizes that it has where the image does not decide.
        image: a file.
        given: symbols that somebody gave a value, which the size of the image does not overrule.
        weights: an .npz file or a folder; left out, they are drawn.
        filters: names of filters for the first convolution.
        layers: which to show; left out, those that have feature maps, up to a limit.
        seed: of the weights that are drawn.

    Returns:
        The plan at the sizes of the run, and what the layers gave, the image first.

    Raises:
        UsageError: the network takes no image, or something that was asked for does not exist.
    """
    name, channels = _input(plan)
    at, array = _fitted(plan, image, name, channels, set(given))
    wanted = _wanted(at, layers)
    own = at.spec.weights
    store = Weights(own() if weights is None and own else weights, at.graph.nodes, seed, DTYPE)
    if filters:
        _place(at.graph, at.values, chosen(filters), store)
    seen = {name: _seen(name, "input", array[None])}

    def watch(layer: str, output: NDArray[Any]) -> None:
        if layer in wanted:
            seen[layer] = _seen(layer, at.graph.nodes[layer].op.verb, output)

    batch = int(at.inputs[name][0])  # type: ignore[arg-type]  # a number: the plan is at values
    inputs = {name: np.repeat(array[None], batch, axis=0)}
    execute(at.graph, values=at.values, inputs=inputs, weights=store, dtype=DTYPE, watch=watch, need=_need(at))
    return at, list(seen.values())


def _need(plan: Plan) -> int:
    need: Any = Memory(plan.graph, plan.values, DTYPE).inference
    return int(need)


def _input(plan: Plan) -> tuple[str, int]:
    """The input that is an image, and its channels."""
    for name, shape in plan.inputs.items():
        if len(shape) == RANK and isinstance(shape[1], int):
            return name, shape[1]
    raise UsageError(f"{plan.name} takes no images: an input of 4 axes, (N, C, H, W), with a number of channels")


def _fitted(plan: Plan, image: Path, name: str, channels: int, given: set[str]) -> tuple[Plan, NDArray[Any]]:
    """The plan at the image's size, or the image at the plan's."""
    array = read(image, channels)
    letters = [str(extent) for extent in plan.inputs[name][2:]]
    sizes = dict(zip(letters, array.shape[1:], strict=True))
    if len(sizes) == len(letters) and sizes.keys() <= plan.spec.symbols.keys() - given:
        try:
            return plan.at(**sizes), array
        except CnnplanError:
            pass
    at = plan.at()
    height, width = (int(extent) for extent in at.inputs[name][2:])  # type: ignore[arg-type]  # numbers, see above
    return at, read(image, channels, (height, width))


def _wanted(plan: Plan, layers: Sequence[str]) -> set[str]:
    """The layers that are shown."""
    spatial = [node.name for node in plan if len(node.shape) == RANK and node.shape[2] != 1]
    if not layers:
        step = -(-len(spatial) // MOST_LAYERS) or 1
        return set(spatial[::step])
    found = set()
    for name in layers:
        try:
            found.add(plan.end(name))
        except (KeyError, IndexError):
            raise UsageError(f"{plan.name} has no layer {name}") from None
        if plan.end(name) not in spatial:
            raise UsageError(f"{name} gives no feature maps: its output is {plan[name].shape}")
    return found


def _place(graph: Graph, values: Mapping[str, Any], matrices: Sequence[NDArray[Any]], store: Weights) -> None:
    """Put filters into the first convolution."""
    node = next((node for node in graph.nodes.values() if _is_filter(node)), None)
    if node is None:
        raise UsageError(f"{graph.spec.name} has no convolution for filters to stand in")
    for name, weight in node.op.weights(*node.facts.shapes).items():
        shape = [int(extent if isinstance(extent, int) else extent.at(values)) for extent in weight.shape]
        store.used[f"{node.owner}.{name}"] = (
            bank(matrices, shape, DTYPE) if name == "weight" else np.zeros(shape, DTYPE)
        )


def _is_filter(node: Node) -> bool:
    return node.op.verb == "conv" and len(node.shape) == RANK


def _seen(name: str, op: str, output: NDArray[Any]) -> FeatureMap:
    """What a layer gave for the first image of the batch."""
    shown = np.asarray(output[0], dtype="float32")
    gray = sheet(shown)
    low, high = float(shown[:16].min()), float(shown[:16].max())
    return FeatureMap(name, op, tuple(output.shape), low, high, png(gray))
