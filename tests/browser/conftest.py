"""The product as people meet it: a real server, a real worker and a real Chromium, on loopback."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from sendout.cli.embedded import EmbeddedServer
from tests.browser.watching import Watch
from tests.cli.running import COMMAND, clean_environment, interrupt, wait_until_gone
from tests.rigs import PLACES, free_port, give_up

PASSWORD = "correct horse battery"  # of everybody in stage.py
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 15_000  # milliseconds that a page may take on a busy machine
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this directory as needing a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """An installation that runs, with its demo and the two clubs of stage.py."""

    url: str
    data: Path
    database: str
    demo_email: str
    demo_password: str
    secrets: dict[str, str]
    cookies: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    found: dict[str, object] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """Give the whole address of a path."""
        return self.url + path

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Do in the database what a test cannot wait for, or look up an id."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Site]:
    """Run everything with the demo, and end it; the log must tell of no failure."""
    data = tmp_path_factory.mktemp("browser") / "data"
    log = data.parent / "log"
    with log.open("w") as written:
        process = start(data, written.fileno())
    try:
        yield ready(process, data, log)
        assert interrupt(process) == 0
    finally:
        if process.poll() is None:
            process.kill()
        wait_until_gone(data)
    assert "Traceback" not in log.read_text(), log.read_text()


def start(data: Path, log: int) -> subprocess.Popen[str]:
    """Start `sendout run --demo`."""
    command = [*COMMAND, "run", "--demo", "--data", str(data), "--port", str(free_port())]
    environment = clean_environment() | {"SENDOUT_EMAIL_URL": "consolemail://"}
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )


def ready(process: subprocess.Popen[str], data: Path, log: Path) -> Site:
    """Read address and sign-in as a person would, then set the stage."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Sendout is ready: "), line or log.read_text()
    words = process.stdout.readline().split()  # "Sign in as EMAIL with the password PASSWORD"
    script = (Path(__file__).parent / "stage.py").read_text()
    staged = subprocess.run(
        [*COMMAND, "manage", "shell", "--no-imports", "--command", script],
        env=clean_environment() | {"SENDOUT_DATA": str(data)},
        check=True,
        stdout=subprocess.PIPE,
    )
    secrets = {name: urlsplit(url).path for name, url in json.loads(staged.stdout).items()}
    url = line.removeprefix("Sendout is ready: ").strip()
    return Site(url, data, EmbeddedServer(data).url, words[3], words[-1], secrets)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the browser that is installed."""
    found = [path for name in NAMES if (path := shutil.which(name, path=PLACES))]
    if not found:
        give_up("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=list(QUIET))
        yield browser
        browser.close()


class People:
    """Opens browsers for people, and watches what their pages complain about."""

    def __init__(self, chromium: Browser, site: Site) -> None:
        self.chromium, self.site = chromium, site
        self.watches: list[Watch] = []
        self.contexts: list[BrowserContext] = []

    def browser(self, **options: object) -> BrowserContext:
        """Give a fresh browser that nobody has signed in with."""
        chosen = {"viewport": WIDE, "locale": "en-CA", "timezone_id": "America/Toronto", **options}
        context = self.chromium.new_context(**chosen)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        self.watches.append(Watch(context, urlsplit(self.site.url).netloc))
        self.contexts.append(context)
        return context

    def signed_in(self, email: str, password: str = PASSWORD, **options: object) -> Page:
        """Give a page of somebody who has signed in, by the form the first time."""
        context = self.browser(**options)
        if email in self.site.cookies:
            context.add_cookies(self.site.cookies[email])  # type: ignore[arg-type]
            return context.new_page()
        page = context.new_page()
        sign_in(page, self.site, email, password)
        self.site.cookies[email] = context.cookies()  # type: ignore[assignment]
        return page

    def of_the_demo(self, **options: object) -> Page:
        """Give a page of the demo's owner."""
        return self.signed_in(self.site.demo_email, self.site.demo_password, **options)

    def expect_status(self, *statuses: int) -> None:
        """Have the browsers say nothing about answers with these statuses."""
        for watch in self.watches:
            watch.expected.update(statuses)

    def expect_offline(self) -> None:
        """Have the browsers say nothing about a network that is gone."""
        for watch in self.watches:
            watch.offline = True

    def close(self) -> list[str]:
        """Close all browsers and give what they complained about."""
        for context in self.contexts:
            context.close()
        return [problem for watch in self.watches for problem in watch.problems]


def sign_in(page: Page, site: Site, email: str, password: str) -> None:
    """Fill in the form, as a person does."""
    page.goto(site.at("/account/login/"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/o/*/messages/")


@pytest.fixture
def people(chromium: Browser, site: Site) -> Iterator[People]:
    """Give browsers; errors in their consoles and refusals of the security policy fail the test."""
    people = People(chromium, site)
    yield people
    problems = people.close()
    assert not problems, json.dumps(problems, indent=1)
