"""When a temporary refusal is tried again: one table for each channel."""

from __future__ import annotations

MINUTE, HOUR = 60.0, 3600.0

# Seconds to wait after attempt 1, 2, 3, ...; after the last one the delivery ends as an error.
# Email: RFC 5321 section 4.5.4.1 asks to go on for days; a notice is stale after one.
WAITS = {
    "email": (
        5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE,
        HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR,
    ),
    "sms": (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR),
}  # fmt: skip

LONGEST_HINT = 6 * HOUR


def wait(channel: str, attempt: int, hint: float | None = None) -> float | None:
    """Seconds to wait after this attempt was refused for now, or None when no try is left.

    hint: seconds the server asked for; honoured up to six hours while tries are left.
    """
    waits = WAITS[channel]
    if attempt > len(waits):
        return None
    if hint is not None:
        return min(max(hint, 1.0), LONGEST_HINT)
    return waits[attempt - 1]


def after_unsure(channel: str, attempt: int) -> float | None:
    """Seconds until a message whose answer was never heard is sent again; None: never by itself.

    Then it waits for a receipt, or for the staff. A second email does little harm, a second text
    is charged. Where answers get lost again and again, ever longer waits keep a mailbox from being
    filled with the same email: after the last try its outcome stays unknown.
    """
    if channel == "sms":
        return None
    return MINUTE if attempt == 1 else wait(channel, attempt)
