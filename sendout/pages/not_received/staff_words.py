"""The answer in plain words for the staff: what happened, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from sendout.pages.wording import Phrase

# By ending. {name}: the person; {address}; {message}: the send-out; {place}: mailbox or phone.
ANSWERS: dict[str, tuple[Phrase, Phrase]] = {
    "nothing": (
        gettext_lazy("Nothing was ever sent to {name}."),
        gettext_lazy("Look whether they are in the group that you wrote to."),
    ),
    "not_asked": (
        gettext_lazy("{name} was not among the recipients of “{message}”."),
        gettext_lazy(
            "It went to other groups. Copy the message and send it to them, and put them into the "
            "group for the next time."
        ),
    ),
    "no_address": (
        gettext_lazy("It was not sent: there was no address."),
        gettext_lazy("Ask for it, and enter it."),
    ),
    "invalid": (
        gettext_lazy("It was not sent: {address} is not written correctly."),
        gettext_lazy("Ask for the right address, and correct it."),
    ),
    "no_texts": (
        gettext_lazy(
            "It was not sent: {address} is a landline, or another number that receives no texts."
        ),
        gettext_lazy("Ask for a mobile number, and enter it."),
    ),
    "duplicate": (
        gettext_lazy("One copy went to {address}, for somebody else who has the same address."),
        gettext_lazy(
            "Look at what became of that copy; the next time choose “once per participant” if "
            "everybody should get their own."
        ),
    ),
    "left": (
        gettext_lazy("It was not sent: they unsubscribed."),
        gettext_lazy(
            "Only they can change that, by the link in any of your emails, or by telling you so."
        ),
    ),
    "complained": (
        gettext_lazy("A message to them was marked as spam."),
        gettext_lazy(
            "Nothing is sent to {address} any more. Ask for another address, or lift the entry "
            "when "
            "they say that it was a mistake."
        ),
    ),
    "known_bad": (
        gettext_lazy("It was not sent: messages to {address} came back before."),
        gettext_lazy("Ask for the right address, and correct it."),
    ),
    "listed": (
        gettext_lazy("It was not sent: the staff put the address on the Unsubscribes list."),
        gettext_lazy("Look there who did and why, and lift the entry if it is not true any more."),
    ),
    "expired": (
        gettext_lazy("It was not sent: the send-out had ended before its turn came."),
        gettext_lazy("Send it again if it still matters."),
    ),
    "cancelled": (
        gettext_lazy("It was not sent: the send-out was stopped before its turn came."),
        gettext_lazy("Send it again if it still matters."),
    ),
    "waiting": (
        gettext_lazy("It has not left yet: it waits for its turn."),
        gettext_lazy("Look again in some minutes."),
    ),
    "later": (
        gettext_lazy("It has not arrived yet: the receiving server asked us to come again later."),
        gettext_lazy("Sendout tries again by itself for a day. If it is urgent, call."),
    ),
    "unsure": (
        gettext_lazy("Nobody knows whether it arrived: the connection broke before the answer."),
        gettext_lazy("Ask whether it came; send it again if it did not."),
    ),
    "wrong_address": (
        gettext_lazy("It came back: nobody can be reached at {address}."),
        gettext_lazy("Ask for the right address, and correct it."),
    ),
    "mailbox": (
        gettext_lazy("It came back: the {place} of {address} does not take it."),
        gettext_lazy("Tell them what their provider said, and ask for another address meanwhile."),
    ),
    "refused": (
        gettext_lazy("It came back: the receiving server refused what it says."),
        gettext_lazy(
            "Look whether others of the same provider miss it too; then say it in other words, "
            "with "
            "fewer links, and send it again."
        ),
    ),
    "ours": (
        gettext_lazy("It could not be delivered for a reason on your own side."),
        gettext_lazy(
            "It is not their fault. Look at the sender, and send the message again when it works."
        ),
    ),
    "accepted": (
        gettext_lazy("It was sent, and the receiving server took it."),
        gettext_lazy("More is not to be learned from here: have them look in spam and promotions."),
    ),
    "delivered": (
        gettext_lazy("It was delivered to {address}."),
        gettext_lazy("Have them look in spam and promotions, and add you to their safe senders."),
    ),
    "seen": (
        gettext_lazy("They have it: somebody opened or answered it."),
        gettext_lazy("Perhaps somebody else of the family did. Have them search for it."),
    ),
}
SMS_ADVICE: dict[str, Phrase] = {
    "left": gettext_lazy("Only they can change that, by telling you so."),
    "accepted": gettext_lazy(
        "More is not to be learned from here: have them look at blocked messages."
    ),
    "delivered": gettext_lazy(
        "Have them look at blocked messages and at the spam folder of their phone."
    ),
}
PLACES = {"email": "mailbox", "sms": "phone"}
