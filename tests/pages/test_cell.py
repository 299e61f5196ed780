"""A cell of the list says what its numbers say now, however often it was drawn before."""

from __future__ import annotations

from django.utils.translation import override

from sendout.core.delivery.status import Status
from sendout.deliveries.counting import Tally
from sendout.pages.messages.cell import draw
from sendout.pages.messages.shown import ShownChannel


def cell(by_status: dict[str, int], *, moving: bool = False, accepted: int = 0) -> str:
    return draw("News", ShownChannel("email", Tally(by_status, accepted=accepted)), moving=moving)


def test_numbers_that_move_are_drawn_anew() -> None:
    queued = {Status.QUEUED: 2}
    assert "0 of 2" in cell(queued, moving=True)
    one = {Status.QUEUED: 1, Status.SENT: 1}
    assert "1 of 2" in cell(one, moving=True, accepted=1)
    assert "1 sent" in cell(one, moving=True, accepted=1)
    assert "of 2" not in cell({Status.SENT: 2}, accepted=2)
    assert "0 of 2" in cell(queued, moving=True)


def test_each_reads_it_in_their_language() -> None:
    sent = {Status.SENT: 2, Status.SKIPPED: 1}
    assert "1 skipped" in cell(sent, accepted=2)
    with override("fr"):
        assert "1 ignoré" in cell(sent, accepted=2)
    assert "1 skipped" in cell(sent, accepted=2)


def test_its_numbers_add_up_where_some_have_no_receipt() -> None:
    statuses = {Status.DELIVERED: 5, Status.SENT: 3, Status.BOUNCED: 1, Status.SKIPPED: 2}
    tally = Tally(statuses, accepted=9, delivered=5)
    drawn = draw("News", ShownChannel("email", tally), moving=False)
    for words in ("11", "5 delivered", "3 not confirmed", "1 failed", "2 skipped"):
        assert f">{words}<" in drawn or f" {words}<" in drawn, words
    assert "not confirmed" not in cell({Status.SENT: 2}, accepted=2)


def test_what_goes_by_the_other_channel_alone_is_a_dash() -> None:
    assert draw("News", None, moving=False).strip().endswith(">-</span>")
