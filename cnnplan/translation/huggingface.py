"""Hugging Face's `config.json`: numbers that only the library's own code makes a network of; told so, with the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cnnplan.errors import SpecError
from cnnplan.spec.source import read_text
from cnnplan.translation.draft import Draft

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read"]


def read(path: Path, options: Options) -> Foreign:
    """Refuses the file, and says how its network comes here."""
    del options
    draft = Draft(str(path))
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        data = {}
    names = data.get("architectures") if isinstance(data, dict) else None
    called = names[0] if isinstance(names, list) and names else "its model"
    message = f"{called} is built by the code of transformers; the config holds its numbers alone"
    hint = "let build() in build.py return AutoModel.from_config(config): cnnplan report build.py:build"
    draft.refuse("CNN031", message, hint=hint)
    raise SpecError(draft.foreign.faults.found)
