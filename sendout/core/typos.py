"""Slips in the part of an email address behind the @, such as `gmial.com`."""

from __future__ import annotations

# Where most private mailboxes are, in North America and the French-speaking world, and names that
# differ from them by a letter and are others' all the same.
_PROVIDERS = """
    aol.com bell.net bellsouth.net bluewin.ch btinternet.com charter.net cogeco.ca comcast.net
    cox.net earthlink.net eastlink.ca fastmail.com free.fr gmail.com gmx.at gmx.ca gmx.ch gmx.com
    gmx.de gmx.fr gmx.net googlemail.com hotmail.ca hotmail.ch hotmail.co.uk hotmail.com hotmail.fr
    hotmail.be icloud.com laposte.net live.be live.ca live.com live.co.uk live.fr mac.com mail.com
    me.com msn.com mts.net neuf.fr nb.sympatico.ca ns.sympatico.ca optonline.net orange.fr
    outlook.be outlook.ca outlook.com outlook.fr pm.me proton.me protonmail.com rocketmail.com
    rogers.com sasktel.net sbcglobal.net sfr.fr shaw.ca sympatico.ca teksavvy.com telenet.be
    telus.net tutanota.com verizon.net videotron.ca videotron.qc.ca wanadoo.fr web.de xplornet.ca
    xplornet.com yahoo.ca yahoo.co.uk yahoo.com yahoo.fr ymail.com zoho.com
"""
_OTHERS = "email.com gmx.co.uk hotmail.it hotmail.de live.se mail.ca mail.ru"
PROVIDERS = frozenset(_PROVIDERS.split())
OTHERS = frozenset(_OTHERS.split())
SHORTEST = 7  # letters of a name: in shorter ones a letter makes another real name
LONG = 10  # from here on two slips are still nearer to this name than to chance


def suggest(domain: str) -> str:
    """Give the well-known name that was probably meant, or nothing."""
    given = domain.lower().rstrip(".")
    if given in PROVIDERS or given in OTHERS or len(given) > 40:
        return ""
    near = [(slips(given, each), each) for each in sorted(PROVIDERS) if len(each) >= SHORTEST]
    count, name = min(near)
    return name if count <= (2 if len(name) >= LONG else 1) else ""


def slips(typed: str, meant: str) -> int:
    """Count letters left out, added, taken for others or swapped with their neighbour."""
    earlier: list[int] = []
    before = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        row = [i]
        for j, wanted in enumerate(meant, 1):
            best = min(row[-1] + 1, before[j] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and typed[i - 2] == wanted and letter == meant[j - 2]:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        earlier, before = before, row
    return before[-1]
