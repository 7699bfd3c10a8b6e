"""Pyodide, Python for browsers: where it is, whether it is whole, and how to get it.

It is no Python package: its core is the npm package `pyodide`, and pydantic's compiled half comes from PyPI, built for
that core. Both are asked for by name and version from their own clients, and only if the user says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from cnnplan.errors import UsageError

__all__ = ["CORE", "VERSION", "Runtime", "commands", "fetch", "find"]

VERSION: Final = "314.0.7"
"""The Pyodide that is fetched and tested; another one is taken as well."""

PLATFORM: Final = ("3.14", "cp314", "2026_0")
"""Its Python, the tag of that, and the version of its binary interface."""

CORE: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
"""The files of the npm package that a browser loads."""

COMPILED: Final = "pydantic-core"
"""The one package that cnnplan cannot do without and that is not Python alone."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Pyodide on this machine.

    Args:
        core: the folder with the files of CORE.
        wheel: pydantic's compiled half for it.
    """

    core: Path
    wheel: Path


def find(folder: Path) -> Runtime:
    """Pyodide in a folder that npm and pip have filled.

    Args:
        folder: holds the files of the npm package, `node_modules/pyodide` or `package` with them, and the wheel.

    Raises:
        UsageError: something is missing; the message says which commands bring it.
    """
    places = (folder, folder / "node_modules" / "pyodide", folder / "package")
    core = next((place for place in places if (place / CORE[2]).is_file()), None)
    if core is None:
        raise UsageError(_missing(f"{folder} does not hold Pyodide, in which the playground runs", folder))
    absent = [name for name in CORE if not (core / name).is_file()]
    if absent:
        raise UsageError(_missing(f"{core} lacks {', '.join(absent)} of Pyodide", folder))
    version, pattern = metadata.version(COMPILED), _wheel(core)
    found = [*folder.glob(pattern), *core.glob(pattern)]
    if not found:
        raise UsageError(_missing(f"{folder} lacks {pattern}, the half of pydantic {version} that is compiled", folder))
    return Runtime(core, found[0])


def commands(folder: Path) -> tuple[list[str], list[str]]:
    """The commands of npm and pip that fill the folder."""
    python, tag, abi = PLATFORM
    npm = ["npm", "install", "--no-fund", "--no-audit", "--ignore-scripts", "--prefix", str(folder)]
    pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--implementation=cp"]
    pip += [
        f"--python-version={python}",
        f"--abi={tag}",
        f"--platform=pyemscripten_{abi}_wasm32",
        "--dest",
        str(folder),
    ]
    wanted = f"{COMPILED}=={metadata.version(COMPILED)}"
    return [*npm, f"pyodide@{VERSION}"], ["python", *pip, wanted]


def fetch(folder: Path) -> Runtime:
    """Fill the folder with npm and pip, unless it holds everything already.

    Raises:
        UsageError: a client is missing, or could not do it.
    """
    try:
        return find(folder)
    except UsageError:
        pass
    npm, pip = commands(folder)
    client = shutil.which(npm[0])
    if client is None:
        raise UsageError(
            "Pyodide comes from npm, which is not installed: get the package pyodide another way, --pyodide"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for command in ([client, *npm[1:]], [sys.executable, *pip[1:]]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if done.returncode:
            told = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it says nothing"]
            raise UsageError(f"{Path(command[0]).name} could not fetch {command[-1]}: {told[0]}")
    return find(folder)


def _wheel(core: Path) -> str:
    """How the wheel is called that fits this core and the pydantic that is installed here."""
    try:
        info = json.loads((core / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
        tag = "cp" + "".join(info["python"].split(".")[:2])
        abi = info["abi_version"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{core / 'pyodide-lock.json'} is not Pyodide's: {type(error).__name__}") from None
    return f"pydantic_core-{metadata.version(COMPILED)}-{tag}-{tag}-pyemscripten_{abi}_wasm32.whl"


def _missing(what: str, folder: Path) -> str:
    way = "\n  ".join(" ".join(command) for command in commands(folder))
    return f"{what}. --fetch asks npm and PyPI for it; or do it yourself, and name the folder with --pyodide:\n  {way}"
