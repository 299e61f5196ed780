"""The answer in plain words for the staff: what happened, and what to do about it."""

from __future__ import annotations

# By ending. {name}: the person; {address}; {message}: the send-out; {place}: mailbox or phone.
ANSWERS: dict[str, tuple[str, str]] = {
    "nothing": (
        "Nothing was ever sent to {name}.",
        "Look whether they are in the group that you wrote to.",
    ),
    "not_asked": (
        "{name} was not among the recipients of “{message}”.",
        "It went to other groups. Copy the message and send it to them, and put them into the "
        "group for the next time.",
    ),
    "no_address": ("It was not sent: there was no address.", "Ask for it, and enter it."),
    "invalid": (
        "It was not sent: {address} is not written correctly.",
        "Ask for the right address, and correct it.",
    ),
    "no_texts": (
        "It was not sent: {address} is a landline, or another number that receives no texts.",
        "Ask for a mobile number, and enter it.",
    ),
    "duplicate": (
        "One copy went to {address}, for somebody else who has the same address.",
        "Look at what became of that copy; the next time choose “once per participant” if "
        "everybody should get their own.",
    ),
    "left": (
        "It was not sent: they unsubscribed.",
        "Only they can change that, by the link in any of your emails, or by telling you so.",
    ),
    "complained": (
        "A message to them was marked as spam.",
        "Nothing is sent to {address} any more. Ask for another address, or lift the entry when "
        "they say that it was a mistake.",
    ),
    "known_bad": (
        "It was not sent: messages to {address} came back before.",
        "Ask for the right address, and correct it.",
    ),
    "listed": (
        "It was not sent: the staff put the address on the Unsubscribes list.",
        "Look there who did and why, and lift the entry if it is not true any more.",
    ),
    "expired": (
        "It was not sent: the send-out had ended before its turn came.",
        "Send it again if it still matters.",
    ),
    "cancelled": (
        "It was not sent: the send-out was stopped before its turn came.",
        "Send it again if it still matters.",
    ),
    "waiting": ("It has not left yet: it waits for its turn.", "Look again in some minutes."),
    "later": (
        "It has not arrived yet: the receiving server asked us to come again later.",
        "Sendout tries again by itself for a day. If it is urgent, call.",
    ),
    "unsure": (
        "Nobody knows whether it arrived: the connection broke before the answer.",
        "Ask whether it came; send it again if it did not.",
    ),
    "wrong_address": (
        "It came back: nobody can be reached at {address}.",
        "Ask for the right address, and correct it.",
    ),
    "mailbox": (
        "It came back: the {place} of {address} does not take it.",
        "Tell them what their provider said, and ask for another address meanwhile.",
    ),
    "refused": (
        "It came back: the receiving server refused what it says.",
        "Look whether others of the same provider miss it too; then say it in other words, with "
        "fewer links, and send it again.",
    ),
    "ours": (
        "It could not be delivered for a reason on your own side.",
        "It is not their fault. Look at the sender, and send the message again when it works.",
    ),
    "accepted": (
        "It was sent, and the receiving server took it.",
        "More is not to be learned from here: have them look in spam and promotions.",
    ),
    "delivered": (
        "It was delivered to {address}.",
        "Have them look in spam and promotions, and add you to their safe senders.",
    ),
    "seen": (
        "They have it: somebody opened or answered it.",
        "Perhaps somebody else of the family did. Have them search for it.",
    ),
}
SMS_ADVICE: dict[str, str] = {
    "left": "Only they can change that, by telling you so.",
    "accepted": "More is not to be learned from here: have them look at blocked messages.",
    "delivered": "Have them look at blocked messages and at the spam folder of their phone.",
}
PLACES = {"email": "mailbox", "sms": "phone"}
