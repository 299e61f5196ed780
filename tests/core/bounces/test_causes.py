"""Each cause has a sentence in both languages."""

from __future__ import annotations

import pytest

from sendout.core.bounces import verdicts
from sendout.core.bounces.causes import Cause, plain
from sendout.core.bounces.codes import TABLE
from sendout.core.delivery.outcome import Blame


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_is_said_in_two_languages(cause: Cause) -> None:
    english, french = plain(cause), plain(cause.value, "fr-CA")
    assert english.endswith(".")
    assert french.endswith(".")
    assert english != french
    assert plain(cause, "de") == english


def test_a_code_is_said_like_its_cause() -> None:
    assert plain("5.2.2", "fr") == plain(Cause.MAILBOX_FULL, "fr")
    assert plain("5.0.0", "en", "mailbox is full") == plain(Cause.MAILBOX_FULL)
    assert plain("nonsense") == plain(Cause.OTHER)


def test_no_two_verdicts_are_said_alike() -> None:
    known = {row.verdict for row in TABLE} | {verdicts.NO, verdicts.LATER}
    assert len({verdict.plain for verdict in known}) == len(known)
    assert len({verdict.french for verdict in known}) == len(known)


def test_only_an_address_at_fault_has_that_cause() -> None:
    for row in TABLE:
        at_fault = row.verdict.blame is Blame.ADDRESS
        assert at_fault == (row.verdict.cause is Cause.ADDRESS)
