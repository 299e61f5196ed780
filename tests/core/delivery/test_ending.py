"""Every status has an answer."""

from __future__ import annotations

import pytest

from sendout.core.delivery.ending import ARRIVED, Ending, ending
from sendout.core.delivery.outcome import Blame
from sendout.core.delivery.status import ARRIVED as ARRIVED_STATUSES
from sendout.core.delivery.status import Status


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("blame", Blame)
def test_every_status_has_an_answer(status: Status, blame: Blame) -> None:
    found = ending(status, "duplicate", blame)
    assert (found in ARRIVED) == (status in {Status.SENT, *ARRIVED_STATUSES} - {Status.COMPLAINED})


@pytest.mark.parametrize(
    ("status", "skip_reason", "blame", "answer"),
    [
        ("bounced", "", Blame.ADDRESS, Ending.WRONG_ADDRESS),
        ("error", "", Blame.ADDRESS, Ending.WRONG_ADDRESS),
        ("bounced", "", Blame.SENDER, Ending.OURS),
        ("error", "", Blame.MESSAGE, Ending.REFUSED),
        ("skipped", "bad_number", Blame.SENDER, Ending.KNOWN_BAD),
        ("skipped", "a reason of tomorrow", Blame.SENDER, Ending.LISTED),
        ("sent", "", Blame.ADDRESS, Ending.ACCEPTED),
    ],
)
def test_a_failure_is_told_by_whose_fault_it_is_and_a_skip_by_its_reason(
    status: str, skip_reason: str, blame: Blame, answer: Ending
) -> None:
    assert ending(status, skip_reason, blame) is answer
