"""What a repository wants of `cnnplan check`: `[tool.cnnplan]` in pyproject.toml, or a cnnplan.toml of its own.

The first file found counts, from the current folder upwards to the root of the repository. Options of the command line
win over it. Keys are checked here; whether a rule of that name exists is for whoever knows the rules.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAIL_ON", "Budget", "Configuration", "configuration"]

FAIL_ON = ("error", "warning", "note", "never")
"""From which severity on `check` exits with 1."""

EVERYWHERE = "**"
FILES = ("cnnplan.toml", "pyproject.toml")
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What every spec must keep to.

    Args:
        that: a comparison of the language, "params <= 60M".
        at: values of symbols.
        files: a glob of the specs that it is for, seen from the folder of the configuration.
    """

    that: str
    at: Mapping[str, Any] = field(default_factory=dict)
    files: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Configuration:
    """The options of `check`.

    Args:
        select: the rules to follow, by identifier, name or beginning; () for those that are on by default.
        extend_select: rules to follow besides.
        ignore: rules not to follow.
        fail_on: the least severity that fails.
        root: the folder that included files may come from, None for the spec's own.
        budgets: what every spec must keep to.
        baseline: a file of findings that are known.
        deploy: the runtimes that every network is held against, () for none.
        options: of a rule, by its identifier: {"CNN215": {"factor": 32}}.
        folder: where the configuration stands.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    root: Path | None = None
    budgets: tuple[Budget, ...] = ()
    baseline: Path | None = None
    deploy: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folder: Path = Path()

    def over(self, **options: Any) -> Configuration:
        """The same with the options that are given."""
        return replace(self, **{name: value for name, value in options.items() if value})

    def covers(self, budget: Budget, file: str) -> bool:
        """Whether a budget is meant for a spec."""
        path = Path(file).resolve()
        folder = self.folder.resolve()
        inside = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
        return budget.files == EVERYWHERE or fnmatch(inside, budget.files)


def configuration(file: Path | None = None, start: Path | None = None) -> Configuration:
    """The configuration of a file, or of the folder where the work is done.

    Raises:
        UsageError: the file cannot be read, or says something that means nothing.
    """
    found = file or _nearest((start or Path.cwd()).resolve())
    if found is None:
        return Configuration()
    table = _table(found)
    return Configuration() if table is None else _read(table, found)


def _nearest(folder: Path) -> Path | None:
    """The first file with a word to us, from here upwards, not beyond the root of a repository."""
    for place in (folder, *folder.parents):
        for name in FILES:
            file = place / name
            if file.is_dir():
                raise UsageError(f"{file} is a folder, and a configuration is a file")
            if file.is_file() and _table(file) is not None:
                return file
        if (place / ".git").exists():
            return None
    return None


def _table(file: Path) -> dict[str, Any] | None:
    """What a file says to us; None where it is somebody else's."""
    try:
        with file.open("rb") as text:
            data = text.read(LARGEST)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    if file.name == "pyproject.toml" and b"cnnplan" not in data:
        return None
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: not readable as TOML: {error}") from None
    if file.name != "pyproject.toml":
        return table
    tool = table.get("tool", {})
    return tool.get("cnnplan") if isinstance(tool, dict) else None


def _read(table: Any, file: Path) -> Configuration:
    if not isinstance(table, dict):
        raise UsageError(f"{file}: [tool.cnnplan] must be a table")
    given: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for key, value in table.items():
        if key in _READERS:
            given[key.replace("-", "_")] = _READERS[key](value, f"{file}: {key}", file.parent)
        elif key.startswith("CNN") and isinstance(value, dict):
            options[key] = value
        else:
            known = ", ".join((*_READERS, "CNN215 (a table of options)"))
            raise UsageError(f"{file}: unknown key {key}; the keys are {known}")
    return Configuration(**given, options=options, folder=file.parent)


def _names(value: Any, where: str, folder: Path) -> tuple[str, ...]:
    del folder
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f'{where} must be a list of rules: ["CNN210"]')
    return tuple(value)


def _runtimes(value: Any, where: str, folder: Path) -> tuple[str, ...]:
    del folder
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f'{where} must be a list of runtimes: ["onnxruntime"]')
    return tuple(value)


def _severity(value: Any, where: str, folder: Path) -> str:
    del folder
    if value not in FAIL_ON:
        raise UsageError(f"{where} (={value}) must be one of {', '.join(FAIL_ON)}")
    return str(value)


def _path(value: Any, where: str, folder: Path) -> Path:
    if not isinstance(value, str):
        raise UsageError(f"{where} must be a path")
    return folder / value


def _folder(value: Any, where: str, folder: Path) -> Path:
    path = _path(value, where, folder)
    if not path.is_dir():
        raise UsageError(f"{where} (={value}): there is no such folder")
    return path


def _budgets(value: Any, where: str, folder: Path) -> tuple[Budget, ...]:
    del folder
    if not isinstance(value, list):
        raise UsageError(f'{where} must be a list of comparisons: ["params <= 60M"]')
    return tuple(_budget(item, where) for item in value)


def _budget(item: Any, where: str) -> Budget:
    item = {"that": item} if isinstance(item, str) else item
    wanted = {"that": str, "at": dict, "files": str}
    if not isinstance(item, dict) or "that" not in item:
        raise UsageError(f'{where} holds comparisons: "params <= 60M" or {{that = "macs <= 9G", at = {{H = 320}}}}')
    for key, given in item.items():
        if not isinstance(given, wanted.get(key, ())):
            raise UsageError(f"{where}: {key} (={given}) is not understood; a budget has that, at and files")
    files = item.get("files", EVERYWHERE)
    if not files or files.startswith("/") or "\\" in files or ".." in files.split("/"):
        raise UsageError(f"{where}: files (={files}) can match no spec: globs are seen from the folder of this file")
    return Budget(**item)


_READERS = {
    "select": _names,
    "extend-select": _names,
    "ignore": _names,
    "fail-on": _severity,
    "root": _folder,
    "budgets": _budgets,
    "baseline": _path,
    "deploy": _runtimes,
}
