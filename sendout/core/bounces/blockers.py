"""Who turns our mail away: mailbox providers by their domains, block lists by servers' words.

Pages for senders were taken from the providers' own sites and from collections of them:
spamresource.com (2022-11, "bookmark mailbox provider help pages"), docs.hetzner.com ("Microsoft
Blacklist"), postmaster.gmx.net, postmaster.orange.fr, postmaster.free.fr. Where none is known, the
postmaster is to be written to, whom every domain has (RFC 5321 section 4.5.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST_LINK = 200  # characters


@dataclass(frozen=True, slots=True)
class Blocker:
    """Who blocks us. page: where a sender asks to be let in again, or nothing. listed: a list.

    sites: whose links in a server's words lead to the blocker itself.
    """

    name: str
    page: str = ""
    listed: bool = False
    sites: tuple[str, ...] = ()


MICROSOFT = Blocker(
    "Outlook.com and Hotmail",
    "https://olcsupport.office.com/",
    sites=("live.com", "microsoft.com", "office.com", "outlook.com", "aka.ms"),
)
MICROSOFT_365 = Blocker("Microsoft 365", "https://sender.office.com/", sites=MICROSOFT.sites)
GOOGLE = Blocker(
    "Gmail",
    "https://support.google.com/mail/contact/gmail_bulk_sender_escalation",
    sites=("google.com",),
)
YAHOO = Blocker(
    "Yahoo and AOL",
    "https://senders.yahooinc.com/contact/",
    sites=("yahoo.com", "yahooinc.com", "yahoo.net", "aol.com"),
)
APPLE = Blocker("iCloud", "https://support.apple.com/102322", sites=("apple.com", "icloud.com"))
GMX = Blocker("GMX", "https://postmaster.gmx.net/en/contact", sites=("gmx.net", "gmx.com"))
WEB_DE = Blocker("WEB.DE", "https://postmaster.web.de/en/contact", sites=("web.de",))
ORANGE = Blocker("Orange", "https://postmaster.orange.fr/", sites=("orange.fr", "wanadoo.fr"))
FREE = Blocker("Free", "https://postmaster.free.fr/", sites=("free.fr",))
SFR = Blocker("SFR", sites=("sfr.fr", "sfr.net"))
LA_POSTE = Blocker("Laposte.net", sites=("laposte.net",))
BELL = Blocker("Bell and Sympatico", sites=("bell.net", "bell.ca", "sympatico.ca"))
VIDEOTRON = Blocker("Vidéotron", sites=("videotron.ca", "videotron.com"))
ROGERS = Blocker("Rogers", sites=("rogers.com",))
SHAW = Blocker("Shaw", sites=("shaw.ca",))
TELUS = Blocker("Telus", sites=("telus.net", "telus.com"))
COMCAST = Blocker(
    "Comcast", "https://postmaster.comcast.net/", sites=("comcast.net", "xfinity.com")
)
PROTON = Blocker("Proton Mail", sites=("proton.me", "protonmail.com"))

_COUNTRY = r"(?:com?\.)?[a-z]{2,3}"  # com, fr, co.uk, com.br
PROVIDERS: tuple[tuple[re.Pattern[str], Blocker], ...] = tuple(
    (re.compile(rf"(?:{domains})\Z"), blocker)
    for domains, blocker in (
        (rf"(?:outlook|hotmail|live)\.{_COUNTRY}|msn\.com|passport\.com", MICROSOFT),
        (r"gmail\.com|googlemail\.com", GOOGLE),
        (rf"(?:yahoo|aol)\.{_COUNTRY}|ymail\.com|rocketmail\.com", YAHOO),
        (r"icloud\.com|me\.com|mac\.com", APPLE),
        (rf"gmx\.{_COUNTRY}", GMX),
        (r"web\.de", WEB_DE),
        (r"orange\.fr|wanadoo\.fr|voila\.fr", ORANGE),
        (r"free\.fr", FREE),
        (r"sfr\.fr|neuf\.fr|cegetel\.net|club-internet\.fr|9online\.fr", SFR),
        (r"laposte\.net", LA_POSTE),
        (r"bell\.net|(?:[a-z]{2}\.)?sympatico\.ca", BELL),
        (r"videotron\.(?:qc\.)?ca", VIDEOTRON),
        (r"rogers\.com", ROGERS),
        (r"shaw\.ca", SHAW),
        (r"telus\.net", TELUS),
        (r"comcast\.net", COMCAST),
        (r"proton\.me|protonmail\.com|pm\.me", PROTON),
    )
)


def _list(words: str, name: str, page: str, *sites: str) -> tuple[re.Pattern[str], Blocker]:
    return re.compile(words, re.IGNORECASE), Blocker(name, page, listed=True, sites=sites)


# Lists that many servers ask; whose list it is tells more than whose server said so.
LISTS = (
    _list(r"spamhaus", "Spamhaus", "https://check.spamhaus.org/", "spamhaus.org"),
    _list(r"spamcop", "SpamCop", "https://www.spamcop.net/bl.shtml", "spamcop.net"),
    _list(
        r"barracuda",
        "Barracuda",
        "https://www.barracudacentral.org/rbl/removal-request",
        "barracudacentral.org",
        "barracuda.com",
    ),
    _list(
        r"proofpoint|pphosted", "Proofpoint", "https://ipcheck.proofpoint.com/", "proofpoint.com"
    ),
    _list(r"cloudmark", "Cloudmark", "https://csi.cloudmark.com/en/reset/", "cloudmark.com"),
    _list(r"abusix", "Abusix", "https://lookup.abusix.com/", "abusix.com"),
    _list(r"uceprotect", "UCEPROTECT", "https://www.uceprotect.net/", "uceprotect.net"),
    _list(r"mimecast", "Mimecast", "", "mimecast.com"),
)
# What servers of companies say whose mail a large provider takes in.
_HOSTS = (
    (re.compile(r"sender\.office\.com|\bAS\(\d|eop-|\.outlook\.com", re.I), MICROSOFT_365),
    (re.compile(r"\bgsmtp\b|support\.google\.com", re.I), GOOGLE),
)
_LINK = re.compile(r"https?://[^\s<>\"'\])]+")


@lru_cache(maxsize=2_000)
def provider_of(domain: str) -> Blocker | None:
    """Give the well-known provider of a domain, as people have it behind their @."""
    return next((who for pattern, who in PROVIDERS if pattern.match(domain)), None)


def who_blocks(domain: str, text: str) -> Blocker:
    """Say who turned a message to this domain away with these words.

    A list that is named comes first, then the provider of the domain, then whose server it seems
    to be; else it is the domain itself.
    """
    named = next((who for pattern, who in LISTS if pattern.search(text)), None)
    if named or (named := provider_of(domain)):
        return named
    return next((who for words, who in _HOSTS if words.search(text)), Blocker(domain))


def link_for(blocker: Blocker, text: str) -> str:
    """Give the page on which to be let in again: from the server's words, else the known one.

    A link in the words counts only when it leads to the blocker's own site: anybody's server may
    write anything into a refusal.
    """
    for found in _LINK.finditer(text):
        link = found[0].rstrip(".,;:!?")
        if len(link) <= LONGEST_LINK and _leads_to(link, blocker.sites):
            return link
    return blocker.page


def _leads_to(link: str, sites: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return "@" not in parts.netloc and any(
        host == site or host.endswith("." + site) for site in sites
    )
