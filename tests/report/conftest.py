"""A real browser for the pages of reports; tests that need it are skipped where there is none."""

from __future__ import annotations

import pytest

import cnnplan
from tests.chromium import chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium, driven by selenium."""
    made = chromium(tmp_path_factory.mktemp("profile"))
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
