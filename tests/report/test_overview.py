"""The overview of a folder: its lines, and the one in the README of `specs/`."""

from __future__ import annotations

import re

import pytest

from cnnplan.report.overview import lines, overview, table
from cnnplan.spec import load_spec
from tests.conftest import ROOT

README = ROOT / "specs" / "README.md"
MARKED = re.compile(r"(?<=<!-- cnnplan overview specs -->\n).*?(?=<!-- end -->)", re.DOTALL)

# spec, network, at, parameters, MACs, receptive field, where it exists
LINES = [
    ("unet", "unet", "512 x 512", "31,037,698", "192,686,325,760", "215", "H % 16 == 0"),
    ("alexnet", "alexnet", "224 x 224", "61,100,840", "714,188,480", "195", "H >= 63"),
    ("inception_module", "inception_module", "H x W", "163,696", "163328*N*H*W", "5", "any H"),
    ("resnet/seresnet50", "seresnet50", "224 x 224", "28,088,024", "4,091,699,200", "all", "any H"),
    ("two_conv", "two_conv", "28 x 28", "20,490", "1,031,744", "10", "depends on padding and stride"),
]


@pytest.mark.parametrize(("spec", "network", "at", "params", "macs", "field", "condition"), LINES)
def test_a_line(specs, spec, network, at, params, macs, field, condition):
    (line,) = lines(load_spec(specs / f"{spec}.yaml"))
    assert (line.network, line.at, line.params, line.macs, line.field, line.condition) == (
        *(network, at, params, macs),
        *(field, condition),
    )


def test_a_line_for_each_variant(specs):
    assert [line.network for line in lines(load_spec(specs / "vgg.yaml"))] == ["vgg11", "vgg16", "vgg16_bn", "vgg19"]


def test_the_table_of_nothing():
    assert overview([]).splitlines()[1] == "| --- | --- | --- | ---: | ---: | ---: | --- |"


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (120, ["network", "spec", "at", "parameters", "MACs", "receptive", "field", "exists", "where"]),
        (80, ["network", "at", "parameters", "MACs", "receptive", "field", "exists", "where"]),
        (60, ["network", "at", "parameters", "MACs", "exists", "where"]),
    ],
)
def test_on_a_terminal_words_stay_whole(specs, width, headings):
    text = table(map(load_spec, (specs / "unet.yaml", specs / "two_conv.yaml")), width)
    assert text.splitlines()[0].split() == headings
    assert max(map(len, text.splitlines())) <= width
    assert "192,686,325,760" in text
    assert " ".join(text.split()).count("H % 16 ==") == 1


def test_the_readme_shows_it(python, request):
    printed = python("-m", "cnnplan", "overview", "specs")
    assert printed.returncode == 0, printed.stderr
    text = README.read_text(encoding="utf-8")
    if request.config.getoption("--refresh"):
        README.write_text(MARKED.sub(lambda _: printed.stdout, text), encoding="utf-8")
    else:
        assert MARKED.findall(text) == [printed.stdout]
