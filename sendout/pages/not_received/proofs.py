"""What the DNS says about the recipient's and the sender's domain; asked for after the page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from sendout.core.addresses import BadAddress, wire_address
from sendout.core.dnscheck import dkim, dmarc, mailbox, spf
from sendout.core.dnscheck.finding import Finding, Mark
from sendout.core.dnscheck.lookup import Dns, SystemDns, Unanswered, is_nowhere
from sendout.core.typos import PROVIDERS
from sendout.pages.not_received.case import Case
from sendout.senders.models import Sender
from sendout.senders.signing import CannotSign, Record, can_sign, records

KEPT_SECONDS = 600  # what was found; an answer that did not come is asked for again at once
AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Question:
    """One look. about: what its answer depends on, beside the DNS."""

    name: str
    about: str
    look: Callable[[Dns], Finding]


def proofs(case: Case) -> list[Finding]:
    """Give what the DNS says, within some seconds. Empty for SMS."""
    if not case.is_email:
        return []
    said, questions = _questions(case)
    dns = SystemDns(settings.DNS_SERVERS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [*said, *pool.map(partial(_answer, dns), questions)]


def _questions(case: Case) -> tuple[list[Finding], list[Question]]:
    """Give what can be said without asking, and what must be asked."""
    said: list[Finding] = []
    questions: list[Question] = []
    if domain := domain_of(case.address):
        if is_nowhere(domain):
            said.append(_nowhere(mailbox.NAME, domain))
        else:
            questions.append(Question(mailbox.NAME, domain, partial(mailbox.check, domain=domain)))
    if case.sender is not None:
        of_sender = _of_sender(case.sender)
        said += [each for each in of_sender if isinstance(each, Finding)]
        questions += [each for each in of_sender if isinstance(each, Question)]
    return said, questions


def _of_sender(sender: Sender) -> list[Finding | Question]:
    domain = domain_of(sender.from_address)
    if sender.kind == "sandbox":
        words = _("%(name)s is a sandbox: nothing leaves, so nothing needs a proof.") % {
            "name": sender.name
        }
        return [Finding(_("Your domain"), Mark.UNKNOWN, words)]
    if not domain or is_nowhere(domain):
        return [_nowhere(_("Your domain"), domain or sender.from_address)]
    if domain in PROVIDERS:
        words = _(
            "%(address)s is not at a domain of your own: others take such mail only from the "
            "servers of %(domain)s. Write from an address of your own domain."
        ) % {"address": sender.from_address, "domain": domain}
        return [Finding(_("Your domain"), Mark.WARN, words)]
    returns = domain_of(sender.bounce_address) or domain
    return [
        Question(spf.NAME, returns, partial(spf.check, domain=returns)),
        *_signatures(sender, domain),
        Question(dmarc.NAME, domain, partial(dmarc.check, domain=domain)),
    ]


def _signatures(sender: Sender, domain: str) -> list[Finding | Question]:
    if not (sender.dkim_on and can_sign(sender)):
        return [Question(dkim.NAME, domain, partial(dkim.check_usual, domain=domain))]
    try:
        wanted = records(sender)
    except CannotSign as problem:
        return [Finding(dkim.NAME, Mark.BAD, str(problem))]
    return [_own(each) for each in wanted]


def _own(record: Record) -> Question:
    look = partial(dkim.check_own, name=record.name, wanted=record.value)
    return Question(dkim.NAME, f"{record.name} {record.value}", look)


def _answer(dns: Dns, question: Question) -> Finding:
    """Give what was found lately, or ask."""
    about = f"{question.name} {question.about} {settings.DNS_SERVERS}"
    key = f"dns-{hashlib.blake2s(about.encode(), digest_size=16).hexdigest()}"
    kept: Finding | None = cache.get(key)
    if kept is not None:
        return kept
    try:
        found = question.look(dns)
    except Unanswered:
        words = _("The DNS did not answer in time: look again in a minute.")
        return Finding(question.name, Mark.UNKNOWN, words)
    cache.set(key, found, KEPT_SECONDS)
    return found


def _nowhere(name: str, domain: str) -> Finding:
    words = _(
        "%(domain)s is a name for tests and examples; no server on the internet knows it."
    ) % {"domain": domain}
    return Finding(name, Mark.UNKNOWN, words)


def domain_of(address: str) -> str:
    """Give the part behind the @ in ASCII and small letters; nothing when there is none."""
    try:
        return wire_address(address).rpartition("@")[2].lower() if "@" in address else ""
    except BadAddress:
        return ""
