"""The folder that is written, with a Pyodide that only has the right names; and who may see it."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
import zipfile
from importlib import metadata

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.errors import UsageError
from cnnplan.playground import Server, write
from cnnplan.playground.runtime import CORE, VERSION, Runtime, commands, fetch, find

INFO = {"info": {"python": "3.14.2", "abi_version": "2026_0"}}
WHEEL = f"pydantic_core-{metadata.version('pydantic-core')}-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


@pytest.fixture
def pyodide(tmp_path):
    """A folder as npm and pip leave it."""
    core = tmp_path / "pyodide" / "node_modules" / "pyodide"
    core.mkdir(parents=True)
    for name in CORE:
        (core / name).write_text(json.dumps(INFO))
    with zipfile.ZipFile(tmp_path / "pyodide" / WHEEL, "w") as wheel:
        wheel.writestr("pydantic_core/__init__.py", "")
    return tmp_path / "pyodide"


@pytest.fixture
def site(tmp_path, pyodide):
    write(tmp_path / "site", find(pyodide))
    return tmp_path / "site"


def test_what_npm_and_pip_leave_is_found(pyodide):
    assert find(pyodide) == Runtime(pyodide / "node_modules" / "pyodide", pyodide / WHEEL)
    assert fetch(pyodide) == find(pyodide), "nothing is fetched that is there"


def test_what_is_missing_is_said_with_the_commands_that_bring_it(tmp_path, pyodide):
    npm, pip = (" ".join(command) for command in commands(tmp_path / "none"))
    assert npm.endswith(f"--prefix {tmp_path}/none pyodide@{VERSION}")
    with pytest.raises(UsageError) as error:
        find(tmp_path / "none")
    assert "does not hold Pyodide" in str(error.value)
    assert npm in str(error.value)
    assert pip in str(error.value)
    (pyodide / WHEEL).rename(pyodide / WHEEL.replace("cp314", "cp313"))
    with pytest.raises(UsageError, match=re.escape(f"lacks {WHEEL}, the half of pydantic")):
        find(pyodide)
    core = pyodide / "node_modules" / "pyodide"
    (core / CORE[-1]).write_text("{}")
    with pytest.raises(UsageError, match="is not Pyodide's: KeyError"):
        find(pyodide)
    (core / CORE[1]).unlink()
    with pytest.raises(UsageError, match=r"lacks pyodide\.asm\.mjs of Pyodide"):
        find(pyodide)


def test_the_archive_is_enough_to_read_and_check(site, python, tmp_path):
    archive = site / "python" / "packages.zip"
    names = zipfile.ZipFile(archive).namelist()
    assert "pydantic_core/__init__.py" in names
    assert "specs/lenet5.yaml" in names
    assert not [name for name in names if name.endswith((".pyc", ".so")) or "playground/assets" in name]
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "there")
    (tmp_path / "there" / "pydantic_core" / "__init__.py").unlink()
    program = (
        "import sys; sys.path.insert(0, 'there'); import cnnplan, pydantic, yaml, jinja2\n"
        "print(cnnplan.__version__, cnnplan.load('example:lenet5').at().params)\n"
        "print([m.__name__ for m in (cnnplan, pydantic, yaml, jinja2) if 'there' not in m.__file__])"
    )
    (tmp_path / "there" / "pydantic_core").rmdir()
    ran = python("-c", program, cwd=tmp_path, PYTHONPATH="")
    assert ran.stdout == f"{metadata.version('cnnplan')} 61706\n[]\n", ran.stderr


def test_the_same_packages_make_the_same_site(site, pyodide):
    before = (site / "python" / "packages.zip").read_bytes()
    write(site, find(pyodide))
    assert (site / "python" / "packages.zip").read_bytes() == before


def test_nothing_may_be_loaded_from_or_sent_to_elsewhere(site):
    page = (site / "index.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == rules["frame-src"] == "'self'"
    assert "'unsafe" not in rules["script-src"]
    inner = (site / "report.html").read_text()
    assert "default-src 'none'" in inner
    assert "connect-src" not in inner
    texts = [file.read_text() for file in site.rglob("*") if file.suffix in {".html", ".css", ".js"}]
    loaded = re.findall(r"""(?:src|href|import|fetch\()\s*=?\s*["'](https?:[^"']*)""", "".join(texts))
    assert loaded == []


def test_half_a_site_is_written_over(site, pyodide):
    (site / "index.html").unlink()
    write(site, find(pyodide))
    assert (site / "index.html").is_file()


def test_a_folder_with_something_else_is_left_alone(tmp_path, pyodide):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match="holds something else"):
        write(tmp_path / "mine", find(pyodide))
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_the_server_is_for_this_machine_and_tells_the_types(site):
    server = Server(site)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        assert server.address.startswith("http://127.0.0.1:")
        types = {}
        for name in ("", "pyodide/pyodide.mjs", "pyodide/pyodide.asm.wasm", "python/packages.zip", "specs/unet.yaml"):
            with urllib.request.urlopen(server.address + name) as answer:  # noqa: S310 - our own server
                types[name] = answer.headers["Content-Type"]
        assert types == {
            "": "text/html; charset=utf-8",
            "pyodide/pyodide.mjs": "text/javascript; charset=utf-8",
            "pyodide/pyodide.asm.wasm": "application/wasm",
            "python/packages.zip": "application/zip",
            "specs/unet.yaml": "text/plain; charset=utf-8",
        }
        for name in ("specs/", "../../etc/passwd", "nothing"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(server.address + name)  # noqa: S310 - our own server
        with pytest.raises(UsageError, match="port"):
            Server(site, int(server.address.rstrip("/").rpartition(":")[2]))
    finally:
        server.close()


def test_the_command(tmp_path, pyodide):
    run = CliRunner().invoke
    done = run(app, ["playground", "-o", str(tmp_path / "made"), "--pyodide", str(pyodide)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / "made" / "index.html").is_file()
    assert run(app, ["playground", "--pyodide", str(pyodide)]).exit_code == 2
    absent = run(app, ["playground", "-o", str(tmp_path / "other"), "--pyodide", str(tmp_path / "none")])
    assert absent.exit_code == 2
    assert "--fetch" in absent.stderr
    assert not (tmp_path / "other").exists()
