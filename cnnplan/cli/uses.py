"""What `--help` ends with: command lines that one may type as they stand, for the networks that come along."""

from __future__ import annotations

from typing import Final

__all__ = ["SUMMARIES", "USES", "epilog"]

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


SUMMARIES: Final[dict[str, str]] = {
    "report": "Print what every layer of a network is and costs.",
    "check": "Print what is wrong with specs, and promises not kept.",
    "verify": "Run networks and hold every prediction against it.",
    "overview": "Print a line for each of many networks.",
    "diff": "Print what is different between two networks.",
    "sweep": "Compute every combination of a network's choices.",
    "solve": "Find the values of symbols that do what is asked.",
    "explain": "Say what a topic, operator, rule, network or layer is.",
    "examples": "List the example networks, or print one.",
    "convert": "Write a network of another format as a YAML spec.",
    "export": "Write a network as ONNX, PyTorch or Keras.",
    "init": "Write a first spec to start from, with comments.",
    "run": "Run a network on an image and show its feature maps.",
    "schema": "Print the JSON Schema of the spec language.",
    "playground": "Write a web site that runs this in the browser.",
    "lsp": "Serve an editor: shapes, costs, findings, completion.",
}
"""By command, in `cnnplan --help`: short enough for a line of 72 columns, which would be cut off there."""


def epilog(command: str) -> str:
    """The lines below the options of a command."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in USES[command])])
