"""Importing entries, on a real PostgreSQL: never weaker, again nothing, undone exactly."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation, User
from sendout.core.table.reader import BadTable
from sendout.core.unsubscribes.shape import Shape
from sendout.suppression.entries import lift, suppress
from sendout.suppression.importing import (
    NotPossible,
    import_now,
    request_import,
    request_undo,
    run_import,
    store_list,
    take_for,
    undo_now,
)
from sendout.suppression.models import (
    Lifted,
    ListImport,
    ListImportPart,
    ListImportState,
    Reason,
    Suppression,
)

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "unsubscribes"
MAILCHIMP = "Email Address,First Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON\n"


def do_import(
    club: Organisation, text: str, *, dry_run: bool = False, user: User | None = None
) -> ListImport:
    upload = store_list(club, "list.csv", io.BytesIO(text.encode()), user=user)
    import_now(upload, dry_run=dry_run)
    assert upload.state == (ListImportState.CHECKED if dry_run else ListImportState.DONE)
    return upload


def outcome(upload: ListImport) -> dict[str, int]:
    return {name: n for name, n in upload.counts.items() if n and name != "rows"}


def everything() -> list[dict[str, object]]:
    return list(Suppression.objects.order_by("pk").values())


def listed(club: Organisation) -> dict[str, tuple[str, str]]:
    entries = Suppression.objects.filter(organisation=club)
    return {e.address: (e.reason, e.category) for e in entries}


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample lists are not here")
@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("mailchimp-unsubscribed", {"unsubscribed": 30, "complaint": 10}),
        ("mailchimp-cleaned", {"bad_email": 25}),
        ("constant-contact", {"unsubscribed": 30}),
    ],
)
def test_a_real_list_is_read_whole_and_again_changes_nothing(
    club: Organisation, name: str, reasons: dict[str, int]
) -> None:
    content = (SAMPLES / f"{name}.csv").read_bytes()
    for expected in ({"added": sum(reasons.values())}, {"unchanged": sum(reasons.values())}):
        upload = store_list(club, f"{name}.csv", io.BytesIO(content))
        assert upload.layout["shape"] == name
        import_now(upload, dry_run=False)
        assert outcome(upload) == expected
        found = [entry.reason for entry in Suppression.objects.all()]
        assert {reason: found.count(reason) for reason in set(found)} == reasons


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample lists are not here")
def test_real_lists_undone_leave_what_stood_before_them(club: Organisation, alice: User) -> None:
    suppress(club, "email", "former.0@example.org", Reason.ADMIN, evidence="at the desk")
    suppress(club, "email", "dead.0@example.net", Reason.ADMIN, delivery=7, member=alice)
    suppress(club, "email", "cc.0@example.com", Reason.COMPLAINT, evidence="feedback loop")
    before, done = everything(), []
    for path in sorted(SAMPLES.glob("*.csv")):
        done.append(store_list(club, path.name, io.BytesIO(path.read_bytes()), user=alice))
        import_now(done[-1], dry_run=False)
    assert [outcome(upload) for upload in done] == [
        {"added": 30},  # a complaint stands beside what was left
        {"added": 24, "raised": 1},
        {"added": 39, "raised": 1},
    ]
    for upload in done:
        undo_now(upload, alice)
    assert everything() == before
    assert not Lifted.objects.exists()


def test_reason_date_and_words_are_those_of_the_row(club: Organisation, alice: User) -> None:
    row = "ann@example.org,Ann,2025-03-11 08:30:00,Spring news,NORMAL\n"
    do_import(club, MAILCHIMP + row, user=alice)
    entry = Suppression.objects.get()
    assert (entry.reason, entry.category, entry.created_by) == ("unsubscribed", "marketing", alice)
    assert entry.created_at == datetime(2025, 3, 11, 8, 30, tzinfo=UTC)
    assert entry.evidence == "Imported from Mailchimp: after “Spring news”; NORMAL"


def test_a_check_says_what_would_happen_and_changes_nothing(club: Organisation) -> None:
    suppress(club, "email", "raise@example.org", Reason.ADMIN, "marketing")
    suppress(club, "email", "known@example.org", Reason.UNSUBSCRIBED)
    before = everything()
    text = MAILCHIMP + "".join(
        f"{address},x,,,\n"
        for address in ("new@example.org", "Raise@Example.org", "known@example.org", "no address")
    )
    upload = do_import(club, text, dry_run=True)
    assert outcome(upload) == {"added": 1, "raised": 1, "unchanged": 1, "refused": 1}
    assert everything() == before
    lines = {line.outcome: line for line in upload.lines.all()}
    assert lines["raised"].before is not None
    assert lines["raised"].before["reason"] == "admin"
    [note] = lines["refused"].notes
    assert "is not an email address" in note["reason"]
    assert note["reason"].endswith("; the row was left out")


def test_what_stands_is_raised_and_never_weakened(club: Organisation) -> None:
    strong = suppress(club, "email", "ann@example.org", Reason.COMPLAINT, evidence="feedback loop")
    weak = suppress(club, "sms", "+15145550123", Reason.ADMIN, evidence="at the desk")
    text = (
        "channel,address,category,reason,evidence,created_at\n"
        "email,ann@example.org,,bad_email,no such user,2025-01-01T00:00:00+00:00\n"
        "sms,+15145550123,,unsubscribed,STOP,2025-01-02T00:00:00+00:00\n"
    )
    upload = do_import(club, text)
    assert outcome(upload) == {"unchanged": 1, "raised": 1}
    strong.refresh_from_db()
    weak.refresh_from_db()
    assert (strong.reason, strong.evidence) == ("complaint", "feedback loop")
    assert (weak.reason, weak.evidence) == ("unsubscribed", "STOP\nbefore, admin: at the desk")


def test_of_two_rows_for_one_address_the_stronger_counts(club: Organisation) -> None:
    text = "Email,Reason\na@example.org,bounced\nA@Example.org,spam\na@example.org,bounce\n"
    upload = do_import(club, text)
    assert listed(club) == {"a@example.org": ("complaint", "")}
    assert outcome(upload) == {"added": 1, "unchanged": 2}
    said = [line.notes[-1]["reason"] for line in upload.lines.filter(outcome="unchanged")]
    assert said == ["the same address as in row 3, which counts"] * 2


def test_an_undo_takes_back_everything_exactly(club: Organisation, alice: User) -> None:
    suppress(club, "email", "raised@example.org", Reason.BAD_EMAIL, evidence="550", delivery=7)
    suppress(club, "email", "known@example.org", Reason.COMPLAINT, member=alice)
    before = everything()
    text = "Email,Reason\nraised@example.org,spam\nnew@example.org,spam\nknown@example.org,spam\n"
    upload = do_import(club, text)
    assert outcome(upload) == {"added": 1, "raised": 1, "unchanged": 1}
    undo_now(upload, alice)
    assert everything() == before
    assert (upload.state, upload.undone_by) == (ListImportState.UNDONE, alice)
    assert outcome(upload)["removed"] == outcome(upload)["restored"] == 1
    assert not Lifted.objects.exists()


def test_an_undo_leaves_what_others_changed_since_and_says_so(
    club: Organisation, alice: User
) -> None:
    upload = do_import(club, "Email\na@example.org\nb@example.org\nc@example.org\n")
    suppress(club, "email", "a@example.org", Reason.COMPLAINT, "marketing")
    raised = Suppression.objects.get(address="b@example.org")
    Suppression.objects.filter(pk=raised.pk).update(reason="complaint", evidence="it is spam")
    lift(Suppression.objects.get(address="c@example.org"), "asked for it", alice)
    undo_now(upload)
    assert listed(club) == {
        "a@example.org": ("complaint", ""),
        "b@example.org": ("complaint", "marketing"),
    }
    assert (upload.counts["removed"], upload.counts["kept"]) == (1, 2)
    said = {line.address: line.notes[-1]["reason"] for line in upload.lines.filter(undone="kept")}
    assert "left it as it is" in said["b@example.org"]
    assert "nothing to undo" in said["c@example.org"]


def test_two_imports_are_undone_in_either_order(club: Organisation) -> None:
    first = do_import(club, "Email,Reason\na@example.org,bounced\n")
    second = do_import(club, "Email,Reason\na@example.org,spam\n")
    undo_now(first)
    assert listed(club) == {"a@example.org": ("complaint", "")}
    undo_now(second)
    assert listed(club) == {"a@example.org": ("bad_email", "")}


def test_an_undo_is_possible_once_and_only_after_the_import(club: Organisation) -> None:
    upload = do_import(club, "Email\na@example.org\n", dry_run=True)
    with pytest.raises(NotPossible, match="it is checked"):
        undo_now(upload)
    import_now(upload, dry_run=False)
    undo_now(upload)
    with pytest.raises(NotPossible, match="it is undone"):
        request_undo(upload, None)


def test_the_restored_entry_of_a_member_who_left_is_nobodys(
    club: Organisation, alice: User, bob: User
) -> None:
    suppress(club, "email", "a@example.org", Reason.BAD_EMAIL, member=bob)
    upload = do_import(club, "Email,Reason\na@example.org,spam\n", user=alice)
    bob.delete()
    alice.delete()
    undo_now(upload)
    entry = Suppression.objects.get()
    assert (entry.reason, entry.created_by) == ("bad_email", None)


def test_whoever_was_lifted_on_purpose_is_named_when_an_old_list_brings_them_back(
    club: Organisation, alice: User
) -> None:
    entry = suppress(club, "email", "a@example.org", Reason.UNSUBSCRIBED)
    lift(entry, "She wants the newsletter again.", alice)
    upload = do_import(club, "Email\na@example.org\n", dry_run=True)
    [note] = upload.lines.get().notes
    assert note["reason"].endswith(": She wants the newsletter again.")


def test_who_is_still_subscribed_is_left_alone(club: Organisation) -> None:
    text = (
        "Email address,Email status,Email permission status,Email opt-out date\n"
        "in@example.org,Active,Implied,\nout@example.org,Unsubscribed,Unsubscribed,2025-05-01\n"
        "unset@example.org,,,\n"
    )
    upload = do_import(club, text)
    assert outcome(upload) == {"added": 1, "passed": 2}
    assert list(listed(club)) == ["out@example.org"]


def test_the_list_of_mailchimps_subscribers_is_refused(club: Organisation) -> None:
    text = "Email Address,MEMBER_RATING,OPTIN_TIME\na@example.org,2,2024-01-02 10:00:00\n"
    with pytest.raises(BadTable, match="still subscribed"):
        store_list(club, "subscribed.csv", io.BytesIO(text.encode()))
    assert not ListImport.objects.exists()


def test_another_shape_can_be_chosen(club: Organisation) -> None:
    upload = store_list(club, "x.csv", io.BytesIO(b"Email,CLEAN_TIME\na@example.org,2025-01-01\n"))
    assert upload.layout["shape"] == Shape.MAILCHIMP_CLEANED
    take_for(upload, Shape.PLAIN)
    import_now(upload, dry_run=False)
    assert listed(club) == {"a@example.org": ("unsubscribed", "marketing")}


def test_an_import_stays_within_its_organisation(
    club: Organisation, other_club: Organisation
) -> None:
    theirs = suppress(other_club, "email", "a@example.org", Reason.ADMIN, "marketing")
    lift(suppress(other_club, "email", "b@example.org", Reason.UNSUBSCRIBED), "their secret")
    upload = do_import(club, "Email\na@example.org\nb@example.org\n")
    assert outcome(upload) == {"added": 2}
    assert "secret" not in str(list(upload.lines.values_list("notes", flat=True)))
    undo_now(upload)
    theirs.refresh_from_db()
    assert (theirs.reason, Suppression.objects.count()) == ("admin", 1)


def test_the_job_imports_once_and_then_forgets_the_file(club: Organisation) -> None:
    upload = do_import(club, "Email\na@example.org\n", dry_run=True)
    assert ListImportPart.objects.exists()
    request_import(upload)
    run_import(upload.pk)
    run_import(upload.pk)
    upload.refresh_from_db()
    assert outcome(upload) == {"added": 1}
    assert not ListImportPart.objects.exists()
    run_import(upload.pk + 1)  # removed meanwhile


REASONS = st.sampled_from(["unsubscribed", "complaint", "bounced", "admin", ""])
ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.booleans(), REASONS, st.sampled_from(["", "marketing"])),
    max_size=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(standing=ROWS, rows=ROWS)
def test_any_import_again_changes_nothing_and_undone_was_never(
    club: Organisation, standing: list[tuple[str, bool, str, str]], rows: list[tuple[str, ...]]
) -> None:
    Suppression.objects.all().delete()
    for name, sms, reason, category in standing:
        bad = "bad_number" if sms else "bad_email"
        wanted = {"bounced": bad, "": "admin"}.get(reason, reason)
        suppress(club, *place(name, sms), wanted, category)
    before = everything()
    header = "channel,address,reason,category\n"
    lines = [f"{','.join(place(n, s))},{r},{c}\n" for n, s, r, c in rows]
    if not lines:
        return
    first = do_import(club, header + "".join(lines))
    after = everything()
    again = do_import(club, header + "".join(lines))
    assert set(outcome(again)) == {"unchanged"}
    assert everything() == after
    undo_now(first)
    assert everything() == before


def place(name: str, sms: bool) -> tuple[str, str]:
    return ("sms", f"+1514555010{ord(name) - 96}") if sms else ("email", f"{name}@example.org")
