"""The formats besides the table, JSON and the page: what they hold, that nothing in a spec means anything in them."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.findings import Place
from cnnplan.plan import plan_spec
from cnnplan.report.code import identifier
from cnnplan.report.csv_ import safe
from cnnplan.report.latex import broken, escaped
from cnnplan.report.markdown import code, plain
from cnnplan.report.mermaid import entities
from cnnplan.sizes import Context, Domain, ceil, floor
from cnnplan.sizes.showing.mathml import mathml
from cnnplan.spec import load_spec
from cnnplan.spec.expressions import parse

TEXT = ("md", "latex", "svg", "html")
SPECS = ("lenet5", "unet", "resnet", "two_conv")

HOSTILE = """
cnnplan: 1
name: "=<script>alert(1)</script>|`x` \\\\end{table} \\"]; %"
description: "</script><script>alert(1)</script> | @all \\\\input{x}"
symbols: {N: 1}
input: [N, 3, 9]
layers: [{conv: {out_channels: 5, kernel_size: 2}}]
"""


@pytest.fixture(params=SPECS)
def plan(specs, request):
    return cnnplan.load(specs / f"{request.param}.yaml")


def test_a_line_of_csv_for_each_layer(plan):
    rows = [*csv.DictReader(io.StringIO(cnnplan.render(plan, "csv")))]
    at = plan.at()
    assert [row["layer"] for row in rows] == [*plan.nodes]
    assert [int(row["macs"]) for row in rows] == [node.macs for node in at]
    assert [row["formula"] for row in rows] == [", ".join(map(str, node.shape)) for node in plan]


UNREAD = """cnnplan: 1
symbols: {N: 1, H: {default: 12, min: 5}}
input: [N, 3, H, 10]
layers:
  - {conv: {out_channels: 4, kernel_size: 3}, name: a}
  - {conv: {out_channels: 5, kernel_size: 3}, from: input}
outputs: [a]
"""


def test_what_no_output_depends_on_is_declared_in_markdown():
    """4 * 3 * 9 + 4, and with 5 * 3 * 9 + 5."""
    text = cnnplan.render(cnnplan.load(UNREAD), "md")
    assert "| parameters | **112** |  |\n| declared | **252** |  |\n| reached | **112** |  |\n| buffers |" in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1"])
def test_a_spreadsheet_computes_no_cell(text):
    assert not safe(text).startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("format", TEXT)
def test_markup_of_a_spec_is_text(format):  # noqa: A002 - the option's name
    pytest.importorskip("quickjs" if format == "svg" else "json")
    text = cnnplan.render(cnnplan.load(HOSTILE), format)
    assert "<script>alert" not in text.replace("`<script>alert", "")


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        (plain, "a|b <i> `c` @all\nd", r"a\|b &lt;i&gt; \`c\` \@all d"),
        (code, "a|b", r"`a\|b`"),
        (code, "a`b", "``a`b``"),
        (escaped, r"50% of x_1 & \input{a}", r"50\% of x\_1 \& \textbackslash{}input\{a\}"),
        (entities, 'a"]-->b', "a#34;#93;--#62;b"),
    ],
)
def test_escapes(function, text, expected):
    assert function(text) == expected


def test_markdown_has_tables_a_graph_and_every_layer(specs):
    text = cnnplan.render(cnnplan.load(specs / "lenet5.yaml"), "md")
    lines = text.splitlines()
    tables = [line for line in lines if line.startswith("|")]
    assert "| MACs | **416,520** |" in text
    assert "```mermaid\nflowchart TD" in text
    assert len([line for line in tables if line.startswith("| `")]) == 9 + 12
    assert "mermaid" not in cnnplan.render(cnnplan.load(specs / "unet.yaml"), "md")


def test_depth_folds(specs):
    plan = cnnplan.load(specs / "resnet.yaml")
    first = cnnplan.render(plan, "table", depth=1)
    assert "layer3 " in first
    assert "bottleneck" not in first
    assert "bottleneck6" in cnnplan.render(plan, "table", depth=2)
    assert cnnplan.render(plan, "dot", depth=1).count("->") == 10
    with pytest.raises(UsageError, match="the format json has no option depth"):
        cnnplan.render(plan, "json", depth=2)


def test_a_picture_is_xml_with_every_box(plan):
    pytest.importorskip("quickjs")
    picture = ET.fromstring(cnnplan.render(plan, "svg", depth=1))  # noqa: S314 - our own
    names = {group[0].text for group in picture.iter("{http://www.w3.org/2000/svg}g")}
    assert names == {"input"} | {name.partition(".")[0] for name in plan.nodes}


def test_a_picture_in_dots(specs):
    pytest.importorskip("cairosvg")
    pytest.importorskip("quickjs")
    assert cnnplan.render(cnnplan.load(specs / "lenet5.yaml"), "png").startswith(b"\x89PNG\r\n")


@pytest.mark.skipif(not shutil.which("dot"), reason="there is no Graphviz")
def test_graphviz_takes_it(plan):
    for depth in (1, 9):
        text = cnnplan.render(plan, "dot", depth=depth)
        assert subprocess.run(["dot", "-Tplain"], input=text, text=True, capture_output=True, check=True).stdout  # noqa: S607
    text = cnnplan.render(cnnplan.load(HOSTILE), "dot")
    subprocess.run(["dot", "-Tplain"], input=text, text=True, capture_output=True, check=True)  # noqa: S607


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no LaTeX")
@pytest.mark.parametrize("spec", [*SPECS, ""])
def test_latex_takes_it(specs, tmp_path, spec):
    plan = cnnplan.load(specs / f"{spec}.yaml") if spec else cnnplan.load(HOSTILE)
    typeset(cnnplan.render(plan, "latex"), tmp_path)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no LaTeX")
def test_a_table_longer_than_a_page_goes_on_with_its_head(specs, tmp_path):
    log = typeset(cnnplan.render(cnnplan.load(specs / "resnet.yaml"), "latex", depth=9), tmp_path, "longtable")
    assert int(re.search(r"\((\d+) pages", log).group(1)) > 4
    assert "Overfull" not in log


def test_a_table_that_fits_on_a_page_needs_no_package_for_long_ones(specs):
    plan = cnnplan.load(specs / "resnet.yaml")
    assert "longtable" not in cnnplan.render(plan, "latex")
    assert "usepackage{amsmath,longtable}" in cnnplan.render(plan, "latex", depth=9)


def typeset(report, folder, package="amsmath"):
    """The log of LaTeX on a paper that holds a report."""
    (folder / "report.tex").write_text(report)
    packages = rf"\usepackage{{amsmath}}\usepackage{{{package}}}"
    (folder / "paper.tex").write_text(
        rf"\documentclass{{article}}{packages}\begin{{document}}\input{{report}}\end{{document}}"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    for _ in range(2):  # the widths of a long table are known the second time
        done = subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True)  # noqa: S603
    return done.stdout


def test_formulas_in_mathml():
    context = Context()
    n, h = (context.symbol(name, Domain(min=1)) for name in ("N", "H"))
    for count in (n * h + 3, n * floor((3 * h + 1) / 2) - 7 * h, ceil(h / 32), n * n * 2, h - 28, 12_345):
        root = ET.fromstring(mathml(count))  # noqa: S314 - our own
        assert root.tag == "math"
    assert mathml(12_345) == "<math><mn>12,345</mn></math>"
    assert "⌈" in mathml(ceil(h / 32))
    assert "<mfrac>" in mathml(ceil(h / 32))


CALLED = [
    ("lenet5", "lenet5"),
    ("my-net 2", "my_net_2"),
    ("3d", "_3d"),
    ("class", "class_"),
    ("\N{GREEK SMALL LETTER ALPHA}", "network"),
    ("f(): pass\nimport os\ndef g", "f_pass_import_os_def_g"),
]


@pytest.mark.parametrize(("name", "called"), CALLED)
def test_a_spec_that_is_called_like_code_is_not_code(name, called):
    assert identifier(name) == called
    plan = cnnplan.load(LINE.replace("name: line", f"name: {json.dumps(name)}"))
    assert plan.name == name
    _, guard, function = ast.parse(cnnplan.render(plan, "numpy")).body
    assert (guard.name, function.name) == (f"{called}_needs", called)
    assert f"function {called}(H, check = true)" in cnnplan.render(plan, "javascript")


LINE = """
cnnplan: 1
name: line
symbols: {H: 9}
input: [2, 3, H]
layers: [{conv: {out_channels: 5, kernel_size: 2}}]
"""


def test_a_fraction_is_put_in_where_code_is_written(specs):
    spec = specs / "mobilenet_v2.yaml"
    text = cnnplan.render(cnnplan.load(spec, alpha=0.35), "numpy")
    assert text.startswith("# at alpha = 0.35")
    found = {}
    exec(text, found)  # noqa: S102 - what was just written
    at = cnnplan.load(spec).at(N=2, H=200, W=312, alpha=0.35)
    figures = found["mobilenet_v2"](2, 200, 312)
    assert [figures[name] for name in ("params", "macs", "flops")] == [at.params, at.macs, at.flops]
    assert cnnplan.render(cnnplan.load(spec), "javascript").startswith("// at alpha = 1:")


BROKEN = """\
cnnplan: 1
name: broken
symbols: {N: 1, H: 9}
input: [N, 3, H]
layers:
  - conv: {out_channels: 8, kernel_size: 3}
  - conv: {out_channels: 5, kernel_size: 3, groups: 5}
"""


@pytest.mark.parametrize("kind", ["table", "md", "csv", "latex", "formulas", "dot", "mermaid", "svg"])
def test_a_network_with_an_error_is_marked_in_every_format(kind):
    plan = plan_spec(load_spec(BROKEN), partial=True)
    marked = " ".join(cnnplan.render(plan, kind).split()).lower().replace("#58;", ":")
    whole = " ".join(cnnplan.render(cnnplan.load(BROKEN.replace("groups: 5", "groups: 1")), kind).split()).lower()
    assert "stopped at an error: the figures are those of the layers up to it" in marked
    assert "stopped" not in whole


def test_json_says_whether_it_is_complete():
    plans = plan_spec(load_spec(BROKEN), partial=True), cnnplan.load(BROKEN.replace("groups: 5", "groups: 1"))
    assert [json.loads(cnnplan.render(plan, "json"))["complete"] for plan in plans] == [False, True]


LONG = {
    "of three letters": lambda n, h, w: n * (3 * h * w + 5 * h + 7) + 11,
    "with a size that is left": lambda n, h, w: 9 * n * h + 8 * n * w + 4 * w + 2 * h + 6,
    "with squares": lambda n, h, w: 5 * n * h * h + 7 * n * w + 13,
    "short": lambda n, h, w: 5 * h + 7 + 0 * n * w,
    "one product": lambda n, h, w: n * h * w + 2,
}


@pytest.mark.parametrize("what", LONG)
def test_a_long_formula_of_latex_loses_no_term(what):
    """Broken into lines it is the same formula: every product, and what is left."""
    sizes = Context()
    count = LONG[what](*(sizes.symbol(name) for name in "NHW"))
    text = broken(count).replace(" \\\\\n  & {}", "").replace(r"\,", "*").replace("^{2}", "**2")
    text = text.replace(r"\left", "").replace(r"\right", "")
    for n, h, w in ((2, 3, 5), (7, 11, 13)):
        values = {"N": n, "H": h, "W": w}
        assert parse(text, Place("")).evaluate(Named(values)) == LONG[what](n, h, w)


class Named:
    """Values by name."""

    def __init__(self, values):
        self.lookup = values.__getitem__
