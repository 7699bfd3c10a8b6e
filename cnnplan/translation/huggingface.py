"""Hugging Face's `config.json`: numbers that only the library's own code makes a network of.

Where transformers is installed, its class builds the network without weights, and it is traced as any module of
PyTorch; nothing is fetched, and code that a config points to elsewhere is never run. Height and width are letters, or
the size in the config where the network takes no other. Without the library the file is refused, with the way.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import SpecError
from cnnplan.spec.source import read_text
from cnnplan.translation.draft import Draft

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read"]

LIBRARIES: Final = ("transformers", "torch")
SEEN: Final = ("pixel_values",)
"""What a network reads that looks at images."""

MOST: Final = 10_000
"""The greatest number of layers, heads or channels by the name of a key; beyond it is no network."""


def read(path: Path, options: Options) -> Foreign:
    """The network of a config.

    Raises:
        SpecError: it is none, its library is missing, or the library does not build it.
    """
    draft = Draft(str(path))
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise _refusal(draft, "CNN030", f"not readable as JSON: {error}") from None
    if not isinstance(data, dict):
        raise _refusal(draft, "CNN030", "this is JSON, and no config: it is no mapping")
    names = data.get("architectures")
    named = str(names[0]) if isinstance(names, list) and names else ""
    if any(find_spec(library) is None for library in LIBRARIES):
        message = f"{named or 'its model'} is built by the code of transformers; the config holds its numbers alone"
        hint = "pip install transformers torch, and it is read; or name a function that gives the model: build.py:build"
        raise _refusal(draft, "CNN031", message, hint)
    if "auto_map" in data:
        message = "auto_map: the code of the model stands elsewhere, and is not run"
        hint = "import it yourself: let build() in build.py return the model: cnnplan report build.py:build"
        raise _refusal(draft, "CNN031", message, hint)
    if key := _greatest(data):
        raise _refusal(draft, "CNN030", f"{key[0]} (={key[1]:,}) is more than {MOST:,}")
    return _traced(draft, path, options, data, named)


def _traced(draft: Draft, path: Path, options: Options, data: dict[str, Any], named: str) -> Foreign:
    from cnnplan.translation.torch import read_live  # noqa: PLC0415 - needs PyTorch, which is there

    try:
        module = _module(data, named)
    except Exception as error:  # noqa: BLE001 - whatever the library raises
        first = (str(error) or type(error).__name__).splitlines()[0][:300]
        raise _refusal(draft, "CNN031", f"transformers does not build it: {first}") from None
    if getattr(module, "main_input_name", "") not in SEEN:
        raise _refusal(draft, "CNN031", f"{type(module).__name__} reads no images; networks of images are read")
    foreign = read_live(module, options)
    if foreign.faults.found and not options.dims and (fixed := _fixed(data)):
        foreign = read_live(module, replace(options, dims={SEEN[0]: fixed}))
    foreign.file = str(path)
    return foreign


def _fixed(data: dict[str, Any]) -> tuple[str | int, ...]:
    """The extents of an image that the config is made for; () where it says none."""
    size, channels = data.get("image_size"), data.get("num_channels", 3)
    size = [size, size] if isinstance(size, int) else size
    if not isinstance(size, list) or len(size) != 2 or not all(isinstance(n, int) and n < MOST for n in size):  # noqa: PLR2004
        return ()
    return ("N", channels, *size)


def _module(data: dict[str, Any], named: str) -> Any:
    """The network that transformers makes of a config, without numbers."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch  # noqa: PLC0415 - an extra

    transformers: Any = import_module("transformers")
    config = transformers.AutoConfig.for_model(**data)
    kind = getattr(transformers, named, None)
    with torch.device("meta"):
        if isinstance(kind, type) and issubclass(kind, transformers.PreTrainedModel):
            return kind(config)
        return transformers.AutoModel.from_config(config, trust_remote_code=False)


def _greatest(data: dict[str, Any]) -> tuple[str, int] | None:
    """A number that no network has."""
    stack: list[tuple[str, Any]] = list(data.items())
    while stack:
        key, value = stack.pop()
        if isinstance(value, list):
            stack.extend((key, each) for each in value)
        elif isinstance(value, int) and abs(value) > MOST and ("hidden" in key or "num_" in key or "depth" in key):
            return key, value
    return None


def _refusal(draft: Draft, rule: str, message: str, hint: str = "") -> SpecError:
    draft.refuse(rule, message, hint=hint)
    return SpecError(draft.foreign.faults.found)
