"""What a file is, told by its first bytes, and by its name only where they leave it open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cnnplan.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["KINDS", "SUFFIXES", "Kind", "is_network", "kind_of"]

HEAD: Final = 65_536
"""The bytes that are looked at."""

SUFFIXES: Final = frozenset({".yaml", ".yml"})
"""How the names of specs end; a report or a baseline in JSON begins alike and is none."""

_OURS: Final = pattern(rb"""^\{?[ ]*["']?cnnplan["']?[ ]*:""", re.MULTILINE)
_BINARY: Final = pattern(rb"[\x00-\x08]")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Args:
        name: what people call it.
        module: what reads it; it has `read(path, options) -> Foreign`.
        suffixes: how names of such files end; a folder is searched for them.
        recognises: whether a file that begins with these bytes is one, whatever it is called.
        claims: whether a path means one that its bytes do not show.
        options: the fields of `Options` that its reader understands.
        version: of the program whose rules are followed, where its files do not say all.
    """

    name: str
    module: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    claims: Callable[[Path], bool] = field(default=lambda _: False)
    options: tuple[str, ...] = ()
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name}, by the rules of {self.version}" if self.version else self.name


_BACKBONE: Final = pattern(rb"^backbone[ ]*:", re.MULTILINE)


def _is_onnx(head: bytes) -> bool:
    """A protobuf message whose first field is a small version of the format, followed by another field of a model."""
    return len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 0x20 and head[2] in _FIELDS  # noqa: PLR2004


_FIELDS: Final = frozenset({0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72})
"""The tags of the other fields of an ONNX model."""

_FACTORY: Final = pattern(r"(?!example:)(?:(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*|.*\.py):[A-Za-z_][\w.]*")
_NET: Final = pattern(rb"\A(?:\s*[#;][^\n]*\n|\s)*\[net(?:work)?\]")
_KERAS: Final = pattern(rb'"class_name": *"(?:Functional|Sequential)"|"registered_name".*"build_config"', re.DOTALL)


def _is_keras(head: bytes) -> bool:
    """Whether it is the JSON of a model, or a zip that begins like one."""
    zipped = head.startswith(b"PK\x03\x04") and head[30:43] == b"metadata.json"
    return zipped or (head.lstrip().startswith(b"{") and _KERAS.search(head) is not None)


KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        "ONNX",
        "cnnplan.translation.onnx",
        (".onnx",),
        _is_onnx,
        lambda path: path.suffix == ".onnx",
        ("dims",),
    ),
    Kind(
        "Ultralytics YAML",
        "cnnplan.translation.ultralytics",
        (".yaml", ".yml"),
        lambda head: _BACKBONE.search(head) is not None and _BINARY.search(head) is None,
        options=("dims", "scale", "modules"),
        version="8.4.190",
    ),
    Kind(
        "PyTorch",
        "cnnplan.translation.torch",
        (),
        lambda _: False,
        lambda path: _FACTORY.fullmatch(str(path)) is not None,
        ("dims", "arguments"),
    ),
    Kind(
        "Keras model",
        "cnnplan.translation.keras",
        (".keras", ".json"),
        _is_keras,
        lambda path: path.suffix == ".keras",
        options=("dims",),
    ),
    Kind(
        "Darknet cfg",
        "cnnplan.translation.darknet",
        (".cfg",),
        lambda head: _NET.search(head) is not None and _BINARY.search(head) is None,
        options=("dims",),
    ),
    Kind(
        "nnU-Net plans",
        "cnnplan.translation.nnunet",
        (".json",),
        lambda head: head.lstrip().startswith(b"{") and b'"plans_name"' in head,
        options=("scale",),
    ),
    Kind(
        "Hugging Face config",
        "cnnplan.translation.huggingface",
        (".json",),
        lambda head: head.lstrip().startswith(b"{") and b'"model_type"' in head,
        options=("dims",),
    ),
)
"""Every kind of file that is no spec, in the order in which they are tried."""


def kind_of(path: Path) -> Kind | None:
    """The kind of a file; None of a spec of our own, and of what nobody knows."""
    head = _head(path)
    if _is_ours(head):
        return None
    found = (kind for kind in KINDS if kind.recognises(head))
    named = (kind for kind in KINDS if kind.claims(path))
    return next(found, None) or next(named, None)


def is_network(path: Path) -> bool:
    """Whether a file that was found in a folder is a spec, or one of another world, and not for another program."""
    return (path.suffix in SUFFIXES and _is_ours(_head(path))) or kind_of(path) is not None


def _is_ours(head: bytes) -> bool:
    """Whether it is a text that begins like a spec."""
    return _BINARY.search(head) is None and _OURS.search(head) is not None


def _head(path: Path) -> bytes:
    """The beginning of a file, nothing of what is none."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError):
        return b""
