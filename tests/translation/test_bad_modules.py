"""Factories that give no network, from the command line: what is said, whole. Skipped without PyTorch."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app

pytest.importorskip("torch")

MODULES = """import torch
from torch import nn


def needs(depth, width=3):
    return nn.Conv2d(3, width, depth)


def raises():
    raise RuntimeError("no weights here")


def ends():
    raise SystemExit(3)


def nothing():
    return {"a": 1}


class If(nn.Module):
    def forward(self, x):
        return x + 1 if x.sum() > 0 else x


class While(nn.Module):
    def forward(self, x):
        while x.abs().max() > 1:
            x = x / 2
        return x


class Number(nn.Module):
    def forward(self, x):
        return x * int(x.mean())


class Item(nn.Module):
    def forward(self, x):
        return x * x.mean().item()


class Mask(nn.Module):
    def forward(self, x):
        return x[x > 0]


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = nn.Sequential(nn.ReLU(), If())

    def forward(self, x):
        return self.part(x)


class Narrow(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 5, 3)

    def forward(self, x):
        return self.conv(x)


number = 3
"""

SAID = {
    "needs": "bad.py:needs asks for depth: give it as --with depth=VALUE; it takes (depth, width=3)",
    "needs --with dept=3": "bad.py:needs has no argument dept: it takes (depth, width=3); did you mean depth?",
    "raises": "bad.py:raises() raises RuntimeError: no weights here (bad.py, line 10)",
    "ends": "bad.py:ends() ends the program (bad.py, line 14)",
    "nothing": "bad.py:nothing gives a dict, and no nn.Module",
    "number": "bad.py:number is an int, and no function or class that gives an nn.Module",
    "Nothing": "bad.py has no Nothing; did you mean nothing?",
}


def said(argument, *more):
    run = CliRunner().invoke(app, ["check", argument, *more, "--dims", "N,3,H,W"], env={"COLUMNS": "200"})
    return run.exit_code, run.output


@pytest.fixture
def bad(tmp_path, monkeypatch):
    """The file of that name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "bad", raising=False)
    return tmp_path / "bad.py"


@pytest.mark.parametrize("told", SAID)
def test_a_factory_that_gives_no_module(told, bad):
    bad.write_text(MODULES)
    name, *more = told.split(" ")
    assert said(f"bad.py:{name}", *more) == (2, f"cnnplan: {SAID[told]}\n")


DECIDES = "a decision (if, while, and, or) needs the numbers of a tensor"
NUMBERED = {
    "If": f"{DECIDES}, at bad.py, line 23",
    "While": f"{DECIDES}, at bad.py, line 28",
    "Number": "int() needs the numbers of a tensor, at bad.py, line 35",
    "Item": "item() needs the numbers of a tensor, at bad.py, line 40",
    "Mask": "a mask as an index needs the numbers of a tensor, at bad.py, line 45",
    "Inner": f"part.1: {DECIDES}, at bad.py, line 23",
}
HINT = "what a network does must not depend on the numbers that it computes: torch.where chooses among them"
END = "taken for PyTorch\n1 error in 1 file\n"


@pytest.mark.parametrize("name", NUMBERED)
def test_a_module_that_decides_by_numbers(name, bad):
    bad.write_text(MODULES)
    file = f"bad.py:{name}"
    assert said(file) == (1, f"{file}: error: {NUMBERED[name]} [CNN031]\n  hint: {HINT}\n{file}: {END}")


def test_a_module_that_runs_at_no_size(bad):
    bad.write_text(MODULES)
    told = "it raises RuntimeError at N = 3, H = 192, W = 160: Invalid channel dimensions, at bad.py, line 63"
    assert said("bad.py:Narrow") == (1, f"bad.py:Narrow: error: {told} [CNN031]\nbad.py:Narrow: {END}")


IMPORTS = {
    "import nosuchthing\n": "there is no module nosuchthing: install it, or run where it is found",
    "def f(:\n": "importing bad.py raises SyntaxError: invalid syntax (bad.py, line 1)",
    "import sys\nsys.exit(3)\n": "importing bad.py ends the program (bad.py, line 2)",
    "\n1 / 0\n": "importing bad.py raises ZeroDivisionError: division by zero (bad.py, line 2)",
}


@pytest.mark.parametrize("text", IMPORTS)
def test_a_file_that_cannot_be_imported(text, bad):
    bad.write_text(text)
    assert said("bad.py:build") == (2, f"cnnplan: bad.py:build: {IMPORTS[text]}\n")
