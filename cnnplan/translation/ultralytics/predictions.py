"""What heads predict besides boxes and scores: masks, angles, keypoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.ultralytics.head import Head

__all__ = ["CLASSES", "MORE", "PROTOS", "More", "masks", "proto", "proto26"]

CLASSES: Final = {"nc": "required"}
More: TypeAlias = "Callable[[Head, dict[str, Any], str], list[str]]"
"""What predicts more than boxes and scores: the names of what it gives."""


def narrow(head: Head, least: int) -> int:
    """The width of a branch that predicts something else than boxes and scores."""
    return max(head.first // 4, least)


def masks(head: Head, args: dict[str, Any], prefix: str, called: str = "cv4") -> list[str]:
    """The coefficients of masks."""
    count = args.get("masks", 32)
    branches = head.branches(f"{prefix}{called}", "_Branch", narrow(head, count), count)
    return [head.joined(branches, f"{prefix}masks")]


def angles(head: Head, args: dict[str, Any], prefix: str) -> list[str]:
    count = args.get("angles", 1)
    joined = head.joined(head.branches(f"{prefix}cv4", "_Branch", narrow(head, count), count), f"{prefix}angle")
    return [joined if head.row.module == "OBB26" else head.add("sigmoid", None, f"{prefix}turned", joined)]


def keypoints(head: Head, args: dict[str, Any], prefix: str) -> list[str]:
    points, each = args["keypoints"]
    branches = head.branches(f"{prefix}cv4", "_Branch", narrow(head, points * each), points * each)
    return [head.joined(branches, f"{prefix}keypoints")]


def keypoints26(head: Head, args: dict[str, Any], prefix: str) -> list[str]:
    points, each = args["keypoints"]
    width = narrow(head, points * (each + 2))
    branches = head.branches(f"{prefix}cv4", "_Branch", width, points * each)
    for i in range(len(branches)):
        head.unreached(f"{prefix}cv4_sigma_{i}", width * 2 * points + 2 * points)
    return [head.joined(branches, f"{prefix}keypoints")]


def proto(head: Head, args: dict[str, Any]) -> str:
    """The masks that coefficients weigh, of the finest map."""
    made = {"hidden": args.get("hidden", 256), "out_channels": args.get("masks", 32)}
    return head.add("Proto", made, "proto", head.maps[0].name)


def proto26(head: Head, args: dict[str, Any]) -> str:
    """Masks of all maps together, with a branch that is only trained."""
    first, hidden, total = head.first, args.get("hidden", 256), head.maps[0].name
    for i, layer in enumerate(head.maps[1:], 1):
        refined = head.add("Conv", {"out_channels": first}, f"feat_refine_{i - 1}", layer.name)
        upsampled = head.add("upsample", {"scale_factor": 2**i}, f"feat_up_{i - 1}", refined)
        total = head.add("add", None, f"feat_{i - 1}", [total, upsampled])
    fused = head.add("Conv", {"out_channels": hidden, "kernel_size": 3}, "feat_fuse", total)
    weights = 9 * first * hidden + 9 * hidden * hidden + 4 * hidden
    head.unreached("semseg", f"{weights} + ({hidden} + 1) * {head.classes}")
    return head.add("Proto", {"hidden": hidden, "out_channels": args.get("masks", 32)}, "proto", fused)


MORE: Final[dict[str, More]] = {
    "Segment": masks,
    "Segment26": masks,
    "OBB": angles,
    "OBB26": angles,
    "Pose": keypoints,
    "Pose26": keypoints26,
}
PROTOS: Final = {"Segment": proto, "Segment26": proto26}
