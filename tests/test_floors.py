"""The floors hold for what is imported to name a type, too: a room that only names one above it still rests on it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_no_room_names_a_type_from_above(tmp_path, monkeypatch):
    importlinter = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    given = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    told, rest = given.split("exclude_type_checking_imports = true\n")
    layered, _ = rest.split('[[tool.importlinter.contracts]]\nname = "no circles inside rooms"')
    file = tmp_path / "pyproject.toml"
    file.write_text(f"{told}{layered}", encoding="utf-8")
    assert importlinter.lint_imports(config_filename=str(file), no_cache=True) == importlinter.EXIT_STATUS_SUCCESS
