"""What Sendout says by itself to a phone, and how a reply reads when it is forwarded."""

from __future__ import annotations

import html

from django.conf import settings

from sendout.accounts.models import Organisation
from sendout.core.message.template import literal
from sendout.people.addresses import everybody_at
from sendout.people.models import Participant
from sendout.replies.models import Conversation, Reply

STOP, START, HELP, CLOSED = "stop", "start", "help", "closed"  # automatic answers
# Without letters that would make two segments of one (3GPP TS 23.038 has é and no ê).
TEXTS = {
    ("en", STOP): "{name}: you get no more texts from us. Text START to get them again.",
    ("en", START): "{name}: you get our texts again. Text STOP to get no more.",
    ("en", HELP): "{name}{contact}. Text STOP to get no more texts.",
    ("fr", STOP): "{name} : vous ne recevrez plus nos textos. Textez START pour y revenir.",
    ("fr", START): "{name} : vous recevrez de nouveau nos textos. Textez STOP pour les cesser.",
    ("fr", HELP): "{name}{contact}. Textez STOP pour ne plus recevoir de textos.",
}
LONGEST = 1_600  # characters of a text: ten segments and more, which phones still put together
CUT = "... (the rest is on the Replies page)"  # in GSM-7, as all that is said here
NAMED = 2  # people of one phone who are named in a forward


def automatic_text(kind: str, conversation: Conversation) -> str:
    """Give the automatic answer of this kind, in the language of whose phone it is."""
    organisation = conversation.organisation
    people = people_of(conversation)
    language = people[0].language if people else organisation.language
    contact = f": {organisation.contact}" if organisation.contact else ""
    return TEXTS[language, kind].format(name=organisation.name, contact=contact)


def people_of(conversation: Conversation) -> list[Participant]:
    """Give the participants who share the phone, by name."""
    found = everybody_at(conversation.organisation, "sms", [conversation.phone])
    return found.get(conversation.phone, [])


def names_of(people: list[Participant]) -> str:
    """Name those who share a phone, in few words; nothing where nobody has a name."""
    names = [person.name for person in people if person.name]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def forward_text(reply: Reply, people: list[Participant]) -> str:
    """Give the text that the staff gets on the phone; of a very long one, the beginning."""
    text = f"{names_of(people)} {reply.phone}: {reply.text}".strip()
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)].rstrip() + CUT


def forward_subject(reply: Reply, people: list[Participant]) -> str:
    """Give the subject of what the staff gets in a mailbox."""
    return literal(f"SMS from {names_of(people) or reply.phone}")


def forward_body(reply: Reply, people: list[Participant]) -> str:
    """Give the body, as HTML in which a stranger's words are words and nothing else."""
    lines = "<br>".join(html.escape(literal(line)) for line in reply.text.splitlines())
    who = html.escape(literal(f"{names_of(people)} {reply.phone}".strip()))
    about = reply.delivery.sendout.name if reply.delivery else ""
    answers = f" to “{html.escape(literal(about))}”" if about else ""
    link = conversation_url(reply.organisation, reply.conversation_id)
    return (
        f"<blockquote><p>{lines}</p></blockquote><p>{who}, in answer{answers}.</p>"
        f'<p><a href="{link}">See the conversation and answer</a></p>'
    )


def conversation_url(organisation: Organisation, conversation: int) -> str:
    """Give the address of a conversation's page, for a mail."""
    return f"{settings.URL}/o/{organisation.slug}/replies/{conversation}/"
