"""The folder of the playground: a page, an editor, Pyodide, and cnnplan as it is installed here."""

from __future__ import annotations

import shutil
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import jinja2

from cnnplan.errors import UsageError
from cnnplan.playground.archive import EXAMPLES, examples, pack
from cnnplan.playground.runtime import CORE
from cnnplan.release import version
from cnnplan.report.html import styles

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.playground.runtime import Runtime

__all__ = ["write"]

PAGES: Final = ("index.html", "report.html")
SCRIPTS: Final = ("editor.min.js", "playground.js", "sharing.js", "worker.js")
FIRST: Final = "resnet.yaml"
"""The example that is open at first."""

OURS: Final = ("pyodide", "pyodide.mjs")
"""What tells a playground, even half of one, from a folder that holds something else: it is written first."""


def write(folder: Path, runtime: Runtime) -> None:
    """Write the site: plain files for any web server, some 17 MB, of which a browser loads 8 compressed.

    Args:
        folder: empty, new, or a playground, which is written over.
        runtime: Pyodide, which goes along.

    Raises:
        UsageError: the folder holds something else, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()) and not folder.joinpath(*OURS).is_file():
            raise UsageError(f"{folder} holds something else: name a folder that is new or empty")
        for name in ("pyodide", "python", EXAMPLES, "assets"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in CORE:
            shutil.copyfile(runtime.core / name, folder / "pyodide" / name)
        pack(folder / "python" / "packages.zip", runtime)
        for name, file in examples().items():
            (folder / EXAMPLES / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / EXAMPLES / name)
        for name in SCRIPTS:
            (folder / "assets" / name).write_text(_asset(name), encoding="utf-8")
        looks = styles("10-base.css") + _asset("playground.css")
        (folder / "assets" / "playground.css").write_text(looks, encoding="utf-8")
        for name in PAGES:
            (folder / name).write_text(_page(name), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error


def _page(name: str) -> str:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_asset(name)).render(version=version(), groups=_groups(), first=FIRST) + "\n"


def _groups() -> dict[str, list[str]]:
    """The examples by their folder, those of the top one first; without the files that hold blocks only."""
    groups: dict[str, list[str]] = {"networks": []}
    for name in examples():
        folder, _, file = name.rpartition("/")
        if "blocks" not in (*folder.split("/"), file.removesuffix(".yaml")):
            groups.setdefault(folder or "networks", []).append(name)
    return groups


def _asset(name: str) -> str:
    return files("cnnplan.playground").joinpath("assets", name).read_text(encoding="utf-8")
