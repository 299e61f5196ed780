"""What many failures have in common, said in a sentence, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sendout.core.bounces.blockers import link_for, provider_of
from sendout.core.bounces.clusters import FAILING, WAITING, Block, Group, Why
from sendout.core.typos import suggest

FEW = 3  # failures from which on one blocker is worth a sentence of its own
GONE = 2  # people at a domain without mail, from which on it is not one person's slip
NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class Heard:
    """How many at each domain were asked, and how many of them refused. whole: of everybody."""

    by_domain: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    whole: bool = True

    def of(self, name: str) -> tuple[int, int]:
        """Add up what is known of one provider, or of one domain."""
        known = [both for domain, both in self.by_domain.items() if _name(domain) == name]
        return sum(asked for asked, _ in known), sum(refused for _, refused in known)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One finding. title: what is the matter; text: what it means, and what to do.

    n: deliveries it is about. key, words: how to find them in the list. link: a page outside.
    """

    kind: str
    title: str
    text: str
    n: int
    key: str = ""
    words: str = ""
    link: str = ""
    since: datetime | None = None


def _name(domain: str) -> str:
    known = provider_of(domain)
    return known.name if known else domain


def diagnose(groups: Sequence[Group], heard: Heard | None = None) -> list[Diagnosis]:
    """Say what the failures have in common, what matters most first.

    heard: for the share of a provider's recipients that it refused.
    """
    failed = sum(group.n for group in groups if group.stage == FAILING)
    by_key = {group.key: group for group in groups}
    return [
        *_own_way_out(by_key),
        *_blocked(groups, failed, heard or Heard()),
        *_without_proof(by_key, failed),
        *_typing_mistakes(groups),
        *_domains_gone(by_key),
        *_greylisted(by_key),
    ]


def _stages(groups: Mapping[str, Group], why: Why) -> Iterator[Group]:
    for stage in (FAILING, WAITING):
        group = groups.get(f"{stage}-{why}")
        if group is not None:
            yield group


def _own_way_out(groups: Mapping[str, Group]) -> Iterator[Diagnosis]:
    for group in _stages(groups, Why.SIGN_IN):
        yield Diagnosis(
            "sign_in",
            f"The sign-in of the sender is wrong: {_people(group.n)} not written to.",
            "Correct user name and password on the sender's page. The addresses are not to blame.",
            group.n,
            group.key,
            since=group.since,
        )
    for group in _stages(groups, Why.SENDER_DOWN):
        yield Diagnosis(
            "sender_down",
            f"Our own mail server could not be used for {_messages(group.n)}.",
            "Test the sender on its page. The addresses are not to blame.",
            group.n,
            group.key,
            since=group.since,
        )


def _blocked(groups: Sequence[Group], failed: int, heard: Heard) -> Iterator[Diagnosis]:
    for group in groups:
        if group.why != Why.BLOCKED:
            continue
        for block in sorted(group.blockers.values(), key=lambda b: (-b.n, b.by.name)):
            if block.n >= FEW or block.n == group.n:
                yield _one_blocker(group, block, failed, heard)


def _one_blocker(group: Group, block: Block, failed: int, heard: Heard) -> Diagnosis:
    by = block.by.name
    waiting = group.stage == WAITING
    title = _waits(block) if waiting else _failed(block, failed)
    nobody = "These are not bad addresses, and nobody was put on the Unsubscribes list for it."
    then = (
        "They are tried again by themselves, or now with one click below"
        if waiting
        else "Then send again to these people"
    )
    remedy = (
        "Ask there to be let in again"
        if link_for(block.by, block.example)
        else (f"Ask whoever runs your mail server to write to the postmaster of {by}")
    )
    text = " ".join(filter(None, [nobody, _reached(block, heard), f"{remedy}. {then}."]))
    link = link_for(block.by, block.example)
    return Diagnosis("blocked", title, text, block.n, group.key, "", link, block.since)


def _waits(block: Block) -> str:
    by, wait = block.by.name, _wait(block.n)
    if block.by.listed:
        return f"Our mail server is on a block list of {by}: {wait}."
    return f"Our mail server is blocked by {by}: {wait}."


def _failed(block: Block, failed: int) -> str:
    by, share = block.by.name, _share(block.n, failed)
    if block.by.listed:
        return f"{share}: our mail server is on a block list of {by}."
    return f"{share}: our mail server is blocked by {by}."


def _reached(block: Block, heard: Heard) -> str:
    """Say what share of a provider's recipients it refused, where that is known."""
    asked, refused = heard.of(block.by.name)
    if block.by.listed or not refused:
        return ""
    if refused == asked:
        return (
            f"It took no message for any of the {asked:,} we tried."
            if heard.whole
            else ("It took hardly any message that we tried.")
        )
    percent = max(1, min(99, round(100 * refused / asked)))
    return f"It turned {'' if heard.whole else 'about '}{percent} % of what we sent it away."


def _share(n: int, failed: int) -> str:
    if n == failed:
        return "The one failure has this cause" if n == 1 else f"All {n:,} failures have one cause"
    if n >= NEARLY_ALL * failed:
        return f"Nearly all failures, {n:,} of {failed:,}, have one cause"
    if n == 1:
        return f"One of {failed:,} failures has this cause"
    return f"{n:,} of {failed:,} failures have one cause"


def _without_proof(groups: Mapping[str, Group], failed: int) -> Iterator[Diagnosis]:
    for group in _stages(groups, Why.PROOF):
        if group.n >= FEW or group.n == failed:
            yield Diagnosis(
                "proof",
                f"{_messages(group.n)} lacked proof of coming from us.".capitalize(),
                "Servers refuse mail whose from-address is not proved by SPF, DKIM and DMARC. Set "
                "them up on the sender's page. These are not bad addresses.",
                group.n,
                group.key,
                since=group.since,
            )


def _typing_mistakes(groups: Sequence[Group]) -> Iterator[Diagnosis]:
    counted: dict[str, int] = {}
    for group in groups:
        if group.stage in (FAILING, WAITING):
            for domain, n in group.domains.items():
                counted[domain] = counted.get(domain, 0) + n
    for domain, n in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        meant = suggest(domain) if domain else ""
        if meant:
            yield Diagnosis(
                "typo",
                f"{_look(n)} like a typing mistake: {domain}, where {meant} was probably meant.",
                "Open each of them and correct the address: a guess is filled in. What was missed "
                "can be sent right after.",
                n,
                words=f"@{domain}",
            )


def _domains_gone(groups: Mapping[str, Group]) -> Iterator[Diagnosis]:
    group = groups.get(f"{FAILING}-{Why.NO_DOMAIN}")
    for domain, n in group.domains.most_common() if group else ():
        if n >= GONE and domain and not suggest(domain):
            yield Diagnosis(
                "no_domain",
                f"{domain} takes no mail any more: {_people(n)} written to there.",
                "The whole domain is gone or closed, not single mailboxes. Ask these people for "
                "another address.",
                n,
                words=f"@{domain}",
            )


def _greylisted(groups: Mapping[str, Group]) -> Iterator[Diagnosis]:
    group = groups.get(f"{WAITING}-{Why.GREYLIST}")
    if group is not None:
        yield Diagnosis(
            "greylist",
            f"{_wait(group.n)} for a second try: nothing to do.",
            "Some servers take mail from a stranger only when it comes again after some minutes. "
            "Sendout does that by itself.",
            group.n,
            group.key,
        )


def _people(n: int) -> str:
    return "1 person was" if n == 1 else f"{n:,} people were"


def _messages(n: int) -> str:
    return "1 message" if n == 1 else f"{n:,} messages"


def _wait(n: int) -> str:
    return "1 message waits" if n == 1 else f"{n:,} messages wait"


def _look(n: int) -> str:
    return "1 failure looks" if n == 1 else f"{n:,} failures look"
