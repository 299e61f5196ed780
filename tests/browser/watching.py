"""What a browser complains about while a test uses it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

STATUS = re.compile(r"the server responded with a status of (\d+)")
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


class Watch:
    """Collects console errors, script errors, policy violations and requests that leave here."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.problems: list[str] = []
        self.expected: set[int] = set()
        self.offline = False  # whether the test takes the network away
        context.on("console", self.console)
        context.on("weberror", self.script)
        context.on("request", self.request)

    def console(self, message: ConsoleMessage) -> None:
        """Note an error; a violation of the content security policy is one too."""
        if message.type != "error":
            return
        if self.offline and OFFLINE in message.text:
            return
        status = STATUS.search(message.text)
        if status and int(status[1]) in self.expected:
            return
        self.problems.append(f"{message.page and message.page.url}: {message.text}")

    def script(self, error: WebError) -> None:
        """Note an exception that no script caught."""
        self.problems.append(f"{error.page and error.page.url}: {error.error}")

    def request(self, request: Request) -> None:
        """Note a request to another server than ours."""
        place = urlsplit(request.url)
        if place.scheme in {"http", "https"} and place.netloc != self.host:
            self.problems.append(f"a page asked for {request.url}")
