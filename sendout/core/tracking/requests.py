"""What a request for a picture or a link shows, read from its method and headers."""

from __future__ import annotations

from collections.abc import Mapping

from sendout.core.tracking.agents import Agent, read_agent
from sendout.core.tracking.signs import HEAD, OFFICE

AGENT = "user-agent"
# How browsers and mail programs say that nobody has asked yet: Sec-Purpose (Fetch standard),
# Purpose (Chromium before it), X-Purpose (Safari), X-Moz (Firefox).
PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
HEADERS = (AGENT, *PURPOSES)
_AHEAD = ("prefetch", "prerender", "preview", "instant")


def look(method: str, headers: Mapping[str, str]) -> Agent:
    """Give the strongest sign of a request. headers: those of `HEADERS` that it has."""
    agent = read_agent(headers.get(AGENT, ""))
    if method == "HEAD":
        return Agent(OFFICE if _is_office(agent) else HEAD, "")
    if len(headers) > 1 and _is_ahead(headers):
        return Agent("ahead", "")
    return agent


def _is_office(agent: Agent) -> bool:
    return agent.sign == OFFICE or agent.client.startswith("Outlook")


def _is_ahead(headers: Mapping[str, str]) -> bool:
    said = " ".join(headers.get(name, "")[:100] for name in PURPOSES).lower()
    return any(word in said for word in _AHEAD)
