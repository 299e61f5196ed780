"""Prism plays Twilio's API after its OpenAPI document, and refuses what does not keep to it.

with Prism(tmp_path) as prism:
    ... prism.url ...
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tests.rigs import free_port, give_up, require
from tests.rigs.processes import Serving

PEERS = Path(__file__).parents[1] / "peers"
PRISM = PEERS / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
DOCUMENT = PEERS / "fetched" / "twilio" / "twilio_api_v2010.json"


class Prism:
    """Use it with `with`."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "prism.log"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Start it; skips or fails the test where it is missing."""
        for part in (PRISM, DOCUMENT):
            if not part.exists():
                give_up(f"{part.relative_to(PEERS)} is not there; see .ci/run")
        port = str(self._port)
        mock = ("mock", "--errors", "-h", "127.0.0.1", "-p", port, str(DOCUMENT))
        self._serving = Serving((require("node"), str(PRISM), *mock), self._port, self._log)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._serving.stop()

    @property
    def said(self) -> str:
        """What it wrote about the requests."""
        return self._serving.said
