"""The ring says what sets its parts apart from the tiles of the same name."""

from __future__ import annotations

import pytest

from sendout.deliveries.counting import Tally
from sendout.pages.messages.shown import ShownChannel


@pytest.mark.parametrize(
    ("channel", "by_status", "said"),
    [
        (
            "email",
            {"sent": 3, "delivered": 34, "opened": 42, "clicked": 12},
            {"sent": "not confirmed", "delivered": "not opened", "opened": "not clicked"},
        ),
        ("email", {"sent": 3}, {}),
        ("email", {"delivered": 34, "bounced": 3}, {}),
        ("sms", {"delivered": 30, "replied": 4}, {"delivered": "not answered"}),
    ],
)
def test_a_part_of_the_ring_says_what_it_lacks(
    channel: str, by_status: dict[str, int], said: dict[str, str]
) -> None:
    opened, clicked = by_status.get("opened", 0), by_status.get("clicked", 0)
    arrived = by_status.get("delivered", 0) + opened + clicked + by_status.get("replied", 0)
    tally = Tally(by_status, arrived + 3, arrived, opened + clicked, clicked)
    shown = ShownChannel(channel, tally).statuses
    assert {row.status: row.less for row in shown if row.less} == said
