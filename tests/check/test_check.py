"""`cnnplan check` as it is used: which rules, from where on it fails, configuration, baselines, libraries, watching."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app

ROOT = Path(__file__).parents[2]
SMELLY = """\
cnnplan: 1
input: [2, 3, 32, 48]
layers:
  - conv: {out_channels: 40, kernel_size: 3}
  - batch_norm
  - relu
  - relu
"""
CLEAN = SMELLY.replace("kernel_size: 3}", "kernel_size: 3, bias: false}").replace("  - relu\n", "", 1)
BROKEN = SMELLY.replace("kernel_size: 3}", "kernel_size: 33}")


@pytest.fixture
def cnnplan(tmp_path, monkeypatch):
    """Run a command in a folder with three specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name, text in {"smelly": SMELLY, "clean": CLEAN, "broken": BROKEN}.items():
        (tmp_path / f"{name}.yaml").write_text(text)

    def run(*arguments):
        return CliRunner().invoke(app, [*map(str, arguments)])

    return run


def rules(ran):
    return [finding["rule"] for finding in json.loads(ran.stdout)["findings"]]


SELECTED = [
    # options, the rules that speak
    ([], ["CNN210", "CNN211"]),
    (["--select", "CNN211"], ["CNN211"]),
    (["--select", "activation-after-activation,CNN3"], ["CNN211"]),
    (["--select", "ALL"], ["CNN210", "CNN211"]),
    (["--ignore", "CNN210"], ["CNN211"]),
    (["--ignore", "CNN2"], []),
    (["--select", "CNN2", "--ignore", "bias-before-normalization"], ["CNN211"]),
]


@pytest.mark.parametrize(("options", "spoken"), SELECTED)
def test_which_rules_are_followed(cnnplan, options, spoken):
    assert rules(cnnplan("check", "smelly.yaml", "-f", "json", *options)) == spoken


CODES = [
    # arguments, exit code
    (["clean.yaml"], 0),
    (["smelly.yaml"], 0),
    (["broken.yaml"], 1),
    (["smelly.yaml", "--fail-on", "warning"], 1),
    (["smelly.yaml", "--fail-on", "note"], 1),
    (["clean.yaml", "--fail-on", "note"], 0),
    (["broken.yaml", "--fail-on", "never"], 0),
    (["missing.yaml", "broken.yaml"], 2),
]


@pytest.mark.parametrize(("arguments", "code"), CODES)
def test_from_where_on_it_fails(cnnplan, arguments, code):
    assert cnnplan("check", *arguments).exit_code == code


USAGE = [
    (["--select", "CNN999"], "there is no rule CNN999"),
    (["--select", "dead-layers"], "did you mean dead-layer?"),
    (["--ignore", "CNN101"], "errors are always reported"),
    (["--ignore", "CNN1"], "errors are always reported"),
    (["--fail-on", "info"], "choose one of error, warning, note, never"),
    (["--format", "xml"], "choose one of text, json, sarif, github, gitlab, junit"),
    (["--update-baseline"], "--update-baseline needs --baseline FILE"),
    (["--baseline", "none.json"], "cannot read the baseline none.json"),
    (["--config", "none.toml"], "cannot read none.toml"),
]


@pytest.mark.parametrize(("options", "said"), USAGE)
def test_what_could_not_run(cnnplan, options, said):
    ran = cnnplan("check", "smelly.yaml", *options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr


@pytest.mark.parametrize(("file", "head"), [("pyproject.toml", "[tool.cnnplan]\n"), ("cnnplan.toml", "")])
def test_a_configuration_is_found_from_a_folder_below(cnnplan, tmp_path, monkeypatch, file, head):
    (tmp_path / file).write_text(head + 'ignore = ["CNN211"]\nfail-on = "warning"\nbudgets = ["params <= 1000"]\n')
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    ran = cnnplan("check", "../smelly.yaml", "-f", "json")
    assert ran.exit_code == 1
    assert rules(ran) == ["CNN302", "CNN210"]
    assert "params is 1,200, 200 (20.00%) more" in ran.stdout
    assert rules(cnnplan("check", "../smelly.yaml", "-f", "json", "--ignore", "CNN210")) == ["CNN302", "CNN211"]


def test_a_configuration_above_the_repository_is_none_of_it(cnnplan, tmp_path, monkeypatch):
    (tmp_path / "cnnplan.toml").write_text('select = ["CNN3"]\n')
    (tmp_path / "inner/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "inner")
    assert rules(cnnplan("check", "../smelly.yaml", "-f", "json")) == ["CNN210", "CNN211"]


CONFIGURED = [
    # cnnplan.toml, what stderr says, "" where it runs
    ('fail_on = "error"', "unknown key fail_on"),
    ('fail-on = "bad"', "fail-on (=bad) must be one of"),
    ('ignore = "CNN210"', "must be a list of rules"),
    ("budgets = [3]", "holds comparisons"),
    ('budgets = [{that = "params <= 1", in = 3}]', "in (=3) is not understood"),
    ('budgets = ["prams <= 1"]', "unknown name prams"),
    ('budgets = ["params <="]', "cannot read the expression"),
    ("[CNN215]\nfactor = 8", ""),
    ("[CNN215]\nfactor = 0", "must be a whole number of at least 1"),
    ("[CNN215]\nratio = 8", "CNN215 has no option ratio"),
    ("[CNN998]\nratio = 8", "there is no rule CNN998"),
    ("x = [", "not readable as TOML"),
    ('budgets = [{that = "params <= 1", files = "other/*"}]', ""),
    ('budgets = [{that = "params >= 1000", at = {H = 3}}]', "at a value of H, which smelly.yaml does not declare"),
]


@pytest.mark.parametrize(("text", "said"), CONFIGURED)
def test_what_a_configuration_says(cnnplan, tmp_path, text, said):
    (tmp_path / "cnnplan.toml").write_text(text)
    ran = cnnplan("check", "smelly.yaml")
    assert ran.exit_code == (2 if said else 0)
    assert said in ran.stderr


IGNORED = [
    # what stands below the convolution, the rules that speak
    ("    ignore: CNN210\n", ["CNN211"]),
    ("    ignore: [bias-before-normalization]\n", ["CNN211"]),
    ("    ignore: CNN211\n", ["CNN210", "CNN304", "CNN211"]),
    ("    ignore: CNN102\n", ["CNN210", "CNN304", "CNN211"]),
    ("    ignore: CNN777\n", ["CNN210", "CNN304", "CNN211"]),
    ("    ignore: CNN214\n", ["CNN210", "CNN211"]),
]


@pytest.mark.parametrize(("text", "spoken"), IGNORED)
def test_a_layer_ignores_a_rule(cnnplan, tmp_path, text, spoken):
    (tmp_path / "ignoring.yaml").write_text(SMELLY.replace("  - batch_norm", text + "  - batch_norm"))
    assert rules(cnnplan("check", "ignoring.yaml", "-f", "json")) == spoken


def test_a_group_and_a_call_ignore_for_what_is_inside(cnnplan, tmp_path):
    text = """\
cnnplan: 1
input: [2, 3, 32, 48]
blocks:
  unit:
    layers:
      - conv: {out_channels: 40, kernel_size: 3}
      - batch_norm
      - relu
layers:
  - sequence: [unit]
    ignore: CNN210
  - unit
"""
    (tmp_path / "group.yaml").write_text(text)
    (finding,) = json.loads(cnnplan("check", "group.yaml", "-f", "json").stdout)["findings"]
    assert finding["layer"] == "unit2.conv1"
    (tmp_path / "group.yaml").write_text(text.replace("  - unit\n", "  - unit:\n    ignore: CNN210\n"))
    assert rules(cnnplan("check", "group.yaml", "-f", "json")) == []


def test_a_baseline_excuses_what_is_known_and_nothing_else(cnnplan, tmp_path):
    ran = cnnplan("check", "smelly.yaml", "broken.yaml", "--baseline", "known.json", "--update-baseline")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "3 findings are known now" in ran.stderr
    assert cnnplan("check", ".", "--baseline", "known.json", "--fail-on", "note").exit_code == 0
    (tmp_path / "smelly.yaml").write_text("# moved\n" + SMELLY.replace("40", "48") + "  - relu\n")
    ran = cnnplan("check", "smelly.yaml", "--baseline", "known.json", "-f", "json")
    assert rules(ran) == ["CNN211"]
    assert json.loads((tmp_path / "known.json").read_text())["known"][0]["file"] == "smelly.yaml"


def test_a_file_that_is_no_baseline(cnnplan, tmp_path):
    (tmp_path / "known.json").write_text('{"known": 3}')
    ran = cnnplan("check", "smelly.yaml", "--baseline", "known.json")
    assert ran.exit_code == 2
    assert "is no baseline" in ran.stderr


def test_a_folder_is_searched_for_specs_alone(cnnplan, tmp_path):
    for name in (".hidden/bad.yaml", "sub/other.yml", "sub/library.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / ".hidden/bad.yaml").write_text(BROKEN)
    (tmp_path / "sub/other.yml").write_text("on: push\n")
    (tmp_path / "sub/library.yaml").write_text("cnnplan: 1\nblocks: {unit: {layers: [rleu]}}\n")
    told = json.loads(cnnplan("check", ".", "-f", "json").stdout)
    assert told["files"] == ["broken.yaml", "clean.yaml", "smelly.yaml", "sub/library.yaml"]
    assert [(each["file"], each["rule"]) for each in told["findings"] if "sub" in each["file"]] == [
        ("sub/library.yaml", "CNN010")
    ]


def test_includes_stay_below_the_root(cnnplan, tmp_path):
    (tmp_path / "nets").mkdir()
    (tmp_path / "blocks.yaml").write_text("cnnplan: 1\nblocks: {unit: {layers: [relu]}}\n")
    spec = "cnnplan: 1\ninclude: [../blocks.yaml]\ninput: [2, 3, 32, 48]\nlayers: [unit]\n"
    (tmp_path / "nets/net.yaml").write_text(spec)
    assert rules(cnnplan("check", "nets/net.yaml", "-f", "json"))[0] == "CNN005"
    assert rules(cnnplan("check", "nets/net.yaml", "-f", "json", "--root", ".")) == []
    (tmp_path / "cnnplan.toml").write_text('root = "."\n')
    assert rules(cnnplan("check", "nets/net.yaml", "-f", "json")) == []


def test_output_goes_to_a_file_whole(cnnplan, tmp_path):
    assert cnnplan("check", "smelly.yaml", "-f", "sarif", "-o", "out.sarif").stdout == ""
    before = (tmp_path / "out.sarif").read_text()
    assert json.loads(before)["version"] == "2.1.0"
    assert cnnplan("check", "smelly.yaml", "--select", "CNN999", "-o", "out.sarif").exit_code == 2
    assert (tmp_path / "out.sarif").read_text() == before


def test_an_interrupted_run_leaves_the_old_file(cnnplan, tmp_path, monkeypatch):
    (tmp_path / "out.txt").write_text("before")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    cnnplan("check", "smelly.yaml", "-o", "out.txt")
    assert (tmp_path / "out.txt").read_text() == "before"
    assert sorted(each.name for each in tmp_path.iterdir() if "out" in each.name) == ["out.txt"]


def test_watching_checks_again_when_a_file_changes(tmp_path):
    spec = tmp_path / "net.yaml"
    spec.write_text(CLEAN)
    command = [sys.executable, "-u", "-m", "cnnplan", "check", "net.yaml", "--watch"]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait_for(log, "watching")
        spec.write_text(BROKEN)
        wait_for(log, "CNN101")
        process.send_signal(signal.SIGINT)
        assert process.wait(180) == 0
    finally:
        process.kill()


def wait_for(log, words, seconds=40):
    """Until a process has said something."""
    end = time.monotonic() + seconds
    while words not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


def test_check_with_rules_promises_and_configuration_imports_nothing_heavy(python, tmp_path):
    (tmp_path / "cnnplan.toml").write_text('budgets = ["params <= 1G"]\nselect = ["ALL"]\n')
    code = (
        "import sys; from cnnplan.cli import app\n"
        f"try: app(['check', {str(ROOT / 'specs/resnet.yaml')!r}, '-q', '--config', 'cnnplan.toml'])\n"
        "except SystemExit as done: assert done.code == 0, done.code\n"
        "print([name for name in ('sympy', 'numpy', 'rich', 'jinja2', 'networkx') if name in sys.modules])"
    )
    ran = python("-c", code, cwd=tmp_path)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
