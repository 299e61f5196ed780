"""What a user agent says: is it a known machine, and roughly what does the reader hold in hand?

Only the words made here are kept, never the user agent itself: there are a few dozen of them, too
few to tell one reader from another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sendout.core.tracking.signs import NOTHING, OFFICE, PROXY

LONGEST = 400  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Agent:
    """What is kept of a user agent. sign: see `signs`. client: in words, or empty."""

    sign: str
    client: str


# Gmail's own ways, exactly as written: no browser of people has been both Chrome 42 and Edge 12
# for ten years. "Gmail-content-sampling" follows links, the other one fetches pictures.
_GMAIL_AHEAD = re.compile(r"Chrome/42\.0\.2311\.135 Safari/537\.36 Edge/12\.246\b")
_PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy")
_SCANNERS = re.compile(
    r"barracuda|mimecast|proofpoint|ironport|cisco ?(?:secure|talos)|symantec|messagelabs"
    r"|forcepoint|websense|fireeye|trellix|mcafee|trend ?micro|sophos|forti(?:mail|guard|net)"
    r"|zscaler|check ?point|bitdefender|kaspersky|webroot|cloudmark|vade ?secure"
    r"|hornetsecurity|spamexperts|cyren|trustwave|netcraft|virustotal|urlscan|phish|safelinks"
    r"|microsoft-?urlanalyzer|msoid svc|abnormal ?security|\binky\b|ironscales|perception ?point"
    r"|gmail-content-sampling|scan(?:ner)?\b|link ?check|antivirus",
    re.IGNORECASE,
)
_ROBOTS = re.compile(  # Cubot makes phones
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|headless|phantomjs|selenium|puppeteer|playwright"
    r"|facebookexternalhit|embedly|^(?:curl|wget|java|ruby|php|perl|node|deno|bun|axios|got)\b"
    r"|python|aiohttp|httpx|libwww|go-http-client|apache-httpclient|node-fetch|undici|guzzle"
    r"|restsharp|winhttp|winhttprequest|powershell|postman|insomnia|monitor|uptime|wrk/",
    re.IGNORECASE,
)
# Office asks for a page itself before it opens the browser for whoever clicked.
_OFFICE = re.compile(r"Microsoft Office Existence Discovery|Microsoft Office Protocol Discovery")
_APPS = re.compile(r"^(?:okhttp|Dart|Alamofire)\b", re.IGNORECASE)
_SIGNS = ((_OFFICE, OFFICE), (_SCANNERS, "scanner"), (_ROBOTS, "robot"), (_APPS, "app"))

# First match tells. Browsers name those they descend from, so the younger ones come first.
_FAMILIES = (
    (re.compile(r"GoogleImageProxy"), "Gmail"),
    (re.compile(r"YahooMailProxy"), "Yahoo Mail"),
    (re.compile(r"DuckDuckGo|Ddg/"), "DuckDuckGo"),
    (re.compile(r"Thunderbird"), "Thunderbird"),
    (re.compile(r"ms-office|MSOffice|Outlook"), "Outlook"),
    (re.compile(r"Edg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"SamsungBrowser"), "Samsung Internet"),
    (re.compile(r"Firefox/|FxiOS"), "Firefox"),
    (re.compile(r"Chrome/|CriOS|Chromium"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
    (re.compile(r"(?:iPhone|iPad|Macintosh).*AppleWebKit"), "Apple Mail"),
)
_DEVICES = (
    (re.compile(r"iPad|Tablet"), "on a tablet"),
    (re.compile(r"iPhone|iPod|Mobile"), "on a phone"),
    (re.compile(r"Android"), "on a tablet"),
    (re.compile(r"Windows|Macintosh|X11|CrOS|ms-office|MSOffice|Linux"), "on a computer"),
)


@lru_cache(maxsize=4096)
def read_agent(text: str) -> Agent:
    """Read a user agent, of which only the first 400 characters count."""
    text = text[:LONGEST].strip()
    sign = _sign(text)
    return Agent(sign, _client(text, sign))


def _sign(text: str) -> str:
    if not text:
        return "nameless"
    if text == "Mozilla/5.0":
        return "apple"
    if _PROXIES.search(text):
        return PROXY
    if _GMAIL_AHEAD.search(text):
        return "gmail_ahead"
    for known, sign in _SIGNS:
        if known.search(text):
            return sign
    return NOTHING


def _client(text: str, sign: str) -> str:
    if sign not in (NOTHING, PROXY):
        return ""
    family = next((name for known, name in _FAMILIES if known.search(text)), "")
    if sign == PROXY:  # it hides the device
        return family
    device = next((words for known, words in _DEVICES if known.search(text)), "")
    return f"{family} {device}".strip()
