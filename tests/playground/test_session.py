"""What runs in the browser, run here: it needs no browser."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import cnnplan
from cnnplan.playground.session import Session

TINY = """\
cnnplan: 1
name: tiny
symbols: {N: 2, H: {default: 20, min: 9}, W: 14}
input: [N, 3, H, W]
blocks:
  pair:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3}
      - relu
layers:
  - pair: {width: 5}
  - pair: {width: 7}
  - max_pool: {kernel_size: 2}
"""


@pytest.fixture
def session(tmp_path, monkeypatch, specs):
    shutil.copytree(specs, tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    return Session()


def parts(session):
    """The bits of a report, those that say something."""
    made = {}
    while (bit := session.report()) is not None:
        made |= json.loads(bit) if bit else {}
    return made


def test_a_glance_says_what_each_line_makes(session):
    told = json.loads(session.glance("network.yaml", TINY))
    assert told["at"] == {"N": "2", "H": "20", "W": "14"}
    assert told["layers"] == 5
    # MACs by hand: 2*18*12*5*27 = 58,320 and 2*16*10*7*45 = 100,800
    assert [(each["name"], each["value"]) for each in told["totals"][:2]] == [
        ("parameters", str(5 * 28 + 7 * 46)),
        ("MACs", "159,120"),
    ]
    assert told["lines"] == [
        [9, "N, 5, H - 2, W - 2 … N, 7, H - 4, W - 4 · 159k MACs"],
        [10, "N, 5, H - 2, W - 2 … N, 7, H - 4, W - 4"],
        [12, "N, 5, H - 2, W - 2 · 58.3k MACs"],
        [13, "N, 7, H - 4, W - 4 · 101k MACs"],
        [14, "N, 7, floor((H - 4)/2), floor((W - 4)/2)"],
    ]
    assert told["outputs"] == {"max_pool1": "N, 7, floor((H - 4)/2), floor((W - 4)/2)"}
    assert told["findings"] == []


def test_errors_stand_where_they_are_and_the_rest_is_known(session):
    told = json.loads(session.glance("network.yaml", TINY.replace("width: 7", "width: 7, depth: 3")))
    [error] = told["findings"]
    assert (error["severity"], error["file"], error["line"]) == ("error", "network.yaml", 13)
    assert "depth" in error["message"]
    assert [line for line, _ in told["lines"]] == [9, 10, 12]


def test_what_is_no_network_says_so(session):
    assert json.loads(session.glance("network.yaml", "layers: ["))["findings"][0]["rule"] == "CNN001"
    library = "cnnplan: 1\nblocks: {one: {layers: [relu]}}\n"
    assert json.loads(session.glance("network.yaml", library))["problem"].startswith("blocks for specs to include")
    assert parts(session) == {}


@pytest.mark.parametrize("name", ["lenet5.yaml", "mobilenet_v2.yaml", "unet.yaml"])
def test_the_report_follows_bit_by_bit(session, name):
    text = Path("specs", name).read_text()
    told = json.loads(session.glance(f"specs/{name}", text))
    made = parts(session)
    plan = cnnplan.load(f"specs/{name}")
    assert told["totals"][0]["value"] == f"{plan.at().params:,}"
    assert made["page"].startswith("<!doctype html>")
    assert 'id="source"' not in made["page"]
    assert [each["rule"] for each in made["findings"]] == [each.rule for each in cnnplan.check(f"specs/{name}")]


def test_a_report_is_dropped_by_the_next_text(session):
    session.glance("network.yaml", TINY)
    assert session.report() == ""
    session.glance("network.yaml", "layers: [")
    assert session.report() is None


def test_a_file_that_was_changed_comes_back_when_another_is_looked_at(session):
    kept = Path("specs/unet.yaml").read_text()
    session.glance("specs/unet.yaml", "layers: [")
    session.glance("specs/unet.yaml", "layers: [[")
    assert Path("specs/unet.yaml").read_text() == "layers: [["
    session.glance("network.yaml", TINY)
    assert Path("specs/unet.yaml").read_text() == kept


def test_a_file_of_another_world_is_taken_and_written_as_a_spec(session):
    graph = Path(__file__).parents[1] / "translation" / "onnx" / "graphs" / "dla34.onnx"
    told = json.loads(session.take("taken/dla34.onnx", graph.read_bytes()))
    assert told["name"] == "dla34"
    assert told["totals"][1]["value"] == "?"
    assert told["totals"][1]["formula"]
    spec = json.loads(session.converted())["text"]
    again = json.loads(session.glance("network.yaml", spec))
    assert again["totals"][0]["value"] == told["totals"][0]["value"] == "15,734,360"
    assert "problem" in json.loads(session.converted())


def test_no_heavy_library_is_imported(python, tmp_path):
    """In the browser they are not there."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    program = (
        "import sys; from cnnplan.playground.session import Session; session = Session()\n"
        "session.glance('tiny.yaml', open('tiny.yaml').read())\n"
        "while session.report() is not None: pass\n"
        "print([name for name in ('numpy', 'sympy', 'networkx', 'rich', 'typer', 'click') if name in sys.modules])"
    )
    ran = python("-c", program, cwd=tmp_path)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_without_numpy_the_same_is_said(python, specs, tmp_path):
    """What is decided with arrays is decided point by point where there are none, witnesses of slips too."""
    slips = (specs.parent / "tests" / "cli" / "uneven.yaml", specs / "audio" / "demucs.yaml", specs / "unet.yaml")
    odd = tmp_path / "odd.yaml"
    odd.write_text(
        "cnnplan: 1\nname: odd\n"
        "symbols: {H: {default: 70, min: 9, max: 9000}, W: {default: 35, min: 5, multiple_of: 5}}\n"
        "input: [1, 6, H, W]\nlayers:\n  - reshape: {shape: [1, 6, 'H * W // 5', 5]}\n"
        "  - pixel_unshuffle: {downscale_factor: 5}\n"
    )
    program = (
        "import sys; {block}import cnnplan\n"
        "for file in sys.argv[1:]: print(*cnnplan.check(file), sep='\\n')\n"
        "print('numpy' in sys.modules)"
    )
    block = (
        "import importlib.util as u; f = u.find_spec; u.find_spec = lambda n, *a: None if n == 'numpy' else f(n, *a); "
    )
    there = python("-c", program.format(block=""), *slips, odd)
    absent = python("-c", program.format(block=block), *slips, odd)
    assert (there.stderr, absent.stderr) == ("", "")
    assert there.stdout.removesuffix("True\n") == absent.stdout.removesuffix("False\n")
    assert "H = 9 is declared legal" in absent.stdout
