"""A signed report: asked for in the popup, made by a worker beside its sending, checked as told."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People, Site
from tests.cli.running import COMMAND, clean_environment

PICTURES = os.environ.get("SENDOUT_SCREENSHOTS")
PATIENCE = 60_000.0  # milliseconds


def fetch(page: Page, link: Locator, folder: Path) -> Path:
    """Download a file as a person does, under the name that it has."""
    with page.expect_download() as download:
        link.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def verify(site: Site, pdf: Path, rows: Path) -> dict[str, object]:
    """Check both files with the command that the page names."""
    done = subprocess.run(
        [*COMMAND, "report", "verify", str(pdf), "--csv", str(rows), "--json"],
        env=clean_environment() | {"SENDOUT_DATA": str(site.data)},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_report_is_made_fetched_and_checked(people: People, tmp_path: Path) -> None:
    page = people.of_the_demo()
    page.goto(people.site.at("/o/aqua-club/messages/"))
    page.get_by_role("link", name="Pool closed today: classes cancelled").click()
    page.get_by_role("dialog").get_by_role("link", name="Signed report").click()
    page.get_by_role("button", name="Make the report as things stand now").click()
    pdf = page.get_by_role("link", name="PDF, signed").first
    expect(pdf).to_be_visible(timeout=PATIENCE)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "signed-report-made.png", full_page=True)
    files = [
        fetch(page, link, tmp_path)
        for link in (pdf, page.get_by_role("link", name="CSV", exact=True).first)
    ]
    assert [file.suffix for file in files] == [".pdf", ".csv"]
    recipients = page.locator("#signed-reports tbody tr").first.get_by_role("cell").nth(2)
    lines = files[1].read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + int(recipients.inner_text())
    found = verify(people.site, *files)
    assert found["good"] is found["csv"] is True, found
