"""The extension of VS Code: what it says of itself holds; as far as npm allows, it is built, packaged and loaded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXTENSION = HERE.parents[1] / ".vscode-extension"
MANIFEST = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))


def run(*command, cwd=None, timeout=300):
    return subprocess.run(  # noqa: S603 - npm, node, and our own program
        command, cwd=cwd, capture_output=True, text=True, timeout=timeout, check=False
    )


def test_it_starts_what_there_is():
    command, *arguments = MANIFEST["contributes"]["configuration"]["properties"]["cnnplan.command"]["default"]
    assert command == "cnnplan"
    helped = run(sys.executable, "-m", "cnnplan", *arguments, "--help")
    assert helped.returncode == 0
    assert "Serve an editor" in helped.stdout


def test_its_source_is_about_fifty_lines_and_knows_its_settings():
    source = (EXTENSION / "src/extension.ts").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 65
    assert [
        command["command"] for command in MANIFEST["contributes"]["commands"] if command["command"] not in source
    ] == []
    assert '"cnnplan.command"' in source
    assert all(version[0].isdigit() for version in {**MANIFEST["dependencies"], **MANIFEST["devDependencies"]}.values())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_it_is_built_packaged_and_loaded(tmp_path):
    folder = tmp_path / "extension"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "out"))
    installed = run("npm", "install", "--no-audit", "--no-fund", cwd=folder)
    if installed.returncode:
        pytest.skip(f"npm cannot install: {installed.stderr[-200:]}")
    packaged = run("npm", "run", "package", cwd=folder)
    assert packaged.returncode == 0, packaged.stdout + packaged.stderr
    with zipfile.ZipFile(folder / "cnnplan.vsix") as package:
        names = set(package.namelist())
        package.extractall(tmp_path / "installed")
    assert {"extension/package.json", "extension/out/extension.js", "extension/readme.md"} <= names
    main = tmp_path / "installed/extension/out/extension.js"
    server = (sys.executable, "-m", "cnnplan", "lsp")
    loaded = run("node", str(HERE / "load_extension.cjs"), str(main), *server)
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout) == {"registered": ["cnnplan.restart"], "subscriptions": 2}
