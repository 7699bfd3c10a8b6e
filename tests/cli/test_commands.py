"""Commands and exit codes: 0 clean, 1 findings, 2 could not run; only the answer on stdout; never a traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import cnnplan

ROOT = Path(__file__).parents[2]

STEM = """\
cnnplan: 1
name: stem
symbols: {N: 1, H: 224, W: 192}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 64, kernel_size: 7, stride: 2, padding: 3, bias: false}
"""
BROKEN = STEM + "  - conv: {out_channels: 10, kernel_size: 3, groups: 5}\n"
UNREADABLE = STEM.replace("N, 3", "&N N, 3")


@pytest.fixture
def run(python, tmp_path):
    """Run cnnplan as a process, in a folder with these files."""
    for name, text in {"stem": STEM, "broken": BROKEN, "unreadable": UNREADABLE}.items():
        (tmp_path / f"{name}.yaml").write_text(text)

    def cnnplan(*arguments, **environment):
        ran = python("-m", "cnnplan", *arguments, cwd=tmp_path, **environment)
        assert "Traceback" not in ran.stdout + ran.stderr
        return ran

    return cnnplan


def test_report_prints_a_table_and_nothing_else(run):
    ran = run("report", "stem.yaml")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "9,408" in ran.stdout
    assert "\x1b" not in ran.stdout


def test_report_fits_in_80_columns_when_piped(run):
    assert max(map(len, run("report", ROOT / "specs/resnet.yaml", COLUMNS="").stdout.splitlines())) <= 80


def test_report_as_json_at_a_set_size(run):
    ran = run("report", "stem.yaml", "--format", "json", "--set", "H=320", "--set=W=100")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert told["at"] == {"N": 1, "H": 320, "W": 100}
    assert told["layers"][0]["shape"] == [1, 64, 160, 50]


def test_a_report_stops_at_the_layer_that_is_illegal(run):
    ran = run("report", "broken.yaml")
    assert ran.returncode == 1
    assert "9,408" in ran.stdout
    told, excerpt, caret = ran.stdout.rstrip().splitlines()[-3:]
    assert told.startswith("broken.yaml:7:")
    assert "groups" in told
    assert excerpt.endswith("- conv: {out_channels: 10, kernel_size: 3, groups: 5}")
    assert excerpt[caret.index("^")] == "5"
    assert "conv2" not in ran.stdout.split("broken.yaml:")[0]


def test_a_json_report_that_stops_says_so_in_both_places(run):
    ran = run("report", "broken.yaml", "--format=json")
    told = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert told["totals"] == {}
    assert [layer["name"] for layer in told["layers"]] == ["conv1"]
    assert told["findings"][0]["line"] == 7
    assert "groups" in ran.stderr


def test_a_spec_that_cannot_be_read_has_no_report(run):
    ran = run("report", "unreadable.yaml")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("unreadable.yaml:")
    assert "anchor" in ran.stderr


USAGE = [
    # arguments, what stderr says
    (["report", "missing.yaml"], "missing.yaml"),
    (["report", "."], "."),
    (["report", "stem.yaml", "--set", "Q=3"], "Q"),
    (["report", "stem.yaml", "--set", "H"], "H=320"),
    (["report", "stem.yaml", "--set", "H=wide"], "H"),
    (["report", "stem.yaml", "--format", "pdf"], "table, json"),
    (["report", "stem.yaml", "-o", "no/such/folder.txt"], "no/such/folder.txt"),
    (["report", "stem.yaml", "--colour"], "--colour"),
    (["report"], "SPEC"),
    (["check", "missing.yaml"], "missing.yaml"),
    (["check"], "PATH"),
    (["invent"], "invent"),
]


@pytest.mark.parametrize(("arguments", "said"), USAGE)
def test_what_could_not_run(run, arguments, said):
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_output_replaces_a_file_whole(run, tmp_path):
    target = tmp_path / "report.txt"
    target.write_text("before")
    target.chmod(0o640)
    ran = run("report", "stem.yaml", "-o", target)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert "9,408" in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "broken.yaml",
        "report.txt",
        "stem.yaml",
        "unreadable.yaml",
    ]


def test_output_stays_as_it_was_when_there_is_no_report(run, tmp_path):
    target = tmp_path / "report.txt"
    target.write_text("before")
    assert run("report", "unreadable.yaml", "-o", target).returncode == 1
    assert target.read_text() == "before"


def test_output_to_a_device(run):
    assert run("report", "stem.yaml", "-o", "/dev/null").returncode == 0


def test_check_finds_nothing_in_what_is_legal_and_says_so_beside_the_answer(run):
    ran = run("check", "stem.yaml")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "1 file: clean\n")
    ran = run("check", "stem.yaml", "--quiet")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_findings_have_color_where_it_is_asked_for(run):
    plain = run("check", "broken.yaml").stdout
    colored = run("check", "broken.yaml", FORCE_COLOR="1").stdout
    assert "\x1b" not in plain
    assert "\x1b[1;31merror\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    assert run("check", "broken.yaml", FORCE_COLOR="1", NO_COLOR="1").stdout == plain


def test_the_version_is_told(run):
    assert run("--version").stdout == f"cnnplan {cnnplan.__version__}\n"


def test_an_example_stands_where_a_spec_is_asked_for(run):
    assert run("report", "example:lenet5").stdout == run("report", ROOT / "specs/lenet5.yaml").stdout
    ran = run("check", "example:lenet")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is no example lenet; did you mean lenet5?" in ran.stderr


def test_an_example_is_a_spec_and_no_python(run):
    assert run("check", "example:unet").stderr == "1 note in 1 file\n"
    assert run("explain", "example:lenet5").stdout == run("explain", ROOT / "specs/lenet5.yaml").stdout


def test_examples_lists_every_example_and_prints_one(run):
    listed = [line.split()[0] for line in run("examples").stdout.splitlines()]
    files = [file.stem for file in (ROOT / "specs").rglob("*.yaml") if file.stem != "blocks"]
    assert sorted(listed) == sorted(f"example:{name}" for name in files)
    assert run("examples", "unet").stdout == (ROOT / "specs/unet.yaml").read_text()


def test_check_prints_every_error_of_a_folder(run):
    ran = run("check", ".")
    assert (ran.returncode, ran.stderr) == (1, "2 errors in 2 of 3 files\n")
    told = [line for line in ran.stdout.splitlines() if not line.startswith(" ")]
    assert [line.split(":")[0] for line in told] == ["broken.yaml", "unreadable.yaml"]


def test_check_goes_on_after_a_missing_file(run):
    ran = run("check", "missing.yaml", "broken.yaml")
    assert ran.returncode == 2
    assert "broken.yaml:7:" in ran.stdout
    assert "missing.yaml" in ran.stderr


def test_packages_of_others_in_a_folder_are_left_alone(run, tmp_path):
    for folder in ("mine/deep", "mine/env/lib", "mine/web/node_modules/x", "mine/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "net.yaml").write_text(STEM)
    (tmp_path / "mine/env/pyvenv.cfg").write_text("home = /usr/bin\n")
    assert run("check", "mine").stderr == "1 file: clean\n"


def test_check_of_a_folder_without_specs(run, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = run("check", "empty")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "empty" in ran.stderr


def test_all_specs_of_the_project_are_legal(run):
    ran = run("check", ROOT / "specs")
    assert ran.returncode == 0
    assert "error:" not in ran.stdout


def test_a_name_cannot_move_the_cursor(run, tmp_path):
    (tmp_path / "evil.yaml").write_text(STEM.replace("name: stem", r'name: "[red]st\e[31mem"'))
    out = run("report", "evil.yaml").stdout
    assert r"[red]st\x1b[31mem" in out
    assert "\x1b" not in out


def test_schema_is_json(run):
    ran = run("schema")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "properties" in json.loads(ran.stdout)


def test_a_misspelt_command_is_answered_with_those_that_are_there(python):
    ran = python("-m", "cnnplan", "swep")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "No such command 'swep'. Did you mean 'sweep'?" in ran.stderr


PYRAMID = """\
cnnplan: 1
symbols: {H: 64, W: 96}
input: [1, 3, H, W]
layers:
  - branches:
      join: add
      paths:
        - []
        - - max_pool: {kernel_size: 4}
          - upsample: {scale_factor: 4}
"""


def test_check_judges_at_the_values_that_are_set(run, tmp_path):
    """What is a remark for any size is an error at one that is given, with the legal ones next to it."""
    (tmp_path / "pyramid.yaml").write_text(PYRAMID)
    assert run("check", "pyramid.yaml", "--set", "H=68").returncode == 0
    ran = run("check", "pyramid.yaml", "--set", "H=70")
    assert ran.returncode == 1
    assert "at H = 70: needs H % 4 == 0 [CNN103]" in ran.stdout
    assert ran.stdout.rstrip().endswith("legal next to it: H = 68 or 72")
    assert run("check", "pyramid.yaml", "--set", "Q=70").returncode == 2
