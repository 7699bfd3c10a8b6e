"""The heads of a file: which map goes through which branches, and what is put together of it.

A head is written out for the maps that the row reads. Boxes are left as distances to the sides, in pixels of their own
map: turning them into corners, and choosing the best of them, is no part of the network here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.ultralytics.decoder import decoder
from cnnplan.translation.ultralytics.head import begin
from cnnplan.translation.ultralytics.network import Layer
from cnnplan.translation.ultralytics.predictions import CLASSES, MORE, PROTOS
from cnnplan.translation.ultralytics.signatures import ARGS, bind
from cnnplan.translation.ultralytics.worded import replaced, worded

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.ultralytics.head import Head
    from cnnplan.translation.ultralytics.network import Network
    from cnnplan.translation.ultralytics.predictions import More
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["HEADS"]

ONE = "one2one"
FLOW: Final = 12 * (2 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2)
"""The weights of the flow that a pose head of the 26 series is trained with."""


def detect(network: Network, row: Row, declared: dict[str, Any] | None = None) -> None:
    """Boxes and scores, and what a head of its family predicts besides."""
    begun = begin(network, row, {**CLASSES, **(declared or {})})
    if begun is None:
        return
    head, args = begun
    doubled = network.settings.end2end or row.module == "v10Detect"
    more = MORE.get(row.module, lambda _head, _args, _prefix: [])
    prefixes = ["", f"{ONE}_"][: 1 + doubled]
    ends = [_detect(head, args, prefix, more, last=prefix == prefixes[-1]) for prefix in prefixes]
    protos = PROTOS.get(row.module)
    if protos:
        ends.append(protos(head, args))
    if row.module == "Pose26":
        head.unreached("flow_model", FLOW)
    head.done(*ends)


def _detect(head: Head, args: dict[str, Any], prefix: str, more: More, *, last: bool) -> str:
    bins = head.network.settings.bins
    light = head.row.module == "v10Detect" or not head.network.legacy
    boxes = head.branches(f"{prefix}cv2", "_Branch", max(16, head.first // 4, 4 * bins), 4 * bins)
    scores = head.branches(f"{prefix}cv3", "_LightBranch" if light else "_Branch", head.wide, head.classes)
    return head.predictions(boxes, scores, more(head, args, prefix), prefix, last=last)


def segment(network: Network, row: Row) -> None:
    """A head with masks."""
    network_width = {"masks": 32, "hidden": 256}
    scaled = [*row.args]
    if len(scaled) > 2 and type(scaled[2]) is int and scaled[2] > 0:  # noqa: PLR2004
        scaled[2] = network.settings.widened(scaled[2])
    detect(network, replaced(row, scaled), network_width)


def pose(network: Network, row: Row) -> None:
    """A head with keypoints."""
    points = list(network.settings.keypoints)
    given = [points if arg == "kpt_shape" and points else arg for arg in row.args]
    if len(given) > 1 and not (isinstance(given[1], list) and len(given[1]) == 2):  # noqa: PLR2004
        message = f"the keypoints (={row.args[1]}) are [how many, numbers of each]"
        network.fault(row, "CNN013", (ARGS, 1), message, "write kpt_shape: [17, 3] above the layers")
        return
    detect(network, replaced(row, given), {"keypoints": [17, 3]} if len(given) < 2 else {"keypoints": "required"})  # noqa: PLR2004


def classify(network: Network, row: Row) -> None:
    """Classes of the image as a whole; a list of maps is put together first."""
    declared = network.blocks["Classify"]["args"]
    args = bind(network.document, row, declared)
    read = network.reads(row)
    if args is None:
        return
    layer = Layer(row.name, None, None)
    layer.steps.append("1280 channels inside; the classes are not scaled")
    if row.listed and len(row.sources or ()) > 1:
        inside: list[dict[str, Any]] = [{"concat": {"dim": 1}, "from": read, "name": "maps"}, {"Classify": args}]
        network.add(row, {"sequence": inside, "from": read[0]}, layer)
    else:
        network.add(row, {"Classify": args, "from": read}, layer)


def semantic(network: Network, row: Row) -> None:
    """A class for every position of the finest map; the second map is only read in training."""
    begun = begin(network, row, CLASSES)
    if begun is None:
        return
    head, _ = begun
    first, classes = head.first, head.classes
    head.add("Conv", {"out_channels": first, "kernel_size": 3}, "classifier_0", head.maps[0].name)
    head.add("conv", {"out_channels": classes, "kernel_size": 1}, "classifier_1")
    if len(head.maps) > 1:
        second = head.maps[1].channels or 0
        network.outputs.append(head.maps[1].name)
        head.unreached("aux_head", f"{9 * second * first + 2 * first} + ({first} + 1) * {classes}")
    head.done("classifier_1")


def depth(network: Network, row: Row) -> None:
    """A distance for every pixel, from the coarsest map down to the finest."""
    begun = begin(network, row, {"width": 256})
    if begun is None:
        return
    head, args = begun
    width = args.get("width", 256)
    maps = [head.add("Conv", {"out_channels": width}, f"proj_{i}", m.name) for i, m in enumerate(head.maps)]
    last = maps[-1]
    for i in range(len(maps) - 2, -1, -1):
        up = {"scale_factor": 2, "mode": "bilinear", "align_corners": True}
        upsampled = head.add("upsample", up, f"up_{i}", last)
        head.add("add", None, f"sum_{i}", [upsampled, maps[i]])
        head.add("Conv", {"out_channels": width, "kernel_size": 3}, f"refine_{i}_0")
        last = head.add("Conv", {"out_channels": width, "kernel_size": 3}, f"refine_{i}_1")
    head.add("Conv", {"out_channels": width // 2, "kernel_size": 3}, "head_0", last)
    head.add("conv_transpose", {"out_channels": width // 2, "kernel_size": 2, "stride": 2}, "head_1")
    head.add("Conv", {"out_channels": width // 4, "kernel_size": 3}, "head_2")
    head.add("conv", {"out_channels": 1, "kernel_size": 1}, "head_3")
    head.done("head_3")


def transformer(network: Network, row: Row) -> None:
    """The decoder of RT-DETR."""
    declared: dict[str, Any] = {
        **CLASSES,
        "hidden": 256,
        "queries": 300,
        "points": 4,
        "num_heads": 8,
        "depth": 6,
        "middle": 1024,
    }
    begun = begin(network, row, declared)
    if begun is not None:
        head, args = begun
        told = {**declared, **args}
        if not isinstance(told["depth"], int) or not 0 < told["depth"] <= DEEPEST:
            message = f"depth (={told['depth']}) is how many layers the decoder has, 1 to {DEEPEST}"
            network.fault(row, "CNN013", (ARGS, [*declared].index("depth")), message)
            return
        head.done(*decoder(head, told))


DEEPEST: Final = 100
"""The most layers of a decoder; the package's own files have 6."""


HEADS: Final[dict[str, Callable[[Network, Row], None]]] = {
    **dict.fromkeys(("Detect", "v10Detect"), detect),
    **dict.fromkeys(("Segment", "Segment26"), segment),
    **dict.fromkeys(("Pose", "Pose26"), pose),
    **dict.fromkeys(("OBB", "OBB26"), lambda network, row: detect(network, row, {"angles": 1})),
    **dict.fromkeys(("WorldDetect", "YOLOEDetect", "YOLOESegment", "YOLOESegment26"), worded),
    "Classify": classify,
    "SemanticSegment": semantic,
    "Depth": depth,
    "RTDETRDecoder": transformer,
}
"""What each of them is read by."""
