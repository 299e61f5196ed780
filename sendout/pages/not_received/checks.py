"""The four checks: the address, the list, the receiving server, the inbox."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.addresses import KIND_WORDS, BadAddress, phone_kind, read_email, read_phone
from sendout.core.delivery.ending import ARRIVED, Ending
from sendout.core.dnscheck.finding import Mark
from sendout.core.typos import suggest
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import reason
from sendout.pages.not_received.case import Case
from sendout.pages.public.recipient import normal_email
from sendout.people.addresses import who_has
from sendout.suppression.entries import find
from sendout.suppression.models import Reason, Suppression
from sendout.wording.moments import written
from sendout.wording.said import said, sentence

NOT_SENT_FOR_THE_LIST = (Ending.LEFT, Ending.COMPLAINED, Ending.KNOWN_BAD, Ending.LISTED)
MARKED = gettext_lazy("Then somebody there marked it as spam.")
NOBODY_THERE = (Ending.WRONG_ADDRESS, Ending.KNOWN_BAD)
WRONG = (*NOBODY_THERE, Ending.NO_ADDRESS, Ending.INVALID, Ending.NO_TEXTS)
SHARING = 3  # names of others with the same address, before they are only counted


@dataclass(frozen=True, slots=True)
class Check:
    """One check. mark: how it went; lines: what was found; links: pairs (words, address)."""

    title: str
    mark: Mark
    lines: list[str]
    links: list[tuple[str, str]]


def checks(case: Case, *, may_edit: bool) -> list[Check]:
    """Give the four checks, in the order in which one asks. may_edit: whether to lead to forms."""
    return [_address(case, may_edit), _list(case), _server(case), _inbox(case)]


def _address(case: Case, may_edit: bool) -> Check:
    typed, normal = case.current
    mark, lines = Mark.GOOD, [_("%(typed)s is written correctly.") % {"typed": typed}]
    if case.ending in NOBODY_THERE and _same(case, normal):
        mark, lines = (
            Mark.WARN,
            [_("%(typed)s is written correctly, but nobody is reached there.") % {"typed": typed}],
        )
    if not normal:
        mark, lines = Mark.BAD, [_fault(case, typed)]
    elif not case.is_email and (kind := phone_kind(normal)):
        mark, lines = Mark.BAD, [f"{typed}: {KIND_WORDS[kind]}."]
    elif case.is_email and (meant := suggest(normal.rpartition("@")[2])):
        mark, lines = (
            Mark.WARN,
            [_("%(typed)s: did they mean …@%(meant)s?") % {"typed": typed, "meant": meant}],
        )
    if case.delivery and case.address and not _same(case, normal):
        lines.append(
            _("This message was for %(address)s, which is not the address on file now.")
            % {"address": case.address}
        )
        mark = Mark.WARN if mark is Mark.GOOD else mark
    if sharing := _sharing(case, normal):
        lines.append(sharing)
    links = [_correct(case, normal)] if may_edit else []
    return Check(_("Is the address right?"), mark, lines, links)


def _correct(case: Case, normal: str) -> tuple[str, str]:
    """Lead to where the address is corrected, and with it what was missed is sent."""
    slug, row = case.organisation.slug, case.delivery
    if row and case.ending in WRONG and _same(case, normal):
        where = [slug, row.sendout_id, row.pk]
        return (
            _("Correct it and send what was missed"),
            reverse("pages:delivery_correct", args=where),
        )
    return (_("Correct it"), reverse("pages:participant_edit", args=[slug, case.person.pk]))


def _fault(case: Case, typed: str) -> str:
    """Say what is wrong with an address that cannot be written to."""
    if not typed.strip():
        return _("No email address is known.") if case.is_email else _("No mobile number is known.")
    try:
        found = read_email(typed) if case.is_email else read_phone(typed, case.organisation.country)
    except BadAddress as bad:
        return sentence(bad.reason)
    return _("%(typed)s could not be read when it was entered: enter it anew.") % {
        "typed": found.typed if found else typed
    }


def _normal(case: Case) -> str:
    return normal_email(case.address) if case.is_email else case.address


def _same(case: Case, normal: str) -> bool:
    return _normal(case) == normal


def _sharing(case: Case, normal: str) -> str:
    """Name others with the address: perhaps they read the message."""
    if not normal:
        return ""
    others = who_has(case.organisation, case.channel, normal).exclude(pk=case.person.pk)
    found = [str(person) for person in others[: SHARING + 1]]
    if not found:
        return ""
    more = _(" and others") if len(found) > SHARING else ""
    return _("Others have it too, and may have read the message: %(names)s.") % {
        "names": ", ".join(found[:SHARING]) + more
    }


def _list(case: Case) -> Check:
    title = _("Is it on the Unsubscribes list?")
    normals = {_normal(case), case.current[1]} - {""}
    entries = [e for each in sorted(normals) for e in find(case.organisation, case.channel, each)]
    links = [_list_link(case, address) for address in sorted({entry.address for entry in entries})]
    if entries:
        stopping = any(_stops(case, entry) for entry in entries)
        mark = Mark.BAD if stopping else Mark.WARN
        return Check(title, mark, [_entry_words(entry, case) for entry in entries], links)
    if case.ending in NOT_SENT_FOR_THE_LIST and case.delivery and case.delivery.skip_reason:
        return Check(
            title, Mark.WARN, [_("It was when the message went out; it is not any more.")], []
        )
    return Check(title, Mark.GOOD, [_("No, nothing stops messages to it.")], [])


def _list_link(case: Case, address: str) -> tuple[str, str]:
    url = reverse("pages:suppressions", args=[case.organisation.slug])
    return (_("See the entry"), f"{url}?{urlencode({'q': address})}")


def _stops(case: Case, entry: Suppression) -> bool:
    """Tell whether an entry stops messages of this case's category."""
    category = case.sendout.message.category if case.sendout else "operational"
    always = entry.channel == "email" and entry.reason == Reason.UNSUBSCRIBED
    return entry.category in ("", category) and not (always and category == "operational")


def _entry_words(entry: Suppression, case: Case) -> str:
    since = entry.created_at.astimezone(case.organisation.zone)
    what = (
        (_(" (%(category)s messages only)") % {"category": said(entry.category)})
        if entry.category
        else ""
    )
    evidence = f" {said(entry.evidence)}" if entry.evidence else ""
    reason = entry.get_reason_display().lower()
    return _("%(address)s, since %(day)s: %(reason)s%(what)s.%(said)s") % {
        "address": entry.address,
        "day": written(since, "j M Y"),
        "reason": reason,
        "what": what,
        "said": evidence,
    }


def _server(case: Case) -> Check:
    title = (
        _("What did the receiving server say?") if case.is_email else _("What did the carrier say?")
    )
    row = case.delivery
    if copy := _copy_for_all(case):
        line = _("Ask about the copy that went to %(name)s.") % {"name": copy.participant}
        return Check(title, Mark.UNKNOWN, [line], [(_("See that copy"), _look_at(case, copy))])
    if row is None or case.ending in (Ending.WAITING, Ending.CANCELLED) or row.skip_reason:
        return Check(title, Mark.UNKNOWN, [_("It was not asked: nothing was handed over.")], [])
    if row.complained_at:
        return Check(title, Mark.BAD, [_took(case), str(MARKED)], [])
    lines = [_took(case)] if case.ending in ARRIVED else [said(reason(row))]
    if row.error_text and case.ending not in ARRIVED:
        lines.append(
            _("In its own words: %(words)s")
            % {"words": " ".join((row.error_code, row.error_text)).strip()}
        )
    soft = case.ending in (Ending.LATER, Ending.UNSURE)
    bad = Mark.WARN if soft else Mark.BAD
    mark = Mark.GOOD if case.ending in ARRIVED else bad
    return Check(title, mark, [line for line in lines if line], _sender_link(case))


def _copy_for_all(case: Case) -> Delivery | None:
    """Find the one that left where a family shares an address."""
    if case.ending is not Ending.DUPLICATE or case.sendout is None:
        return None
    family = who_has(case.organisation, case.channel, _normal(case))
    rows = Delivery.objects.filter(
        sendout=case.sendout, channel=case.channel, participant__in=family
    )
    return rows.exclude(skip_reason="duplicate").select_related("participant").first()


def _look_at(case: Case, row: Delivery) -> str:
    return reverse("pages:not_received_delivery", args=[case.organisation.slug, row.pk])


def _took(case: Case) -> str:
    row = case.delivery
    at = row and (row.delivered_at or row.accepted_at)
    when = (
        (_(" on %(when)s") % {"when": written(at.astimezone(case.organisation.zone), "j M Y, H:i")})
        if at
        else ""
    )
    if row and row.delivered_at:
        return _("It reported the message as delivered%(when)s.") % {"when": when}
    return _("It took the message%(when)s. Whether it reached the inbox it does not say.") % {
        "when": when
    }


def _sender_link(case: Case) -> list[tuple[str, str]]:
    if case.ending is not Ending.OURS or case.sender is None:
        return []
    url = reverse("pages:senders", args=[case.organisation.slug])
    return [(_("See how %(name)s does") % {"name": case.sender.name}, url)]


def _inbox(case: Case) -> Check:
    title = _("Where may it be now?")
    if case.ending is Ending.SEEN:
        return Check(
            title, Mark.GOOD, [_("Somebody opened or answered it: search all folders.")], []
        )
    if case.delivery and case.delivery.complained_at:
        return Check(title, Mark.BAD, [_("In spam: somebody there put it into it.")], [])
    if case.ending not in ARRIVED:
        return Check(title, Mark.UNKNOWN, [_("It did not get that far.")], [])
    sender = case.sender.from_address if case.sender else ""
    if case.is_email:
        lines = [
            _("In spam or junk, under Promotions, Updates or Other, or in a folder by a rule."),
            _(
                "Have them mark it as “not spam” and add %(sender)s to their safe senders or "
                "contacts."
            )
            % {"sender": sender},
        ]
    else:
        lines = [
            _("Among blocked or spam messages on the phone; %(sender)s may be blocked there.")
            % {"sender": sender}
        ]
    return Check(title, Mark.WARN, lines, [])
