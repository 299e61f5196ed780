"""Email first, then texts: to exactly those whom the email did not reach, one charge each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.e2e.conftest import LONGEST, Home

PEOPLE = """First name,Email,Phone
Opener,open@sandbox.test,514-555-0100
Clicker,click@sandbox.test,514-555-0101
Machine,machine@sandbox.test,514-555-0102
Silent,deliver@sandbox.test,514-555-0103
Bounced,bounce@sandbox.test,514-555-0104
Refused,refuse@sandbox.test,514-555-0105
Paper,,514-555-0106
Sister,,514-555-0106
Unreachable,full@sandbox.test,
"""
PRICE = 20_000  # millionths of a segment


def test_texts_follow_to_those_whom_no_person_opened_the_email_for(
    home: Home, tmp_path: Path
) -> None:
    for channel, origin in (("email", "office@example.org"), ("sms", "+15145550190")):
        words = ("--channel", channel, "--kind", "sandbox", "--url", "sandbox:?speed=300")
        home.run("sender", "add", "--org", "aqua-club", *words, "--from", origin)
    home.ask(
        "INSERT INTO usage_price (organisation_id, channel, direction, country, price)"
        " SELECT id, 'sms', 'out', 'CA', %s FROM accounts_organisation",
        PRICE,
    )
    people, mail, sms = (tmp_path / name for name in ("people.csv", "mail.txt", "sms.txt"))
    people.write_text(PEOPLE)
    mail.write_text("The pool is closed.")
    sms.write_text("The pool is closed.")
    said = ("--subject", "Closed", "--text", str(mail), "--sms", str(sms), "--to", str(people))
    late = ("--fallback-after", "30m", "--fallback-to", "not-opened")
    estimate = home.json("send", "--org", "aqua-club", *said, *late, "--estimate", "--json")
    assert (estimate["at_most"], estimate["price"]) == (True, "0.14"), "seven phones, at most"

    sending = home.start("send", "--org", "aqua-club", *said, *late, "--in-quiet-hours", "--wait")
    sendout = settled(home)
    status = home.json("status", str(sendout), "--json")
    assert (status["state"], status["fallback"]["state"]) == ("running", "waiting")
    assert (status["fallback"]["after_minutes"], status["fallback"]["people"]) == (30, 5)
    home.ask("UPDATE sendouts_sendout SET fallback_at = now() WHERE id = %s", sendout)
    assert sending.process.wait(LONGEST) == 1, "some emails bounced"

    texts = home.ask(
        "SELECT p.first_name, d.status = 'skipped', d.skip_reason FROM deliveries_delivery d"
        " JOIN people_participant p ON p.id = d.participant_id"
        " WHERE d.sendout_id = %s AND d.channel = 'sms'",
        sendout,
    )
    assert set(texts) == {
        *((name, False, "") for name in ("Machine", "Silent", "Bounced", "Refused", "Paper")),
        ("Sister", True, "duplicate"),
        ("Unreachable", True, "no_address"),
    }
    [(charged, segments)] = home.ask(
        "SELECT sum(price)::bigint, sum(segments)::bigint FROM usage_usage WHERE channel = 'sms'"
    )
    assert (charged, segments) == (5 * PRICE, 5)


def settled(home: Home) -> Any:
    """Wait until every email has met its fate; give the id of the send-out."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        found = home.ask(
            "SELECT s.id FROM sendouts_sendout s WHERE s.fallback_at IS NOT NULL AND ("
            " SELECT count(*) FROM deliveries_delivery d WHERE d.sendout_id = s.id AND"
            " (d.opened_at IS NOT NULL OR d.machine_opened_at IS NOT NULL"
            " OR d.bounced_at IS NOT NULL)) >= 6"
        )
        if found:
            return found[0][0]
        time.sleep(0.5)
    raise AssertionError("the emails did not settle")
