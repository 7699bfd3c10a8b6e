"""The commands sweep, solve and explain: whole outputs, exit codes, and nothing but the answer on stdout."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cnnplan.ops import OPERATORS
from cnnplan.rules import RULES

ROOT = Path(__file__).parents[2]
RESNET = ROOT / "specs" / "resnet.yaml"
UNET = ROOT / "specs" / "unet.yaml"


@pytest.fixture
def run(python, tmp_path):
    """Run cnnplan as a process."""

    def cnnplan(*arguments):
        ran = python("-m", "cnnplan", *arguments, cwd=tmp_path)
        assert "Traceback" not in ran.stdout + ran.stderr
        return ran

    return cnnplan


SWEPT = [
    # options, the file of what is printed
    (["--set", "H=160:224:32", "--set", "W=H", "--set", "variant=resnet18,resnet50"], "sweep.txt"),
    (["--set", "H=192,224", "--where", "macs <= 4G", "--sort", "-macs", "--format", "csv"], "sweep.csv"),
    (["--set", "H=192,224", "--pareto", "params,-macs", "--limit", "3", "--format", "json"], "sweep.json"),
    (["--where", "macs < 1"], "sweep_none.txt"),
]


@pytest.mark.parametrize(("options", "file"), SWEPT)
def test_sweep(run, expected, options, file):
    ran = run("sweep", RESNET, *options)
    assert (ran.returncode, ran.stderr) == (0, "")
    expected(ran.stdout, file)


def test_designs_that_are_not_legal_have_no_figures(run, expected):
    expected(run("sweep", UNET, "--set", "H=30:34", "--set", "W=48").stdout, "sweep_illegal.txt")
    rows = list(csv.DictReader(run("sweep", UNET, "--set", "H=30:34", "-f", "csv").stdout.splitlines()))
    assert [(row["H"], row["macs"] != "", row["legal"]) for row in rows[1:3]] == [
        ("31", False, "false"),
        ("32", True, "true"),
    ]
    told = json.loads(run("sweep", UNET, "--set", "H=30:34", "-f", "json").stdout)
    assert [row["macs"] is None for row in told] == [True, True, False, True, True]


def test_sweep_into_a_file(run, tmp_path):
    ran = run("sweep", RESNET, "--format", "csv", "-o", "rows.csv")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1 + 5
    assert run("sweep", RESNET, "--where", "speed > 3", "-o", "rows.csv").returncode == 2
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1 + 5
    assert [file.name for file in tmp_path.iterdir()] == ["rows.csv"]


def test_sweep_as_parquet(run, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert run("sweep", UNET, "--set", "H=30:34", "-f", "parquet", "-o", "rows.parquet").returncode == 0
    table = parquet.read_table(tmp_path / "rows.parquet")
    assert table.column("H").to_pylist() == [30, 31, 32, 33, 34]
    assert [value is None for value in table.column("macs").to_pylist()] == [True, True, False, True, True]


SOLVED = [
    (
        [RESNET, "--max", "H", "--set", "W=H", "--where", "macs <= 1G"],
        "H = W = 100: macs = 997,450,496; 101 gives macs = 1,010,934,464\n",
    ),
    (
        [RESNET, "--max", "N", "--memory", "24GiB", "--set", "H=320", "--set", "W=320"],
        "N = 1740: memory = 25,759,784,608; 1741 gives memory = 25,774,530,208\n",
    ),
    (
        ["--map", "56:28", "--set", "k=3", "--set", "s=1:3"],
        (
            "56 -> 28: 27*s - 56 <= 2*p - d*(k - 1) - 1 <= 28*s - 57\n"
            "1 with k 3, s 1..3, p 0..3, d 1:\n  kernel_size 3, stride 2, padding 1\n"
        ),
    ),
]


@pytest.mark.parametrize(("arguments", "printed"), SOLVED)
def test_solve(run, arguments, printed):
    ran = run("solve", *arguments)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, printed, "")


def test_explain(run):
    ran = run("explain", RESNET, "fc")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "macs = 2048000*N = 2,048,000" in ran.stdout
    assert run("explain", "conv").stdout.startswith("conv: Weighted sum")
    assert "H % 16 == 0" in run("explain", UNET).stdout
    assert run("explain", "example:unet").stdout == run("explain", UNET).stdout


def test_what_there_is_to_explain_is_listed(run):
    rules, operators = (run("explain", subject).stdout.splitlines() for subject in ("rules", "operators"))
    assert [line.split()[0] for line in rules] == list(RULES)
    assert [line.split()[0] for line in operators] == list(OPERATORS)


FORMULAS = [("formulas", "params = "), ("numpy", "import numpy as np"), ("javascript", "const exact")]


@pytest.mark.parametrize(("format", "start"), FORMULAS)
def test_formulas(run, format, start):  # noqa: A002 - the option's name
    ran = run("report", RESNET, "--format", format)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(start)
    assert "layer4.bottleneck1.conv_bn1.conv1.macs" in ran.stdout


def test_the_numpy_source_of_a_report_runs(run):
    scope = {}
    exec(run("report", RESNET, "--format", "numpy").stdout, scope)  # noqa: S102
    assert scope["resnet"](1, 224, 224)["macs"] == 4_089_184_256


USAGE = [
    (["solve", RESNET, "--max", "N", "--memory", "24GB", "--optimizer", "adam"], '"training_memory <= 24GB"'),
    # arguments, what stderr says
    (["sweep", "missing.yaml"], "missing.yaml"),
    (["sweep", RESNET, "--format", "xlsx"], "table, csv, json, parquet"),
    (["sweep", RESNET, "--set", "Q=3"], "Q"),
    (["sweep", RESNET, "--set", "H"], "H=320"),
    (["sweep", RESNET, "--sort", "speed"], "speed"),
    (["solve", RESNET, "--max", "H"], "--where"),
    (["solve", RESNET, "--where", "macs <= 1G"], "one thing"),
    (["solve", RESNET, "--max", "Q", "--where", "macs <= 1G"], "no symbol Q"),
    (["explain", RESNET, "--set", "dtype=int8"], "N, H, W, variant; dtype is a key of the spec, and is written there"),
    (["solve", "--map", "12"], "224:112"),
    (["solve", "--map", "H:ceil(W/2)"], "unknown name W"),
    (["solve", "--map", "H:112"], "write a formula of H"),
    (["solve", "--map", "H:H", "--layers", "2"], "--layers counts chains between numbers"),
    (["explain", RESNET, "conv99"], "conv99"),
    (["explain", "convolve"], "no operator convolve; did you mean conv"),
    (["explain", "zyxwv"], "`cnnplan explain` lists what there is"),
    (["explain", "optimizer"], "no operator optimizer; `explain memory`, `explain trainable` speak of it"),
    (["explain", "missing.yaml"], "missing.yaml"),
]


@pytest.mark.parametrize(("arguments", "said"), USAGE)
def test_what_could_not_run(run, arguments, said):
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
