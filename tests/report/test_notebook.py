"""What a notebook shows of a plan."""

from __future__ import annotations

import json
import sys

import pytest

import cnnplan
from cnnplan.errors import MissingExtra, UsageError


@pytest.fixture
def plan(specs):
    return cnnplan.load(specs / "lenet5.yaml")


def test_a_plan_is_a_table_with_formulas(plan):
    shown = plan._repr_html_()
    assert "<caption>lenet5 at N = 1, H = 32, W = 32</caption>" in shown
    assert "416,520" in shown
    assert "<math>" in shown
    assert "H &gt;= 32" in shown


def test_a_plan_at_numbers_is_one_too(plan):
    assert "416,520" in plan.at()._repr_html_()


def test_a_picture_is_a_page_with_that_part_only(plan):
    picture = plan.plot("pyramid", "memory")
    assert 'id="pyramid"' in picture.page
    assert 'id="memory"' in picture.page
    assert 'id="source"' not in picture.page
    assert picture._repr_html_().startswith("<iframe ")


def test_a_picture_is_held_compressed_and_draws_itself_where_it_is_shown(specs, browser, tmp_path):
    from selenium.webdriver.support.ui import WebDriverWait  # noqa: PLC0415 - it is there where there is a browser

    plan = cnnplan.load(specs / "unet.yaml")
    shown = {piece: plan.plot(piece) for piece in ("pyramid", "graph")}
    assert all(len(picture._repr_html_()) < len(picture.page) / 3 for picture in shown.values())
    assert "github.com/dagrejs" in shown["graph"].page
    assert "github.com/dagrejs" not in shown["pyramid"].page
    (tmp_path / "book.html").write_text("".join(picture._repr_html_() for picture in shown.values()))
    browser.get((tmp_path / "book.html").as_uri())
    for frame, drawn in zip(browser.find_elements("tag name", "iframe"), (".slab", ".box"), strict=True):
        browser.switch_to.frame(frame)
        ready = WebDriverWait(browser, 20).until(
            lambda page, drawn=drawn: page.execute_script(
                "return document.querySelectorAll(arguments[0]).length", drawn
            )
        )
        assert ready > 5
        browser.switch_to.default_content()
    assert browser.get_log("browser") == []


def test_a_picture_of_a_plan_at_numbers_keeps_its_sliders(plan):
    assert '"value":"40"' in plan.at(H=40).plot().page.replace(" ", "")


def test_a_picture_that_does_not_exist(plan):
    with pytest.raises(UsageError, match="no picture 'pie': choose among pyramid, bars"):
        plan.plot("pie")


def test_a_layer_shows_itself(plan):
    shown = plan["c3.conv1"]._repr_html_()
    assert "<caption>c3.conv1</caption>" in shown
    assert "<th>parameters</th><td><math><mn>2,416</mn></math></td>" in shown


def test_findings_show_themselves():
    found = cnnplan.check(
        "cnnplan: 1\nsymbols: {N: 1, H: 9}\ninput: [N, 3, H]\nlayers:\n  - conv: {out_channels: 4 < 5}\n"
    )
    assert str(found).splitlines() == [*map(str, found)]
    assert "[CNN" in str(found)
    assert "4 &lt; 5" in found._repr_html_() or "&lt;" in found._repr_html_()
    assert cnnplan.check("cnnplan: 1\nsymbols: {N: 1, H: 9}\ninput: [N, 3, H]\nlayers:\n  - relu\n") == []


def test_a_comparison_shows_itself(plan, specs):
    shown = cnnplan.diff(plan, cnnplan.load(specs / "alexnet.yaml"))._repr_markdown_()
    assert shown.startswith("<!-- cnnplan diff -->\n\n### ")
    assert "| params |" in shown.replace("parameters", "params")


def test_a_plan_as_plain_data(plan):
    data = plan.to_dict()
    assert (data["totals"]["params"], data["layers"][0]["name"]) == (61_706, "c1.conv1")
    assert json.loads(json.dumps(data)) == data
    assert plan.at(H=36).to_dict()["at"]["H"] == 36


def test_a_plan_as_a_frame(plan):
    pytest.importorskip("pandas")
    frame = plan.to_pandas()
    assert frame["params"].sum() == 61_706
    assert frame.set_index("name").loc["c3.conv1", "macs"] == 240_000


def test_without_pandas_the_way_out_is_named(plan, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"cnnplan\[pandas\]"):
        plan.to_pandas()


def test_a_plan_can_be_swept_and_keeps_what_it_was_bound_to(specs):
    plan = cnnplan.load(specs / "resnet.yaml", variant="resnet18")
    swept = cnnplan.sweep(plan, H="96:160:32")
    assert set(swept["variant"]) == {"resnet18"}
    assert swept["macs"].tolist() == [plan.at(H=H).macs for H in (96, 128, 160)]


def test_a_block_shows_its_layers_and_their_sum(specs):
    """The last stage of torchvision's ResNet-50: 14,964,736 weights in three bottlenecks."""
    html = cnnplan.load(specs / "resnet.yaml")["layer4"]._repr_html_()
    assert "<caption>layer4 of resnet</caption>" in html
    assert [f"<td>bottleneck{i}</td>" in html for i in (1, 2, 3, 4)] == [True, True, True, False]
    assert "<td><b>in all</b></td><td></td><td></td><td>14,964,736</td><td>809,238,528</td>" in html


def test_two_bindings_of_one_spec_are_called_by_what_differs(specs):
    small, large = (cnnplan.load(specs / "resnet.yaml", variant=name) for name in ("resnet18", "resnet34"))
    assert cnnplan.diff(small, large).names == ("resnet (variant=resnet18)", "resnet (variant=resnet34)")
    assert cnnplan.diff(small, small).names == (small.spec.file,) * 2
