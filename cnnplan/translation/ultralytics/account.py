"""How the channels of a layer came about, step by step: what `cnnplan explain yolo.yaml 7` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.translation.ultralytics.network import Layer, Network
    from cnnplan.translation.ultralytics.rows import Row

__all__ = ["account"]


def account(network: Network, rows: list[Row], topic: str, version: str) -> str:
    """The derivation of a layer, "7" or "SPPF_7"; "" where there is none of that number or name."""
    found = next((row for row in rows if topic in (str(row.index), row.name)), None)
    if found is None or found.index not in network.layers:
        return ""
    return "\n".join(_lines(network, found, version)) + "\n"


def _lines(network: Network, row: Row, version: str) -> Iterator[str]:
    document, settings, layer = network.document, network.settings, network.layers[row.index]
    line = document.source.locate(Place(document.file, row.path)).line
    scale = f", at the scale {settings.scale}" if settings.scale else ""
    yield f"layer {row.index}, {row.module}, in line {line} of {document.file}"
    yield f"by the rules of Ultralytics {version}{scale}"
    yield ""
    yield f"{'written':<11}{document.source.text.splitlines()[line - 1].strip()}"
    for number, source in enumerate(() if row.is_astray else row.sources or ()):
        yield f"{'reads' if number == 0 else '':<11}{_gives(network.layers[source], _called(network, source))}"
    for number, step in enumerate(_steps(network, row, layer)):
        yield f"{'steps' if number == 0 else '':<11}{step}"
    yield f"{'gives':<11}{_gives(layer, row.name)}"


def _called(network: Network, source: int) -> str:
    return "the image" if source < 0 else network.layers[source].name


def _gives(layer: Layer, name: str) -> str:
    channels = "channels that depend on what it predicts" if layer.channels is None else f"{layer.channels} channels"
    if layer.parts:
        channels = f"parts of {', '.join(map(str, layer.parts))} channels"
    size = "" if layer.stride is None else f", 1/{layer.stride} of the image's height and width"
    return f"{name}: {channels}{size if layer.stride != 1 else ', as large as the image'}"


def _steps(network: Network, row: Row, layer: Layer) -> Iterator[str]:
    """What was done with the numbers that are written."""
    yield from layer.steps
    if not layer.steps:
        yield "as many channels as come in"
    if row.module in ("Detect", "Segment", "Segment26", "Pose", "Pose26", "OBB", "OBB26", "YOLOEDetect"):
        if network.legacy:
            yield "its branch of classes has plain convolutions: there is no C3k2, A2C2f or C2fCIB in the file"
        else:
            yield "its branch of classes has depthwise convolutions: there is a C3k2, A2C2f or C2fCIB in the file"
        if network.settings.end2end:
            yield "end2end: every branch stands there twice"
