"""The page as it is printed: nothing is cut off or folded away."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode

import pytest

import cnnplan
from tests.report.page.asking import click, rows


@pytest.fixture
def paper(browser):
    """The page as it is printed."""

    def printed():
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        metrics = {"width": 720, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")

    yield printed
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_heads_of_tables_stand_on_every_sheet(specs, show, paper, tmp_path):
    """Chromium repeats no head that has buttons: on paper each is its words."""
    browser = show(cnnplan.load(specs / "resnet.yaml"))
    paper()
    buttons = "return [...document.querySelectorAll('#table thead button')].filter((each) => each.offsetParent).length"
    assert browser.execute_script(buttons) == 0
    if not shutil.which("pdftotext"):
        pytest.skip("there is no pdftotext")
    sheets = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    (tmp_path / "page.pdf").write_bytes(b64decode(sheets["data"]))
    command = ["pdftotext", "-layout", "page.pdf", "-"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True)  # noqa: S603
    rows = [page for page in done.stdout.split("\f") if page.count("batch_norm") > 8 and "layers:" not in page]
    assert len(rows) >= 4
    assert [page for page in rows if "params" not in page] == []


CUT = """
return [...document.querySelectorAll("#table td, #table th, #pyramid, #pyramid svg")]
  .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1
    || each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.textContent)
"""
WHOLE = """
return [...document.querySelectorAll("#graph .sheets svg")].map((sheet) => {
  const [x, y, width, height] = sheet.getAttribute("viewBox").split(" ").map(Number);
  return [...sheet.querySelectorAll(".box")].filter((box) => {
    const of = (name) => Number(box.querySelector("rect").getAttribute(name));
    return of("y") >= y && of("y") + of("height") <= y + height;
  }).map((box) => box.dataset.box);
})
"""


@pytest.mark.parametrize("spec", ["unet", "resnet", "googlenet"])
def test_nothing_is_cut_off_or_folded_away_on_paper(specs, show, paper, spec):
    plan = cnnplan.load(specs / f"{spec}.yaml")
    browser = show(plan)
    folded = rows(browser)
    boxes = browser.execute_script("return [...cnnplan.parts.graph.drawnBoxes.keys()]")
    click(browser, "#theme")
    if browser.execute_script("return document.documentElement.dataset.theme") != "dark":
        click(browser, "#theme")
    paper()
    assert browser.execute_script(CUT) == []
    assert [name for name in rows(browser) if name in plan.nodes] == [*plan.nodes], "every layer, in order"
    sheets = browser.execute_script(WHOLE)
    assert sorted(name for sheet in sheets for name in sheet) == sorted(boxes)
    assert browser.execute_script("return document.querySelectorAll('details:not([open])').length") == 0
    ink = browser.execute_script("return getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert ink == "rgb(255, 255, 255)"
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert browser.execute_script("return document.querySelectorAll('#graph .sheets svg, details[open]').length") == 0
    assert rows(browser) == folded
