"""What is read from the names that mail programs, browsers, proxies and scanners give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.tracking.agents import read_agent
from sendout.core.tracking.requests import HEADERS, look
from sendout.core.tracking.signs import SIGNS, Who

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
OLD_EDGE = f"{WINDOWS} Chrome/42.0.2311.135 Safari/537.36 Edge/12.246"
KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {KIT}"
CHROME = f"{WINDOWS} Chrome/131.0.0.0 Safari/537.36"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"

MACHINES = {
    "Mozilla/5.0": "apple",
    f"{OLD_EDGE} Mozilla/5.0": "gmail_ahead",
    f"{OLD_EDGE} Gmail-content-sampling": "gmail_ahead",
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))": "scanner",
    "BarracudaCentral LinkProtect": "scanner",
    "Mimecast URL Protect": "scanner",
    "Proofpoint URL Defense": "scanner",
    "Mozilla/5.0 (compatible; Symantec Email Security)": "scanner",
    "Microsoft-URLAnalyzer/1.0": "scanner",
    f"{WINDOWS} HeadlessChrome/120.0.0.0 Safari/537.36": "robot",
    "python-requests/2.32.3": "robot",
    "Go-http-client/2.0": "robot",
    "curl/8.5.0": "robot",
    "Java/17.0.9": "robot",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "robot",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": "robot",
    "facebookexternalhit/1.1": "robot",
    "Microsoft Office Existence Discovery": "office",
}
PEOPLE = {
    CHROME: "Chrome on a computer",
    f"{CHROME} Edg/131.0.0.0": "Edge on a computer",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1": "Safari on a phone",
    f"{IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1": "Chrome on a phone",
    f"{IPHONE} Mobile/15E148": "Apple Mail on a phone",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT}": "Apple Mail on a computer",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/131.0.0.0 Mobile Safari/537.36": (
        "Chrome on a phone"
    ),
    "Mozilla/5.0 (Linux; Android 13; SM-X200) Chrome/131.0.0.0 Safari/537.36": "Chrome on a tablet",
    "Mozilla/5.0 (Linux; Android 12; CUBOT X50) Chrome/120.0 Mobile Safari/537.36": (
        "Chrome on a phone"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": (
        "Firefox on a computer"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4": (
        "Thunderbird on a computer"
    ),
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)": "Outlook on a computer",
    f"{CHROME} Avast/131.0.0.0": "Chrome on a computer",
    GMAIL: "Gmail",
    YAHOO: "Yahoo Mail",
}


@pytest.mark.parametrize(("agent", "sign"), MACHINES.items())
def test_machines_are_known_by_their_names(agent: str, sign: str) -> None:
    assert read_agent(agent).sign == sign
    assert SIGNS[sign].who is Who.MACHINE


@pytest.mark.parametrize(("agent", "client"), PEOPLE.items())
def test_people_are_told_apart_by_what_they_hold_in_hand(agent: str, client: str) -> None:
    assert read_agent(agent).client == client
    assert SIGNS[read_agent(agent).sign].who is Who.HUMAN


@pytest.mark.parametrize("agent", ["", "  ", "okhttp/4.12.0"])
def test_who_cannot_be_told_counts_as_nobody(agent: str) -> None:
    assert SIGNS[read_agent(agent).sign].who is Who.UNKNOWN


@pytest.mark.parametrize(
    "agent",
    ["Microsoft Office Existence Discovery", "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"],
)
def test_office_that_looks_before_it_opens_the_browser_is_no_scanner(agent: str) -> None:
    assert look("HEAD", {"user-agent": agent}).sign == "office"


def test_head_is_a_machine_whatever_it_calls_itself() -> None:
    assert look("HEAD", {"user-agent": CHROME}).sign == "head"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
    ],
)
def test_what_is_fetched_ahead_is_a_machine(name: str, value: str) -> None:
    assert look("GET", {"user-agent": CHROME, name: value}).sign == "ahead"


def test_a_purpose_that_is_none_changes_nothing() -> None:
    assert look("GET", {"user-agent": CHROME, "purpose": "?"}) == read_agent(CHROME)


@given(st.text(max_size=500), st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=50)))
def test_whatever_a_stranger_sends_has_a_sign_and_few_words(
    method: str, headers: dict[str, str]
) -> None:
    seen = look(method, headers)
    assert seen.sign in SIGNS
    assert len(seen.client) <= 40


@given(st.text(max_size=600))
def test_nothing_of_a_user_agent_is_kept_but_words_of_our_own(agent: str) -> None:
    known = {"", *PEOPLE.values()}
    words = {word for client in known for word in client.split()}
    more = {"Opera", "Samsung", "Internet", "DuckDuckGo", "tablet"}
    assert set(read_agent(agent).client.split()) <= words | more
