"""WireMock plays a service that answers as it is told to, breaks, and calls back.

with WireMock(tmp_path) as service:
    service.play(status=503, headers={"Retry-After": "2"})
    ... service.url ...
    service.got
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

from tests.rigs import free_port, give_up, require
from tests.rigs.processes import Serving

PEERS = Path(__file__).parents[1] / "peers"


class WireMock:
    """Use it with `with`. Each thing that is played comes before those played earlier."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Start it; skips or fails the test where it is missing."""
        jars = list(PEERS.glob("node_modules/wiremock/build/wiremock-standalone-*.jar"))
        if not jars:
            give_up("wiremock is not there; see .ci/run")
        options = ("--bind-address", "127.0.0.1", "--port", str(self._port), "--disable-banner")
        root = ("--root-dir", str(self._folder), "--global-response-templating")
        command = (require("java"), "-Xmx256m", "-jar", str(jars[0]), *options, *root)
        self._serving = Serving(command, self._port, self._folder / "wiremock.log")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._serving.stop()

    def play(
        self,
        *,
        calls_back: dict[str, Any] | None = None,
        times: tuple[str, str] = ("", ""),
        **response: Any,
    ) -> None:
        """Answer every POST so. times: the state it happens in, and the one that follows."""
        told: dict[str, Any] = {"request": {"method": "POST"}, "response": response}
        if calls_back:
            told["serveEventListeners"] = [{"name": "webhook", "parameters": calls_back}]
        if times[0]:
            told |= {"scenarioName": "s", "requiredScenarioState": times[0]}
            told |= {"newScenarioState": times[1]}
        self._ask("mappings", told)

    @property
    def got(self) -> list[Any]:
        """The requests that came, the oldest first."""
        found = self._ask("requests")["requests"]
        return [each["request"] for each in reversed(found)]

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/__admin/{path}", data)  # noqa: S310
        with urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.loads(answer.read())
