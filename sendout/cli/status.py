"""`sendout status`: how far a send-out has come, or the newest ones, from their counts."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.core.delivery.status import FAILED, LABELS, Status
from sendout.deliveries import fallback
from sendout.deliveries.causes import Part, skips
from sendout.deliveries.counting import Tally, shown_status, tallies
from sendout.deliveries.report import reason_words
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, FallbackTo, SendOut, State
from sendout.sendouts.waits import when_words

TROUBLE = (*FAILED, Status.UNKNOWN)
NEWEST = 20  # send-outs of an organisation that are listed


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("status", help="say how far a send-out has come")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=int, nargs="?", metavar="ID", help="as `sendout send` printed it")
    which.add_argument("--org", metavar="SLUG", help=f"its newest {NEWEST} instead, newest first")
    parser.add_argument("--json", action="store_true", help="print one JSON object a send-out")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Print the numbers; 1 when it is one send-out, finished, and some of it failed."""
    if arguments.org:
        print_newest(organisation_of(arguments.org), as_json=arguments.json)
        return 0
    sendout = sendout_of(arguments.id)
    print_status(sendout, as_json=arguments.json)
    return exit_code(sendout)


def print_newest(organisation: Organisation, *, as_json: bool) -> None:
    """Print where the newest send-outs stand now: each in a JSON object, or its words."""
    found = list(organisation.sendouts.order_by("-pk")[:NEWEST])
    if not found and not as_json:
        print(f"{organisation.name} has sent nothing yet.")
    for sendout in found:
        sendout.organisation = organisation
        print_status(sendout, as_json=as_json)


def sendout_of(pk: int) -> SendOut:
    """Give the send-out with this id. Raises Problem."""
    found = SendOut.objects.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Problem(f"there is no send-out {pk}; `sendout send` prints the id of each")
    return found


def exit_code(sendout: SendOut) -> int:
    """Give 1 when the send-out has ended and some of it failed, else 0."""
    sendout.refresh_from_db(fields=["state"])
    ended = sendout.state in {State.FINISHED, State.CANCELLED}
    return int(ended and any(troubled(tally) for tally in tallies_of(sendout).values()))


def troubled(tally: Tally) -> int:
    """Count what bounced, could not be sent, or has an unknown outcome."""
    return sum(tally.by_status.get(status, 0) for status in TROUBLE)


def tallies_of(sendout: SendOut) -> dict[str, Tally]:
    """Give the numbers by channel, those of email first."""
    found = tallies([sendout.pk])[sendout.pk]
    return {channel: found[channel] for channel in Channel.values if channel in found}


def seconds(sendout: SendOut) -> float:
    """Give how long the sending took, or has taken so far; 0 before its start."""
    if sendout.started_at is None:
        return 0.0
    return ((sendout.finished_at or timezone.now()) - sendout.started_at).total_seconds()


def print_status(sendout: SendOut, *, as_json: bool) -> None:
    """Print where the send-out stands now, as one JSON object or in words."""
    sendout.refresh_from_db(fields=["state", "started_at", "finished_at", "scheduled_for"])
    sendout.refresh_from_db(fields=["fallback", "fallback_at"])
    found = tallies_of(sendout)
    if as_json:
        print(json.dumps(as_object(sendout, found), ensure_ascii=False))
        return
    print(f"Send-out {sendout.pk}, “{sendout.name}”: {shown_status(sendout, found)}{when(sendout)}")
    for channel, tally in found.items():
        print(f"  {Channel(channel).label}: {in_words(tally)}")
        for sentence in why_skipped(sendout, channel, tally):
            print(f"    {sentence}")
    if sendout.falls_back:
        whom = FallbackTo(sendout.fallback_to).label
        print(f"  SMS go {when_words(sendout, timezone.now())} to those {whom}")


def why_skipped(sendout: SendOut, channel: str, tally: Tally) -> list[str]:
    """Say how many were skipped for which reason, the most frequent first."""
    found = skips(Part(sendout.pk, channel, tally)) if tally.skipped else []
    found.sort(key=lambda each: -each.n)
    reasons = [reason_words(Status.SKIPPED, channel, each.skip_reason) for each in found]
    return [
        f"{each.n:,} skipped: {words or 'not looked at'}"
        for each, words in zip(found, reasons, strict=True)
    ]


def as_object(sendout: SendOut, found: dict[str, Tally]) -> dict[str, object]:
    """Give what `--json` prints; counts: by channel and status, only those that occur."""
    answer: dict[str, object] = {
        "id": sendout.pk,
        "name": sendout.name,
        "state": str(sendout.state),
        "status": shown_status(sendout, found),
        "seconds": round(seconds(sendout), 3),
        "counts": {channel: tally.by_status for channel, tally in found.items()},
    }
    if sendout.channels == Channels.EMAIL_THEN_SMS:
        answer["fallback"] = fallback_as_object(sendout, found)
    return answer


def fallback_as_object(sendout: SendOut, found: dict[str, Tally]) -> dict[str, object]:
    """Give how the SMS stand that follow the emails. people: who would get one now, at most."""
    waits = sendout.falls_back
    needed = fallback.needed(sendout, found.get(Channel.EMAIL) or Tally()) if waits else None
    return {
        "state": sendout.fallback,
        "to": sendout.fallback_to,
        "after_minutes": sendout.fallback_minutes,
        "at": sendout.fallback_at.isoformat() if sendout.fallback_at else None,
        "people": needed.people if needed else None,
    }


def when(sendout: SendOut) -> str:
    """Say when it leaves or left, and how long it took."""
    if sendout.state == State.SCHEDULED and sendout.scheduled_for:
        return f" for {_on_its_clock(sendout, sendout.scheduled_for)}"
    if sendout.started_at is None:
        return ""
    begun = f", begun {_on_its_clock(sendout, sendout.started_at)}"
    if sendout.state == State.FINISHED:
        return f"{begun}, handed over in {seconds(sendout):.1f} s"
    return begun


def _on_its_clock(sendout: SendOut, at: datetime) -> str:
    local = at.astimezone(sendout.organisation.zone)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def in_words(tally: Tally) -> str:
    """Say the numbers of one channel: the total, then each status that occurs."""
    parts = [
        f"{tally.by_status[status]:,} {label.rstrip('.').lower()}"
        for status, label in LABELS.items()
        if status in tally.by_status
    ]
    recipients = "1 recipient" if tally.total == 1 else f"{tally.total:,} recipients"
    return f"{recipients}: {', '.join(parts)}"
