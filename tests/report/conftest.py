"""A real browser for the pages of reports; tests that need it are skipped where there is none."""

from __future__ import annotations

import shutil

import pytest

import cnnplan

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium, driven by selenium."""
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("there is no chromium with its driver")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}", "--window-size=1280,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
    yield made
    made.quit()


@pytest.fixture
def show(browser, tmp_path):
    """Open the report of plans; the browser, after a look at its console."""

    def opened(*plans, **options):
        first, *others = [plan if isinstance(plan, cnnplan.Report) else cnnplan.Report.of(plan) for plan in plans]
        page = tmp_path / "report.html"
        page.write_text(cnnplan.render(first, "html", others=others, **options), encoding="utf-8")
        browser.get(page.as_uri())
        return browser

    yield opened
    assert [entry["message"] for entry in browser.get_log("browser")] == []
