"""What `--help` ends with: command lines that one may type as they stand, for the networks that come along."""

from __future__ import annotations

from typing import Final

__all__ = ["USES", "epilog"]

USES: Final[dict[str, tuple[str, ...]]] = {
    "report": (
        "cnnplan report example:resnet --depth 1",
        "cnnplan report example:unet --set H=256 -f html -o unet.html",
        "cnnplan report example:resnet --top 10 --by params",
        "cnnplan report example:resnet --until layer4",
    ),
    "check": (
        "cnnplan check specs",
        "cnnplan check net.yaml --fix",
        "cnnplan check example:unet --deploy openvino",
        "cnnplan check specs -f sarif -o findings.sarif",
    ),
    "verify": ("cnnplan verify example:lenet5", "cnnplan verify example:lenet5 --set H=40"),
    "overview": ("cnnplan overview specs", "cnnplan overview example:resnet example:vgg"),
    "diff": (
        "cnnplan diff example:alexnet example:vgg",
        "cnnplan diff example:resnet --set-after variant=resnet34",
        "cnnplan diff net.yaml --against main --fail-if 'macs > +5%'",
    ),
    "sweep": (
        "cnnplan sweep example:resnet --set H=W --set W=128:320:32",
        "cnnplan sweep example:vgg --set N=1,8 --where 'macs <= 1T'",
    ),
    "solve": (
        "cnnplan solve example:resnet --max N --memory 24GiB",
        "cnnplan solve example:unet --max H --where 'macs <= 100G'",
    ),
    "explain": (
        "cnnplan explain language",
        "cnnplan explain conv",
        "cnnplan explain CNN103",
        "cnnplan explain example:resnet stem.conv1",
    ),
    "examples": ("cnnplan examples", "cnnplan examples lenet5 > lenet5.yaml"),
    "convert": ("cnnplan convert model.onnx -o model.yaml",),
    "export": (
        "cnnplan export example:resnet -o resnet.onnx",
        "cnnplan export example:lenet5 -o lenet5.py",
    ),
    "init": ("cnnplan init", "cnnplan init seg.yaml --kind unet"),
    "run": ("cnnplan run example:lenet5 -i digit.png -o maps",),
    "schema": ("cnnplan schema -o cnnplan.schema.json",),
    "playground": ("cnnplan playground --serve --fetch",),
    "lsp": ("cnnplan lsp",),
}
"""By command; `net.yaml`, `specs` and the like stand for what is yours."""


def epilog(command: str) -> str:
    """The lines below the options of a command."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in USES[command])])
